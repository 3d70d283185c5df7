package dev.speechemotion.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.emotion.Population;
import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.List;
import org.junit.jupiter.api.Test;

class SiteStatisticsTest {
  private static final float NAN = Float.NaN;

  @Test
  void shouldGiveMeanAndDeviationOfAllWindows() throws Exception {
    SiteStatistics site =
        SiteStatistics.of(
            List.of(
                clip("angry", "a", new float[] {1, 5}, new float[] {3, 5}),
                clip("sad", "b", new float[] {8, 5})),
            2,
            0.3f);

    assertThat(site.mean(0)).isEqualTo(4);
    assertThat(site.deviation(0)).isCloseTo(Math.sqrt((9 + 1 + 16) / 3.0), within(1e-12));
    assertThat(site.mean(1)).isEqualTo(5);
    // It never changes, so it tells nothing.
    assertThat(site.deviation(1)).isEqualTo(1);
  }

  @Test
  void shouldNotCountWindowsWithoutEnoughSpeech() throws Exception {
    LabeledClip silent = Clips.withSpeech(0.2f, clip("sad", "c", new float[] {1000}));

    SiteStatistics site =
        SiteStatistics.of(
            List.of(clip("angry", "a", new float[] {1}), silent, clip("sad", "b", new float[] {3})),
            1,
            0.3f);

    assertThat(site.mean(0)).isEqualTo(2);
    assertThat(site.deviation(0)).isEqualTo(1);
    assertThatThrownBy(() -> SiteStatistics.of(List.of(silent), 1, 0.3f))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("no window of 1 clips has a share of speech of 0.3 or more");
  }

  @Test
  void shouldCountEachFrameOfAWindow() throws Exception {
    SiteStatistics site =
        SiteStatistics.of(List.of(clip("sad", "a", new float[] {1, 10, 3, 20, NAN, NAN})), 2, 0.3f);

    assertThat(site.mean(0)).isEqualTo(2);
    assertThat(site.mean(1)).isEqualTo(15);
    assertThat(site.deviation(1)).isEqualTo(5);
  }

  @Test
  void shouldGiveClipsAsIfThePlaceWereLikeTheTrainings() throws Exception {
    LabeledClip clip = clip("sad", "a", new float[] {1, 7}, new float[] {5, 7});
    SiteStatistics site = SiteStatistics.of(List.of(clip), 2, 0.3f);
    Population population =
        new Population(new float[] {100, 50}, new float[] {10, Adaptation.LEFT_OUT}, 10, 0.3f);

    LabeledClip adapted = site.adapted(clip, population);

    // One deviation of the place below its mean is one of the training's below its own. What the
    // network is told nothing of stays as it is.
    assertThat(adapted.windows().get(0)).containsExactly(90, 7);
    assertThat(adapted.windows().get(1)).containsExactly(110, 7);
    assertThat(clip.windows().get(0)).containsExactly(1, 7);
  }

  private static LabeledClip clip(String label, String speaker, float[]... windows) {
    return Clips.clip(label, speaker, "w", windows);
  }
}
