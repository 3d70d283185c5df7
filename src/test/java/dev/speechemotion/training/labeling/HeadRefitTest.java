package dev.speechemotion.training.labeling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.TrainingStatistics;
import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.linear.LinearHead;
import dev.speechemotion.training.linear.NormalizedWindows;
import dev.speechemotion.training.linear.SelfTraining;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeadRefitTest {
  private static final List<String> LABELS = List.of("angry", "happy", "sad");
  private static final ModelManifest.Normalization NORMALIZATION =
      new ModelManifest.Normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
  private static final ModelManifest.Calibration CALIBRATION =
      new ModelManifest.Calibration(2, 0.1f, 0.5f);

  /** In the training, column i tells label i. */
  private static final TrainingStatistics TRAINING =
      new NormalizedWindows(place(0, 4, 40, 1), LABELS, NORMALIZATION)
          .statistics(LabeledClip::label);

  @Test
  void shouldLearnWhereThePlaceSoundsOtherwise() {
    // Every emotion sounds like the next one did.
    List<LabeledClip> labeled = place(1, 5, 20, 2);

    HeadRefit refit = refit(labeled);

    assertThat(refit.strength()).isPositive();
    assertThat(refit.uarBefore()).isLessThan(0.3);
    assertThat(refit.uarAfter()).isGreaterThan(0.9);
    assertThat(recognized(refit.headAsTrained(), place(1, 5, 10, 3))).isLessThan(0.3);
    assertThat(recognized(refit.head(), place(1, 5, 10, 3))).isGreaterThan(0.9);
    assertThat(refit.report())
        .contains("300 labeled recordings of 5 speakers", "fitted again; the");
    assertThat(refit.labeled("a").strength()).isEqualTo(refit.strength());
    assertThat(refit(labeled).head().map().bias())
        .containsExactly(refit.head().map().bias(), within(0f));
  }

  @Test
  void shouldAlsoLearnFromWindowsThatTheLearnedHeadLabels() {
    List<LabeledClip> labeled = place(1, 4, 8, 2);
    List<float[]> windows =
        place(1, 10, 40, 4).stream().map(clip -> clip.windows().get(0)).toList();

    HeadRefit alone = refit(labeled);
    HeadRefit both =
        new HeadRefit(
            TRAINING,
            Optional.of(new SelfTraining(TRAINING, windows, NORMALIZATION)),
            LABELS,
            NORMALIZATION,
            CALIBRATION,
            labeled);

    assertThat(both.strength()).isPositive();
    List<LabeledClip> others = place(1, 5, 40, 3);
    assertThat(recognized(both.head(), others))
        .isGreaterThan(recognized(alone.head(), others))
        .isGreaterThan(0.9);
  }

  @Test
  void shouldKeepTheHeadWhereThereIsNothingToGain() {
    HeadRefit refit = refit(place(0, 5, 6, 2));

    assertThat(refit.strength()).isEqualTo(HeadRefit.KEPT);
    assertThat(refit.head()).isSameAs(refit.headAsTrained());
    assertThat(refit.report()).contains("no sure gain");
  }

  @Test
  void shouldKeepTheHeadWhereLabelsAreArbitrary() {
    Random random = new Random(5);
    List<LabeledClip> arbitrary = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      float[] features = {
        (float) random.nextGaussian(), (float) random.nextGaussian(), (float) random.nextGaussian()
      };
      arbitrary.add(Clips.clip(LABELS.get(i % 3), "speaker" + i % 4, "t" + i, features));
    }

    assertThat(refit(arbitrary).strength()).isEqualTo(HeadRefit.KEPT);
  }

  @Test
  void shouldKeepTheHeadWhereOneSpeakerIsAllThereIs() {
    HeadRefit refit = refit(place(1, 1, 20, 2));

    assertThat(refit.strength()).isEqualTo(HeadRefit.KEPT);
    assertThat(refit.uarBefore()).isNaN();
  }

  @Test
  void shouldLeaveLabelsAloneThatThePlaceHasNoRecordingOf() {
    List<LabeledClip> without =
        place(1, 5, 20, 2).stream().filter(clip -> !clip.label().equals("sad")).toList();

    HeadRefit refit = refit(without);

    assertThat(refit.strength()).isPositive();
    float[] probabilities = new float[3];
    refit.head().classify(new float[] {0, 0, 4}, 1, probabilities);
    assertThat(probabilities[2]).isGreaterThan(0.1f);
    assertThat(probabilities[0] + probabilities[1] + probabilities[2]).isCloseTo(1, within(1e-5f));
  }

  private static HeadRefit refit(List<LabeledClip> clips) {
    return new HeadRefit(TRAINING, Optional.empty(), LABELS, NORMALIZATION, CALIBRATION, clips);
  }

  /** Clips whose label is told by the column so many behind its own. */
  private static List<LabeledClip> place(int shift, int speakers, int texts, long seed) {
    Random random = new Random(seed);
    List<LabeledClip> clips = new ArrayList<>();
    for (int speaker = 0; speaker < speakers; speaker++) {
      for (int text = 0; text < texts; text++) {
        for (int label = 0; label < LABELS.size(); label++) {
          float[] features = new float[3];
          for (int i = 0; i < 3; i++) {
            features[i] = (float) random.nextGaussian() / 2 + (i == (label + shift) % 3 ? 2 : 0);
          }
          clips.add(Clips.clip(LABELS.get(label), "speaker" + speaker, "t" + text, features));
        }
      }
    }
    return clips;
  }

  private static double recognized(LinearHead head, List<LabeledClip> clips) {
    float[] probabilities = new float[3];
    int right = 0;
    for (LabeledClip clip : clips) {
      head.classify(clip.windows().get(0), 1, probabilities);
      right +=
          LABELS.get(EmotionScores.indexOfMax(probabilities, 0, 3)).equals(clip.label()) ? 1 : 0;
    }
    return right / (double) clips.size();
  }
}
