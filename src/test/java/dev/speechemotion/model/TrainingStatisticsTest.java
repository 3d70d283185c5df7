package dev.speechemotion.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.features.spec.WindowSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingStatisticsTest {
  private static final List<String> LABELS = List.of("angry", "sad");
  private static final int USED = 5;
  private static final byte[] WEIGHTS =
      EncoderModels.linearHead(new float[2][EncoderPooling.LENGTH], new float[2]);
  private static PretrainedEncoder encoder;

  @TempDir Path folder;

  @BeforeAll
  static void loadEncoder() throws ModelException {
    encoder = PretrainedEncoder.load(Path.of("models/encoder"));
  }

  @AfterAll
  static void closeEncoder() {
    encoder.close();
  }

  @Test
  void shouldBeReadAsTheyWereWrittenAndGoAlongWithAVersion() throws IOException {
    TrainingStatistics statistics = statistics(USED);
    save(statistics.encode());
    Path version = folder.resolve("version");
    ModelManifest before;
    try (EmotionModel model = EmotionModel.load(folder)) {
      before = model.manifest();
      assertSame(model.statistics().orElseThrow(), statistics);
    }
    byte[] head = EncoderModels.linearHead(new float[2][EncoderPooling.LENGTH], new float[] {1, 2});

    EmotionModel.saveVersion(
        version,
        before.with(ModelManifest.Weights.of("weights.safetensors", head), before.calibration()),
        head,
        folder,
        Map.of());

    try (EmotionModel model = EmotionModel.load(version)) {
      assertSame(model.statistics().orElseThrow(), statistics);
      assertThat(model.manifest().weights()).isNotEqualTo(before.weights());
    }
    assertThat(statistics(USED).encode()).isEqualTo(statistics.encode());
  }

  @Test
  void shouldNotBeNeeded() throws IOException {
    EmotionModel.save(
        folder, manifest(), WEIGHTS, Optional.of(encoder), Optional.empty(), Map.of());

    assertThat(Files.readString(folder.resolve("manifest.json"))).doesNotContain("statistics");
    try (EmotionModel model = EmotionModel.load(folder)) {
      assertThat(model.statistics()).isEmpty();
    }
  }

  @Test
  void shouldBeRefusedWhereTheyAreChangedOrOfAnotherModel() throws IOException {
    byte[] file = statistics(USED).encode();
    save(file);
    Path there = folder.resolve("training-statistics.safetensors");
    file[file.length - 1] ^= 1;
    Files.write(there, file);
    assertThatThrownBy(() -> EmotionModel.load(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("training-statistics.safetensors has SHA-256");
    Files.delete(there);
    assertThatThrownBy(() -> EmotionModel.load(folder))
        .hasMessageContaining("training-statistics.safetensors is missing");

    assertThatThrownBy(() -> save(statistics(USED + 1).encode()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("means has shape [2,6]");
  }

  @Test
  void shouldRefuseWhatNoExamplesHave() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TrainingStatistics(new float[2][1], new float[2], new float[] {-1}))
        .withMessageContaining("variances must be from 0");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new TrainingStatistics(new float[2][2], new float[2], new float[] {1, 2, 1}))
        .withMessageContaining("above what the variances allow");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new TrainingStatistics(new float[2][1], new float[] {1, -1}, new float[] {1}))
        .withMessageContaining("masses");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TrainingStatistics(new float[2][2], new float[2], new float[2]))
        .withMessageContaining("a covariance of 2 columns");
  }

  private static void assertSame(TrainingStatistics one, TrainingStatistics other) {
    assertThat(one.encode()).isEqualTo(other.encode());
  }

  private void save(byte[] file) throws IOException {
    EmotionModel.save(
        folder,
        manifest().keeping(TrainingStatistics.entry(file)),
        WEIGHTS,
        Optional.of(encoder),
        Optional.of(file),
        Map.of());
  }

  private static TrainingStatistics statistics(int columns) {
    Random random = new Random(1);
    float[][] means = new float[2][columns];
    float[] covariance = new float[columns * (columns + 1) / 2];
    int at = 0;
    for (int i = 0; i < columns; i++) {
      means[0][i] = (float) random.nextGaussian();
      means[1][i] = (float) random.nextGaussian();
      for (int j = 0; j <= i; j++) {
        covariance[at++] = i == j ? 1 : 0.5f * random.nextFloat();
      }
    }
    return new TrainingStatistics(means, new float[] {2, 3}, covariance);
  }

  /** All columns but the first ones are left out. */
  private static ModelManifest manifest() {
    List<Float> deviation =
        new ArrayList<>(
            Collections.nCopies(EncoderPooling.LENGTH, ModelManifest.Normalization.LEFT_OUT));
    Collections.fill(deviation.subList(0, USED), 1f);
    return EncoderModels.manifest(
        encoder,
        "fixture",
        "1",
        EncoderModels.LINEAR,
        LABELS,
        WindowSettings.DEFAULT,
        new ModelManifest.Normalization(Collections.nCopies(EncoderPooling.LENGTH, 0f), deviation),
        new ModelManifest.Calibration(1, 0, 0),
        WEIGHTS,
        new ModelManifest.Training(
            "train",
            1,
            ModelFixture.hyperparameters(0.001f, 32, 10, 5, 0.1, false, 0, 0),
            List.of(),
            1,
            Map.of()));
  }
}
