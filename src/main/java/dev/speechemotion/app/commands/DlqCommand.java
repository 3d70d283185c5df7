package dev.speechemotion.app.commands;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.client.DeadLetter;
import dev.speechemotion.app.client.DeadLetterReplay;
import dev.speechemotion.app.client.DeadLetterTally;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.app.settings.SettingsOptions;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.training.corpus.Progress;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lists the dead letters and sends them back to where they came from. */
@Command(
    name = "dlq",
    description =
        "Lists why records could not be used, and how many; with --replay, sends them back to the"
            + " input topic as they came, each one once.")
final class DlqCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Mixin private SettingsOptions options;

  @Option(
      names = "--format",
      defaultValue = "table",
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  private OutputFormat format;

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description = "Only letters of this reason, in any case.")
  private Optional<String> onlyReason;

  @Option(
      names = "--list",
      description = "Give each letter, too: call, reason, time, where it stood, and why.")
  private boolean list;

  @ArgGroup(exclusive = false)
  private Replay replay = new Replay();

  private final ArrayNode letters = JSON.createArrayNode();

  private static final class Replay {
    @Option(
        names = "--replay",
        required = true,
        description =
            "Send the letters that have not been replayed yet back to the input topic. What had to"
                + " be cut cannot be.")
    private boolean wanted;

    @Option(names = "--dry-run", description = "Only say what --replay would do.")
    private boolean dryRun;
  }

  @Override
  public Integer call() throws Exception {
    Settings settings = options.load();
    onlyReason.ifPresent(this::requireKnown);
    return StopRequest.onSignal(stop -> run(settings, stop));
  }

  /** Of a misspelt reason there would be no letters, and no word about it. */
  private void requireKnown(String reason) {
    List<String> known =
        Stream.concat(
                Arrays.stream(RejectReason.values()).map(RejectReason::name),
                Stream.of(DeadLetterReplay.NO_REASON))
            .toList();
    if (known.stream().noneMatch(reason::equalsIgnoreCase)) {
      throw new ParameterException(
          spec.commandLine(),
          "--reason: there is no reason '%s'; there are %s".formatted(reason, known));
    }
  }

  private int run(Settings settings, StopRequest stop) throws InterruptedException {
    List<String> topics = new ArrayList<>();
    topics.add(settings.text(Property.TOPIC_DEAD_LETTERS));
    if (replay.wanted) {
      topics.add(settings.text(Property.TOPIC_CHUNKS));
    }
    new ClusterReadiness(settings).requireTopics(topics, false, stop);
    try (Progress progress = Progress.ofShares(replay.wanted ? "replaying" : "reading");
        DeadLetterReplay letters =
            new DeadLetterReplay(
                settings,
                replay.wanted && !replay.dryRun,
                onlyReason,
                letter -> take(letter, progress))) {
      boolean complete = letters.run(stop, progress::reach);
      progress.hide();
      if (format == OutputFormat.JSON) {
        printJson(settings, letters.tallies());
      } else {
        printTable(settings, letters.tallies());
      }
      return complete ? 0 : StopRequest.INTERRUPTED_EXIT_CODE;
    } catch (ProducerFencedException e) {
      throw new CommandFailure("another replay of the same dead letters has begun; it goes on", e);
    } catch (KafkaException e) {
      throw new CommandFailure("the dead letters cannot be replayed: " + e.getMessage(), e);
    }
  }

  private void take(DeadLetter letter, Progress progress) {
    if (list && format == OutputFormat.TABLE) {
      progress.hide();
      spec.commandLine()
          .getOut()
          .printf(
              "%s  %-22s  %s  %s  %s%n",
              letter.at().map(Instant::toString).orElse("-"),
              letter.reason(),
              oneLine(letter.call()),
              letter.origin(),
              oneLine(letter.message()));
    } else if (list) {
      letters
          .addObject()
          .put("call", letter.call())
          .put("reason", letter.reason())
          .put("at", letter.at().map(Instant::toString).orElse(""))
          .put("origin", letter.origin())
          .put("message", letter.message());
    }
  }

  /** A key can be any bytes. */
  private static String oneLine(String text) {
    return text.isEmpty() ? "-" : text.replaceAll("\\p{Cntrl}", "?");
  }

  private void printTable(Settings settings, Map<String, DeadLetterTally> tallies) {
    PrintWriter out = spec.commandLine().getOut();
    long total = tallies.values().stream().mapToLong(DeadLetterTally::letters).sum();
    out.printf(
        "%s: %d dead letter%s%n",
        settings.text(Property.TOPIC_DEAD_LETTERS), total, total == 1 ? "" : "s");
    if (total == 0) {
      return;
    }
    String row = "%-22s %10s %10s %10s %10s";
    out.println(row.formatted("reason", "letters", "replayed", "cut", "left"));
    long now = 0;
    long cut = 0;
    long ofOtherTopics = 0;
    for (Map.Entry<String, DeadLetterTally> entry : tallies.entrySet()) {
      DeadLetterTally tally = entry.getValue();
      long replayed = tally.replayedBefore() + tally.replayedNow();
      out.println(
          row.formatted(entry.getKey(), tally.letters(), replayed, tally.cut(), tally.left()));
      now += replay.dryRun ? tally.due() : tally.replayedNow();
      cut += tally.cut();
      ofOtherTopics += tally.ofOtherTopics();
    }
    if (cut > 0) {
      out.println("Letters that had to be cut to fit into the topic cannot be replayed: " + cut);
    }
    if (ofOtherTopics > 0) {
      out.printf(
          "Letters that did not come from %s are not replayed: %d%n",
          settings.text(Property.TOPIC_CHUNKS), ofOtherTopics);
    }
    if (replay.wanted) {
      out.printf(
          replay.dryRun ? "Would send to %s: %d%n" : "Sent to %s: %d%n",
          settings.text(Property.TOPIC_CHUNKS),
          now);
    }
  }

  private void printJson(Settings settings, Map<String, DeadLetterTally> tallies) {
    ObjectNode document = JSON.createObjectNode();
    document.put("topic", settings.text(Property.TOPIC_DEAD_LETTERS));
    document.put("dryRun", replay.dryRun);
    if (list) {
      document.set("letters", letters);
    }
    ArrayNode reasons = document.putArray("reasons");
    tallies.forEach(
        (reason, tally) ->
            reasons
                .addObject()
                .put("reason", reason)
                .put("letters", tally.letters())
                .put("replayedBefore", tally.replayedBefore())
                .put("replayedNow", tally.replayedNow())
                .put("cut", tally.cut())
                .put("ofOtherTopics", tally.ofOtherTopics())
                .put("left", tally.left()));
    spec.commandLine().getOut().println(document);
  }
}
