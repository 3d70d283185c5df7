package dev.speechemotion.training.labeling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.labeling.CallLabels.Label;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallLabelsTest {
  private static final List<String> EMOTIONS = List.of("angry", "sad", "neutral");

  /** Twenty, of four calls, one every two seconds. */
  private static List<Label> twenty() {
    List<Label> labels = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      labels.add(label("call-" + i % 4, i * 2_000L, i % 2 == 0 ? "angry" : "sad"));
    }
    return labels;
  }

  private static Label label(String call, long beginMs, String emotion) {
    return new Label(call, "customer", beginMs, beginMs + 3_000, emotion);
  }

  /** All windows of all calls, one a second. */
  private static void hearAll(CallLabels labels) {
    for (int call = 0; call < 4; call++) {
      for (int second = 0; second < 60; second++) {
        labels.hear(
            "call-" + call,
            "customer",
            second * 1_000L,
            second * 1_000L + 3_000,
            0.7f,
            new float[] {call, second});
      }
    }
  }

  @Test
  void shouldJoinEachLabelWithItsWindow() throws CorpusException {
    CallLabels labels = new CallLabels("here", twenty(), EMOTIONS);
    hearAll(labels);

    List<LabeledClip> clips = labels.clips().clips();

    assertThat(clips).hasSize(20);
    for (int i = 0; i < clips.size(); i++) {
      assertThat(clips.get(i).windows()).hasSize(1);
      assertThat(clips.get(i).windows().get(0)).containsExactly(i % 4, i * 2);
      assertThat(clips.get(i).label()).isEqualTo(i % 2 == 0 ? "angry" : "sad");
      assertThat(clips.get(i).speechShare(0)).isEqualTo(0.7f);
    }
    assertThat(clips.stream().map(LabeledClip::voice).distinct()).hasSize(4);
  }

  @Test
  void shouldTakeAllWindowsThatLieWithinALongerTime() throws CorpusException {
    List<Label> given = twenty();
    given.add(new Label("call-1", "customer", 40_000, 46_000, "neutral"));
    CallLabels labels = new CallLabels("here", given, EMOTIONS);
    hearAll(labels);

    LabeledClip last = labels.clips().clips().get(20);

    assertThat(last.windows()).extracting(window -> window[1]).containsExactly(40f, 41f, 42f, 43f);
    assertThat(last.durationSeconds()).isEqualTo(6);
  }

  @Test
  void shouldLetTheLastLabelOfAWindowCount() throws CorpusException {
    List<Label> given = twenty();
    given.add(label("call-0", 0, "neutral"));
    CallLabels labels = new CallLabels("here", given, EMOTIONS);
    hearAll(labels);

    assertThat(labels.clips().clips()).hasSize(20);
    assertThat(labels.clips().clips())
        .filteredOn(clip -> clip.windows().get(0)[0] == 0 && clip.windows().get(0)[1] == 0)
        .extracting(LabeledClip::label)
        .containsExactly("neutral");
  }

  @Test
  void shouldTellWhatItCouldNotUse() {
    List<Label> given = new ArrayList<>(twenty().subList(0, 5));
    given.add(label("call-1", 0, "joy"));
    given.add(label("gone", 0, "sad"));
    CallLabels labels = new CallLabels("topic here", given, EMOTIONS);
    hearAll(labels);

    assertThat(labels.report())
        .isEqualTo(
            "topic here: 6 corrections, 5 of them with speech, and 1 with labels the model does not know");
    assertThatThrownBy(labels::clips)
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("topic here has 5 recordings of 4 speakers with 2 labels")
        .hasMessageContaining("20 recordings, 3 speakers and 2 labels are needed");
  }

  @Test
  void shouldHaveAHashOfWhatWasSaidAlone() throws CorpusException {
    CallLabels one = new CallLabels("here", twenty(), EMOTIONS);
    hearAll(one);
    List<Label> reversed = new ArrayList<>(twenty());
    Collections.reverse(reversed);
    CallLabels same = new CallLabels("there", reversed, EMOTIONS);
    hearAll(same);
    reversed.set(0, label("call-3", 38_000, "neutral"));
    CallLabels other = new CallLabels("here", reversed, EMOTIONS);
    hearAll(other);

    assertThat(one.clips().sha256()).matches("[0-9a-f]{64}").isEqualTo(same.clips().sha256());
    assertThat(other.clips().sha256()).isNotEqualTo(one.clips().sha256());
  }
}
