package dev.speechemotion.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.app.fixtures.FreePort;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.AudioFiles;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void shouldSayThatThereIsTooLittleMemory(@TempDir Path folder) throws Exception {
    Path recording = folder.resolve("long.wav");
    AudioFiles.writeWav(recording, new AudioClip(8_000, new float[1]), AudioEncoding.PCM_S16LE);
    int length = 100 << 20;
    try (FileChannel file = FileChannel.open(recording, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(length).flip(), 40);
      // Sparse: nothing lies between.
      file.write(ByteBuffer.allocate(1), 43L + length);
    }

    Process process = command("feed", recording.toString()).start();

    assertThat(errors(process))
        .contains("too little memory; give Java more with -Xmx")
        .hasLineCount(1);
    assertThat(process.waitFor()).isEqualTo(1);
  }

  /** With what the libraries say, and with stack traces. */
  @Test
  void shouldWriteAJsonObjectPerLineIfToldSo() throws Exception {
    ProcessBuilder builder =
        command(
            "stream",
            "-v",
            "--bootstrap-server",
            "localhost:" + FreePort.find(),
            "--set",
            "startup.timeout.ms=500");
    builder.environment().put("SES_LOG_FORMAT", "json");

    Process process = builder.start();

    List<JsonNode> lines = new ArrayList<>();
    for (String line : errors(process).lines().toList()) {
      lines.add(new ObjectMapper().readTree(line));
    }
    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(lines)
        .hasSizeGreaterThan(3)
        .allSatisfy(
            line ->
                assertThat(line.fieldNames())
                    .toIterable()
                    .contains("timestamp", "level", "threadName", "loggerName", "formattedMessage"))
        .anyMatch(
            line ->
                line.path("level").asText().equals("ERROR")
                    && line.path("formattedMessage").asText().contains("no Kafka broker"))
        .anyMatch(line -> line.hasNonNull("throwable"));
  }

  @Test
  void shouldSayWhichFormatsOfTheLogThereAre() throws Exception {
    ProcessBuilder builder = command("stream", "--help-config");
    builder.environment().put("SES_LOG_FORMAT", "xml");

    Process process = builder.start();

    assertThat(errors(process))
        .isEqualTo("the environment variable SES_LOG_FORMAT must be text or json, got 'xml'");
    assertThat(process.waitFor()).isEqualTo(2);
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
