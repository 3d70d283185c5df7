package dev.speechemotion.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandardOutputTest {
  @AfterEach
  void reset() {
    StandardOutput.reset();
  }

  @ParameterizedTest
  @CsvSource({
    "No space left on device, 1, the output cannot be written: No space left on device",
    "Broken pipe, 0, ''",
  })
  void shouldEndOnceAndSayWhyUnlessTheReaderIsGone(String reason, int exitCode, String said) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    AtomicInteger ends = new AtomicInteger();
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(reason);
          }
        };
    PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
    PrintStream out =
        new PrintStream(
            new StandardOutput(broken, errStream, ends::incrementAndGet),
            true,
            StandardCharsets.UTF_8);
    assertThat(StandardOutput.exitCodeOr(5)).isEqualTo(5);

    out.println("first");
    out.println("second");

    assertThat(ends).hasValue(1);
    assertThat(StandardOutput.exitCodeOr(5)).isEqualTo(exitCode);
    assertThat(err.toString(StandardCharsets.UTF_8).strip()).isEqualTo(said);
  }
}
