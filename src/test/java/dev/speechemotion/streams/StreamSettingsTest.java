package dev.speechemotion.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.streams.call.CallSettings;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamSettingsTest {

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
    assertThatThrownBy(() -> settings(topic, 1))
        .hasMessageContaining("chunksTopic")
        .hasMessageContaining("'" + topic + "'");
  }

  @Test
  void shouldRefuseOneTopicForTwoPurposes() {
    assertThatThrownBy(() -> settings("events", 1)).hasMessageContaining("topics must differ");
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, (64 << 20) + 1, Integer.MAX_VALUE})
  void shouldRefusePayloadLimitsThatMakeNoSense(int maxPayloadBytes) {
    assertThatThrownBy(() -> settings("a", maxPayloadBytes))
        .hasMessageContaining("maxPayloadBytes");
  }

  private static StreamSettings settings(String chunksTopic, int maxPayloadBytes) {
    return new StreamSettings(
        chunksTopic,
        "events",
        "summaries",
        "alerts",
        "dlq",
        maxPayloadBytes,
        CallSettings.DEFAULT,
        Optional.empty());
  }
}
