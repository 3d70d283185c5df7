package dev.speechemotion.app.client;

import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.registry.EmotionSerdes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads events, alerts and summaries as they are committed. It belongs to no consumer group, so it
 * leaves no trace in the cluster.
 */
public final class ResultReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ResultReader.class);
  private static final Duration FOR_THE_REST = Duration.ofMillis(200);

  /** So often it looks for partitions that were added. */
  private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);

  private static final Duration FOR_A_LOOK = Duration.ofSeconds(2);
  private static final int LOGGED_PER_MINUTE = 10;
  private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

  private final Consumer<String, byte[]> consumer;
  private final Map<String, Deserializer<? extends SpecificRecord>> deserializers;
  private final LongSupplier nanoTime;
  private long lookedNanos;
  private long minuteBeganNanos;
  private int unreadableInThisMinute;

  /**
   * Reads from now on.
   *
   * @param fromBeginning with all that is there already
   */
  public ResultReader(Settings settings, EmotionSerdes serdes, boolean fromBeginning) {
    this(settings, serdes);
    orClose(() -> begin(fromBeginning));
  }

  private void begin(boolean fromBeginning) {
    if (fromBeginning) {
      consumer.seekToBeginning(consumer.assignment());
    } else {
      consumer.seekToEnd(consumer.assignment());
      // Seeking is lazy: without this, what comes before the first poll would be missed.
      consumer.assignment().forEach(consumer::position);
    }
  }

  /**
   * Reads from a time on, by the records' timestamps.
   *
   * @param begins of each topic
   */
  public ResultReader(Settings settings, EmotionSerdes serdes, Map<String, Instant> begins) {
    this(settings, serdes);
    orClose(() -> begin(begins));
  }

  private void begin(Map<String, Instant> begins) {
    Map<TopicPartition, Long> times = new HashMap<>();
    consumer.assignment().forEach(each -> times.put(each, begins.get(each.topic()).toEpochMilli()));
    consumer
        .offsetsForTimes(times)
        .forEach(
            (partition, begin) -> {
              if (begin == null) {
                consumer.seekToEnd(List.of(partition));
                consumer.position(partition);
              } else {
                consumer.seek(partition, begin.offset());
              }
            });
  }

  private ResultReader(Settings settings, EmotionSerdes serdes) {
    this(connect(settings), deserializers(settings, serdes), System::nanoTime);
  }

  /**
   * Reads each topic from where the consumer begins.
   *
   * @param deserializers of each topic
   * @param nanoTime as {@link System#nanoTime}
   */
  ResultReader(
      Consumer<String, byte[]> consumer,
      Map<String, Deserializer<? extends SpecificRecord>> deserializers,
      LongSupplier nanoTime) {
    this.consumer = consumer;
    this.deserializers = deserializers;
    this.nanoTime = nanoTime;
    orClose(this::assignAll);
    lookedNanos = nanoTime.getAsLong();
    minuteBeganNanos = lookedNanos;
  }

  private void assignAll() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : deserializers.keySet()) {
      consumer
          .partitionsFor(topic)
          .forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition())));
    }
    consumer.assign(partitions);
  }

  /** Who tries again later, because the broker is away, would have more and more consumers. */
  private void orClose(Runnable begin) {
    try {
      begin.run();
    } catch (RuntimeException e) {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
      throw e;
    }
  }

  private static Map<String, Deserializer<? extends SpecificRecord>> deserializers(
      Settings settings, EmotionSerdes serdes) {
    Map<String, Deserializer<? extends SpecificRecord>> deserializers = new LinkedHashMap<>();
    deserializers.put(settings.text(Property.TOPIC_EVENTS), serdes.emotionEvent().deserializer());
    deserializers.put(settings.text(Property.TOPIC_ALERTS), serdes.emotionAlert().deserializer());
    deserializers.put(settings.text(Property.TOPIC_SUMMARIES), serdes.callSummary().deserializer());
    return deserializers;
  }

  private static Consumer<String, byte[]> connect(Settings settings) {
    Map<String, Object> config = settings.kafkaClient(ConsumerConfig.configNames());
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    // What a look for partitions finds is as old as the client's metadata.
    config.putIfAbsent(
        ConsumerConfig.METADATA_MAX_AGE_CONFIG, Math.toIntExact(BETWEEN_LOOKS.toMillis() / 2));
    return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
  }

  /** What has arrived, in the order in which it was made; waits at most so long for the first. */
  public List<SpecificRecord> poll(Duration timeout) {
    if (nanoTime.getAsLong() - lookedNanos >= BETWEEN_LOOKS.toNanos()) {
      readAddedPartitions();
      lookedNanos = nanoTime.getAsLong();
    }
    List<SpecificRecord> records = new ArrayList<>();
    read(timeout, records);
    if (records.stream().anyMatch(CallSummary.class::isInstance)) {
      // The topics are fetched one by one: the call's last events may still be on their way.
      read(FOR_THE_REST, records);
    }
    records.sort(Comparator.comparing(ResultReader::createdAt).thenComparing(ResultReader::rank));
    return records;
  }

  /** From their beginning: nothing of them has been seen. */
  private void readAddedPartitions() {
    List<TopicPartition> added = new ArrayList<>();
    try {
      for (String topic : deserializers.keySet()) {
        consumer.partitionsFor(topic, FOR_A_LOOK).stream()
            .map(each -> new TopicPartition(topic, each.partition()))
            .filter(each -> !consumer.assignment().contains(each))
            .forEach(added::add);
      }
    } catch (RetriableException e) {
      LOG.debug("cannot look for partitions now", e);
    }
    if (!added.isEmpty()) {
      List<TopicPartition> all = new ArrayList<>(consumer.assignment());
      all.addAll(added);
      consumer.assign(all);
      consumer.seekToBeginning(added);
    }
  }

  private void read(Duration timeout, List<SpecificRecord> records) {
    for (ConsumerRecord<String, byte[]> record : consumer.poll(timeout)) {
      try {
        SpecificRecord value =
            deserializers.get(record.topic()).deserialize(record.topic(), record.value());
        if (value != null) {
          records.add(value);
        }
      } catch (SerializationException e) {
        log(record, e);
      }
    }
  }

  private void log(ConsumerRecord<String, byte[]> record, SerializationException e) {
    long now = nanoTime.getAsLong();
    if (now - minuteBeganNanos >= MINUTE_NANOS) {
      int suppressed = unreadableInThisMinute - LOGGED_PER_MINUTE;
      if (suppressed > 0) {
        LOG.warn("cannot read {} more records", suppressed);
      }
      minuteBeganNanos = now;
      unreadableInThisMinute = 0;
    }
    if (++unreadableInThisMinute <= LOGGED_PER_MINUTE) {
      LOG.warn(
          "cannot read {}-{} at offset {}: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          e.getMessage());
    }
  }

  private static Instant createdAt(SpecificRecord record) {
    if (record instanceof EmotionEvent event) {
      return event.getCreatedAt();
    }
    if (record instanceof EmotionAlert alert) {
      return alert.getCreatedAt();
    }
    return ((CallSummary) record).getCreatedAt();
  }

  private static int rank(SpecificRecord record) {
    return record instanceof EmotionEvent ? 0 : record instanceof EmotionAlert ? 1 : 2;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
