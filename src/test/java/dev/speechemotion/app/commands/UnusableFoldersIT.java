package dev.speechemotion.app.commands;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.util.Platform;
import dev.speechemotion.app.fixtures.StreamProcess;
import dev.speechemotion.training.corpus.MadeUpCorpus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Folders for PyTorch's library and for temporary files that cannot be used: in a process of its
 * own each time.
 */
class UnusableFoldersIT {
  private static final String VARIABLE = "ENGINE_CACHE_DIR";

  @TempDir private Path folder;

  @Test
  void shouldNameTheFolderThatTheLibraryCannotBeUnpackedInto() throws Exception {
    Path cache = Files.writeString(folder.resolve("cache"), "a file");

    assertRefused(cache, cache.toString());
  }

  @Test
  void shouldNameItToWhoeverTrains() throws Exception {
    Path cache = Files.writeString(folder.resolve("cache"), "a file");
    Path data = MadeUpCorpus.tess(folder.resolve("TESS"), 4);

    assertThat(
            failure(
                Map.of(VARIABLE, cache.toString()),
                StreamProcess.MAIN_CLASS,
                "evaluate",
                "--protocol",
                "tess-speaker",
                "--data",
                data.toString()))
        .contains("PyTorch does not start", VARIABLE);
  }

  /** As a library that was cut off, or one on a file system that is mounted noexec. */
  @Test
  void shouldNameTheFolderThatTheLibraryCannotBeLoadedFrom() throws Exception {
    Path cache = folder.resolve("cache");
    Platform platform = Platform.detectPlatform("pytorch");
    String name =
        platform.getVersion() + "-" + platform.getFlavor() + "-" + platform.getClassifier();
    Path library =
        Files.createDirectories(cache.resolve("pytorch").resolve(name))
            .resolve(System.mapLibraryName("torch"));
    Files.writeString(library, "cut off");

    assertRefused(cache, library.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"telephone", "wideband", "tess-fcnn"})
  void shouldClassifyWithoutTheLibraryWhereTheModelNeedsNone(String model) throws Exception {
    Path cache = Files.writeString(folder.resolve("cache"), "a file");

    assertThat(
            said(
                0,
                Map.of(VARIABLE, cache.toString()),
                StreamProcess.MAIN_CLASS,
                "classify",
                "src/main/resources/demo/16a07Wa.wav",
                "--model",
                "models/" + model))
        .contains("16a07Wa.wav");
  }

  @Test
  void shouldNameTheFolderThatTheDemoCannotUse() throws Exception {
    Path temporary = Files.writeString(folder.resolve("temporary"), "a file");

    assertThat(failure(Map.of(), "-Djava.io.tmpdir=" + temporary, StreamProcess.MAIN_CLASS, "demo"))
        .contains("in " + temporary, "-Djava.io.tmpdir=FOLDER");
  }

  private void assertRefused(Path cache, String named) throws Exception {
    String said =
        failure(
            Map.of(VARIABLE, cache.toString()),
            StreamProcess.MAIN_CLASS,
            "classify",
            "src/main/resources/demo/16a07Wa.wav",
            "--model",
            "models/cnn-lstm");
    assertThat(said)
        .contains("PyTorch does not start", named, cache.resolve("pytorch").toString(), VARIABLE);
  }

  /** The one line for the user that a command ends with. */
  private String failure(Map<String, String> environment, String... args) throws Exception {
    String said = said(1, environment, args);
    List<String> lines =
        said.lines().filter(line -> line.startsWith("speech-emotion-streams")).toList();
    assertThat(lines).as(said).hasSize(1);
    return lines.get(0);
  }

  private String said(int exitCode, Map<String, String> environment, String... args)
      throws Exception {
    Path log = folder.resolve("log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path")));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(log, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isEqualTo(exitCode);
    return said;
  }
}
