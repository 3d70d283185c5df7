package dev.speechemotion.app.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.app.fixtures.StreamProcess;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.AudioFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class DemoIT {
  private static final Pattern EVENT =
      Pattern.compile(
          "\\s*(\\d+\\.\\d) to\\s+(\\d+\\.\\d) s  (CUSTOMER|AGENT)\\s+\\w+\\s+[#.]{10}\\s+\\d+ %"
              + "  speech\\s+\\d+ %.*");

  @Test
  void shouldPrintEventsOfBothChannelsAndTheSummaryAndLeaveNothingBehind() throws Exception {
    Set<Path> before = temporaryFiles();

    CommandLineRun run = CommandLineRun.of("demo", "--speed", "max");

    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.err()).isEmpty();
    // 22.4 s: windows end at 3, 4, … 22 s, and a last shorter one at the end of the call; those in
    // which the channel is silent have no event.
    for (String role : List.of("CUSTOMER", "AGENT")) {
      List<String> events = events(run, role);
      assertThat(events).as(role).hasSizeBetween(14, 20);
      assertThat(events.get(0))
          .containsPattern("[01][.]0 to    [34][.]0 s")
          .endsWith("acted neutral");
      assertThat(run.outLines())
          .anyMatch(
              line ->
                  line.matches(
                      " {4}%-8s  22\\.4 s of audio, %d events, .*".formatted(role, events.size())));
    }
    assertThat(run.outLines())
        .anyMatch(line -> line.matches(" {4}talk \\d+\\.\\d s, nobody talks .* s, overlap .* s"))
        .anyMatch(line -> line.matches(" {6}talks \\d.* s; valence [+-]\\S+, arousal [+-]\\S+"))
        .anyMatch(line -> line.matches(" {6}0\\.0-\\d+\\.\\d s \\w+, \\d.*"));
    List<String> customer = events(run, "CUSTOMER");
    assertThat(customer.get(customer.size() - 2))
        .contains("19.0 to   22.0 s")
        .endsWith("acted happy");
    assertThat(customer.get(customer.size() - 1)).contains("20.0 to   22.4 s");
    String eighth = "     7.0 to   10.0 s";
    assertThat(customer)
        .filteredOn(event -> event.startsWith(eighth))
        .singleElement()
        .asString()
        .endsWith("acted angry");
    assertThat(events(run, "AGENT")).noneMatch(event -> event.startsWith(eighth));
    assertThat(run.outLines())
        .anyMatch(line -> line.matches(" {2}summary: 22\\.4 s, ended by STOP .*"));
    assertThat(temporaryFiles()).isEqualTo(before);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().contains("kafka") && !thread.isDaemon());
  }

  @Test
  void shouldPlayOnesOwnRecording(@TempDir Path folder) throws IOException {
    AudioClip speech = AudioFiles.read(Path.of("src/main/resources/demo/16a07Wa.wav"));
    Path recording = folder.resolve("mine.wav");
    float[] twice = Arrays.copyOf(speech.channel(0), 2 * speech.sampleCount());
    System.arraycopy(speech.channel(0), 0, twice, speech.sampleCount(), speech.sampleCount());
    AudioFiles.writeWav(
        recording, new AudioClip(speech.sampleRateHz(), twice), AudioEncoding.PCM_S16LE);

    CommandLineRun run = CommandLineRun.of("demo", recording.toString(), "--speed", "max");

    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(events(run, "CUSTOMER")).hasSize(3);
    assertThat(events(run, "AGENT")).isEmpty();
    assertThat(run.out()).doesNotContain("acted").contains("CUSTOMER  4.8 s of audio, 3 events");
  }

  @Test
  void shouldFailWithOneLineIfTheRecordingIsTooShortForAnEvent(@TempDir Path folder)
      throws IOException {
    Path recording = folder.resolve("short.wav");
    AudioFiles.writeWav(recording, new AudioClip(8_000, new float[80]), AudioEncoding.PCM_S16LE);

    CommandLineRun run = CommandLineRun.of("demo", recording.toString(), "--speed", "max");

    assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains("no events came");
  }

  @Test
  void shouldServeTheWallboardWithTheCallUntilItIsToldToStop(@TempDir Path folder)
      throws Exception {
    Path out = folder.resolve("demo.txt");
    Process demo =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StreamProcess.MAIN_CLASS,
                "demo",
                "--serve",
                "--speed",
                "max")
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      while (demo.isAlive() && !Files.readString(out).contains("Serving until Ctrl-C")) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      Matcher address =
          Pattern.compile("Wallboard: (http://127\\.0\\.0\\.1:\\d+)/wallboard/")
              .matcher(Files.readString(out));
      assertThat(address.find()).as(Files.readString(out)).isTrue();
      URI calls = URI.create(address.group(1) + "/api/calls");
      JsonNode call = new ObjectMapper().createObjectNode();
      while (demo.isAlive() && !call.has("endedAt")) {
        TimeUnit.MILLISECONDS.sleep(100);
        try (InputStream answer = calls.toURL().openStream()) {
          call = new ObjectMapper().readTree(answer).path("calls").path(0);
        }
      }
      assertThat(call.path("id").asText()).as(Files.readString(out)).isEqualTo("demo-call");
      assertThat(call.path("mediaMs").asLong()).isBetween(22_000L, 23_000L);
      assertThat(call.path("channels")).hasSize(2);
      assertThat(call.path("channels").path(0).path("strip")).isNotEmpty();
      assertThat(linesOfAnotherCall(demo, out))
          .as("of whom nobody knows what they feel")
          .isNotEmpty()
          .noneMatch(line -> line.contains("acted") || line.endsWith("silent"));
    } finally {
      demo.destroy();
      if (!demo.waitFor(60, TimeUnit.SECONDS)) {
        demo.destroyForcibly();
      }
    }
    assertThat(demo.exitValue()).as(Files.readString(out)).isZero();
  }

  private static List<String> linesOfAnotherCall(Process demo, Path out) throws Exception {
    Matcher feed =
        Pattern.compile("feed my-call.wav (--bootstrap-server \\S+) --registry (\\S+)")
            .matcher(Files.readString(out));
    assertThat(feed.find()).as(Files.readString(out)).isTrue();
    CommandLineRun fed =
        CommandLineRun.of(
            "feed",
            "src/test/resources/cases/dc_offset_2pct.wav",
            "--call-id",
            "another",
            "--speed",
            "max",
            "--bootstrap-server",
            feed.group(1).split(" ")[1],
            "--registry",
            feed.group(2));
    assertThat(fed.exitCode()).as(fed.toString()).isZero();
    Pattern events = Pattern.compile("call another\n((?: .* to .*\n)+)  summary: ");
    Matcher found = events.matcher("");
    while (demo.isAlive() && !found.find()) {
      TimeUnit.MILLISECONDS.sleep(100);
      found = events.matcher(Files.readString(out));
    }
    return found.group(1).lines().toList();
  }

  private static List<String> events(CommandLineRun run, String role) {
    return run.outLines().stream()
        .filter(line -> EVENT.matcher(line).matches() && line.contains(" " + role + " "))
        .toList();
  }

  private static Set<Path> temporaryFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("speech-emotion-"))
          .collect(Collectors.toSet());
    }
  }
}
