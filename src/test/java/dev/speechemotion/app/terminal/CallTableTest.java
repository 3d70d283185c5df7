package dev.speechemotion.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.AudioFault;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Help.Ansi;

class CallTableTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String ESCAPE = "\u001b";

  private final CallTable table = new CallTable(Ansi.OFF);

  @Test
  void shouldWaitForTheFirstEvent() {
    assertThat(table.lines(80, 24, NOW))
        .containsExactly(
            "0 calls live, 0 ended, 0 events, 0 alerts; Ctrl-C ends", "Waiting for events.");
  }

  @Test
  void shouldShowEachChannelWithItsEmotionAndAlertsFirst() {
    hear("call-1", ChannelRole.CUSTOMER, 3, "neutral", 0.8f);
    hear("call-1", ChannelRole.CUSTOMER, 4, "surprise", 0.5f);
    hear("call-1", ChannelRole.CUSTOMER, 5, "sad", 0.61f);
    hear("call-1", ChannelRole.AGENT, 5, "neutral", 0.9f);
    for (int second = 3; second <= 75; second++) {
      hear("call-2", ChannelRole.CUSTOMER, second, second < 64 ? "happy" : "angry", 0.75f);
    }
    table.take(alert("call-2", 75, AlertState.RAISED), NOW);

    assertThat(table.lines(80, 24, NOW))
        .containsExactly(
            "2 calls live, 0 ended, 77 events, 1 alert; Ctrl-C ends",
            "  call     who      emotion   sure  for     at       last windows",
            "! call-2   customer angry     75 %  0:14    1:15     hhhhhhhhhhhhhhhaaaaaaaaaaaa",
            "  call-1   customer sad       61 %  0:03    0:05     .us",
            "  call-1   agent    neutral   90 %  0:03    0:05     .",
            "! call-2 customer at 1:15: angry >= 0.7 for 10s");
  }

  @Test
  void shouldLetGoOfAnAlertAndOfACall() {
    hear("call-1", ChannelRole.CUSTOMER, 3, "angry", 0.8f);
    hear("call-2", ChannelRole.CUSTOMER, 3, "neutral", 0.8f);
    table.take(alert("call-2", 3, AlertState.RAISED), NOW);
    assertThat(table.lines(80, 24, NOW).get(2)).startsWith("! call-2");
    table.take(alert("call-2", 4, AlertState.CLEARED), NOW);
    assertThat(table.lines(80, 24, NOW).get(2)).startsWith("  call-1");

    CallSummary summary = new CallSummary();
    summary.setCallId("call-1");
    table.take(summary, NOW);

    assertThat(table.lines(80, 24, NOW.plusSeconds(10)))
        .anyMatch(line -> line.startsWith("1 call live, 1 ended"))
        .anyMatch(line -> line.matches("  call-1 .* ended"));
    assertThat(table.lines(80, 24, NOW.plusSeconds(21)))
        .noneMatch(line -> line.contains("call-1"))
        .anyMatch(line -> line.startsWith("  call-2"));
    assertThat(table.lines(80, 24, NOW.plusSeconds(601))).contains("Waiting for events.");
  }

  @ParameterizedTest
  @CsvSource({"200, 50", "80, 24", "80, 3", "40, 10", "10, 1"})
  void shouldFitIntoTheTerminal(int width, int height) {
    for (int call = 0; call < 100; call++) {
      for (int second = 3; second < 60; second++) {
        hear("a-call-with-a-long-id-" + call, ChannelRole.CUSTOMER, second, "fear", 0.5f);
      }
      table.take(alert("a-call-with-a-long-id-" + call, 60, AlertState.RAISED), NOW);
    }

    List<String> lines = table.lines(width, height, NOW);

    assertThat(lines).hasSize(height).allMatch(line -> line.length() <= width);
    if (height > 9) {
      assertThat(lines.get(height - 4)).startsWith("  and ").endsWith(" more");
    }
  }

  @Test
  void shouldColorWithoutChangingTheText() {
    CallTable colored = new CallTable(Ansi.ON);
    for (CallTable each : List.of(table, colored)) {
      each.take(event("call-1", ChannelRole.CUSTOMER, 3, "angry", 0.8f), NOW);
      each.take(alert("call-1", 3, AlertState.RAISED), NOW);
    }

    String text = String.join("\n", colored.lines(80, 24, NOW));

    assertThat(text).contains(ESCAPE + "[31m");
    assertThat(text.replaceAll(Pattern.quote(ESCAPE) + "\\[[\\d;]*m", ""))
        .isEqualTo(String.join("\n", table.lines(80, 24, NOW)));
  }

  /** An id comes from the feed. */
  @Test
  void shouldNotLetAnIdCommandTheTerminal() {
    hear("call" + ESCAPE + "[2J\u009b", ChannelRole.CUSTOMER, 3, "neutral", 0.8f);

    assertThat(String.join("", table.lines(80, 24, NOW)))
        .contains("call?[2J?")
        .doesNotContain(ESCAPE);
  }

  @Test
  void shouldNotLetAnEmotionOrARuleCommandTheTerminal() {
    hear("call-1", ChannelRole.CUSTOMER, 3, ESCAPE + "[2J", 0.8f);
    hear("call-1", ChannelRole.CUSTOMER, 4, "\u202e", 0.8f);
    EmotionAlert alert = alert("call-1", 4, AlertState.RAISED);
    alert.setRule("angry\u009b\u2028");
    table.take(alert, NOW);

    assertThat(String.join("", table.lines(120, 24, NOW)))
        .contains("customer ?  ", "     ??", "angry??")
        .doesNotContain(ESCAPE, "\u202e", "\u009b", "\u2028");
  }

  @Test
  void shouldShowAnEventWithoutAnEmotion() {
    hear("call-1", ChannelRole.CUSTOMER, 3, "angry", 0.8f);
    hear("call-1", ChannelRole.CUSTOMER, 4, "", 0.8f);
    hear("call-1", ChannelRole.CUSTOMER, 5, "sad", 0.8f);

    assertThat(table.lines(80, 24, NOW).get(2)).endsWith("a s");
  }

  @Test
  void shouldSayWhatIsWrongWithAudio() {
    hear("call-1", ChannelRole.CUSTOMER, 3, "angry", 0.8f);
    EmotionEvent event = event("call-1", ChannelRole.CUSTOMER, 4, "none", 0);
    event.setUncertain(true);
    event.setQuality(List.of(AudioFault.WRONG_G711_LAW, AudioFault.WRONG_SAMPLE_RATE));
    table.take(event, NOW);
    EmotionEvent marked = event("call-2", ChannelRole.CUSTOMER, 4, "sad", 0.5f);
    marked.setQuality(List.of(AudioFault.OFFSETS_STAND_STILL));
    table.take(marked, NOW);

    assertThat(table.lines(110, 24, NOW).subList(2, 4))
        .containsExactly(
            "  call-1   customer none      0 %   0:03    0:04     wrong_g711_law, wrong_sample_rate a ",
            "  call-2   customer sad       50 %  0:03    0:04     offsets_stand_still s");
    for (int width = 20; width < 110; width++) {
      int most = width;
      assertThat(table.lines(width, 24, NOW)).allMatch(line -> line.length() <= most);
    }

    hear("call-1", ChannelRole.CUSTOMER, 5, "sad", 0.8f);
    assertThat(table.lines(110, 24, NOW).get(2)).endsWith("0:05     a s");
  }

  private void hear(String callId, ChannelRole role, int atSecond, String emotion, float sure) {
    table.take(event(callId, role, atSecond, emotion, sure), NOW);
  }

  private static EmotionEvent event(
      String callId, ChannelRole role, int atSecond, String emotion, float confidence) {
    EmotionEvent event = new EmotionEvent();
    event.setQuality(List.of());
    event.setCallId(callId);
    event.setStreamId("stream-1");
    event.setChannel(role.name());
    event.setRole(role);
    event.setBeginMs(1_000L * (atSecond - 3));
    event.setEndMs(1_000L * atSecond);
    event.setEmotion(emotion);
    event.setConfidence(confidence);
    return event;
  }

  private static EmotionAlert alert(String callId, int atSecond, AlertState state) {
    EmotionAlert alert = new EmotionAlert();
    alert.setCallId(callId);
    alert.setStreamId("stream-1");
    alert.setChannel(ChannelRole.CUSTOMER.name());
    alert.setRole(ChannelRole.CUSTOMER);
    alert.setRule("angry >= 0.7 for 10s");
    alert.setState(state);
    alert.setUntilMs(1_000L * atSecond);
    return alert;
  }
}
