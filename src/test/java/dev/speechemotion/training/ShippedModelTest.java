package dev.speechemotion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.FeatureSpec;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
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

  @Test
  void shouldSayOnItsCardWhatTheManifestSays() throws Exception {
    String card = Files.readString(DIRECTORY.resolve("model-card.md"));

    assertThat(card)
        .contains(model.manifest().weights().sha256(), model.manifest().training().command());
    assertThat(model.manifest().training().metrics())
        .containsOnlyKeys("tess-random", "tess-words", "tess-speaker")
        .allSatisfy(
            (name, metrics) ->
                assertThat(card.lines().filter(line -> line.startsWith("| `" + name)).findFirst())
                    .get()
                    .asString()
                    .contains(
                        "| %d | %.1f %%".formatted(metrics.clips(), 100 * metrics.accuracy()),
                        metrics.worstLabel()));
  }

  @Test
  void shouldClassifyRealSpeech() throws Exception {
    Path recording = Path.of("src/test/resources/reference/emodb-03a01Fa-22050.wav");
    Path csv =
        Files.writeString(
            folder.resolve("one.csv"), "path,label\n" + recording.toAbsolutePath() + ",happy\n");
    List<Clip> clips = clips(CorpusLayout.CSV, csv);
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

    Evaluation evaluation = new Evaluation(model.labels());
    try (EmotionClassifier classifier = model.newClassifier()) {
      evaluation.addAll(classifier, clips(CorpusLayout.CSV, list));
    }

    assertThat(evaluation.clipCount()).isEqualTo(60);
    assertThat(evaluation.accuracy()).isGreaterThan(0.95);
  }

  private static List<Clip> clips(CorpusLayout layout, Path data) throws Exception {
    return Corpus.load(
            layout.id(),
            layout,
            data,
            new Corpus.Settings(
                model.labels(), model.featureSpec(), model.manifest().windows(), Condition.CLEAN),
            FeatureCache.none(),
            new PrintWriter(Writer.nullWriter()))
        .clips();
  }
}
