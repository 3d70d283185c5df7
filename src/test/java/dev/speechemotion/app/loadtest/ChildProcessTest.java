package dev.speechemotion.app.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {
  private static final int BYTES = 1 << 20;

  /** A pipe takes 64 kB. */
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void shouldTakeWhateverAProgramWrites(@TempDir Path folder) throws Exception {
    Path log = folder.resolve("log");

    try (ChildProcess process =
        ChildProcess.java(log, List.of(), Talkative.class.getName(), List.of())) {
      while (process.isAlive()) {
        Thread.sleep(20);
      }
    }

    assertThat(Files.size(log)).isGreaterThanOrEqualTo(BYTES);
  }

  /** Writes much on standard output. */
  static final class Talkative {
    public static void main(String[] args) {
      System.out.write(new byte[BYTES], 0, BYTES);
      System.out.flush();
    }

    private Talkative() {}
  }
}
