package dev.speechemotion.training.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
  private final StringWriter log = new StringWriter();
  private long now = 5 * SECOND;

  @Test
  void shouldShowNothingOfWorkThatIsSoonDone() {
    try (Progress progress = onTerminal(100)) {
      progress.step();
      now += SECOND;
      progress.reach(0.9);
      progress.hide();
    }

    assertThat(shown()).isEmpty();
  }

  @Test
  void shouldShowABarOfWorkThatTakesLongerAndLeaveNoneBehind() {
    try (Progress progress = onTerminal(100)) {
      now += 3 * SECOND;
      progress.reach(0.25);
      progress.hide();
      progress.reach(0.5);
    }

    assertThat(shown()).contains("working").contains("50%");
    String last = shown().substring(shown().lastIndexOf('\r') + 1);
    assertThat(last).isEmpty();
    assertThat(log.toString()).isEmpty();
  }

  @Test
  void shouldWriteALineNowAndThenWhereThereIsNoTerminal() {
    Progress progress =
        new Progress(
            "working", 3, "", 1, Optional.of(new PrintWriter(log)), Optional.empty(), () -> now);
    progress.step();
    now += 11 * SECOND;
    progress.step();
    progress.step();
    progress.close();

    assertThat(log.toString().lines()).containsExactly("working: 2 of 3");
  }

  @Test
  void shouldKeepStillWhereThereIsNeitherTerminalNorLog() {
    Progress progress =
        new Progress("working", 3, "", 1, Optional.empty(), Optional.empty(), () -> now);
    now += 11 * SECOND;
    progress.reach(1);
    progress.hide();
    progress.close();

    assertThat(shown()).isEmpty();
  }

  private Progress onTerminal(long total) {
    return new Progress(
        "working",
        total,
        "",
        1,
        Optional.of(new PrintWriter(log)),
        Optional.of(new PrintStream(terminal, true, StandardCharsets.UTF_8)),
        () -> now);
  }

  private String shown() {
    return terminal.toString(StandardCharsets.UTF_8);
  }
}
