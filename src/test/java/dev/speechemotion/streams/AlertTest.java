package dev.speechemotion.streams;

import static dev.speechemotion.streams.TestFeed.customer;
import static dev.speechemotion.streams.TestFeed.tone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.EmotionAlert;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

class AlertTest {
  private final TestFeed feed = new TestFeed();

  @Test
  void shouldRaiseOnceAndClearOnce() {
    try (StreamTester stream = new StreamTester(StreamTester.alerting("angry >= 0.6 for 5s"))) {
      say(stream, 500, 4);
      say(stream, 3_500, 8);
      say(stream, 500, 6);
      assertThat(stream.alerts).hasSize(2);
      stream.send(feed.stop());

      assertThat(stream.alerts)
          .extracting(EmotionAlert::getState)
          .containsExactly(AlertState.RAISED, AlertState.CLEARED);
      EmotionAlert raised = stream.alerts.get(0);
      EmotionAlert cleared = stream.alerts.get(1);
      assertThat(raised.getRule()).isEqualTo("angry >= 0.6 for 5s");
      assertThat(raised.getEmotion()).isEqualTo("angry");
      assertThat(raised.getThreshold()).isEqualTo(0.6f);
      assertThat(raised.getChannel()).isEqualTo("external");
      // Two of the 3 s from 3 s on are high, which is 2/3 * 0.875 + 1/3 * 0.125, just above 0.6.
      assertThat(raised.getSinceMs()).isEqualTo(3_000);
      assertThat(raised.getUntilMs()).isEqualTo(8_000);
      assertThat(raised.getEvidence()).containsExactly(3L, 4L, 5L);
      assertThat(raised.getProbability()).isGreaterThan(0.8f);
      assertThat(cleared.getSinceMs()).isEqualTo(3_000);
      assertThat(cleared.getUntilMs()).isEqualTo(13_000);
      assertThat(cleared.getEvidence()).containsExactly(3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
      assertThat(cleared.getProbability()).isLessThan(0.6f);
      for (long sequence : cleared.getEvidence()) {
        assertThat(stream.events.get((int) sequence).getProbabilities().get("angry"))
            .isGreaterThanOrEqualTo(0.6f);
      }
    }
  }

  @Test
  void shouldNotRaiseWhatDoesNotHoldLongEnough() {
    try (StreamTester stream = new StreamTester(StreamTester.alerting("angry >= 0.6 for 11s"))) {
      say(stream, 500, 4);
      say(stream, 3_500, 8);
      say(stream, 500, 6);
      stream.send(feed.stop());

      assertThat(stream.alerts).isEmpty();
    }
  }

  @Test
  void shouldClearWithTheEndOfTheCallBeforeItsSummary() {
    try (StreamTester stream = new StreamTester(StreamTester.alerting("angry >= 0.6 for 5s"))) {
      say(stream, 3_500, 8);
      assertThat(stream.alerts)
          .extracting(EmotionAlert::getState)
          .containsExactly(AlertState.RAISED);

      stream.send(feed.stop());

      assertThat(stream.alerts)
          .extracting(EmotionAlert::getState)
          .containsExactly(AlertState.RAISED, AlertState.CLEARED);
      assertThat(stream.alerts.get(1).getUntilMs()).isEqualTo(8_000);
    }
  }

  @Test
  void shouldEndAStretchAtAGap() {
    try (StreamTester stream = new StreamTester(StreamTester.alerting("angry >= 0.6 for 4s"))) {
      say(stream, 3_500, 4);
      feed.offsetMicros += 1_000_000;
      say(stream, 3_500, 4);
      stream.send(feed.stop());

      assertThat(stream.alerts)
          .extracting(EmotionAlert::getState, EmotionAlert::getSinceMs, EmotionAlert::getUntilMs)
          .containsExactly(
              Tuple.tuple(AlertState.RAISED, 0L, 4_000L),
              Tuple.tuple(AlertState.CLEARED, 0L, 4_000L),
              Tuple.tuple(AlertState.RAISED, 5_000L, 9_000L),
              Tuple.tuple(AlertState.CLEARED, 5_000L, 9_000L));
    }
  }

  @Test
  void shouldKeepEvidenceToTheLastEvents() {
    try (StreamTester stream = new StreamTester(StreamTester.alerting("angry >= 0.6 for 80s"))) {
      say(stream, 3_500, 81);

      List<Long> evidence = stream.alerts.get(0).getEvidence();
      assertThat(evidence).hasSize(64).endsWith(77L).startsWith(14L);
    }
  }

  @Test
  void shouldFollowEveryRuleByItself() {
    try (StreamTester stream =
        new StreamTester(StreamTester.alerting("angry >= 0.6 for 4s", "neutral >= 0.6 for 4s"))) {
      say(stream, 3_500, 6);
      say(stream, 500, 6);

      assertThat(stream.alerts)
          .extracting(EmotionAlert::getEmotion, EmotionAlert::getState)
          .containsExactly(
              Tuple.tuple("angry", AlertState.RAISED),
              Tuple.tuple("angry", AlertState.CLEARED),
              Tuple.tuple("neutral", AlertState.RAISED));
    }
  }

  @Test
  void shouldRefuseARuleOfAnEmotionThatTheModelDoesNotKnow() {
    assertThatThrownBy(() -> new StreamTester(StreamTester.alerting("furious >= 0.6 for 4s")))
        .hasStackTraceContaining("alert rule 'furious >= 0.6 for 4s'")
        .hasStackTraceContaining("[neutral, angry]");
  }

  private void say(StreamTester stream, double frequencyHz, double seconds) {
    stream.send(feed.chunks(8_000, List.of(customer()), tone(frequencyHz, 8_000, seconds)));
  }
}
