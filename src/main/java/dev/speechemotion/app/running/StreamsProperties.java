package dev.speechemotion.app.running;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/** The settings as Kafka Streams takes them, with what this application needs besides. */
final class StreamsProperties {
  /** The state of a call with very many channels is larger than the records Kafka takes unasked. */
  private static final int MAX_CALL_BYTES = 16 << 20;

  /**
   * A live feed appends a little all the time: without these the consumer would fetch every few
   * records, which took a quarter of all CPU time. A fetch waits so long for so much, and a result
   * is late by that much at most.
   */
  private static final int FETCH_BYTES = 1 << 20;

  private static final int FETCH_WAIT_MS = 40;

  /**
   * Kafka Streams counts its interval from the end of a commit, and looks whether the next one is
   * due when a fetch has ended: a fetch's wait and what a commit takes come on top. They are taken
   * off for that, a third of a short interval at most, so that commits are not too many.
   */
  private static final int COMMIT_TAKES_MS = 150;

  /** By Kafka Streams' own time-out, a transaction would end before the next commit. */
  private static final int LONG_COMMIT_INTERVAL_MS = 5_000;

  private static final int BEYOND_COMMIT_MS = 10_000;

  /**
   * States are some kilobytes each: with Kafka's batches of 16 kB there were a few in a request.
   */
  private static final int BATCH_BYTES = 128 << 10;

  /** Names under which Kafka looks for a setting of such a client, that which wins first. */
  private static final List<String> MAIN_CONSUMER =
      List.of(StreamsConfig.MAIN_CONSUMER_PREFIX, StreamsConfig.CONSUMER_PREFIX, "");

  private static final List<String> PRODUCER = List.of(StreamsConfig.PRODUCER_PREFIX, "");

  private StreamsProperties() {}

  /** Properties for Kafka Streams; what is passed through wins. */
  static Properties of(Settings settings) {
    Properties streams = new Properties();
    String guarantee = settings.text(Property.PROCESSING_GUARANTEE);
    streams.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.text(Property.BOOTSTRAP_SERVERS));
    streams.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.text(Property.APPLICATION_ID));
    streams.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
    long commitMs = settings.duration(Property.COMMIT_INTERVAL_MS).toMillis();
    streams.put(
        StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
        commitMs - Math.min(commitMs / 3, COMMIT_TAKES_MS));
    streams.put(
        StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, settings.integer(Property.NUM_STANDBY_REPLICAS));
    if (!settings.text(Property.GROUP_PROTOCOL).equals(Property.GROUP_PROTOCOL_AUTO)) {
      streams.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, settings.text(Property.GROUP_PROTOCOL));
    }
    if (guarantee.equals(StreamsConfig.AT_LEAST_ONCE)) {
      // See ChunkProducer; with transactions the broker itself sees that nothing is passed over.
      streams.put(
          StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION), 1);
    }
    suggest(streams, settings, MAIN_CONSUMER, ConsumerConfig.FETCH_MIN_BYTES_CONFIG, FETCH_BYTES);
    suggest(
        streams, settings, MAIN_CONSUMER, ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
    suggest(streams, settings, PRODUCER, ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    if (commitMs > LONG_COMMIT_INTERVAL_MS) {
      suggest(
          streams,
          settings,
          PRODUCER,
          ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
          (int) commitMs + BEYOND_COMMIT_MS);
    }
    streams.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    streams.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), MAX_CALL_BYTES);
    streams.put(
        StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
        String.valueOf(MAX_CALL_BYTES));
    // Calls are stored under the time of this machine's clock, which may be wrong.
    streams.put(
        StreamsConfig.topicPrefix(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG),
        String.valueOf(Long.MAX_VALUE));
    if (!settings.text(Property.STATE_DIR).isEmpty()) {
      streams.put(StreamsConfig.STATE_DIR_CONFIG, settings.text(Property.STATE_DIR));
    }
    streams.putAll(settings.kafkaProperties());
    requireThreads(streams);
    addInterceptor(streams);
    return streams;
  }

  /** Sets what is not passed through, by whichever of its names. */
  private static void suggest(
      Properties streams, Settings settings, List<String> prefixes, String name, int value) {
    if (prefixes.stream()
        .noneMatch(prefix -> settings.kafkaProperties().containsKey(prefix + name))) {
      streams.put(prefixes.get(0) + name, value);
    }
  }

  /** Kafka Streams would take none, and do nothing. */
  private static void requireThreads(Properties streams) {
    int threads = integer(streams, StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    if (threads < 1) {
      throw new CommandFailure(
          "configuration: %s%s must be 1 or above, got %d"
              .formatted(Property.KAFKA_PREFIX, StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads));
    }
  }

  /**
   * A setting that was passed through, which nobody has looked at yet.
   *
   * @throws CommandFailure if it is no whole number
   */
  static int integer(Properties streams, String name, int usual) {
    Object value = streams.getOrDefault(name, usual);
    try {
      return Integer.parseInt(value.toString().trim());
    } catch (NumberFormatException e) {
      throw new CommandFailure(
          "configuration: %s%s must be a whole number, got %s"
              .formatted(Property.KAFKA_PREFIX, name, value),
          e);
    }
  }

  /** Beside those that are passed through, which Kafka looks for by both names, this one first. */
  private static void addInterceptor(Properties streams) {
    String key = ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG;
    String mainKey = StreamsConfig.mainConsumerPrefix(key);
    String others =
        streams.getProperty(mainKey, streams.getProperty(StreamsConfig.consumerPrefix(key), ""));
    streams.put(
        mainKey,
        others.isEmpty()
            ? DeletedInput.class.getName()
            : others + "," + DeletedInput.class.getName());
  }
}
