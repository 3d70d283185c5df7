package dev.speechemotion.app.gateway.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TwilioMessageTest {
  static final String CONNECTED =
      "{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}";
  static final String START =
      """
      {"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1",\
      "callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw",\
      "sampleRate":8000,"channels":1},"customParameters":{"FirstName":"Jane"}},"streamSid":"MZ1"}""";
  static final String MEDIA =
      """
      {"event":"media","sequenceNumber":"3","media":{"track":"outbound","chunk":"1",\
      "timestamp":"5","payload":"no+JhoaJjpzSHxAKBgYJ"},"streamSid":"MZ1"}""";
  static final String DTMF =
      """
      {"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5",\
      "dtmf":{"track":"inbound_track","digit":"1"}}""";
  static final String MARK =
      """
      {"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"my label"}}""";
  static final String STOP =
      """
      {"event":"stop","sequenceNumber":"5","stop":{"accountSid":"AC1","callSid":"CA1"},\
      "streamSid":"MZ1"}""";

  @Test
  void shouldReadAllMessagesOfAStream() throws Exception {
    assertThat(TwilioMessage.parse(CONNECTED))
        .isEqualTo(new TwilioMessage.Connected(Optional.of("Call"), Optional.of("1.0.0")));
    assertThat(TwilioMessage.parse(START))
        .isEqualTo(
            new TwilioMessage.Start(
                1,
                "MZ1",
                "CA1",
                Optional.of("AC1"),
                Optional.of("audio/x-mulaw"),
                8_000,
                1,
                Map.of("FirstName", "Jane"),
                START));
    TwilioMessage.Media media = (TwilioMessage.Media) TwilioMessage.parse(MEDIA);
    assertThat(media.sequenceNumber()).isEqualTo(3);
    assertThat(media.track()).isEqualTo("outbound");
    assertThat(media.chunk()).isEqualTo(1);
    assertThat(media.timestampMs()).isEqualTo(5);
    assertThat(media.payload()).hasSize(15).startsWith(0x9e, 0x8f);
    assertThat(TwilioMessage.parse(DTMF))
        .isEqualTo(new TwilioMessage.Dtmf(5, Optional.of("inbound_track"), "1"));
    assertThat(TwilioMessage.parse(MARK)).isEqualTo(new TwilioMessage.Mark(4, "my label"));
    assertThat(TwilioMessage.parse(STOP)).isEqualTo(new TwilioMessage.Stop(5));
    assertThat(TwilioMessage.parse("{\"event\":\"later\"}")).isEqualTo(new TwilioMessage.Other());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"event\":\"stop\"} {}",
        "{\"event\":\"stop\",\"sequenceNumber\":\"-1\"}",
        "{\"event\":\"stop\",\"sequenceNumber\":\"99999999999999999999\"}",
        "{\"event\":\"stop\",\"sequenceNumber\":\"1.5\"}",
        "{\"event\":\"start\",\"sequenceNumber\":\"1\",\"start\":{\"mediaFormat\":{}}}",
        "{\"event\":\"media\",\"sequenceNumber\":\"1\",\"media\":{\"chunk\":\"1\","
            + "\"timestamp\":\"1\",\"payload\":\"*secret*\"}}",
        "{\"event\":\"media\",\"sequenceNumber\":\"1\",\"media\":{\"chunk\":\"1\","
            + "\"timestamp\":\"99999999999999\",\"payload\":\"\"}}"
      })
  void shouldRefuseWhatTheProtocolDoesNotHaveAndRepeatNothingOfIt(String text) {
    assertThatThrownBy(() -> TwilioMessage.parse(text))
        .isInstanceOf(BadMessageException.class)
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"event\":\"dtmf\",\"sequenceNumber\":\"7\",\"dtmf\":{\"digit\":\"12\"}} | 7 | dtmf.digit",
        "{\"event\":\"dtmf\",\"sequenceNumber\":\"7\"} | 7 | dtmf",
        "{\"event\":\"mark\",\"sequenceNumber\":\"7\",\"mark\":{\"name\":\" \"}} | 7 | name",
        "{\"event\":\"mark\",\"sequenceNumber\":\"x\",\"mark\":{\"name\":\"a\"}} |  | sequenceNumber"
      })
  void shouldTellWhatIsWrongBesideTheAudioFromWhatEndsAStream(String text, Long number, String why)
      throws Exception {
    TwilioMessage.Unusable message = (TwilioMessage.Unusable) TwilioMessage.parse(text);
    assertThat(message.sequenceNumber())
        .isEqualTo(number == null ? OptionalLong.empty() : OptionalLong.of(number));
    assertThat(message.why()).hasMessageContaining(why);
  }

  @Test
  void shouldRefuseWhatIsTooLarge() {
    String large = START.replace("Jane", "x".repeat(70_000));
    assertThatThrownBy(() -> TwilioMessage.parse(large))
        .isInstanceOf(BadMessageException.class)
        .hasMessageContaining("65536");
  }
}
