package dev.speechemotion.app.commands;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.streams.DeadLetterHeaders;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Lists the dead letters and sends them back to where they came from.
 *
 * <p>How far the letters of each reason have been replayed is kept in the cluster, in the metadata
 * of a consumer group's committed offsets, and each commit is in one transaction with the records
 * sent: a letter is replayed once, also if the command dies half way or runs twice.
 */
@Command(
    name = "dlq",
    description =
        "Lists why records could not be used, and how many; with --replay, sends them back to the"
            + " input topic as they came, each one once.")
final class DlqCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int RECORDS_PER_TRANSACTION = 500;
  private static final String NO_REASON = "(none)";

  @Spec private CommandSpec spec;

  @Mixin private SettingsOptions options;

  @Option(
      names = "--format",
      defaultValue = "table",
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  private Format format;

  @Option(names = "--reason", paramLabel = "REASON", description = "Only letters of this reason.")
  private String onlyReason;

  @ArgGroup(exclusive = false)
  private Replay replay;

  private enum Format {
    JSON,
    TABLE
  }

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

  /** The letters of one reason. */
  private static final class Tally {
    private long count;
    private long cut;
    private long foreign;
    private long before;
    private long due;
    private long sent;

    long left() {
      return due - sent;
    }
  }

  @Override
  public Integer call() throws Exception {
    Settings settings = options.load();
    return StopRequest.guard(stop -> run(settings, stop));
  }

  private int run(Settings settings, StopRequest stop) throws InterruptedException {
    List<String> topics = new ArrayList<>();
    topics.add(settings.text(Property.TOPIC_DEAD_LETTERS));
    if (replay != null) {
      topics.add(settings.text(Property.TOPIC_CHUNKS));
    }
    new ClusterReadiness(settings).requireTopics(topics, false, stop);
    try (Reading reading = new Reading(settings)) {
      boolean complete = reading.readAll(stop);
      if (format == Format.JSON) {
        printJson(settings, reading.tallies);
      } else {
        printTable(settings, reading.tallies);
      }
      return complete ? 0 : StopRequest.INTERRUPTED_EXIT_CODE;
    } catch (ProducerFencedException e) {
      throw new CommandFailure("another replay of the same dead letters has begun; it goes on", e);
    } catch (KafkaException e) {
      throw new CommandFailure("the dead letters cannot be replayed: " + e.getMessage(), e);
    }
  }

  /** How far the letters of a partition have been replayed, reason by reason. */
  private static final class Progress {
    private final Map<String, Long> untilByReason = new TreeMap<>();
    private long until;

    /**
     * @param committed null if nothing has been replayed yet
     * @param end of the partition; lower than what was replayed if the topic was made anew
     */
    static Progress of(OffsetAndMetadata committed, long end) {
      Progress progress = new Progress();
      if (committed != null && committed.offset() <= end) {
        progress.until = committed.offset();
        for (String entry : committed.metadata().split(",")) {
          String[] reasonAndOffset = entry.split("=");
          if (reasonAndOffset.length == 2) {
            progress.untilByReason.put(reasonAndOffset[0], Long.valueOf(reasonAndOffset[1]));
          }
        }
      }
      return progress;
    }

    long until(String reason) {
      return untilByReason.getOrDefault(reason, 0L);
    }

    void replayed(String reason, long offset) {
      untilByReason.put(reason, offset + 1);
      until = Math.max(until, offset + 1);
    }

    OffsetAndMetadata toCommit() {
      String metadata =
          untilByReason.entrySet().stream()
              .map(entry -> entry.getKey() + "=" + entry.getValue())
              .collect(Collectors.joining(","));
      return new OffsetAndMetadata(until, metadata);
    }
  }

  /** One pass over the letters that are there when it begins. */
  private final class Reading implements AutoCloseable {
    private final Settings settings;
    private final String chunksTopic;
    private final Map<String, Tally> tallies = new TreeMap<>();
    private final Map<TopicPartition, Progress> progress = new HashMap<>();
    private final Consumer<byte[], byte[]> consumer;

    /** Null if nothing is to be sent. */
    private final Producer<byte[], byte[]> producer;

    private int chunksPartitions;
    private int inTransaction;

    Reading(Settings settings) {
      this.settings = settings;
      this.chunksTopic = settings.text(Property.TOPIC_CHUNKS);
      Map<String, Object> config = settings.kafkaClient(ConsumerConfig.configNames());
      config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
      config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
      config.put(ConsumerConfig.GROUP_ID_CONFIG, group());
      consumer =
          new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      producer = replay != null && !replay.dryRun ? producer() : null;
    }

    private Producer<byte[], byte[]> producer() {
      Map<String, Object> config = settings.kafkaClient(ProducerConfig.configNames());
      config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, group());
      return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Says whether it came to the end. */
    boolean readAll(StopRequest stop) {
      if (producer != null) {
        // First of all: from here on no other replay can send, so the offsets read below hold.
        producer.initTransactions();
      }
      if (replay != null) {
        chunksPartitions = consumer.partitionsFor(chunksTopic).size();
      }
      List<TopicPartition> partitions =
          consumer.partitionsFor(settings.text(Property.TOPIC_DEAD_LETTERS)).stream()
              .map(each -> new TopicPartition(each.topic(), each.partition()))
              .toList();
      consumer.assign(partitions);
      Map<TopicPartition, OffsetAndMetadata> committed =
          consumer.committed(new HashSet<>(partitions));
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      partitions.forEach(
          each -> progress.put(each, Progress.of(committed.get(each), ends.get(each))));
      consumer.seekToBeginning(partitions);
      while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        for (ConsumerRecord<byte[], byte[]> letter : consumer.poll(POLL)) {
          TopicPartition partition = new TopicPartition(letter.topic(), letter.partition());
          // What comes meanwhile is left to the next time; it may be what was just replayed.
          if (letter.offset() < ends.get(partition)) {
            take(partition, letter);
          }
        }
        if (inTransaction >= RECORDS_PER_TRANSACTION) {
          commit();
        }
        if (stop.requested()) {
          commit();
          return false;
        }
      }
      commit();
      return true;
    }

    private void take(TopicPartition partition, ConsumerRecord<byte[], byte[]> letter) {
      String reason = header(letter, DeadLetterHeaders.REASON);
      if (reason == null) {
        reason = NO_REASON;
      }
      if (onlyReason != null && !onlyReason.equals(reason)) {
        return;
      }
      Tally tally = tallies.computeIfAbsent(reason, name -> new Tally());
      tally.count++;
      if (letter.headers().lastHeader(DeadLetterHeaders.TRUNCATED) != null) {
        tally.cut++;
      } else if (!chunksTopic.equals(header(letter, DeadLetterHeaders.TOPIC))) {
        tally.foreign++;
      } else if (letter.offset() < progress.get(partition).until(reason)) {
        tally.before++;
      } else {
        tally.due++;
        if (producer != null) {
          send(letter);
          tally.sent++;
          progress.get(partition).replayed(reason, letter.offset());
        }
      }
    }

    private void send(ConsumerRecord<byte[], byte[]> letter) {
      if (inTransaction == 0) {
        producer.beginTransaction();
      }
      inTransaction++;
      List<Header> headers = new ArrayList<>();
      for (Header header : letter.headers()) {
        if (!header.key().startsWith(DeadLetterHeaders.PREFIX)) {
          headers.add(header);
        }
      }
      // With the time of now: under the old one the broker might take it for expired, and delete
      // it.
      producer.send(
          new ProducerRecord<>(
              chunksTopic, partition(letter), null, letter.key(), letter.value(), headers));
    }

    /** Where it stood; null, for any, where the topic no longer has that partition. */
    private Integer partition(ConsumerRecord<byte[], byte[]> letter) {
      try {
        int partition = Integer.parseInt(header(letter, DeadLetterHeaders.PARTITION));
        return partition >= 0 && partition < chunksPartitions ? partition : null;
      } catch (NumberFormatException e) {
        return null;
      }
    }

    private void commit() {
      if (inTransaction == 0) {
        return;
      }
      Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
      progress.forEach((partition, each) -> offsets.put(partition, each.toCommit()));
      producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
      producer.commitTransaction();
      inTransaction = 0;
    }

    private String group() {
      return settings.text(Property.APPLICATION_ID) + "-dlq-replay";
    }

    @Override
    public void close() {
      if (producer != null) {
        producer.close();
      }
      consumer.close();
    }
  }

  private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
    Header header = letter.headers().lastHeader(name);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  private void printTable(Settings settings, Map<String, Tally> tallies) {
    PrintWriter out = spec.commandLine().getOut();
    long total = tallies.values().stream().mapToLong(tally -> tally.count).sum();
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
    long foreign = 0;
    for (Map.Entry<String, Tally> entry : tallies.entrySet()) {
      Tally tally = entry.getValue();
      long replayed = tally.before + tally.sent;
      out.println(row.formatted(entry.getKey(), tally.count, replayed, tally.cut, tally.left()));
      now += replay != null && replay.dryRun ? tally.due : tally.sent;
      cut += tally.cut;
      foreign += tally.foreign;
    }
    if (cut > 0) {
      out.println("Letters that had to be cut to fit into the topic cannot be replayed: " + cut);
    }
    if (foreign > 0) {
      out.printf(
          "Letters that did not come from %s are not replayed: %d%n",
          settings.text(Property.TOPIC_CHUNKS), foreign);
    }
    if (replay != null) {
      out.printf(
          replay.dryRun ? "Would send to %s: %d%n" : "Sent to %s: %d%n",
          settings.text(Property.TOPIC_CHUNKS),
          now);
    }
  }

  private void printJson(Settings settings, Map<String, Tally> tallies) {
    ObjectNode document = new ObjectMapper().createObjectNode();
    document.put("topic", settings.text(Property.TOPIC_DEAD_LETTERS));
    document.put("dryRun", replay != null && replay.dryRun);
    ArrayNode reasons = document.putArray("reasons");
    tallies.forEach(
        (reason, tally) ->
            reasons
                .addObject()
                .put("reason", reason)
                .put("letters", tally.count)
                .put("replayedBefore", tally.before)
                .put("replayedNow", tally.sent)
                .put("cut", tally.cut)
                .put("ofOtherTopics", tally.foreign)
                .put("left", tally.left()));
    spec.commandLine().getOut().println(document);
  }
}
