package dev.speechemotion.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.features.spec.WindowSettings;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamSettingsTest {

  @Test
  void shouldLeaveAgentsOutByDefault() {
    assertThat(StreamSettings.defaults().analyzedRoles())
        .containsExactlyInAnyOrder(ChannelRole.CUSTOMER, ChannelRole.UNKNOWN);
  }

  @Test
  void shouldNameTheTopics() {
    assertThat(StreamSettings.defaults().topics())
        .containsExactly(
            "audio-chunks",
            "emotion-events",
            "call-summaries",
            "emotion-alerts",
            "audio-chunks-dlq");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two words", "..", "ümlaut"})
  void shouldRefuseWhatIsNoTopicName(String topic) {
    assertThatThrownBy(() -> settings(topic, 1, Duration.ofMinutes(1), List.of()))
        .hasMessageContaining("chunksTopic")
        .hasMessageContaining("'" + topic + "'");
  }

  @Test
  void shouldRefuseOneTopicForTwoPurposes() {
    assertThatThrownBy(() -> settings("events", 1, Duration.ofMinutes(1), List.of()))
        .hasMessageContaining("topics must differ");
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, (64 << 20) + 1, Integer.MAX_VALUE})
  void shouldRefusePayloadLimitsThatMakeNoSense(int maxPayloadBytes) {
    assertThatThrownBy(() -> settings("a", maxPayloadBytes, Duration.ofMinutes(1), List.of()))
        .hasMessageContaining("maxPayloadBytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT0.999S", "PT-5M", "PT25H"})
  void shouldRefuseInactivityThatMakesNoSense(Duration inactivity) {
    assertThatThrownBy(() -> settings("a", 1, inactivity, List.of()))
        .hasMessageContaining("callInactivity");
  }

  @Test
  void shouldRefuseTheSameRuleTwiceAndTooManyRules() {
    AlertRule rule = AlertRule.parse("sad >= 0.5 for 1s");

    assertThatThrownBy(() -> settings("a", 1, Duration.ofMinutes(1), List.of(rule, rule)))
        .hasMessageContaining("alertRules must differ");
    assertThatThrownBy(() -> settings("a", 1, Duration.ofMinutes(1), Collections.nCopies(33, rule)))
        .hasMessageContaining("alertRules must be at most 32");
  }

  private static StreamSettings settings(
      String chunksTopic, int maxPayloadBytes, Duration inactivity, List<AlertRule> rules) {
    return new StreamSettings(
        chunksTopic,
        "events",
        "summaries",
        "alerts",
        "dlq",
        WindowSettings.DEFAULT,
        Set.of(ChannelRole.CUSTOMER),
        maxPayloadBytes,
        inactivity,
        rules,
        Duration.ZERO,
        CallSettings.DEFAULT);
  }
}
