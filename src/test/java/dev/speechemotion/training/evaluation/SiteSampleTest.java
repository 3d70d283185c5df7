package dev.speechemotion.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SiteSampleTest {
  private static final int ALL = SiteSample.ALL.callers();

  @Test
  void shouldTakeAllByDefault() {
    List<LabeledClip> clips = clips("here", 3);

    assertThat(SiteSample.ALL.of(clips, 0, 1)).isSameAs(clips);
    assertThat(windows(new SiteSample(3, 24).of(clips, 0, 1))).isEqualTo(windows(clips));
  }

  @Test
  void shouldTakeSoManySpeakersOfEachPlace() {
    List<LabeledClip> clips = clips("here", 5);
    clips.addAll(clips("there", 2));
    Set<Set<String>> drawn = new HashSet<>();
    for (long seed = 0; seed < 20; seed++) {
      List<LabeledClip> sample = new SiteSample(2, ALL).of(clips, 0, seed);

      // All that the drawn ones say, and both of the place that has no more
      assertThat(sample).hasSize(4 * 8);
      Set<String> voices = sample.stream().map(LabeledClip::voice).collect(Collectors.toSet());
      assertThat(voices).hasSize(4).contains("there/s0", "there/s1");
      drawn.add(voices);
      assertThat(windows(new SiteSample(2, ALL).of(clips, 0, seed))).isEqualTo(windows(sample));
    }
    assertThat(drawn).hasSizeGreaterThan(3);
  }

  @Test
  void shouldTakeSoManyWindowsOfSpeechOfEachPlace() {
    List<LabeledClip> clips = clips("here", 5);
    clips.addAll(clips("there", 2));
    clips.add(
        Clips.withSpeech(
            0.2f, Clips.clip("here", "sad", "s0", "silence", new float[] {-1}, new float[] {-1})));
    Set<Set<Float>> drawn = new HashSet<>();
    for (long seed = 0; seed < 20; seed++) {
      List<LabeledClip> sample = new SiteSample(ALL, 21).of(clips, 0.3f, seed);

      assertThat(sample.stream().map(LabeledClip::corpus))
          .hasSize(21 + 16)
          .filteredOn("here"::equals)
          .hasSize(21);
      Set<Float> windows = windows(sample);
      assertThat(windows).hasSize(21 + 16).doesNotContain(-1f);
      drawn.add(windows);
      // Recordings are heard from their start, whole but the last: eleven for 21 windows.
      assertThat(sample.stream().filter(clip -> clip.corpus().equals("here")))
          .extracting(LabeledClip::key)
          .satisfies(keys -> assertThat(new HashSet<>(keys)).hasSize(11));
    }
    assertThat(drawn).hasSize(20);
  }

  @Test
  void shouldRefuseToHearNothing() {
    assertThatThrownBy(() -> new SiteSample(0, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 or above, got 0 and 5");
    assertThatThrownBy(() -> new SiteSample(5, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  private static Set<Float> windows(List<LabeledClip> clips) {
    return clips.stream()
        .flatMap(clip -> clip.windows().stream())
        .map(window -> window[0])
        .collect(Collectors.toSet());
  }

  /** Each speaker's four recordings of two windows, all of which differ. */
  private static List<LabeledClip> clips(String corpus, int speakers) {
    List<LabeledClip> clips = new ArrayList<>();
    for (int speaker = 0; speaker < speakers; speaker++) {
      for (int text = 0; text < 4; text++) {
        float value = 1_000 * corpus.length() + 100 * speaker + 10 * text;
        clips.add(
            Clips.clip(
                corpus,
                "sad",
                "s" + speaker,
                "w" + text,
                new float[] {value},
                new float[] {value + 1}));
      }
    }
    return clips;
  }
}
