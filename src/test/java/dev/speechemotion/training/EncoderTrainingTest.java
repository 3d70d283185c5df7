package dev.speechemotion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.AudioFiles;
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
    assertThat(run.out()).contains("134 recordings", "windows of speech", "version 3-site");
    try (EmotionModel before = EmotionModel.load(model);
        EmotionModel after = EmotionModel.load(site)) {
      assertThat(after.manifest().version()).isEqualTo("3-site");
      assertThat(after.manifest().weights()).isEqualTo(before.manifest().weights());
      assertThat(after.manifest().sites())
          .singleElement()
          .satisfies(
              each -> {
                assertThat(each.recordings())
                    .isEqualTo(134); // of 270: the others have no window of speech
                assertThat(each.sha256()).isEqualTo(after.manifest().normalization().sha256());
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
      MadeUpCorpus.write(few.resolve(i + ".wav"), 300, 1, 0.3, i);
    }
    Files.writeString(few.resolve("notes.txt"), "not audio");

    Run run = adapt(few, folder.resolve("site"));

    assertThat(run.exitCode()).isNotZero();
    assertThat(run.log())
        .contains(
            "4 recordings with",
            "too few",
            "skipped 1 of 5 files",
            "notes.txt is not a WAV or AIFF file")
        .as("advice for each of many files")
        .doesNotContain("convert it first");
    assertThat(folder.resolve("site")).doesNotExist();
    assertThat(adapt(folder.resolve("missing"), folder.resolve("site")).log())
        .contains("missing is not a folder");
  }

  @Test
  void shouldReplaceNothingButAnEarlierVersionForAPlace() throws Exception {
    Path notes = Files.writeString(Files.createDirectory(folder.resolve("mine")).resolve("a"), "b");
    Path other = Files.createDirectory(folder.resolve("other"));
    byte[] manifest = Files.readAllBytes(model.resolve("manifest.json"));

    assertThat(adapt(data, model).log()).contains("is the model itself");
    assertThat(adapt(data, notes).log()).contains("is a file");
    assertThat(adapt(data, notes.getParent()).log()).contains("is not empty");
    assertThat(adapt(data, Path.of("")).log()).contains("--out must not be blank");
    assertThat(adapt(data, other).exitCode()).isZero();
    assertThat(adapt(data, other).exitCode()).isZero();

    assertThat(model.resolve("manifest.json")).hasBinaryContent(manifest);
    assertThat(notes).hasContent("b");
    try (EmotionModel adapted = EmotionModel.load(other)) {
      assertThat(adapted.manifest().version()).isEqualTo("3-site");
    }
  }

  @Test
  void shouldCountEachRecordingOnceAndSilenceNever() throws Exception {
    Path few = folder.resolve("few");
    for (int i = 0; i < 4; i++) {
      MadeUpCorpus.write(few.resolve(i + ".wav"), 300, 1, 0.3, i);
    }
    AudioFiles.writeWav(
        few.resolve("silence.wav"),
        new AudioClip(16_000, new float[160_000]),
        AudioEncoding.PCM_S16LE);

    Run run =
        run(
            new AdaptCommand(),
            "--model=" + model,
            "--recordings=" + few,
            "--recordings=" + few,
            "--out=" + folder.resolve("site"));

    assertThat(run.log()).contains("4 recordings with");
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
