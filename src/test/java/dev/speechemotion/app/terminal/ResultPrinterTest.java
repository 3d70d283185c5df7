package dev.speechemotion.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.fixtures.PretendCall;
import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.EmotionStretch;
import dev.speechemotion.avro.ModelUsed;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Help.Ansi;

class ResultPrinterTest {
  /** To clear the screen, the same in one character, to turn the text around, a new line. */
  private static final String HARMFUL = "\u001b[2J\u009b\u202e\u2028\u2029";

  private final PretendCall call = new PretendCall("call-1", Instant.EPOCH);

  private static String printed(SpecificRecord record) {
    StringWriter text = new StringWriter();
    new ResultPrinter(new PrintWriter(text, true), ResultPrinter.Format.TEXT, event -> "", Ansi.OFF)
        .print(record);
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "0.52, #####.....",
    "2.0, ##########",
    "-1.0, ..........",
    "NaN, ..........",
    "Infinity, ##########"
  })
  void shouldDrawABarOfAnyConfidence(float confidence, String bar) {
    EmotionEvent event = call.event(ChannelRole.CUSTOMER, 3_000, "angry", 0.5);
    event.setConfidence(confidence);

    assertThat(printed(event)).contains("angry     " + bar + " ");
  }

  @Test
  void shouldNotLetARecordCommandTheTerminal() {
    EmotionEvent event = call.event(ChannelRole.CUSTOMER, 3_000, HARMFUL, 0.5);
    EmotionAlert alert = call.alert(ChannelRole.CUSTOMER, AlertState.RAISED, 3_000);
    alert.setRule(HARMFUL);

    assertHarmless(printed(event), 1);
    assertHarmless(printed(alert), 1);
    assertHarmless(printed(harmfulSummary()), 7);
  }

  private CallSummary harmfulSummary() {
    CallSummary summary = call.summary(3_000);
    summary.setModelName(HARMFUL);
    summary.setModelVersion(HARMFUL);
    summary.setModels(List.of(new ModelUsed(HARMFUL, HARMFUL, "another")));
    ChannelSummary channel = summary.getChannels().get(0);
    channel.setAnalyzed(true);
    channel.setEventCount(1L);
    channel.setEmotion(HARMFUL);
    channel.setEmotionShares(Map.of(HARMFUL, 1f));
    channel.setTimeline(List.of(new EmotionStretch(HARMFUL, 0L, 3_000L)));
    return summary;
  }

  /** All of them are there, and none of them does anything. */
  private static void assertHarmless(String text, int times) {
    assertThat(text.split("\\?\\[2J\\?{4}", -1)).as(text).hasSize(times + 1);
    assertThat(text).doesNotContain("\u001b", "\u009b", "\u202e", "\u2028", "\u2029");
  }
}
