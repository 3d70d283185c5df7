package dev.speechemotion.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.app.commands.CommandLineRun;
import dev.speechemotion.app.fixtures.FastModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds what commands print of recordings to what they once printed: see {@link Golden}. */
class GoldenCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern DECIMAL = Pattern.compile("-?\\d+\\.\\d+(E-?\\d+)?");
  private static final List<String> SPECS =
      List.of(
          "librosa-22k",
          "wideband-16k",
          "telephone-8k",
          "wideband-16k-extended",
          "telephone-8k-extended",
          "wideband-16k-logmel",
          "telephone-8k-logmel");

  @TempDir private static Path folder;

  /** Of several windows, and of two channels. */
  private static Path monologue;

  private static Path call;

  @BeforeAll
  static void writeRecordings() throws IOException {
    monologue = Speech.write(folder.resolve("monologue.wav"), Speech.monologue(Speech.RATE_HZ));
    call = Speech.write(folder.resolve("call.wav"), Speech.call(Speech.RATE_HZ));
  }

  /**
   * Features have no native code in them, and no sum whose order is left open. What may differ is
   * the last bit of {@code Math.sin} and the like, for which Java leaves a choice and processors
   * have code of their own; the files are of x86-64.
   */
  @Test
  void shouldGiveTheSameFeatures() throws IOException {
    List<Path> recordings =
        Stream.concat(
                Stream.of("15a02Ta", "15a07Fb", "16a01Wb", "16a02Tc", "16a04Fa", "16a04Nc")
                    .map(name -> Speech.DEMO.resolve(name + ".wav")),
                Stream.concat(
                    Stream.of(
                            "emodb-03a01Fa-8000",
                            "emodb-03a01Fa-16000",
                            "emodb-03a01Fa-22050",
                            "chirp-22050",
                            "noise-16000",
                            "silence-8000")
                        .map(name -> Speech.REFERENCE.resolve(name + ".wav")),
                    Stream.of(monologue, call)))
            .toList();
    List<ObjectNode> found = new ArrayList<>();
    for (String spec : SPECS) {
      for (String unit : List.of("frame", "window")) {
        JsonNode documents = JSON.readTree(features(recordings, spec, unit, "json"));
        String[] rows = features(recordings, spec, unit, "csv").split("\n");
        assertThat(documents).hasSameSizeAs(recordings);
        for (JsonNode document : documents) {
          String wav = document.get("wav").asText();
          List<String> ours =
              Arrays.stream(rows).skip(1).filter(row -> row.startsWith(wav + ",")).toList();
          ObjectNode node =
              JSON.createObjectNode()
                  .put("spec", spec)
                  .put("per", unit)
                  .put("wav", wav)
                  .put("rows", ours.size())
                  .put("json", hash(document.toString()))
                  .put("csv", hash(rows[0] + "\n" + String.join("\n", ours)));
          putSome(node, rows[0], ours.get(ours.size() / 2));
          found.add(node);
        }
      }
    }

    Golden.verify("features", found);
  }

  @Test
  void shouldClassifyAlike() throws IOException {
    Path telephone = Speech.REFERENCE.resolve("emodb-03a01Fa-8000.wav");
    List<JsonNode> found = new ArrayList<>();
    List<List<String>> models = new ArrayList<>(List.of(FastModels.OPTIONS));
    for (String one : List.of("telephone", "wideband", "tess-fcnn", "cnn-lstm")) {
      models.add(List.of("--model", "models/" + one));
    }
    for (List<String> model : models) {
      List<String> args = new ArrayList<>(List.of("classify", "--format", "json"));
      args.addAll(model);
      Stream.of(telephone, monologue, call).map(Path::toString).forEach(args::add);
      for (JsonNode document : JSON.readTree(output(args))) {
        String file = Path.of(document.get("file").asText()).getFileName().toString();
        found.add(canonical(((ObjectNode) document).put("file", file)));
      }
    }

    Golden.verify("classify", found);
  }

  private static String features(List<Path> files, String spec, String unit, String format) {
    List<String> args = new ArrayList<>(List.of("features", "--spec", spec, "--per", unit));
    args.addAll(List.of("--format", format));
    files.forEach(file -> args.add(file.toString()));
    return output(args);
  }

  private static String output(List<String> args) {
    CommandLineRun run = CommandLineRun.of(args.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    return String.join("\n", run.outLines());
  }

  /** Hash of a text whose numbers are written in the same way by every version of Java. */
  private static String hash(String text) {
    Matcher decimals = DECIMAL.matcher(Golden.withFormerNames(text));
    String canonical =
        decimals.replaceAll(number -> Float.toHexString(Float.parseFloat(number.group())));
    return Golden.sha256(canonical.getBytes(StandardCharsets.UTF_8));
  }

  /** Puts the first and the last values of a row, to be read. */
  private static void putSome(ObjectNode node, String header, String row) {
    String[] names = header.split(",");
    String[] values = row.split(",");
    for (int i : new int[] {1, 2, 3, 4, 5, names.length / 2, names.length - 2, names.length - 1}) {
      float value = Float.parseFloat(values[i]);
      // A short window has no frames in some places.
      if (!Float.isNaN(value)) {
        node.put(names[i], Golden.decimal(value));
      }
    }
  }

  private static JsonNode canonical(JsonNode node) {
    if (node.isFloatingPointNumber()) {
      return JSON.getNodeFactory().numberNode(Golden.decimal(node.floatValue()));
    }
    if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, canonical(array.get(i)));
      }
    }
    if (node instanceof ObjectNode object) {
      object.properties().forEach(field -> field.setValue(canonical(field.getValue())));
    }
    return node;
  }
}
