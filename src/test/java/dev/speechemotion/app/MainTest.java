package dev.speechemotion.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The process as a whole. */
@Timeout(60)
class MainTest {
  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldFailWhereTheOutputCannotBeWritten() throws Exception {
    Process process =
        command("stream", "--help-config").redirectOutput(new File("/dev/full")).start();

    assertThat(errors(process)).isEqualTo("the output cannot be written: No space left on device");
    assertThat(process.waitFor()).isEqualTo(1);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void shouldEndQuietlyWhereTheReaderHasGoneAway() throws Exception {
    Process process = command("stream", "--help-config").start();
    process.getInputStream().close();

    assertThat(errors(process)).isEmpty();
    assertThat(process.waitFor()).isZero();
  }

  private static ProcessBuilder command(String... args) {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName());
    for (String arg : args) {
      builder.command().add(arg);
    }
    return builder;
  }

  private static String errors(Process process) throws IOException {
    return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }
}
