package dev.speechemotion.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What came out once: files of JSON documents, one a line, that what comes out now is held to.
 *
 * <p>{@code -Dgolden.update=true} writes the files anew, for changes that are meant. {@code
 * -Dgolden.exact=true} asks for the same bytes; without it a network's values may differ a little,
 * because PyTorch computes in another order on another processor.
 */
final class Golden {
  private static final Path FOLDER = Path.of("src/test/resources/golden");
  private static final Path MODELS = Path.of("models");
  private static final BigDecimal TOLERANCE = new BigDecimal("1e-4");
  private static final int FLOAT_DIGITS = 9;
  private static final int DIFFERENCES_SHOWN = 20;

  /**
   * Names of fields in the files, and what they are called now: so that the values can be held to
   * the files from before the change of the names. Emptied when the files are written anew.
   */
  private static final Map<String, String> RENAMED = Map.of("voicedShare", "speechShare");

  /** Fields, as they are called now, whose numbers a network gave. */
  private static final Set<String> OF_A_NETWORK =
      Set.of(
          "confidence",
          "probabilities",
          "smoothedProbabilities",
          "valence",
          "arousal",
          "probability",
          "baseline",
          "meanProbabilities",
          "meanValence",
          "meanArousal");

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
          .build();

  private Golden() {}

  /** Holds documents to the file of that name. */
  static void verify(String name, List<? extends JsonNode> documents) throws IOException {
    Path file = FOLDER.resolve(name + ".jsonl");
    List<String> lines = lines(documents);
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, String.join("\n", lines) + "\n");
      return;
    }
    List<String> expected = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      expected.add(JSON.writeValueAsString(renamed(JSON.readTree(line))));
    }
    requireSame(file.toString(), expected, lines, Boolean.getBoolean("golden.exact"));
  }

  /** Holds what came out in one way to what came out in another: the same bytes. */
  static void requireSame(
      String name, List<? extends JsonNode> expected, List<? extends JsonNode> actual)
      throws IOException {
    requireSame(name, lines(expected), lines(actual), true);
  }

  private static void requireSame(
      String name, List<String> expected, List<String> actual, boolean exact) throws IOException {
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < Math.min(actual.size(), expected.size()); i++) {
      compare(
          "line " + (i + 1),
          JSON.readTree(expected.get(i)),
          JSON.readTree(actual.get(i)),
          exact ? BigDecimal.ZERO : null,
          differences);
    }
    assertThat(differences.stream().limit(DIFFERENCES_SHOWN))
        .as("%s, %d differences", name, differences.size())
        .isEmpty();
    assertThat(actual).as(name).hasSameSizeAs(expected);
    if (exact) {
      assertThat(actual).as(name).isEqualTo(expected);
    }
  }

  private static List<String> lines(List<? extends JsonNode> documents) throws IOException {
    Map<String, String> manifests = manifests();
    List<String> lines = new ArrayList<>();
    for (JsonNode document : documents) {
      lines.add(withNames(JSON.writeValueAsString(document), manifests));
    }
    return lines;
  }

  /**
   * Lists what differs.
   *
   * @param tolerance for numbers; null: none outside of a network's fields
   */
  private static void compare(
      String path,
      JsonNode expected,
      JsonNode actual,
      BigDecimal tolerance,
      List<String> differences) {
    if (expected.isObject() && actual.isObject()) {
      Set<String> names = new TreeSet<>();
      expected.fieldNames().forEachRemaining(names::add);
      actual.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        compare(
            path + "." + name,
            expected.path(name),
            actual.path(name),
            tolerance == null && OF_A_NETWORK.contains(name) ? TOLERANCE : tolerance,
            differences);
      }
    } else if (expected.isArray() && actual.isArray() && expected.size() == actual.size()) {
      for (int i = 0; i < expected.size(); i++) {
        compare(path + "[" + i + "]", expected.get(i), actual.get(i), tolerance, differences);
      }
    } else if (!isSame(expected, actual, tolerance == null ? BigDecimal.ZERO : tolerance)) {
      differences.add("%s was %s and is %s".formatted(path, shown(expected), shown(actual)));
    }
  }

  private static boolean isSame(JsonNode expected, JsonNode actual, BigDecimal tolerance) {
    if (expected.isNumber() && actual.isNumber()) {
      BigDecimal difference = expected.decimalValue().subtract(actual.decimalValue());
      return difference.abs().compareTo(tolerance) <= 0;
    }
    return expected.equals(actual);
  }

  private static String shown(JsonNode node) {
    return node.isMissingNode() ? "missing" : node.toString();
  }

  private static JsonNode renamed(JsonNode node) {
    if (node.isArray()) {
      ArrayNode array = JSON.createArrayNode();
      node.forEach(each -> array.add(renamed(each)));
      return array;
    }
    if (node.isObject()) {
      ObjectNode object = JSON.createObjectNode();
      for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
        String name = names.next();
        object.set(RENAMED.getOrDefault(name, name), renamed(node.get(name)));
      }
      return object;
    }
    return node;
  }

  /** Text with the names that fields have in the files, for what is kept as a hash only. */
  static String withFormerNames(String text) {
    String former = text;
    for (Map.Entry<String, String> name : RENAMED.entrySet()) {
      former = former.replaceAll("\\b" + name.getValue() + "\\b", name.getKey());
    }
    return former;
  }

  /**
   * The number of the fewest digits that is nearest to this float. Java's own text of a float is
   * not the same in all versions: before Java 19 it had a digit too many at times.
   */
  static BigDecimal decimal(float value) {
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits < FLOAT_DIGITS; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits));
      if (Float.parseFloat(rounded.toString()) == value) {
        return rounded.stripTrailingZeros();
      }
    }
    return exact.round(new MathContext(FLOAT_DIGITS)).stripTrailingZeros();
  }

  /**
   * Models by the hash that events name them by. The files have the name in its place: a manifest
   * may be written in another way without a change of what the model says.
   */
  private static Map<String, String> manifests() throws IOException {
    Map<String, String> names = new TreeMap<>();
    try (var directories = Files.list(MODELS)) {
      for (Path directory : directories.filter(Files::isDirectory).toList()) {
        byte[] manifest = Files.readAllBytes(directory.resolve("manifest.json"));
        names.put(sha256(manifest), "hash of " + directory.getFileName());
      }
    }
    return names;
  }

  private static String withNames(String line, Map<String, String> namesByHash) {
    String named = line;
    for (Map.Entry<String, String> name : namesByHash.entrySet()) {
      named = named.replace(name.getKey(), name.getValue());
    }
    return named;
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
