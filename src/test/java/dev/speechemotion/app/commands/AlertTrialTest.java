package dev.speechemotion.app.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.streams.call.CallSettings;
import dev.speechemotion.streams.results.AlertRule;
import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AlertTrialTest {
  private static final AlertRule LOW = AlertRule.parse("angry >= 0.3 for 10s");
  private static final AlertRule HIGH = AlertRule.parse("angry >= 0.7 for 10s");

  private final AlertTrial trial =
      new AlertTrial(WindowSettings.DEFAULT, List.of(LOW, HIGH), CallSettings.DEFAULT);

  @Test
  void shouldCountWhatIsFoundOfTheEmotion() {
    trial.add(new Straight(), call("angry", 20, 0.5f));
    trial.add(new Straight(), call("angry", 20, 0.9f));

    assertThat(trial.ownCalls()).isEqualTo(2);
    assertThat(trial.outcome(LOW).callRecall()).isEqualTo(1);
    assertThat(trial.outcome(LOW).windowRecall()).isEqualTo(1);
    assertThat(trial.outcome(HIGH).callRecall()).isEqualTo(0.5);
    assertThat(trial.outcome(HIGH).windowRecall()).isEqualTo(0.5);
    assertThat(trial.outcome(LOW).falseAlertsPerHour()).isNaN();
    assertThat(trial.outcome(LOW).falseWindowShare()).isNaN();
  }

  @Test
  void shouldCountFalseAlertsByTheHourOfOtherSpeech() {
    // Twice long enough, with so much between them that the smoothed probability falls.
    List<LabeledClip> call = new ArrayList<>();
    for (float angry : new float[] {1, 0, 1, 0}) {
      call.addAll(call("happy", 15, angry));
    }
    trial.add(new Straight(), call);
    trial.add(new Straight(), call("sad", 60, 0));

    AlertTrial.Outcome outcome = trial.outcome(HIGH);
    assertThat(trial.otherHours()).isCloseTo(120 / 3600.0, within(1e-9));
    assertThat(outcome.falseAlertsPerHour()).isCloseTo(60, within(1e-9));
    assertThat(outcome.falseAlertsPerHourByLabel().get("happy")).isCloseTo(120, within(1e-9));
    assertThat(outcome.falseAlertsPerHourByLabel().get("sad")).isZero();
    // The first one begins at once, the second when the smoothed probability has risen.
    assertThat(outcome.falseWindowShare()).isBetween(26 / 120.0, 29 / 120.0);
    assertThat(outcome.callRecall()).isNaN();
  }

  @Test
  void shouldTakeNoEmotionFromWindowsWithoutSpeech() {
    trial.add(
        new Straight(),
        call("angry", 20, 1f).stream().map(clip -> Clips.withSpeech(0.05f, clip)).toList());

    assertThat(trial.outcome(LOW).callRecall()).isZero();
    assertThat(trial.outcome(LOW).windowRecall()).isNaN();
  }

  @Test
  void shouldLeaveOutCallsInWhichNoRuleCouldHold() {
    trial.add(new Straight(), call("angry", 9, 1f));

    assertThat(trial.ownCalls()).isZero();
  }

  @Test
  void shouldDealEachSpeakersClipsOfEachLabelIntoCallsOfThreeMinutesAtMost() throws Exception {
    List<LabeledClip> clips =
        Stream.of(clips("angry", "a", 400), clips("sad", "a", 20), clips("angry", "b", 20))
            .flatMap(List::stream)
            .toList();

    List<List<LabeledClip>> calls = AlertTrial.deal(clips, 1);

    assertThat(calls.stream().map(List::size)).containsExactly(133, 133, 134, 20, 20);
    assertThat(calls.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(clips);
    assertThat(calls)
        .allSatisfy(
            call -> {
              assertThat(call.stream().map(LabeledClip::label).distinct()).hasSize(1);
              assertThat(call.stream().map(LabeledClip::voice).distinct()).hasSize(1);
            });
    assertThat(calls.get(0)).isNotEqualTo(clips.subList(0, 133));
    assertThat(AlertTrial.deal(clips, 1)).isEqualTo(calls).isNotEqualTo(AlertTrial.deal(clips, 2));
  }

  @Test
  void shouldTakeARecordingOfAnUnknownSpeakerForACall() throws Exception {
    List<LabeledClip> clips =
        Stream.of(clips("angry", "", 3), clips("angry", "a", 2)).flatMap(List::stream).toList();

    assertThat(AlertTrial.deal(clips, 1).stream().map(List::size)).containsExactly(1, 1, 1, 2);
  }

  /** Clips of one second and one window each, as probable to be angry. */
  private static List<LabeledClip> call(String label, int clips, float angry) {
    List<LabeledClip> call = new ArrayList<>();
    for (int i = 0; i < clips; i++) {
      call.add(Clips.clip(label, "a", "w" + i, new float[] {angry, 1 - angry}));
    }
    return call;
  }

  private static List<LabeledClip> clips(String label, String speaker, int count) {
    List<LabeledClip> clips = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clips.add(Clips.clip(label, speaker, "w" + i, new float[] {0, 1}));
    }
    return clips;
  }

  /** Takes features for probabilities. */
  private static final class Straight implements EmotionClassifier {
    @Override
    public List<String> labels() {
      return List.of("angry", "sad");
    }

    @Override
    public int featureCount() {
      return 2;
    }

    @Override
    public ModelIdentity model() {
      return new ModelIdentity("straight", "1", "0");
    }

    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      System.arraycopy(features, 0, probabilities, 0, probabilities.length);
    }

    @Override
    public void close() {}
  }
}
