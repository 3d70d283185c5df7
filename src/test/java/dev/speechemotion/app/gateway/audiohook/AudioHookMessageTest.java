package dev.speechemotion.app.gateway.audiohook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AudioHookMessageTest {
  static final String OPEN =
      """
      {"version":"2","id":"30b0e395-84d3-4570-ac13-9a62d8f514c0","type":"open","seq":1,\
      "serverseq":0,"position":"PT0S","parameters":{\
      "organizationId":"d7934305-0972-4844-938e-9060eef73d05",\
      "conversationId":"090eaa2f-72fa-480a-83e0-8667ff89c0ec",\
      "participant":{"id":"883efee8-3d6c-4537-b500-6d7ca4b92fa0","ani":"+1-555-555-1234",\
      "aniName":"John Doe","dnis":"+1-800-555-6789"},"media":[{"type":"audio","format":"PCMU",\
      "channels":["external","internal"],"rate":8000},{"type":"audio","format":"PCMU",\
      "channels":["external"],"rate":8000}],"language":"en-us","customConfig":{"a":"b","c":[1]},\
      "continuedSessions":[{"id":"A0B0E395-84d3-4570-ac13-9a62d8f514c0","serverseq":1,\
      "clientseq":2}]}}""";

  @Test
  void shouldReadTheOpeningOfASession() throws Exception {
    AudioHookMessage message = AudioHookMessage.parse(OPEN);
    AudioHookMessage.Open open = message.open();

    assertThat(message.type()).isEqualTo("open");
    assertThat(message.id()).isEqualTo("30b0e395-84d3-4570-ac13-9a62d8f514c0");
    assertThat(open.organizationId()).isEqualTo("d7934305-0972-4844-938e-9060eef73d05");
    assertThat(open.media())
        .containsExactly(
            new AudioHookMessage.Media("PCMU", 8_000, List.of("external", "internal")),
            new AudioHookMessage.Media("PCMU", 8_000, List.of("external")));
    assertThat(open.customConfig()).isEqualTo(Map.of("a", "b", "c", "[1]"));
    assertThat(open.continuedSessions()).containsExactly("a0b0e395-84d3-4570-ac13-9a62d8f514c0");
    assertThat(open.language()).contains("en-us");
    assertThat(open.isProbe()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[\"A0B0E395-84d3-4570-ac13-9a62d8f514c0\"]", "{}", "\"a\"", "[{}]"})
  void shouldRefuseToTakeAContinuedSessionForANewOne(String continued) throws Exception {
    String open =
        OPEN.replaceFirst("\"continuedSessions\":.*]", "\"continuedSessions\":" + continued);

    assertThatThrownBy(() -> AudioHookMessage.parse(open).open())
        .isInstanceOf(BadMessageException.class)
        .hasMessageMatching("continuedSessions is not a list of objects|id is missing");
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0, PT0S",
    "PT12.3S, 12300000, PT12.3S",
    "PT1.S, 1000000, PT1S",
    "PT.5S, 500000, PT0.5S",
    "PT600S, 600000000, PT600S",
    "PT0.00000049S, 0, PT0S"
  })
  void shouldReadAndWritePositions(String text, long micros, String written) throws Exception {
    String message = OPEN.replace("PT0S", text);
    assertThat(AudioHookMessage.parse(message).positionMicros()).isEqualTo(micros);
    assertThat(AudioHookMessage.duration(micros)).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(strings = {"P1D", "PT1H", "PT-1S", "PT1e3S", "PTS", "PT99999999S", "1", "PT.S"})
  void shouldRefuseOtherPositions(String position) {
    assertThatThrownBy(() -> AudioHookMessage.parse(OPEN.replace("PT0S", position)))
        .isInstanceOf(BadMessageException.class)
        .hasMessageStartingWith("position is");
  }

  @Test
  void shouldRefuseAStretchThatEndsAfterAYear() throws Exception {
    AudioHookMessage message =
        AudioHookMessage.parse(
            AudioHookFuzz.message(
                "discarded", "{\"start\":\"PT30000000S\",\"discarded\":\"PT30000000S\"}"));
    assertThatThrownBy(message::missing)
        .isInstanceOf(BadMessageException.class)
        .hasMessageContaining("a year");
  }

  @ParameterizedTest
  @CsvSource({
    "version,        \"2\",                                    \"3\"",
    "seq,            \"seq\":1,                                \"seq\":-1",
    "id,             30b0e395-84d3,                            x",
    "conversationId, 090eaa2f-72fa-480a-83e0-8667ff89c0ec,     call",
    "type,           \"open\",                                 \"\"",
    "parameters,     \"parameters\":,                          \"others\":"
  })
  void shouldRefuseWhatTheProtocolDoesNotHave(String field, String was, String is) {
    String text = OPEN.replaceFirst(Pattern.quote(was), is);
    assertThatThrownBy(() -> AudioHookMessage.parse(text).open())
        .isInstanceOf(BadMessageException.class)
        .hasMessageContaining(field);
  }
}
