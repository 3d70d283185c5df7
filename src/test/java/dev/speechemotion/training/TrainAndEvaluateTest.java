package dev.speechemotion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.CorpusLayout;
import dev.speechemotion.training.corpus.CorpusReader;
import dev.speechemotion.training.corpus.FeatureCache;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.MadeUpCorpus;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands from recordings to a model and its figures, on made-up recordings. */
class TrainAndEvaluateTest {
  private static final String[] SMALL = {
    "--labels",
    "angry,happy,sad",
    "--spec",
    "telephone-8k",
    "--hidden",
    "16,8",
    "--epochs",
    "25",
    "--learning-rate",
    "0.01",
    "--batch-size",
    "16",
    "--validation-share",
    "0.2"
  };

  @TempDir static Path shared;
  private static Path data;
  private static Path model;
  private static Run training;

  @TempDir Path folder;

  private record Run(int exitCode, String out, String log) {}

  @BeforeAll
  static void trainOnce() throws IOException {
    data = MadeUpCorpus.tess(shared.resolve("TESS"), 10);
    model = shared.resolve("models/first");
    training = train(data, model);
  }

  @Test
  void shouldWriteAModelThatRecognizesWhatItWasTrainedOn() throws Exception {
    assertThat(training.exitCode()).as(training.log()).isZero();
    try (EmotionModel loaded = EmotionModel.load(model);
        EmotionClassifier classifier = loaded.newClassifier()) {
      assertThat(loaded.labels()).isEqualTo(MadeUpCorpus.LABELS);
      assertThat(loaded.featureSpec().name()).isEqualTo("telephone-8k");
      Corpus corpus =
          new CorpusReader(
                  new Corpus.Settings(
                      loaded.labels(),
                      loaded.featureSpec(),
                      loaded.manifest().windows(),
                      Condition.CLEAN),
                  FeatureCache.none(),
                  new PrintWriter(new StringWriter()))
              .read("tess", CorpusLayout.TESS, data);
      float[] probabilities = new float[3];
      for (LabeledClip clip : corpus.clips()) {
        classifier.classify(clip.windows().get(0), 1, probabilities);
        assertThat(loaded.labels().get(EmotionScores.indexOfMax(probabilities, 0, 3)))
            .as(clip.id())
            .isEqualTo(clip.label());
      }
    }
  }

  @Test
  void shouldWriteIntoTheManifestWhereTheModelCameFrom() throws Exception {
    try (EmotionModel loaded = EmotionModel.load(model)) {
      ModelManifest.Training made = loaded.manifest().training();
      assertThat(made.command())
          .startsWith("train --layout tess --data ")
          .contains("--hidden 16,8")
          .endsWith("--out models/tess-fcnn");
      assertThat(made.metrics()).containsOnlyKeys("tess-random", "tess-words", "tess-speaker");
      assertThat(made.metrics().get("tess-speaker").clips()).isEqualTo(60);
      assertThat(made.corpora())
          .singleElement()
          .satisfies(
              corpus -> {
                assertThat(corpus.files()).isEqualTo(60);
                assertThat(corpus.license()).isEqualTo("CC BY-NC-ND 4.0");
                assertThat(corpus.sha256()).matches("[0-9a-f]{64}");
              });
    }
  }

  @Test
  void shouldWriteCardReportAndPlots() throws Exception {
    assertThat(training.out()).contains("tess-random", "tess-words", "tess-speaker", "worst");
    assertThat(Files.readString(model.resolve("model-card.md")))
        .contains("`tess-speaker`", "worst class", "CC BY-NC-ND 4.0", "Lawful use")
        .contains("as many as were best in a training that kept");
    assertThat(Files.readString(model.resolve("report.html")))
        .contains("Split proof", "data:image/png;base64,", "Confusion matrices")
        .contains("Learning curves", "Feature importance", "zero crossings", "size and speed")
        .contains("<td>0 ✓</td>", "µs for a window", "675 parameters")
        .contains("evaluate --protocol tess-speaker --layout tess --data ")
        .contains("Training recordings were not changed.")
        .doesNotContain("src=\"http");
    for (String plot :
        List.of(
            "learning-curve",
            "fold-curves",
            "confusion-matrix",
            "per-class",
            "feature-importance")) {
      assertThat(Files.readAllBytes(model.resolve(plot + ".png")))
          .startsWith(0x89, 'P', 'N', 'G')
          .hasSizeGreaterThan(5_000);
    }
  }

  @Test
  void shouldGiveTheSameBytesForTheSameSeedOnly() throws Exception {
    Path again = folder.resolve("elsewhere");
    Path other = folder.resolve("other");

    train(data, again);
    train(data, other, "--seed", "2", "--no-protocols");

    for (String file : List.of("manifest.json", "weights.safetensors", "model-card.md")) {
      assertThat(again.resolve(file)).as(file).hasSameBinaryContentAs(model.resolve(file));
    }
    assertThat(Files.readAllBytes(other.resolve("weights.safetensors")))
        .isNotEqualTo(Files.readAllBytes(model.resolve("weights.safetensors")));
  }

  @Test
  void shouldLeaveNoFolderBehindIfTheTrainingFails() throws Exception {
    Path failed = folder.resolve("failed");

    Run run = train(data, failed, "--protocol", "cross-corpus");

    assertThat(run.exitCode()).isNotZero();
    assertThat(failed).doesNotExist();
  }

  @Test
  void shouldNameTheFolderAndTheOptionIfItCannotBeMade() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");

    Run run = train(data, file.resolve("model"), "--no-protocols");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.log()).contains(file.resolve("model").toString(), "--out");
  }

  @Test
  void shouldSayWhatItWouldNotDoBeforeItWorks() {
    assertTrainRefused("--name must hold no control characters", "--name", "a\nb");
    assertTrainRefused("--name must not be blank", "--name", " ");
    assertTrainRefused("--model-version must hold no control", "--model-version", "1\u001b[2J");
    assertTrainRefused(
        "--no-protocols runs no protocols", "--no-protocols", "--protocol", "tess-random");
    assertTrainRefused(
        "--teacher runs no protocols", "--teacher", "x", "--protocol", "tess-random");
    assertTrainRefused("--cache must be a folder", "--cache", " ");
  }

  private void assertTrainRefused(String why, String... arguments) {
    List<String> all =
        new ArrayList<>(List.of("--layout", "tess", "--data", "x", "--out", "not-there"));
    all.addAll(Arrays.asList(arguments));

    Run run = run(new TrainCommand(), all.toArray(new String[0]));

    assertThat(run.exitCode()).as(run.log()).isEqualTo(2);
    assertThat(run.log()).contains(why);
  }

  @Test
  void shouldNotWriteOverAnotherModel() throws Exception {
    Path other = folder.resolve("other");
    Files.createDirectories(other);
    Files.writeString(other.resolve("notes.txt"), "mine");

    Run run = train(data, other);

    assertThat(run.exitCode()).isNotZero();
    assertThat(run.log())
        .contains("holds no model tess-fcnn of the same command", "--name tess-fcnn");
    assertThat(other).isDirectoryContaining("glob:**notes.txt");
    Path own = Files.createDirectories(folder.resolve("own"));
    Files.writeString(own.resolve("weights.safetensors"), "mine");
    assertThat(train(data, own, "--no-protocols").log()).contains("is not empty");
    assertThat(own.resolve("weights.safetensors")).hasContent("mine");
    Path interrupted = Files.createDirectories(folder.resolve("interrupted"));
    Files.writeString(interrupted.resolve("weights.safetensors"), "left");
    Files.writeString(interrupted.resolve("model-card.md.tmp"), "left");
    assertThat(train(data, interrupted, "--no-protocols").exitCode()).isZero();
    assertThat(train(data, model).exitCode()).as("the same model again").isZero();
    Run less = train(data, model, "--no-protocols");
    assertThat(less.exitCode()).as("by default it has the same name").isEqualTo(1);
    assertThat(less.log()).contains("is replaced with --name tess-fcnn");
    Path mine = copyOf(model);
    assertThat(train(data, mine, "--no-protocols", "--name", "tess-fcnn").exitCode()).isZero();
    Files.writeString(mine.resolve("weights.safetensors"), "cut");
    assertThat(train(data, mine).log()).contains("holds a model that cannot be read");
  }

  @Test
  void shouldReportAModelsFiguresAsJson() throws Exception {
    Run run =
        evaluate(
            "--model",
            model.toString(),
            "--layout",
            "tess",
            "--data",
            data.toString(),
            "--format",
            "json");

    assertThat(run.exitCode()).as(run.log()).isZero();
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.get("n").asInt()).isEqualTo(60);
    assertThat(json.get("accuracy").asDouble()).isEqualTo(1);
    assertThat(json.get("uar").asDouble()).isEqualTo(1);
    assertThat(json.get("recall").get("sad").asDouble()).isEqualTo(1);
    assertThat(json.get("confusion").get("labels").toString())
        .isEqualTo("[\"angry\",\"happy\",\"sad\"]");
    assertThat(json.get("confusion").get("counts").toString())
        .isEqualTo("[[20,0,0],[0,20,0],[0,0,20]]");
    assertThat(json.get("ece").asDouble()).isBetween(0.0, 0.2);
  }

  @Test
  void shouldTrainAndTestWithinAProtocol() throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of("--protocol", "tess-speaker", "--data", data.toString(), "--format", "json"));
    arguments.addAll(Arrays.asList(SMALL));
    arguments.addAll(List.of("--condition", "telephone"));

    Run run = evaluate(arguments.toArray(new String[0]));

    assertThat(run.exitCode()).as(run.log()).isZero();
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.get("n").asInt()).isEqualTo(60);
    assertThat(json.get("uar").asDouble()).isGreaterThan(0.8);
    assertThat(json.get("condition").asText()).isEqualTo("telephone");
    assertThat(json.get("folds")).hasSize(2);
    assertThat(json.get("folds").get(0).get("sharedSpeakers").asInt()).isZero();
    assertThat(json.get("folds").get(0).get("sharedTexts").asInt()).isEqualTo(10);
  }

  @Test
  void shouldTrainForCallsAndMeasureThem() throws Exception {
    Path running = folder.resolve("running");
    Run made =
        train(
            data,
            running,
            ("--adapt running --n0 5 --n0-factor 2 --limit 3 --hidden 16 --members 3").split(" "));
    assertThat(made.exitCode()).as(made.log()).isZero();

    String[] arguments = {
      "--model",
      running.toString(),
      "--layout",
      "tess",
      "--data",
      data.toString(),
      "--cache",
      cache(),
      "--format",
      "json"
    };
    Run own = evaluate(arguments);
    List<String> without = new ArrayList<>(Arrays.asList(arguments));
    without.addAll(List.of("--adapt", "none"));
    Run none = evaluate(without.toArray(new String[0]));

    try (EmotionModel loaded = EmotionModel.load(running);
        EmotionClassifier classifier = loaded.newClassifier()) {
      assertThat(classifier.population()).isPresent();
      ModelManifest.Normalization normalization = loaded.manifest().normalization();
      assertThat(normalization.n0()).isEqualTo(5);
      assertThat(normalization.n0ByFeature())
          .hasSize(normalization.mean().size())
          .allSatisfy(windows -> assertThat(windows).isBetween(1f, 100f));
      assertThat(normalization.limit()).isEqualTo(3);
      assertThat(loaded.manifest().architecture().members()).isEqualTo(3);
      assertThat(loaded.manifest().calibration().uncertainBelow()).isEqualTo(0.5f);
    }
    JsonNode json = new ObjectMapper().readTree(own.out());
    assertThat(json.get("adapt").asText()).isEqualTo("running");
    assertThat(json.get("uar").asDouble()).isGreaterThan(0.9);
    assertThat(json.get("callTime")).hasSizeGreaterThan(1);
    assertThat(json.get("callTime").get(0).get("fromSeconds").asInt()).isZero();
    assertThat(new ObjectMapper().readTree(none.out()).get("adapt").asText()).isEqualTo("none");
    assertThat(Files.readString(running.resolve("model-card.md")))
        .contains("adapted to each call", "Over the time of a call: from 0 s", "temperature of ");
  }

  @Test
  void shouldTrainSaveAndMeasureTheNetworkOverFrames() throws Exception {
    String[] small = {
      "--architecture", "cnn-lstm",
      "--spec", "telephone-8k-logmel",
      "--channels", "4,8",
      "--hidden", "8",
      "--epochs", "15",
      "--patience", "0",
      "--schedule", "cosine",
      "--warm-up", "1",
      "--clip-norm", "5",
      "--average", "2",
      "--warp", "0.05"
    };
    List<String> options = new ArrayList<>(Arrays.asList(small));
    options.addAll(List.of("--spec-augment", "--no-protocols"));
    Path made = folder.resolve("frames");
    Path again = folder.resolve("again");

    Run training = train(data, made, options.toArray(new String[0]));
    train(data, again, options.toArray(new String[0]));
    Run measured =
        evaluate(
            "--model",
            made.toString(),
            "--layout",
            "tess",
            "--data",
            data.toString(),
            "--format",
            "json");

    assertThat(training.exitCode()).as(training.log()).isZero();
    try (EmotionModel loaded = EmotionModel.load(made)) {
      assertThat(loaded.manifest().name()).isEqualTo("tess-cnn-lstm");
      assertThat(loaded.featureSpec()).isEqualTo(FeatureSpec.TELEPHONE_8K_LOGMEL);
      assertThat(loaded.manifest().architecture().channels()).containsExactly(4, 8);
      ModelManifest.Hyperparameters hyper = loaded.manifest().training().hyperparameters();
      assertThat(hyper.schedule()).isEqualTo(ModelManifest.Hyperparameters.Schedule.COSINE);
      assertThat(hyper.warmUpEpochs()).isEqualTo(1);
      assertThat(hyper.clipNorm()).isEqualTo(5);
      assertThat(hyper.averagedEpochs()).isEqualTo(2);
      assertThat(hyper.specAugment()).isTrue();
      assertThat(hyper.warp()).isEqualTo(0.05f);
    }
    for (String file : List.of("manifest.json", "weights.safetensors")) {
      assertThat(again.resolve(file)).as(file).hasSameBinaryContentAs(made.resolve(file));
    }
    assertThat(Files.readString(made.resolve("model-card.md")))
        .contains("convolutions of 4, 8 channels, a bidirectional LSTM of 8 units")
        .contains("15 epochs, as many as `--epochs` says");
    assertThat(new ObjectMapper().readTree(measured.out()).get("uar").asDouble())
        .as(measured.log())
        .isGreaterThan(0.9);
  }

  @Test
  void shouldPoolCorporaAndReportEach() throws Exception {
    Path other = MadeUpCorpus.tess(folder.resolve("other"), 6);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--protocol",
                "pooled-speaker",
                "--layout",
                "tess",
                "--data",
                data.toString(),
                "--layout",
                "tess",
                "--data",
                other.toString(),
                "--cache",
                cache(),
                "--adapt",
                "speaker",
                "--format",
                "json"));
    arguments.addAll(Arrays.asList(SMALL));

    Run run = evaluate(arguments.toArray(new String[0]));

    assertThat(run.exitCode()).as(run.log()).isZero();
    JsonNode json = new ObjectMapper().readTree(run.out());
    // The second corpus repeats some of the first one's files.
    int copies = json.get("n").asInt();
    assertThat(run.log()).contains("because an earlier corpus has the same content");
    assertThat(json.get("corpora").get("tess").get("n").asInt()).isEqualTo(60);
    assertThat(json.get("corpora").get("tess-2").get("n").asInt()).isEqualTo(copies - 60);
    assertThat(json.get("corpora").get("tess").get("recall")).hasSize(3);
    for (JsonNode fold : json.get("folds")) {
      assertThat(fold.get("sharedSpeakers").asInt()).isZero();
      assertThat(fold.get("sharedFiles").asInt()).isZero();
    }
  }

  @Test
  void shouldTrainOnChangedRecordings() throws Exception {
    Path plain = folder.resolve("plain");
    Path augmented = folder.resolve("augmented");
    Path again = folder.resolve("again");
    String[] few = {"--no-protocols", "--epochs", "3"};
    train(data, plain, few);
    List<String> options = new ArrayList<>(Arrays.asList(few));
    options.addAll(List.of("--augment", "voice,line", "--augment-versions", "2"));

    Run made = train(data, augmented, options.toArray(new String[0]));
    train(data, again, options.toArray(new String[0]));

    assertThat(made.exitCode()).as(made.log()).isZero();
    byte[] weights = Files.readAllBytes(augmented.resolve("weights.safetensors"));
    assertThat(weights)
        .isNotEqualTo(Files.readAllBytes(plain.resolve("weights.safetensors")))
        .isEqualTo(Files.readAllBytes(again.resolve("weights.safetensors")));
    try (EmotionModel loaded = EmotionModel.load(augmented)) {
      assertThat(loaded.manifest().training().command())
          .contains("--augment voice,line --augment-versions 2");
    }
  }

  @Test
  void shouldRefuseToChangeWhatItDoesNotKnow() {
    Run run = train(data, folder.resolve("none"), "--augment", "voice,echo");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.log()).contains("--augment must be none, all, or some of voice,room,line");
  }

  private String cache() {
    return folder.resolve("cache").toString();
  }

  @Test
  void shouldShowATableWithTheWorstClass() throws Exception {
    Run run = evaluate("--model", model.toString(), "--layout", "tess", "--data", data.toString());

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("tess-fcnn version 1, clean, adapt none, mixed")
        .contains("clips 60", "accuracy 100.0 %", "worst angry 100.0 %", "ECE");
    assertThat(run.log()).contains("careful: tess-fcnn was trained on tess");
  }

  @Test
  void shouldSayWhatItLeavesOutDropsAndSkips() throws Exception {
    Path tree = MadeUpCorpus.tess(folder.resolve("TESS"), 3);
    Files.createDirectories(tree.resolve("again/OAF_angry"));
    Files.copy(
        tree.resolve("OAF_angry/OAF_w0_angry.wav"),
        tree.resolve("again/OAF_angry/OAF_w0_angry.wav"));
    Files.createDirectories(tree.resolve("OAF_disgust"));
    Files.writeString(tree.resolve("OAF_disgust/OAF_w0_disgust.wav"), "not read");
    Files.writeString(tree.resolve("OAF_sad/OAF_broken_sad.wav"), "not a sound");
    MadeUpCorpus.write(tree.resolve("OAF_sad/OAF_short_sad.wav"), 440, 0.01, 1);
    Files.writeString(tree.resolve("readme.wav"), "no label");

    Run run = evaluate("--model", model.toString(), "--layout", "tess", "--data", tree.toString());

    assertThat(run.exitCode()).as(run.log()).isZero();
    assertThat(run.out()).contains("clips 18");
    assertThat(run.log())
        .contains("{disgust=1}")
        .contains("dropped 1 of 21 files because another has the same content")
        .contains("skipped 3 files")
        .contains("OAF_sad/OAF_broken_sad.wav: ")
        .contains("OAF_sad/OAF_short_sad.wav: too short to analyze")
        .contains("readme.wav: its name does not tell");
  }

  @Test
  void shouldMeasureCrossCorpusFirstAndBySite() throws Exception {
    // Tones that do not move are no speech, and a place is known by its speech.
    Path moving = MadeUpCorpus.tess(folder.resolve("TESS"), 10, 0.3);
    Path csv = ofOtherSpeakers();
    Path made = folder.resolve("site");
    String[] more = {"--layout", "csv", "--data", csv.toString(), "--adapt", "site"};
    Run training = train(moving, made, more);
    List<String> arguments =
        new ArrayList<>(
            List.of("--protocol", "cross-corpus", "--layout", "tess", "--data", moving.toString()));
    arguments.addAll(Arrays.asList(more));
    arguments.addAll(Arrays.asList(SMALL));
    arguments.addAll(List.of("--cache", cache()));
    Run table = evaluate(arguments.toArray(new String[0]));
    arguments.addAll(List.of("--format", "json"));
    Run run = evaluate(arguments.toArray(new String[0]));
    arguments.addAll(List.of("--condition", "telephone"));
    Run line = evaluate(arguments.toArray(new String[0]));

    assertThat(training.exitCode()).as(training.log()).isZero();
    assertThat(Files.readString(made.resolve("model-card.md")))
        .contains("mean and deviation of the place", "Mean of the corpora, `cross-corpus`: ")
        .contains("evaluate --protocol cross-corpus --condition telephone --layout tess")
        .containsSubsequence(
            "\n| `cross-corpus` |", "\n| `cross-corpus telephone` |", "\n| `pooled-speaker` |");
    assertThat(Files.readString(made.resolve("report.html")))
        .containsSubsequence(
            "<td>cross-corpus</td>", "<td>cross-corpus telephone</td>", "<td>pooled-speaker</td>");
    assertThat(training.out()).contains("chance");
    try (EmotionModel loaded = EmotionModel.load(made)) {
      assertThat(loaded.manifest().normalization().adaptedTo()).isEmpty();
      Map<String, ModelManifest.Metrics> metrics = loaded.manifest().training().metrics();
      assertThat(metrics.get("cross-corpus").ece()).isCloseTo(ece(run), within(1e-4));
      assertThat(metrics.get("cross-corpus telephone").ece()).isCloseTo(ece(line), within(1e-4));
      assertThat(metrics).doesNotContainKey("pooled-speaker telephone");
      assertThat(ece(line)).isNotEqualTo(ece(run));
    }

    assertThat(run.exitCode()).as(run.log()).isZero();
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.get("adapt").asText()).isEqualTo("site");
    assertThat(json.get("calls").asText()).isEqualTo("mixed");
    JsonNode ofCsv = json.get("corpora").get("csv");
    assertThat(ofCsv.get("uarChance").asDouble()).isEqualTo(0.5);
    assertThat(ofCsv.get("certainHalfAccuracy").asDouble()).isBetween(0.0, 1.0);
    assertThat(ofCsv.get("uncertain").get("share").asDouble()).isBetween(0.0, 1.0);
    assertThat(json.get("meanOfCorpora").get("certainHalfAccuracy").asDouble()).isBetween(0.0, 1.0);
    assertThat(table.out()).contains("of the half with the higher confidence");
    assertThat(Files.readString(made.resolve("model-card.md")))
        .contains("\nRight, `cross-corpus`: ", "accuracy of the certain half");
    assertThat(ofCsv.get("uarOpen").asDouble()).isLessThanOrEqualTo(ofCsv.get("uar").asDouble());
    assertThat(ofCsv.get("auc").fieldNames()).toIterable().containsExactly("angry", "sad");
    assertThat(ofCsv.get("arousalAuc").asDouble()).isBetween(0.5, 1.0);
    // Both are unpleasant.
    assertThat(ofCsv.has("valenceAuc")).isFalse();
    assertThat(json.get("corpora").get("tess").get("uarChance").asDouble())
        .isCloseTo(1 / 3.0, within(1e-9));
    assertThat(json.get("corpora").get("tess").get("valenceAuc").asDouble()).isBetween(0.0, 1.0);
    assertThat(json.get("meanOfCorpora").get("uarChance").asDouble())
        .isCloseTo(5 / 12.0, within(1e-9));
    assertThat(json.get("folds").get(0).get("uarChance").asDouble()).isEqualTo(0.5);
    assertThat(table.out())
        .contains(
            "mean of the corpora: accuracy ",
            "(chance 50.0 %)",
            "AUC angry ",
            "AUC, % (chance 50)");
  }

  @Test
  void shouldWriteWhatUnheardCorporaGiveBeforeAllOtherFigures() throws Exception {
    Path mine = copyOf(model);
    Path csv = ofOtherSpeakers();
    String[] tested = {
      "--model", mine.toString(), "--layout", "csv", "--data", csv.toString(), "--adapt", "none"
    };
    Run line = evaluate(with(tested, "--condition", "telephone", "--format", "json"));

    Run run = evaluate(with(tested, "--card"));
    assertThat(run.log()).contains("careful: which single recordings tess-fcnn was trained on");

    assertThat(run.exitCode()).as(run.log()).isZero();
    assertThat(run.out())
        .containsSubsequence(", clean,", "UAR", ", telephone,", "UAR", "written to");
    String uar =
        String.format(
            Locale.ROOT,
            "%.1f %%",
            100 * new ObjectMapper().readTree(line.out()).get("uar").asDouble());
    String card = Files.readString(mine.resolve("model-card.md"));
    assertThat(card)
        .containsSubsequence(
            "# Model card: tess-fcnn, version 1",
            "## On corpora that it has not heard\n\nVersion 1, as it is,",
            "It is not adapted to them.",
            "| `as recorded` | corpora that were never heard in training | 24 |",
            "| `telephone` | the same, heard as `--condition telephone` has it | 24 |",
            uar,
            "\n    evaluate --model "
                + mine
                + " --layout csv --data "
                + csv
                + " --card --adapt none\n",
            "Right, `telephone`: ",
            "\n## How good it is\n",
            "`tess-speaker`")
        .doesNotContain("\n\n\n");
    String report = Files.readString(mine.resolve("report.html"));
    assertThat(report)
        .startsWith("<!DOCTYPE html>")
        .containsSubsequence(
            "<h1>",
            "<h2>On corpora that it has not heard</h2>",
            "<td>as recorded</td>",
            "<td>telephone</td>",
            uar,
            "<h2>Results by protocol</h2>");

    assertThat(evaluate(with(tested, "--card")).exitCode()).isZero();
    assertThat(mine.resolve("model-card.md")).hasContent(card);
    assertThat(mine.resolve("report.html")).hasContent(report);
    String end = "<!-- So far what evaluate wrote. -->\n";
    Path file = mine.resolve("model-card.md");
    Files.writeString(file, card.replace(end, end + "\n### Ours\n").replace("\n", "\r\n"));
    assertThat(evaluate(with(tested, "--card")).exitCode()).isZero();
    assertThat(file).hasContent(card.replace(end, end + "\n### Ours\n"));
    Files.writeString(file, card.replace(end, ""));
    assertThat(evaluate(with(tested, "--card")).log()).contains("without its last line");
    Files.writeString(file, card);
    try (Stream<Path> before = Files.list(model);
        Stream<Path> after = Files.list(mine)) {
      assertThat(after.map(Path::getFileName).toList())
          .containsExactlyInAnyOrderElementsOf(before.map(Path::getFileName).toList());
    }
  }

  @Test
  void shouldWriteNothingOfCorporaThatWereHeardAndNeedACard() throws Exception {
    Path mine = copyOf(model);
    String card = Files.readString(mine.resolve("model-card.md"));

    Run heard =
        evaluate(
            "--model", mine.toString(), "--layout", "tess", "--data", data.toString(), "--card");

    assertThat(heard.exitCode()).isEqualTo(1);
    assertThat(heard.log())
        .contains("tess-fcnn was trained on tess: --card is for corpora that it has not heard");
    assertThat(mine.resolve("model-card.md")).hasContent(card);

    Path csv = ofOtherSpeakers();
    Files.writeString(mine.resolve("model-card.md"), "mine");
    Run other =
        evaluate("--model", mine.toString(), "--layout", "csv", "--data", csv.toString(), "--card");
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.log()).contains("model-card.md", "train the model again");
    assertThat(mine.resolve("model-card.md")).hasContent("mine");

    Files.delete(mine.resolve("model-card.md"));
    Run without =
        evaluate("--model", mine.toString(), "--layout", "csv", "--data", csv.toString(), "--card");
    assertThat(without.exitCode()).isEqualTo(1);
    assertThat(without.log()).contains("has no model card");
  }

  /** Two labels of three speakers, in a CSV. */
  private Path ofOtherSpeakers() throws IOException {
    Path other = folder.resolve("csv");
    StringBuilder list = new StringBuilder("path,label,speaker\n");
    int seed = 1_000;
    for (String speaker : List.of("a", "b", "c")) {
      for (String label : List.of("angry", "sad")) {
        for (int i = 0; i < 4; i++) {
          String name = speaker + label + i + ".wav";
          MadeUpCorpus.write(
              other.resolve(name), label.equals("sad") ? 1900 : 300, 0.4, 0.3, seed++);
          list.append(name).append(',').append(label).append(',').append(speaker).append('\n');
        }
      }
    }
    return Files.writeString(other.resolve("list.csv"), list);
  }

  private Path copyOf(Path directory) throws IOException {
    Path copy = Files.createDirectories(folder.resolve("copy"));
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.of(arguments, more).flatMap(Stream::of).toArray(String[]::new);
  }

  @Test
  void shouldMeasureHowMuchOfAPlaceIsNeeded() throws Exception {
    Path moving = MadeUpCorpus.tess(folder.resolve("TESS"), 10, 0.3);
    String[] corpus = {"--layout", "tess", "--data", moving.toString(), "--format", "json"};
    String[] place = {"--model", model.toString(), "--adapt", "site"};
    JsonNode all = evaluated(corpus, place);
    JsonNode much = evaluated(corpus, place, "--site-callers", "2", "--site-windows", "999");
    JsonNode little = evaluated(corpus, place, "--site-windows", "1");

    assertThat(all.has("siteCallers") || all.has("siteWindows")).isFalse();
    assertThat(much.get("siteCallers").asInt()).isEqualTo(2);
    assertThat(much.get("siteWindows").asInt()).isEqualTo(999);
    assertThat(much.get("uar")).isEqualTo(all.get("uar"));
    assertThat(little.get("uar").asDouble()).isLessThan(all.get("uar").asDouble());

    String needed = "need --model and --adapt site";
    for (String option : List.of("--site-callers", "--site-windows")) {
      String model = "--data x --model x " + option;
      for (String mode : List.of("none", "running", "speaker")) {
        assertRefused(model + " 3 --adapt " + mode, needed);
      }
      assertRefused(model + " 3", needed);
      assertRefused("--data x --protocol pooled-speaker --adapt site " + option + " 3", needed);
      assertRefused(model + " 0 --adapt site", option + " must be 1 or above");
    }
    assertRefused(
        "--data x --model x --adapt site --labeled-per-class 3 --site-windows 3",
        "--site-windows does not go with --labeled-per-class");
  }

  private static void assertRefused(String arguments, String why) {
    Run run = evaluate(arguments.split(" "));
    assertThat(run.exitCode()).as(arguments).isEqualTo(2);
    assertThat(run.log()).as(arguments).contains(why);
  }

  private static JsonNode evaluated(String[] corpus, String[] place, String... more)
      throws IOException {
    List<String> arguments = new ArrayList<>(Arrays.asList(corpus));
    arguments.addAll(Arrays.asList(place));
    arguments.addAll(Arrays.asList(more));
    Run run = evaluate(arguments.toArray(new String[0]));
    assertThat(run.exitCode()).as(run.log()).isZero();
    return new ObjectMapper().readTree(run.out());
  }

  @Test
  void shouldMeasureCallsOfOneMood() throws Exception {
    String[] arguments = {
      "--model",
      model.toString(),
      "--layout",
      "tess",
      "--data",
      data.toString(),
      "--format",
      "json",
      "--adapt",
      "running",
      "--calls"
    };
    List<String> oneMood = new ArrayList<>(Arrays.asList(arguments));
    oneMood.add("one-mood");
    List<String> wrong = new ArrayList<>(Arrays.asList(arguments));
    wrong.add("angry");

    Run run = evaluate(oneMood.toArray(new String[0]));
    Run refused = evaluate(wrong.toArray(new String[0]));

    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.get("calls").asText()).isEqualTo("one-mood");
    assertThat(json.get("n").asInt()).isEqualTo(60);
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.log()).contains("--calls must be mixed, one-mood or mostly-neutral");
  }

  @Test
  void shouldUseAtMostSoManyRecordingsOfEachLabel() throws Exception {
    String[] arguments = {
      "--model", model.toString(), "--layout", "tess", "--data", data.toString(), "--format", "json"
    };
    List<String> drawn = new ArrayList<>(Arrays.asList(arguments));
    drawn.addAll(List.of("--per-class", "tess:7,3"));
    List<String> wrong = new ArrayList<>(Arrays.asList(arguments));
    wrong.addAll(List.of("--per-class", "tess:0"));
    List<String> other = new ArrayList<>(Arrays.asList(arguments));
    other.addAll(List.of("--per-class", "ravdess:2"));

    Run run = evaluate(drawn.toArray(new String[0]));
    Run ofOther = evaluate(other.toArray(new String[0]));
    Run refused = evaluate(wrong.toArray(new String[0]));

    assertThat(run.log()).contains("tess: drew 21 of 60 recordings, at most 7 of each label");
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.get("n").asInt()).isEqualTo(21);
    assertThat(json.get("notDrawn").asInt()).isEqualTo(39);
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.log()).contains("--per-class must be N or LAYOUT:N");
    assertThat(ofOther.exitCode()).isEqualTo(2);
    assertThat(ofOther.log()).contains("there is no --layout ravdess among the corpora");
  }

  @Test
  void shouldReadACsvAndFolders() throws Exception {
    Path tree = MadeUpCorpus.tess(folder.resolve("own/angry/x"), 1);
    Path csv = folder.resolve("list.csv");
    Files.writeString(
        csv,
        "path,label,speaker\nown/angry/x/OAF_sad/OAF_w0_sad.wav,sadness,ann\nown/missing.wav,sad,bob\n");
    assertThat(tree).exists();

    Run fromCsv =
        evaluate("--model", model.toString(), "--layout", "csv", "--data", csv.toString());
    Run fromFolders =
        evaluate(
            "--model",
            model.toString(),
            "--layout",
            "folders",
            "--data",
            folder.resolve("own").toString());

    assertThat(fromCsv.exitCode()).as(fromCsv.log()).isZero();
    assertThat(fromCsv.out()).contains("clips 1 ");
    assertThat(fromCsv.log()).contains("own/missing.wav: there is no such file");
    assertThat(fromFolders.out()).contains("clips 6 ");
  }

  @Test
  void shouldSayWhereToGetTessWhenItIsMissing() {
    Run run = train(folder.resolve("nowhere"), folder.resolve("model"));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.log()).contains("no folder", "10.5683/SP2/E8H2MF", "OAF_angry/");
    assertThat(folder.resolve("model")).doesNotExist();
  }

  @Test
  void shouldNameTheLabelsThereAreWhenNoneIsWanted() {
    Run run = train(data, folder.resolve("model"), "--labels", "calm,boredom");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.log()).contains("{angry=20, happy=20, sad=20}", "--labels");
  }

  @Test
  void shouldFailOnAModelThatIsMissing() {
    Run run =
        evaluate(
            "--model",
            folder.resolve("none").toString(),
            "--layout",
            "tess",
            "--data",
            data.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.log()).contains("model directory", "does not exist");
  }

  @Test
  void shouldTellWrongUsage() {
    String[][] wrong = {
      {"--layout", "tess", "--data", "x"},
      {"--model", "x", "--protocol", "tess-random", "--data", "x"},
      {"--model", "x", "--data", "x"},
      {"--model", "x", "--layout", "tapes", "--data", "x"},
      {"--model", "x", "--layout", "tess", "--data", "x", "--adapt", "sometimes"},
      {"--model", "x", "--layout", "tess", "--data", "x", "--condition", "noisy"},
      {"--model", "x", "--layout", "tess", "--data", "x", "--condition", "noise:high"},
      {"--model", "x", "--layout", "tess", "--data", "x", "--format", "xml"},
      {"--model", "x", "--layout", "tess", "--data", "x", "--also-through", "telephone"},
      {"--model", "x", "--layout", "tess", "--data", "x", "--labels", "angry"},
      {"--protocol", "tess-random", "--layout", "tess", "--data", "x", "--also-through", ","},
      {"--model", "x", "--layout", "tess", "--data", "x", "--card", "--condition", "telephone"},
      {"--model", "x", "--layout", "tess", "--data", "x", "--card", "--format", "json"},
      {"--model", "x", "--layout", "tess", "--data", "x", "--card", "--labeled-per-class", "5"},
      {"--protocol", "tess-random", "--layout", "tess", "--data", "x", "--card"},
      {"--protocol", "tess-nothing", "--data", "x"},
      {"--protocol", "pooled-speaker", "--data", "x"},
      {"--protocol", "pooled-speaker", "--layout", "tess", "--data", "x", "--data", "y"},
      {"--protocol", "tess-random", "--data", "x", "--n0", "0"},
      {"--protocol", "tess-random", "--data", "x", "--uncertain-below", "2"},
      {"--protocol", "tess-random", "--layout", "emodb", "--data", "x"},
      {"--protocol", "tess-random", "--data", "x", "--hidden", "0"},
      {"--protocol", "tess-random", "--data", "x", "--spec", "mp3"},
      {"--protocol", "tess-random", "--data", "x", "--dropout", "1.5"},
      {"--protocol", "tess-random", "--data", "x", "--limit", "-1"},
      {"--protocol", "tess-random", "--data", "x", "--n0-factor", "-1"},
      {"--protocol", "tess-random", "--data", "x", "--members", "2"},
      {"--protocol", "tess-random", "--data", "x", "--architecture", "rnn"},
      {
        "--protocol",
        "tess-random",
        "--data",
        "x",
        "--architecture",
        "cnn-lstm",
        "--spec",
        "wideband-16k"
      },
      {"--protocol", "tess-random", "--data", "x", "--spec", "wideband-16k-logmel"},
      {"--protocol", "tess-random", "--data", "x", "--channels", "8,8"},
      {"--protocol", "tess-random", "--data", "x", "--spec-augment"},
      {"--protocol", "tess-random", "--data", "x", "--schedule", "stairs"},
      {"--protocol", "tess-random", "--data", "x", "--average", "0"},
      {"--protocol", "tess-random", "--data", "x", "--architecture", "cnn-lstm", "--warp", "0.9"},
      {
        "--protocol",
        "tess-random",
        "--data",
        "x",
        "--architecture",
        "cnn-lstm",
        "--window-ms",
        "5000"
      },
    };

    for (String[] arguments : wrong) {
      Run run = evaluate(arguments);
      assertThat(run.exitCode()).as(String.join(" ", arguments)).isEqualTo(2);
      assertThat(run.log()).contains("Usage:");
    }
  }

  private static Run train(Path data, Path out, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--layout", "tess", "--data", data.toString(), "--out", out.toString()));
    List<String> later = Arrays.asList(more);
    for (int i = 0; i < SMALL.length; i += 2) {
      if (!later.contains(SMALL[i])) {
        arguments.addAll(List.of(SMALL[i], SMALL[i + 1]));
      }
    }
    arguments.addAll(later);
    arguments.addAll(List.of("--cache", "none"));
    return run(new TrainCommand(), arguments.toArray(new String[0]));
  }

  private static double ece(Run evaluation) throws Exception {
    return new ObjectMapper().readTree(evaluation.out()).get("ece").asDouble();
  }

  private static Run evaluate(String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    if (!all.contains("--cache")) {
      all.addAll(List.of("--cache", "none"));
    }
    return run(new EvaluateCommand(), all.toArray(new String[0]));
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
