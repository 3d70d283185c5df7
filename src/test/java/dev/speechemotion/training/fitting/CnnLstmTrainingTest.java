package dev.speechemotion.training.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.model.Architecture;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.NetworkType;
import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.evaluation.ClassificationMetrics;
import dev.speechemotion.training.evaluation.PopulationStatistics;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The trainer with the network over log-mel frames. */
class CnnLstmTrainingTest {
  private static final PrintWriter NO_LOG = new PrintWriter(Writer.nullWriter());
  private static final List<String> LABELS = List.of("rising", "falling", "steady");
  private static final FeatureSpec SPEC = FeatureSpec.TELEPHONE_8K_LOGMEL;
  private static final int BANDS = FeatureLayout.of(SPEC).windowColumnCount();

  /** What differs is only in which order the bands sound: the means over time say nothing. */
  @Test
  void shouldLearnWhatOnlyTheOrderOfTheFramesTells() throws Exception {
    NetworkTrainer trainer = trainer(1, 25, true, 3);

    ValidatedTraining fitted = trainer.fit("test", clips(List.of("a", "b"), 20, 1));

    ClassificationMetrics evaluation = new ClassificationMetrics(LABELS);
    try (EmotionModel model = model(fitted.network());
        EmotionClassifier classifier = model.newClassifier()) {
      evaluation.addAll(classifier, clips(List.of("c"), 10, 2));
    }
    assertThat(evaluation.uar()).isGreaterThan(0.9);
  }

  @Test
  void shouldGiveTheSameWeightsForTheSameSeedOnly() throws Exception {
    List<LabeledClip> clips = clips(List.of("a", "b"), 5, 1);

    byte[] once = trainer(5, 3, true, 2).fit("test", clips).network().weights();
    byte[] again = trainer(5, 3, true, 2).fit("test", clips).network().weights();
    byte[] other = trainer(6, 3, true, 2).fit("test", clips).network().weights();
    byte[] unvaried = trainer(5, 3, false, 2).fit("test", clips).network().weights();

    assertThat(again).isEqualTo(once);
    assertThat(other).isNotEqualTo(once);
    assertThat(unvaried).isNotEqualTo(once);
  }

  @Test
  void shouldNormalizeEachBandOverTheFramesThatThereAre() {
    float[] window = new float[FeatureLayout.of(SPEC).windowFeatureCount()];
    Arrays.fill(window, Float.NaN);
    for (int i = 0; i < 3 * BANDS; i++) {
      window[i] = i % BANDS + (i / BANDS - 1) * 2;
    }

    ModelManifest.Normalization normalization =
        PopulationStatistics.overall(List.of(Clips.clip("steady", "a", "x", window)), BANDS);

    assertThat(normalization.mean()).hasSize(BANDS);
    assertThat(normalization.mean().get(7)).isEqualTo(7f);
    assertThat((double) normalization.deviation().get(7))
        .isCloseTo(Math.sqrt(8 / 3.0), within(1e-6));
  }

  @Test
  void shouldTrainOnFramesAdaptedToTheSpeaker() throws Exception {
    FittingSettings plain = settings(1, 15, false, 1);
    NetworkTrainer trainer =
        new NetworkTrainer(
            new FittingSettings(
                plain.architecture(),
                SPEC,
                plain.hyperparameters(),
                new Adaptation(Adaptation.Mode.RUNNING, 10, 0, 0.3f),
                0,
                1),
            LABELS,
            EpochSource.PLAIN,
            NO_LOG);

    ValidatedTraining fitted = trainer.fit("test", clips(List.of("a", "b"), 15, 1));

    assertThat(fitted.network().normalization().adapt())
        .isEqualTo(ModelManifest.Normalization.Adapt.RUNNING);
    assertThat(fitted.network().normalization().population().featureCount()).isEqualTo(BANDS);
    assertThat(fitted.curve().get(fitted.curve().size() - 1).accuracy()).isGreaterThan(0.8);
  }

  private static NetworkTrainer trainer(long seed, int epochs, boolean varied, int averaged) {
    return new NetworkTrainer(
        settings(seed, epochs, varied, averaged), LABELS, EpochSource.PLAIN, NO_LOG);
  }

  private static FittingSettings settings(long seed, int epochs, boolean varied, int averaged) {
    return new FittingSettings(
        new Architecture(NetworkType.CNN_LSTM, List.of(4, 8, 8), List.of(8), 1, 0.1f),
        SPEC,
        new ModelManifest.Hyperparameters(
            0.01f,
            16,
            epochs,
            epochs,
            0.2,
            1,
            false,
            0,
            0,
            ModelManifest.Hyperparameters.Schedule.COSINE,
            1,
            5,
            averaged,
            varied,
            varied ? 0.1f : 0,
            List.of()),
        new Adaptation(Adaptation.Mode.NONE, 10, 0, 0.3f),
        0,
        seed);
  }

  private static EmotionModel model(FittedNetwork fitted) throws Exception {
    FittingSettings settings = settings(1, 25, true, 3);
    return EmotionModel.of(
        new ModelManifest(
            ModelManifest.FORMAT_VERSION,
            "test",
            "1",
            settings.architecture(),
            LABELS,
            SPEC,
            WindowSettings.DEFAULT,
            fitted.normalization(),
            new ModelManifest.Calibration(1, 0, 0),
            ModelManifest.Weights.of("weights.safetensors", fitted.weights()),
            new ModelManifest.Training(
                "none", 1, settings.hyperparameters(), List.of(), fitted.epochs(), Map.of())),
        fitted.weights());
  }

  /** A loud band of noise that moves up, down, or stays, in windows of 40 to 100 frames. */
  private static List<LabeledClip> clips(List<String> speakers, int texts, long seed) {
    Random random = new Random(seed);
    List<LabeledClip> clips = new ArrayList<>();
    for (String speaker : speakers) {
      for (int text = 0; text < texts; text++) {
        for (String label : LABELS) {
          int frames = 40 + random.nextInt(60);
          float[] window = new float[FeatureLayout.of(SPEC).windowFeatureCount()];
          Arrays.fill(window, Float.NaN);
          int resting = 4 + random.nextInt(BANDS - 8);
          for (int frame = 0; frame < frames; frame++) {
            double done = frame / (double) frames;
            int loud =
                label.equals("steady")
                    ? resting
                    : 4 + (int) ((label.equals("rising") ? done : 1 - done) * (BANDS - 8));
            for (int band = 0; band < BANDS; band++) {
              window[frame * BANDS + band] =
                  -40 + 5 * (float) random.nextGaussian() + (Math.abs(band - loud) < 3 ? 35 : 0);
            }
          }
          clips.add(Clips.clip(label, speaker, "w" + text, window));
        }
      }
    }
    return clips;
  }
}
