package dev.speechemotion.app.commands;

import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.client.ResultReader;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints events, alerts and summaries as they arrive. */
@Command(
    name = "watch",
    description = "Prints events, alerts and call summaries as they arrive, until Ctrl-C.")
final class WatchCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(200);

  @Spec private CommandSpec spec;

  @Mixin private SettingsOptions options;

  @Option(names = "--from-beginning", description = "Begin with the oldest, not with what is new.")
  private boolean fromBeginning;

  @Option(names = "--call", paramLabel = "ID", description = "Only this call.")
  private Optional<String> callId;

  @Option(
      names = "--format",
      defaultValue = "text",
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  private ResultPrinter.Format format;

  @Option(names = "--max-events", paramLabel = "N", description = "End after N emotion events.")
  private Optional<Long> maxEvents;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description =
          "End after so long; with --max-events, exit code 1 if there were fewer by then.")
  private Optional<Long> timeoutSeconds;

  @Override
  public Integer call() throws Exception {
    Settings settings = options.load();
    return StopRequest.onSignal(stop -> watch(settings, stop));
  }

  private int watch(Settings settings, StopRequest stop) throws InterruptedException {
    ClusterReadiness cluster = new ClusterReadiness(settings);
    cluster.requireTopics(
        List.of(
            settings.text(Property.TOPIC_EVENTS),
            settings.text(Property.TOPIC_ALERTS),
            settings.text(Property.TOPIC_SUMMARIES)),
        false,
        stop);
    ResultPrinter printer = new ResultPrinter(spec.commandLine().getOut(), format, event -> "");
    Instant end = timeoutSeconds.map(Instant.now()::plusSeconds).orElse(Instant.MAX);
    long events = 0;
    try (SchemaRegistry registry = cluster.requireRegistry(stop);
        ResultReader reader =
            new ResultReader(settings, EmotionSerdes.of(registry), fromBeginning)) {
      while (!stop.requested() && Instant.now().isBefore(end)) {
        for (SpecificRecord record : reader.poll(POLL)) {
          if (callId.isPresent() && !callId.get().equals(ResultPrinter.callId(record))) {
            continue;
          }
          printer.print(record);
          if (record instanceof EmotionEvent) {
            events++;
            if (maxEvents.isPresent() && events >= maxEvents.get()) {
              return 0;
            }
          }
        }
      }
    }
    if (maxEvents.isPresent() && timeoutSeconds.isPresent() && !stop.requested()) {
      throw new CommandFailure(
          events + " of " + maxEvents.get() + " events came within " + timeoutSeconds.get() + " s");
    }
    return 0;
  }
}
