package dev.speechemotion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.CorpusLayout;
import dev.speechemotion.training.corpus.CorpusReader;
import dev.speechemotion.training.corpus.FeatureCache;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Labels;
import dev.speechemotion.training.evaluation.ClassificationMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The model that the repository ships. */
class ShippedModelTest {
  private static final Path DIRECTORY = Path.of("models/tess-fcnn");
  private static final Path TESS = Path.of("data/TESS");

  private static EmotionModel model;

  @TempDir Path folder;

  @BeforeAll
  static void load() throws Exception {
    model = EmotionModel.load(DIRECTORY);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void shouldKnowSixEmotionsFromTheSeedsFeatures() {
    assertThat(model.labels()).isEqualTo(Labels.DEFAULT);
    assertThat(model.featureSpec()).isEqualTo(FeatureSpec.LIBROSA_22K);
    assertThat(model.identity().name()).isEqualTo("tess-fcnn");
    assertThat(model.manifest().training().corpora())
        .singleElement()
        .extracting(ModelManifest.Corpus::files)
        .isEqualTo(2400);
  }

  static List<Path> shipped() throws IOException {
    try (Stream<Path> directories = Files.list(Path.of("models"))) {
      // The encoder is a part of models, and none itself.
      return directories
          .filter(Files::isDirectory)
          .filter(directory -> !directory.endsWith("encoder"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void shouldSayOnItsCardWhatTheManifestSays(Path directory) throws Exception {
    String card = Files.readString(directory.resolve("model-card.md"));
    try (EmotionModel shipped = EmotionModel.load(directory)) {
      ModelManifest.Training training = shipped.manifest().training();

      assertThat(shipped.identity().name()).isEqualTo(directory.getFileName().toString());
      assertThat(card).contains(shipped.manifest().weights().sha256(), training.command());
      assertThat(training.corpora())
          .isNotEmpty()
          .allSatisfy(corpus -> assertThat(card).contains(corpus.name(), corpus.license()));
      // Protocols cannot leave out what a teacher has heard.
      assertThat(training.metrics().isEmpty()).isEqualTo(training.command().contains("--teacher"));
      assertThat(training.metrics())
          .allSatisfy(
              (name, metrics) -> {
                String line =
                    card.lines()
                        .filter(row -> row.startsWith("| `" + name))
                        .findFirst()
                        .orElseThrow();
                String[] cells = line.split("[|%(]");
                assertThat(line).contains("| " + metrics.clips() + " |", metrics.worstLabel());
                // The manifest rounds as well.
                assertThat(Double.parseDouble(cells[4].strip()))
                    .isCloseTo(100 * metrics.accuracy(), within(0.06));
              });
    }
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void shouldBeSmall(Path directory) throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isLessThan(20_000_000);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"open", "telephone", "wideband"})
  void shouldShipModelsThatCompaniesMayUse(String name) throws Exception {
    try (EmotionModel free = EmotionModel.load(Path.of("models", name))) {
      assertThat(free.labels()).isEqualTo(Labels.DEFAULT);
      assertThat(free.manifest().training().corpora())
          .extracting(ModelManifest.Corpus::license)
          .isSubsetOf(
              "CC0 1.0",
              "Open Database License 1.0",
              "Apache-2.0",
              "free for commercial and non-commercial use");
    }
  }

  @Test
  void shouldClassifyRealSpeech() throws Exception {
    Path recording = Path.of("src/test/resources/reference/emodb-03a01Fa-22050.wav");
    Path csv =
        Files.writeString(
            folder.resolve("one.csv"), "path,label\n" + recording.toAbsolutePath() + ",happy\n");
    List<LabeledClip> clips = clips(CorpusLayout.CSV, csv);
    float[] probabilities = new float[6];

    try (EmotionClassifier classifier = model.newClassifier()) {
      classifier.classify(clips.get(0).windows().get(0), 1, probabilities);
    }

    float sum = 0;
    for (float probability : probabilities) {
      assertThat(probability).isBetween(0f, 1f);
      sum += probability;
    }
    assertThat(sum).isCloseTo(1, within(1e-5f));
  }

  @Test
  void shouldRecognizeItsTrainingRecordings() throws Exception {
    assumeThat(TESS).as("TESS lies at data/TESS").isDirectory();
    StringBuilder csv = new StringBuilder("path,label,speaker\n");
    try (Stream<Path> folders = Files.list(TESS)) {
      for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
        try (Stream<Path> files = Files.list(folder)) {
          files
              .sorted()
              .limit(5)
              .forEach(
                  file ->
                      csv.append(file.toAbsolutePath())
                          .append(',')
                          .append(folder.getFileName().toString().substring(4))
                          .append(",x\n"));
        }
      }
    }
    Path list = Files.writeString(folder.resolve("list.csv"), csv);

    ClassificationMetrics evaluation = new ClassificationMetrics(model.labels());
    try (EmotionClassifier classifier = model.newClassifier()) {
      evaluation.addAll(classifier, clips(CorpusLayout.CSV, list));
    }

    assertThat(evaluation.clipCount()).isEqualTo(60);
    assertThat(evaluation.accuracy()).isGreaterThan(0.95);
  }

  private static List<LabeledClip> clips(CorpusLayout layout, Path data) throws Exception {
    return new CorpusReader(
            new Corpus.Settings(
                model.labels(), model.featureSpec(), model.manifest().windows(), Condition.CLEAN),
            FeatureCache.none(),
            new PrintWriter(Writer.nullWriter()))
        .read(layout.id(), layout, data)
        .clips();
  }
}
