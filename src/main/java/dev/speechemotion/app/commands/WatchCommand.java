package dev.speechemotion.app.commands;

import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.client.ResultReader;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.app.settings.SettingsOptions;
import dev.speechemotion.app.terminal.CallTable;
import dev.speechemotion.app.terminal.LiveScreen;
import dev.speechemotion.app.terminal.ResultPrinter;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.SchemaRegistry;
import dev.speechemotion.training.corpus.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints events, alerts and summaries as they arrive. */
@Command(
    name = "watch",
    description =
        "Shows events, alerts and call summaries as they arrive, until Ctrl-C: on a terminal as a"
            + " table of the live calls, elsewhere line by line.")
final class WatchCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(200);

  /** How results are shown. */
  private enum View {
    TABLE,
    TEXT,
    JSON;

    /** As it is given on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Spec private CommandSpec spec;

  @Mixin private SettingsOptions options;

  @Option(names = "--from-beginning", description = "Begin with the oldest, not with what is new.")
  private boolean fromBeginning;

  @Option(names = "--call", paramLabel = "ID", description = "Only this call.")
  private Optional<String> callId;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "One of ${COMPLETION-CANDIDATES} (default: table on a terminal, text elsewhere).")
  private Optional<View> format;

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

  private int watch(Settings settings, StopRequest stop) throws InterruptedException, IOException {
    ClusterReadiness cluster = new ClusterReadiness(settings);
    cluster.requireTopics(
        List.of(
            settings.text(Property.TOPIC_EVENTS),
            settings.text(Property.TOPIC_ALERTS),
            settings.text(Property.TOPIC_SUMMARIES)),
        false,
        stop);
    Instant end = timeoutSeconds.map(Instant.now()::plusSeconds).orElse(Instant.MAX);
    long events = 0;
    try (SchemaRegistry registry = cluster.requireRegistry(stop);
        ResultReader reader =
            new ResultReader(settings, EmotionSerdes.of(registry), fromBeginning);
        Display display = display()) {
      while (!stop.requested() && Instant.now().isBefore(end)) {
        display.refresh();
        for (SpecificRecord record : reader.poll(POLL)) {
          if (callId.isPresent() && !callId.get().equals(ResultPrinter.callId(record))) {
            continue;
          }
          display.take(record);
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

  /** Where results are shown. */
  private interface Display extends AutoCloseable {
    void take(SpecificRecord result);

    /** Time has passed. */
    void refresh();

    @Override
    void close() throws IOException;
  }

  private Display display() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    View view = format.orElse(Progress.isTerminal() ? View.TABLE : View.TEXT);
    return view == View.TABLE
        ? new Table(out)
        : new Lines(
            new ResultPrinter(
                out,
                view == View.JSON ? ResultPrinter.Format.JSON : ResultPrinter.Format.TEXT,
                event -> "",
                Ansi.AUTO));
  }

  private record Lines(ResultPrinter printer) implements Display {
    @Override
    public void take(SpecificRecord result) {
      printer.print(result);
    }

    @Override
    public void refresh() {
      // What is printed stays.
    }

    @Override
    public void close() {
      // The writer is not ours.
    }
  }

  private static final class Table implements Display {
    private final CallTable table = new CallTable(Ansi.AUTO);
    private final LiveScreen screen;

    Table(PrintWriter out) throws IOException {
      screen = new LiveScreen(out);
    }

    @Override
    public void take(SpecificRecord result) {
      table.take(result, Instant.now());
    }

    @Override
    public void refresh() {
      screen.show(table.lines(screen.width(), screen.height(), Instant.now()));
    }

    @Override
    public void close() throws IOException {
      screen.close();
    }
  }
}
