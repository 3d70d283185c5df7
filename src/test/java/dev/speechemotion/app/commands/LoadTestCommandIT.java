package dev.speechemotion.app.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The short form of the load test: it fails on a loss or a difference, never on a time. */
@Timeout(300)
class LoadTestCommandIT {
  @TempDir private Path folder;

  private static JsonNode load(String... more) throws Exception {
    String[] args = new String[more.length + 3];
    args[0] = "loadtest";
    args[1] = "--format";
    args[2] = "json";
    System.arraycopy(more, 0, args, 3, more.length);
    CommandLineRun run = CommandLineRun.of(args);
    assertThat(run.exitCode()).as(run.toString()).isZero();
    return new ObjectMapper().readTree(run.out());
  }

  private static void assertExact(JsonNode figures) {
    assertThat(figures.path("events").asLong()).isPositive();
    assertThat(figures.path("lost").asLong(-1)).isZero();
    assertThat(figures.path("duplicated").asLong(-1)).isZero();
    assertThat(figures.path("different").asLong(-1)).isZero();
  }

  @Test
  void shouldMeasureLiveChannels() throws Exception {
    Path plot = folder.resolve("load.png");
    Path beside = folder.resolve("beside.sh");
    Files.writeString(
        beside,
        """
        trap 'echo "{\\"audioSeconds\\": 10, \\"processCpuSeconds\\": 2}"; exit 0' TERM
        while :; do sleep 0.1; done
        """);

    JsonNode figures =
        load(
            "--channels=6",
            "--seconds=10",
            "--warm-up=3",
            "--plot=" + plot,
            "--beside=sh " + beside,
            "--beside-seconds=1");

    assertExact(figures);
    assertThat(figures.path("audioSeconds").asDouble()).isPositive();
    assertThat(figures.path("processCpuSeconds").asDouble()).isPositive();
    assertThat(figures.path("channelsPerCore").asDouble()).isPositive();
    assertThat(figures.path("latencyMs").path("p50").asDouble()).isPositive();
    assertThat(figures.path("latencyMs").path("max").asDouble())
        .isGreaterThanOrEqualTo(figures.path("latencyMs").path("p99").asDouble());
    assertThat(figures.path("changelogBytesPerAudioByte").asDouble()).isPositive();
    assertThat(figures.path("stateBytesPerChannel").asDouble()).isPositive();
    assertThat(figures.path("besideChannelsPerCore").asDouble()).isEqualTo(5);
    assertThat(figures.path("course")).isNotEmpty();
    assertThat(ImageIO.read(Files.newInputStream(plot)).getWidth()).isGreaterThan(1_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldLoseNothingWhenAnInstanceJoinsAndAnotherLeaves(int standbys) throws Exception {
    assertExact(
        load(
            "--channels=6",
            "--seconds=20",
            "--warm-up=3",
            "--instances=2",
            "--join-after=3",
            "--leave-after=12",
            "--set=num.standby.replicas=" + standbys));
  }

  @Test
  void shouldWorkOffABacklog() throws Exception {
    JsonNode figures = load("--channels=10", "--seconds=60", "--warm-up=5", "--speed=max");

    assertExact(figures);
    assertThat(figures.path("backlog").asBoolean()).isTrue();
    assertThat(figures.path("channelsPerCore").asDouble()).isPositive();
  }

  @Test
  void shouldNameAModelThatIsNotThere() {
    CommandLineRun.assertFailure(CommandLineRun.of("loadtest", "--model", "nowhere"), "nowhere");
  }
}
