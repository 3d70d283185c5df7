package dev.speechemotion.training.labeling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.training.corpus.Clips;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeadAnswersTest {
  private static final List<String> LABELS = List.of("angry", "sad");
  private static final float[] ANGRY = {3, 0};
  private static final float[] SAD = {0, 3};

  @Test
  void shouldTakeClipsOfASpeakerForAlike() {
    // Ann and Bob are recognized in all of their 4 clips afterwards, Tom in none, and before
    // nobody.
    HeadAnswers before = new HeadAnswers(LABELS, new boolean[] {true, true});
    HeadAnswers after = new HeadAnswers(LABELS, new boolean[] {true, true});
    for (String speaker : List.of("Ann", "Bob", "Tom")) {
      for (int i = 0; i < 4; i++) {
        var clip = Clips.clip("angry", speaker, "text" + i, new float[] {0});
        before.add(clip, SAD);
        after.add(clip, speaker.equals("Tom") ? SAD : ANGRY);
      }
    }

    // By clips: a share of 2/3 of 12. By speakers: distances of 1/3, 1/3 and -2/3, each a third.
    double byClips = Math.sqrt(2.0 / 3 / 3 / 12);
    double bySpeakers = Math.sqrt((1 + 1 + 4) / 81.0 * 3 / 2);
    assertThat(bySpeakers).isGreaterThan(byClips);
    assertThat(after.standardErrorOfGain(before)).isCloseTo(bySpeakers, within(1e-9));
    assertThat(after.uar()).isCloseTo(2.0 / 3, within(1e-9));
    assertThat(before.uar()).isZero();
  }

  @Test
  void shouldSayHowSureAGainIsByClipsWhereAllSpeakersGainAlike() {
    HeadAnswers before = new HeadAnswers(LABELS, new boolean[] {true, true});
    HeadAnswers after = new HeadAnswers(LABELS, new boolean[] {true, true});
    for (String speaker : List.of("Ann", "Bob")) {
      for (int i = 0; i < 4; i++) {
        var clip = Clips.clip("angry", speaker, "text" + i, new float[] {0});
        before.add(clip, SAD);
        after.add(clip, i < 2 ? SAD : ANGRY);
      }
    }

    assertThat(after.standardErrorOfGain(before)).isCloseTo(Math.sqrt(1.0 / 4 / 8), within(1e-9));
  }
}
