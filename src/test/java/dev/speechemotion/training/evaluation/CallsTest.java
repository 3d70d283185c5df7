package dev.speechemotion.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CallsTest {
  @Test
  void shouldHaveANameEach() {
    assertThat(Calls.named("mixed")).contains(Calls.MIXED);
    assertThat(Calls.named("one-mood")).contains(Calls.ONE_MOOD);
    assertThat(Calls.named("mostly-neutral")).contains(Calls.MOSTLY_NEUTRAL);
    assertThat(Calls.named("other")).isEmpty();
  }

  @Test
  void shouldDealAllMoodsIntoOneCall() {
    List<LabeledClip> clips = clips(Map.of("angry", 3, "neutral", 4));

    assertThat(Calls.MIXED.deal(clips, 1)).containsExactly(clips);
  }

  @Test
  void shouldDealEachMoodIntoACallOfItsOwn() {
    List<List<LabeledClip>> calls =
        Calls.ONE_MOOD.deal(clips(Map.of("angry", 3, "neutral", 4, "sad", 2)), 1);

    assertThat(calls).extracting(List::size).containsExactly(3, 4, 2);
    assertThat(calls)
        .allMatch(call -> call.stream().map(LabeledClip::label).distinct().count() == 1);
  }

  @Test
  void shouldMakeSevenTenthsOfACallNeutral() {
    List<List<LabeledClip>> calls =
        Calls.MOSTLY_NEUTRAL.deal(clips(Map.of("angry", 30, "neutral", 10, "sad", 3)), 1);

    assertThat(calls).hasSize(2);
    assertThat(labels(calls.get(0))).isEqualTo(Map.of("angry", 30L, "neutral", 70L));
    assertThat(labels(calls.get(1))).isEqualTo(Map.of("sad", 3L, "neutral", 7L));
    // Ten neutral clips for 70 places: each is drawn as often.
    assertThat(
            calls.get(0).stream()
                .filter(clip -> clip.label().equals("neutral"))
                .collect(Collectors.groupingBy(LabeledClip::key, Collectors.counting())))
        .hasSize(10)
        .allSatisfy((key, times) -> assertThat(times).isEqualTo(7));
    // Every other clip is tested once.
    assertThat(calls.get(0).stream().filter(clip -> clip.label().equals("angry")))
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldDrawTheSameForTheSameSeedOnly() {
    List<LabeledClip> clips = clips(Map.of("angry", 3, "neutral", 30));

    assertThat(Calls.MOSTLY_NEUTRAL.deal(clips, 1))
        .isEqualTo(Calls.MOSTLY_NEUTRAL.deal(clips, 1))
        .isNotEqualTo(Calls.MOSTLY_NEUTRAL.deal(clips, 2));
  }

  @Test
  void shouldHaveNoMostlyNeutralCallOfASpeakerWithoutBoth() {
    assertThat(Calls.MOSTLY_NEUTRAL.deal(clips(Map.of("angry", 3, "sad", 2)), 1)).isEmpty();
    assertThat(Calls.MOSTLY_NEUTRAL.deal(clips(Map.of("neutral", 3)), 1)).isEmpty();
  }

  private static Map<String, Long> labels(List<LabeledClip> clips) {
    return clips.stream()
        .map(LabeledClip::label)
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  private static List<LabeledClip> clips(Map<String, Integer> counts) {
    List<LabeledClip> clips = new ArrayList<>();
    counts.forEach(
        (label, count) -> {
          for (int i = 0; i < count; i++) {
            clips.add(Clips.clip(label, "s", "w" + i, new float[] {i}));
          }
        });
    return clips;
  }
}
