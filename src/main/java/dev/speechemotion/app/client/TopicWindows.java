package dev.speechemotion.app.client;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.streams.call.CallWindows;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.deadletters.Rejection;
import dev.speechemotion.streams.intake.ChunkDecoder;
import dev.speechemotion.streams.intake.ChunkRules;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.SchemaRegistry.RegistryException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * One pass over what the input topic holds of the last hours, heard as the stream hears it. It
 * belongs to no consumer group and commits nothing, so it leaves no trace in the cluster; it keeps
 * no audio, and logs none.
 */
public final class TopicWindows implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  /** A broker that gives nothing for so long, though there is something, is away. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String topic;
  private final long fromMs;
  private final long untilMs;
  private final Supplier<CallWindows> newCalls;
  private final ChunkDecoder decoder;
  private final Consumer<byte[], byte[]> consumer;

  /** Where those partitions begin and end that have something of the period. */
  private final Map<TopicPartition, Long> begins = new HashMap<>();

  private final Map<TopicPartition, Long> ends = new HashMap<>();

  private final Map<Integer, CallWindows> byPartition = new HashMap<>();
  private final Map<RejectReason, Long> rejected = new EnumMap<>(RejectReason.class);
  private long records;
  private Optional<Instant> first = Optional.empty();
  private Optional<Instant> last = Optional.empty();

  /**
   * Connects to the broker, and finds what there is.
   *
   * @param period that counts, until now, by the records' timestamps
   * @param newCalls gives each partition its own
   * @throws CommandFailure if the topic cannot be read
   */
  public TopicWindows(
      Settings settings, EmotionSerdes serdes, Duration period, Supplier<CallWindows> newCalls) {
    this.newCalls = newCalls;
    topic = settings.text(Property.TOPIC_CHUNKS);
    untilMs = System.currentTimeMillis();
    fromMs = Math.max(0, untilMs - period.toMillis());
    decoder =
        new ChunkDecoder(
            topic,
            new ChunkRules(settings.integer(Property.MAX_PAYLOAD_BYTES)),
            serdes.audioChunk().deserializer(),
            settings.streamSettings().pseudonyms());
    Map<String, Object> config = settings.kafkaClient(ConsumerConfig.configNames());
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      findPeriod();
    } catch (KafkaException e) {
      consumer.close();
      throw cannotRead(e);
    }
  }

  private void findPeriod() {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(each -> new TopicPartition(each.topic(), each.partition()))
            .toList();
    // What the client is told of partitions that are not assigned it warns of.
    consumer.assign(partitions);
    ends.putAll(consumer.endOffsets(partitions));
    Map<TopicPartition, OffsetAndTimestamp> found =
        consumer.offsetsForTimes(
            partitions.stream().collect(Collectors.toMap(Function.identity(), each -> fromMs)));
    for (TopicPartition each : partitions) {
      OffsetAndTimestamp begin = found.get(each);
      if (begin != null && begin.offset() < ends.get(each)) {
        begins.put(each, begin.offset());
      }
    }
    ends.keySet().retainAll(begins.keySet());
    consumer.assign(ends.keySet());
    begins.forEach(consumer::seek);
  }

  /** How many records there are at most. */
  public long mostRecords() {
    return ends.entrySet().stream()
        .mapToLong(end -> end.getValue() - begins.get(end.getKey()))
        .sum();
  }

  /**
   * Reads the period to its end.
   *
   * @param step called after each record
   * @return whether it came to the end before it was asked to stop
   * @throws CommandFailure if the topic cannot be read, or the schemas of its records
   */
  public boolean run(Runnable step, StopRequest stop) {
    try {
      return read(step, stop);
    } catch (KafkaException e) {
      throw cannotRead(e);
    } catch (RegistryException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  private boolean read(Runnable step, StopRequest stop) {
    long lastNanos = System.nanoTime();
    while (!ends.isEmpty()) {
      if (stop.requested()) {
        return false;
      }
      ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
      for (ConsumerRecord<byte[], byte[]> record : polled) {
        Long end = ends.get(new TopicPartition(record.topic(), record.partition()));
        if (end != null && record.offset() < end) {
          take(record);
          step.run();
        }
      }
      if (leaveWhatIsRead() || !polled.isEmpty()) {
        lastNanos = System.nanoTime();
      } else if (System.nanoTime() - lastNanos > PATIENCE.toNanos()) {
        throw new CommandFailure(
            "topic %s cannot be read: nothing came for %d s"
                .formatted(topic, PATIENCE.toSeconds()));
      }
    }
    byPartition.values().forEach(calls -> calls.finish(untilMs));
    return true;
  }

  /** What is written meanwhile would come on and on. */
  private boolean leaveWhatIsRead() {
    boolean left =
        ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
    if (left) {
      consumer.assign(ends.keySet());
    }
    return left;
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    records++;
    Optional<Message> message = decoder.decode(record.key(), record.value(), this::reject);
    if (message.isPresent()) {
      // Clocks of feeds may be wrong.
      long timestampMs = Math.max(fromMs, Math.min(record.timestamp(), untilMs));
      Instant at = Instant.ofEpochMilli(timestampMs);
      first = Optional.of(first.filter(earlier -> earlier.isBefore(at)).orElse(at));
      last = Optional.of(last.filter(later -> later.isAfter(at)).orElse(at));
      byPartition
          .computeIfAbsent(record.partition(), partition -> newCalls.get())
          .take(message.get(), timestampMs)
          .ifPresent(this::reject);
    }
  }

  private void reject(Rejection rejection) {
    rejected.merge(rejection.reason(), 1L, Long::sum);
  }

  private CommandFailure cannotRead(KafkaException e) {
    return new CommandFailure("topic %s cannot be read: %s".formatted(topic, e.getMessage()), e);
  }

  /** Records read. */
  public long records() {
    return records;
  }

  /** How many of them could not be used, by reason. */
  public Map<RejectReason, Long> rejected() {
    return rejected;
  }

  /** Timestamp of the first record that could be read; empty if there was none. */
  public Optional<Instant> first() {
    return first;
  }

  /** The same of the last one. */
  public Optional<Instant> last() {
    return last;
  }

  @Override
  public void close() {
    byPartition.values().forEach(CallWindows::close);
    consumer.close();
  }
}
