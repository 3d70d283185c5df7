package dev.speechemotion.streams.results;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is kept of alerts; what they say is tested with the topology. */
class ChannelAlertsTest {
  private static final List<AlertRule> RISE =
      List.of(AlertRule.parse("rise of angry by 0.9 within 30s"));

  private final AlertingChannel channel =
      new AlertingChannel() {
        @Override
        public ChannelRole role() {
          return ChannelRole.CUSTOMER;
        }

        @Override
        public EmotionAlert newAlert() {
          return new EmotionAlert();
        }

        @Override
        public void send(EmotionAlert alert) {}
      };

  @Test
  void shouldKeepLittleOfALongRise() throws IOException {
    ChannelAlerts alerts = new ChannelAlerts(RISE, channel);
    for (int i = 0; i < 60; i++) {
      alerts.follow(event(i, i / 60f));
    }

    // Each probability that a rise may begin from takes 9 bytes here, the rest of the alert 81.
    assertThat((state(alerts).length - 81) / 9).isBetween(10, 18);
  }

  @Test
  void shouldForgetRulesThatAreNoLongerAmongTheSettings() throws IOException {
    ChannelAlerts alerts = new ChannelAlerts(RISE, channel);
    alerts.follow(event(0, 0.5f));
    byte[] state = state(alerts);

    assertThat(state(read(RISE, state))).isEqualTo(state);
    assertThat(state(read(List.of(), state))).containsExactly(0);
  }

  @Test
  void shouldRaiseNothingOfAnEmotionThatTheModelDoesNotKnow() throws IOException {
    ChannelAlerts alerts = new ChannelAlerts(List.of(AlertRule.ESCALATION), channel);
    EmotionEvent event = event(0, 1);
    event.setSmoothedProbabilities(Map.of("furious", 1f));
    alerts.follow(event);

    assertThat(state(alerts)).containsExactly(0);
  }

  private ChannelAlerts read(List<AlertRule> rules, byte[] state) throws IOException {
    ChannelAlerts alerts = new ChannelAlerts(rules, channel);
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(state));
    alerts.readState(in, 32);
    assertThat(in.read()).as("what is left").isNegative();
    return alerts;
  }

  private static byte[] state(ChannelAlerts alerts) throws IOException {
    ByteArrayOutputStream state = new ByteArrayOutputStream();
    alerts.writeState(new DataOutputStream(state));
    return state.toByteArray();
  }

  private static EmotionEvent event(long number, float angry) {
    EmotionEvent event = new EmotionEvent();
    event.setSequenceNumber(number);
    event.setBeginMs(1_000 * number);
    event.setEndMs(1_000 * number + 3_000);
    event.setSmoothedProbabilities(Map.of("angry", angry));
    return event;
  }
}
