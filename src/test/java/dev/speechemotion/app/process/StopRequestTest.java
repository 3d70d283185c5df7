package dev.speechemotion.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class StopRequestTest {
  /** A process that does not end by itself. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] args) {
      System.exit(
          StopRequest.orInterrupted(
              () -> {
                try {
                  return switch (args[0]) {
                    case "deaf" -> forever();
                    case "listening" -> StopRequest.onSignal(Endless::untilAsked);
                    default -> throw new OutOfMemoryError("as it happens");
                  };
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }));
    }

    private static int forever() throws InterruptedException {
      System.out.println("ready");
      new CountDownLatch(1).await();
      return 0;
    }

    private static int untilAsked(StopRequest stop) throws InterruptedException {
      System.out.println("ready");
      return stop.await(Duration.ofMinutes(1)) ? 5 : 6;
    }
  }

  @ParameterizedTest
  @CsvSource({"deaf, 130", "listening, 5"})
  void shouldEndWithTheCodeOfAnInterruptionUnlessTheWorkHasOneOfItsOwn(String kind, int exitCode)
      throws Exception {
    Process process = start(kind);
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("ready");
      process.destroy(); // SIGTERM.

      assertThat(process.waitFor()).isEqualTo(exitCode);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void shouldNotTakeAnErrorForAnInterruption() throws Exception {
    Process process = start("failing");
    try {
      assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(1);
    } finally {
      process.destroyForcibly();
    }
  }

  private static Process start(String kind) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Endless.class.getName(),
            kind)
        .redirectErrorStream(true)
        .start();
  }
}
