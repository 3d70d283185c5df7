package dev.speechemotion.app.client;

import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.streams.deadletters.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
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

/**
 * One pass over the dead letters that are there when it begins: counts them by reason and, if it is
 * to, sends them back to where they came from.
 *
 * <p>How far the letters of each reason have been replayed is kept in the cluster, in the metadata
 * of a consumer group's committed offsets, and each commit is in one transaction with the records
 * sent: a letter is replayed once, also if the command dies half way or runs twice.
 */
public final class DeadLetterReplay implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int RECORDS_PER_TRANSACTION = 500;

  /** The reason of letters that tell none. */
  public static final String NO_REASON = "(none)";

  private final String chunksTopic;
  private final String deadLettersTopic;
  private final Optional<String> onlyReason;
  private final java.util.function.Consumer<DeadLetter> reader;
  private final String group;
  private final Map<String, DeadLetterTally> tallies = new TreeMap<>();
  private final Map<TopicPartition, ReplayProgress> progress = new HashMap<>();
  private final Consumer<byte[], byte[]> consumer;

  /** Empty if nothing is to be sent. */
  private final Optional<Producer<byte[], byte[]>> producer;

  private int chunksPartitions;
  private int inTransaction;

  /**
   * Connects to the broker.
   *
   * @param send whether letters are sent back; if not, they are only counted
   * @param onlyReason reason of the letters that are of interest, in any case; empty: all
   * @param reader is handed each of these
   */
  public DeadLetterReplay(
      Settings settings,
      boolean send,
      Optional<String> onlyReason,
      java.util.function.Consumer<DeadLetter> reader) {
    this.onlyReason = onlyReason;
    this.reader = reader;
    chunksTopic = settings.text(Property.TOPIC_CHUNKS);
    deadLettersTopic = settings.text(Property.TOPIC_DEAD_LETTERS);
    group = settings.text(Property.APPLICATION_ID) + "-dlq-replay";
    Map<String, Object> config = settings.kafkaClient(ConsumerConfig.configNames());
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    producer = send ? Optional.of(newProducer(settings)) : Optional.empty();
  }

  private Producer<byte[], byte[]> newProducer(Settings settings) {
    Map<String, Object> config = settings.kafkaClient(ProducerConfig.configNames());
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, group);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Reads all letters.
   *
   * @param done is told the share of them that has been read, 0 to 1
   * @return whether it came to the end before it was asked to stop
   * @throws ProducerFencedException if another replay has begun
   * @throws KafkaException if the broker refuses
   */
  public boolean run(StopRequest stop, DoubleConsumer done) {
    if (producer.isPresent()) {
      // First of all: from here on no other replay can send, so the offsets read below hold.
      producer.get().initTransactions();
      chunksPartitions = consumer.partitionsFor(chunksTopic).size();
    }
    List<TopicPartition> partitions =
        consumer.partitionsFor(deadLettersTopic).stream()
            .map(each -> new TopicPartition(each.topic(), each.partition()))
            .toList();
    consumer.assign(partitions);
    Map<TopicPartition, OffsetAndMetadata> committed =
        consumer.committed(new HashSet<>(partitions));
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    for (TopicPartition each : partitions) {
      progress.put(
          each,
          Optional.ofNullable(committed.get(each))
              .map(until -> ReplayProgress.of(until, ends.get(each)))
              .orElseGet(ReplayProgress::new));
    }
    consumer.seekToBeginning(partitions);
    long first = partitions.stream().mapToLong(consumer::position).sum();
    long last = ends.values().stream().mapToLong(Long::longValue).sum();
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
      long read = partitions.stream().mapToLong(consumer::position).sum() - first;
      done.accept((double) read / Math.max(1, last - first));
      if (stop.requested()) {
        commit();
        return false;
      }
    }
    commit();
    return true;
  }

  /** What the letters read so far come to, by reason. */
  public Map<String, DeadLetterTally> tallies() {
    return tallies;
  }

  private void take(TopicPartition partition, ConsumerRecord<byte[], byte[]> letter) {
    DeadLetter read = read(letter);
    String reason = read.reason();
    if (onlyReason.isPresent() && !onlyReason.get().equalsIgnoreCase(reason)) {
      return;
    }
    reader.accept(read);
    DeadLetterTally tally = tallies.computeIfAbsent(reason, name -> new DeadLetterTally());
    tally.letters++;
    if (letter.headers().lastHeader(DeadLetterHeaders.TRUNCATED) != null) {
      tally.cut++;
    } else if (!header(letter, DeadLetterHeaders.TOPIC).equals(Optional.of(chunksTopic))) {
      tally.ofOtherTopics++;
    } else if (letter.offset() < progress.get(partition).until(reason)) {
      tally.replayedBefore++;
    } else {
      tally.due++;
      if (producer.isPresent()) {
        send(producer.get(), letter);
        tally.replayedNow++;
        progress.get(partition).replayed(reason, letter.offset());
      }
    }
  }

  /** What a record of the topic says, whoever wrote it. */
  static DeadLetter read(ConsumerRecord<byte[], byte[]> letter) {
    return new DeadLetter(
        letter.key() == null ? "" : new String(letter.key(), StandardCharsets.UTF_8),
        header(letter, DeadLetterHeaders.REASON).orElse(NO_REASON),
        header(letter, DeadLetterHeaders.TIMESTAMP)
            .filter(text -> text.matches("\\d{1,15}"))
            .map(text -> Instant.ofEpochMilli(Long.parseLong(text))),
        "%s-%s@%s"
            .formatted(
                header(letter, DeadLetterHeaders.TOPIC).orElse("?"),
                header(letter, DeadLetterHeaders.PARTITION).orElse("?"),
                header(letter, DeadLetterHeaders.OFFSET).orElse("?")),
        header(letter, DeadLetterHeaders.MESSAGE).orElse(""));
  }

  private void send(Producer<byte[], byte[]> producer, ConsumerRecord<byte[], byte[]> letter) {
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
    // Kafka chooses the partition if there is none, and the time of now: under the old time the
    // broker might take the record for expired, and delete it.
    producer.send(
        new ProducerRecord<>(
            chunksTopic,
            partition(letter, chunksPartitions).orElse(null),
            null,
            letter.key(),
            letter.value(),
            headers));
  }

  /** Where it stood; empty where the topic no longer has that partition. */
  static Optional<Integer> partition(ConsumerRecord<byte[], byte[]> letter, int partitions) {
    try {
      return header(letter, DeadLetterHeaders.PARTITION)
          .map(Integer::valueOf)
          .filter(partition -> partition >= 0 && partition < partitions);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private void commit() {
    if (producer.isEmpty() || inTransaction == 0) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    progress.forEach((partition, each) -> offsets.put(partition, each.toCommit()));
    producer.get().sendOffsetsToTransaction(offsets, consumer.groupMetadata());
    producer.get().commitTransaction();
    inTransaction = 0;
  }

  private static Optional<String> header(ConsumerRecord<byte[], byte[]> letter, String name) {
    return Optional.ofNullable(letter.headers().lastHeader(name))
        .map(Header::value)
        .map(value -> new String(value, StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    producer.ifPresent(Producer::close);
    consumer.close();
  }
}
