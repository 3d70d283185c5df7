package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.TestFeed.customer;
import static dev.speechemotion.streams.call.TestFeed.tone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.AlertTally;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.StreamSettings;
import dev.speechemotion.streams.results.AlertRule;
import java.util.List;
import java.util.Set;
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
  void shouldRaiseAndClearOnARise() {
    try (StreamTester stream =
        new StreamTester(StreamTester.alerting("rise of angry by 0.4 within 10s"))) {
      say(stream, 500, 8);
      say(stream, 3_500, 20);
      stream.send(feed.stop());

      assertThat(stream.alerts)
          .extracting(EmotionAlert::getState)
          .containsExactly(AlertState.RAISED, AlertState.CLEARED);
      EmotionAlert raised = stream.alerts.get(0);
      // 0.125 until 8 s; the window to 10 s has two thirds of 0.875, which is a rise of a half.
      assertThat(raised.getUntilMs()).isEqualTo(10_000);
      assertThat(raised.getBaseline()).isCloseTo(0.125f, within(0.01f));
      assertThat(raised.getProbability() - raised.getBaseline()).isGreaterThanOrEqualTo(0.4f);
      assertThat(raised.getThreshold()).isEqualTo(0.4f);
      List<Long> evidence = raised.getEvidence();
      assertThat(evidence).endsWith(7L);
      EmotionEvent low = stream.events.get(evidence.get(0).intValue());
      assertThat(low.getSmoothedProbabilities().get("angry")).isEqualTo(raised.getBaseline());
      assertThat(raised.getSinceMs()).isEqualTo(low.getBeginMs());
      // What is low ended at 8 s, or a sixteenth of the time before, and is looked back on for 10
      // s.
      assertThat(stream.alerts.get(1).getUntilMs()).isBetween(17_000L, 19_000L);
      assertThat(stream.alerts.get(1).getProbability()).isGreaterThan(0.8f);
    }
  }

  @Test
  void shouldNotRaiseOnARiseThatTakesLonger() {
    try (StreamTester stream =
        new StreamTester(StreamTester.alerting("rise of angry by 0.4 within 6s"))) {
      for (double frequencyHz = 500; frequencyHz < 3_500; frequencyHz += 200) {
        say(stream, frequencyHz, 1);
      }
      // 0.05 a second: never 0.4 in 6 s, though 0.7 in all.
      stream.send(feed.stop());

      assertThat(stream.alerts).isEmpty();
      assertThat(stream.events.get(stream.events.size() - 1).getProbabilities().get("angry"))
          .isGreaterThan(0.7f);
    }
  }

  @Test
  void shouldFollowARuleOnlyOnChannelsOfItsRole() {
    StreamSettings settings =
        StreamTester.plainBut(
            plain -> {
              plain.analyzedRoles = Set.of(ChannelRole.CUSTOMER, ChannelRole.AGENT);
              plain.alertRules = StreamTester.rules("angry >= 0.6 for 4s on CUSTOMER");
            });
    try (StreamTester stream = new StreamTester(settings)) {
      float[] angry = tone(3_500, 8_000, 6);
      stream.send(feed.chunks(8_000, List.of(TestFeed.agent()), angry));
      assertThat(stream.alerts).isEmpty();
      feed.offsetMicros = 0;
      stream.send(feed.chunks(8_000, List.of(customer()), angry)).send(feed.stop());

      assertThat(stream.alerts).extracting(EmotionAlert::getChannel).containsOnly("external");
      assertThat(stream.alerts).hasSize(2);
    }
  }

  @Test
  void shouldClearWhenThereIsNoSpeechAnyMoreThatTouchesTheStretch() {
    StreamSettings settings =
        StreamTester.plainBut(
            plain -> {
              plain.alertRules = StreamTester.rules("angry >= 0.4 for 3s");
              plain.speechMinShare = 0.1;
            });
    float[] loud = TestFeed.words(3_500, 8_000, 4);
    try (StreamTester stream = new StreamTester(settings)) {
      stream.send(feed.chunks(800, List.of(customer()), loud));
      stream.send(feed.chunks(800, List.of(customer()), new float[8_000 * 8]));

      assertThat(stream.alerts)
          .extracting(EmotionAlert::getState)
          .containsExactly(AlertState.RAISED, AlertState.CLEARED);
      assertThat(stream.summaries).isEmpty();
    }
  }

  @Test
  void shouldListTheAlertsRaisedInTheSummary() {
    try (StreamTester stream =
        new StreamTester(StreamTester.alerting("angry >= 0.6 for 4s", "angry >= 0.99 for 1s"))) {
      say(stream, 3_500, 6);
      say(stream, 500, 6);
      say(stream, 3_500, 6);
      stream.send(feed.stop());

      assertThat(stream.alerts).hasSize(4);
      assertThat(stream.summaries.get(0).getChannels().get(0).getAlerts())
          .containsExactly(
              new AlertTally(
                  "angry >= 0.6 for 4s",
                  2,
                  stream.alerts.get(0).getUntilMs(),
                  stream.alerts.get(1).getUntilMs()
                      - stream.alerts.get(1).getSinceMs()
                      + stream.alerts.get(3).getUntilMs()
                      - stream.alerts.get(3).getSinceMs()));
    }
  }

  @Test
  void shouldRefuseARuleOfAnEmotionThatTheModelDoesNotKnow() {
    assertThatThrownBy(() -> new StreamTester(StreamTester.alerting("furious >= 0.6 for 4s")))
        .hasStackTraceContaining("alert rule 'furious >= 0.6 for 4s'")
        .hasStackTraceContaining("[neutral, angry]");
  }

  @Test
  void shouldFollowTheDefaultRule() {
    try (StreamTester stream =
        new StreamTester(
            StreamTester.plainBut(plain -> plain.alertRules = CallSettings.DEFAULT.alertRules()))) {
      say(stream, 3_500, 15);
      stream.send(feed.stop());

      assertThat(stream.alerts)
          .extracting(EmotionAlert::getRule)
          .containsExactly(AlertRule.ESCALATION.text(), AlertRule.ESCALATION.text());
    }
  }

  private void say(StreamTester stream, double frequencyHz, double seconds) {
    stream.send(feed.chunks(8_000, List.of(customer()), tone(frequencyHz, 8_000, seconds)));
  }
}
