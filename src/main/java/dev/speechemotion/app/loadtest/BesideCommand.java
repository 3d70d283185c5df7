package dev.speechemotion.app.loadtest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Another consumer of the same chunks, for comparison. It reads the topic from the begin for some
 * time, ends by SIGTERM, and prints how many seconds of audio it did and what CPU time that took.
 */
public final class BesideCommand {
  private BesideCommand() {}

  /**
   * Runs it.
   *
   * @param command with its arguments, to which those that name the cluster are appended
   * @param run whose chunks it gets
   * @return its seconds of audio for a second of CPU
   * @throws CommandFailure if it prints no such figures
   */
  public static double channelsPerCore(
      List<String> command,
      LoadSetup setup,
      LoadRun.Done run,
      Path schema,
      Duration time,
      StopRequest stop)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(command);
    all.addAll(
        List.of(
            "--bootstrap-server", String.valueOf(setup.client().get("bootstrap.servers")),
            "--topic", run.chunksTopic(),
            "--output-topic", run.besideTopic(),
            "--group", run.besideTopic(),
            "--schema", schema.toString()));
    try (ChildProcess process = ChildProcess.start(setup.folder().resolve("beside.log"), all)) {
      long deadline = System.nanoTime() + time.toNanos();
      while (process.isAlive() && System.nanoTime() < deadline && !stop.requested()) {
        Thread.sleep(100);
      }
      process.stop();
      String line = process.readLine();
      JsonNode figures = line == null ? null : new ObjectMapper().readTree(line);
      if (figures == null || !figures.path("processCpuSeconds").isNumber()) {
        throw new CommandFailure(
            String.join(" ", command) + " printed no figures: " + process.logTail());
      }
      return figures.path("audioSeconds").asDouble() / figures.path("processCpuSeconds").asDouble();
    } catch (JsonProcessingException e) {
      throw new CommandFailure(
          String.join(" ", command) + " printed what is no JSON: " + e.getOriginalMessage(), e);
    }
  }
}
