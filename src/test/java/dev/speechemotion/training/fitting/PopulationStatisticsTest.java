package dev.speechemotion.training.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.evaluation.PopulationStatistics;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PopulationStatisticsTest {
  @Test
  void shouldNormalizeByMeanAndDeviationOfAllWindows() {
    ModelManifest.Normalization normalization =
        PopulationStatistics.overall(
            List.of(
                Clips.clip("sad", "a", "x", new float[] {1, 7}, new float[] {2, 7}),
                Clips.clip("sad", "a", "y", new float[] {6, 7})),
            2);

    assertThat(normalization.mean()).containsExactly(3f, 7f);
    assertThat((double) normalization.deviation().get(0))
        .isCloseTo(Math.sqrt(14 / 3.0), within(1e-6));
    assertThat(normalization.deviation().get(1)).isEqualTo(1f);
  }

  @Test
  void shouldWeighEverySpeakerTheSameWhereVectorsAreAdapted() throws Exception {
    ModelManifest.Normalization normalization =
        PopulationStatistics.withinVoices(
            Adaptation.byVoice(
                List.of(
                    Clips.clip("sad", "a", "x", new float[] {1}, new float[] {3}),
                    Clips.clip("sad", "b", "x", new float[] {10}, new float[] {10}),
                    Clips.clip("sad", "b", "y", new float[] {10}, new float[] {10}))),
            1);

    assertThat(normalization.mean()).containsExactly(6f);
    // The second speaker's never changes, which counts as 1.
    assertThat(normalization.deviation()).containsExactly(1f);
  }

  @Test
  void shouldLetTheMeanMoveTheFasterTheMoreVoicesDiffer() throws Exception {
    // Within a voice -1 and 1, so the variance is 1. Means of the voices: -2, 0, 2 in the first
    // feature, of variance 4, of which 1 / 2 comes from there being two windows; all 0 in the
    // second; -20, 0, 20 in the third.
    List<LabeledClip> clips = new ArrayList<>();
    for (int voice = -1; voice <= 1; voice++) {
      for (int side = -1; side <= 1; side += 2) {
        clips.add(
            Clips.clip(
                "sad",
                "v" + voice,
                "t" + side,
                new float[] {2 * voice + side, side, 20 * voice + side}));
      }
    }
    ModelManifest.Normalization by =
        new ModelManifest.Normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));

    List<Float> priors = PopulationStatistics.priorWindows(Adaptation.byVoice(clips), by, 10);

    assertThat((double) priors.get(0)).isCloseTo(10 / 3.5, within(1e-6));
    assertThat(priors.subList(1, 3)).containsExactly(100f, 1f);
  }
}
