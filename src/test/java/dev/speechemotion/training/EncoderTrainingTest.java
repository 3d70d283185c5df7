package dev.speechemotion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.MadeUpCorpus;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** From recordings to a model with a pretrained encoder, and to its version for a place. */
class EncoderTrainingTest {
  @TempDir static Path shared;
  private static Path data;
  private static Path model;
  private static Run training;

  @TempDir Path folder;

  private record Run(int exitCode, String out, String log) {}

  @BeforeAll
  static void trainOnce() throws IOException {
    data = MadeUpCorpus.tess(shared.resolve("TESS"), 45, 0.3);
    model = shared.resolve("encoder");
    training =
        run(
            new TrainCommand(),
            "--layout=tess",
            "--data=" + data,
            "--labels=angry,happy,sad",
            "--spec=encoder-16k",
            "--architecture=encoder",
            "--adapt=site",
            "--protocol=tess-words",
            "--model-version=3",
            "--cache=none",
            "--out=" + model);
  }

  @Test
  void shouldRecognizeWhatCanBeRecognizedAndSayWhatEncoderItHas() throws Exception {
    assertThat(training.exitCode()).as(training.log()).isZero();
    try (EmotionModel loaded = EmotionModel.load(model)) {
      ModelManifest manifest = loaded.manifest();
      assertThat(manifest.pretrained()).hasSize(1);
      assertThat(manifest.training().metrics().get("tess-words").uar()).isGreaterThan(0.8);
    }
  }

  @Test
  void shouldAdaptToAPlace() throws Exception {
    Path site = folder.resolve("site");

    Run run = adapt(data, site);

    assertThat(run.exitCode()).as(run.log()).isZero();
    assertThat(run.out()).contains("270 recordings", "windows of speech", "version 3-site");
    try (EmotionModel before = EmotionModel.load(model);
        EmotionModel after = EmotionModel.load(site)) {
      assertThat(after.manifest().version()).isEqualTo("3-site");
      assertThat(after.manifest().weights()).isEqualTo(before.manifest().weights());
      assertThat(after.manifest().sites())
          .singleElement()
          .satisfies(
              each -> {
                assertThat(each.recordings()).isEqualTo(270);
                assertThat(each.sha256()).matches("[0-9a-f]{64}");
              });
      // The place is where the model was trained: nearly the same statistics.
      ModelManifest.Normalization was = before.manifest().normalization();
      ModelManifest.Normalization is = after.manifest().normalization();
      for (int i = 0; i < was.mean().size(); i++) {
        assertThat(is.mean().get(i))
            .isCloseTo(was.mean().get(i), within(0.3f * was.deviation().get(i) + 1e-6f));
      }
    }
  }

  @Test
  void shouldRefuseAPlaceThatIsTooSmallAndNameWhatItSkipped() throws Exception {
    Path few = folder.resolve("few");
    for (int i = 0; i < 4; i++) {
      MadeUpCorpus.write(few.resolve(i + ".wav"), 300, 1, i);
    }
    Files.writeString(few.resolve("notes.txt"), "not audio");

    Run run = adapt(few, folder.resolve("site"));

    assertThat(run.exitCode()).isNotZero();
    assertThat(run.log()).contains("4 recordings with", "too few", "skipped 1 files", "notes.txt");
    assertThat(folder.resolve("site")).doesNotExist();
    assertThat(adapt(folder.resolve("missing"), folder.resolve("site")).log())
        .contains("missing is not a folder");
  }

  private static Run adapt(Path recordings, Path out) {
    return run(
        new AdaptCommand(), "--model=" + model, "--recordings=" + recordings, "--out=" + out);
  }

  private static Run run(Callable<Integer> command, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter log = new StringWriter();
    int exitCode =
        new CommandLine(command)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(log, true))
            .setExecutionExceptionHandler(TrainMain::fail)
            .execute(arguments);
    return new Run(exitCode, out.toString(), log.toString());
  }
}
