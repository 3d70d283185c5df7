package dev.speechemotion.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.app.commands.CommandLineRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.io.TempDir;

/** Holds a whole training, from recordings to weights, to the model that it once gave. */
class TessFcnnTrainingGoldenTest {
  private static final Path SHIPPED = Path.of("models/tess-fcnn");
  private static final Path TESS = Path.of("data/TESS");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** PyTorch computes in another order, and so to other bits, on another kind of processor. */
  @Test
  @EnabledOnOs(architectures = {"amd64", "x86_64"})
  void shouldGiveTheShippedWeightsAgain(@TempDir Path folder) throws IOException {
    assumeThat(TESS).as("TESS lies at data/TESS").isDirectory();
    JsonNode shipped = manifest(SHIPPED);
    List<String> args =
        new ArrayList<>(Arrays.asList(shipped.at("/training/command").asText().split(" ")));
    args.set(args.indexOf("--out") + 1, folder.toString());
    // Features are what this is about, so they must not come from an earlier run.
    args.addAll(List.of("--cache", "none"));

    CommandLineRun run = CommandLineRun.of(args.toArray(String[]::new));

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode trained = manifest(folder);
    for (String part :
        List.of(
            "/normalization/mean",
            "/normalization/deviation",
            "/calibration",
            "/training/corpora",
            "/training/epochs",
            "/training/metrics",
            "/weights")) {
      assertThat(trained.at(part)).as(part).isEqualTo(shipped.at(part));
    }
    assertThat(folder.resolve("weights.safetensors"))
        .hasSameBinaryContentAs(SHIPPED.resolve("weights.safetensors"));
  }

  private static JsonNode manifest(Path directory) throws IOException {
    return JSON.readTree(Files.readAllBytes(directory.resolve("manifest.json")));
  }
}
