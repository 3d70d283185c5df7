package dev.speechemotion.app.loadtest;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.streams.call.AnalyzeCalls;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topics of one load, which nobody else has. */
final class LoadTopics {
  private static final Logger LOG = LoggerFactory.getLogger(LoadTopics.class);
  private static final Duration POLL = Duration.ofMillis(500);

  private final String prefix = "loadtest-" + UUID.randomUUID().toString().substring(0, 8);
  private final LoadSetup setup;

  LoadTopics(LoadSetup setup) {
    this.setup = setup;
  }

  String applicationId() {
    return prefix;
  }

  String chunks() {
    return prefix + "-chunks";
  }

  String events() {
    return prefix + "-events";
  }

  String summaries() {
    return prefix + "-summaries";
  }

  String changelog() {
    return prefix + "-" + AnalyzeCalls.CALLS + "-changelog";
  }

  private String alerts() {
    return prefix + "-alerts";
  }

  private String deadLetters() {
    return prefix + "-dlq";
  }

  /** Arguments of {@code stream}. */
  List<String> arguments() {
    Map<String, String> values =
        Map.of(
            Property.APPLICATION_ID, applicationId(),
            Property.TOPIC_CHUNKS, chunks(),
            Property.TOPIC_EVENTS, events(),
            Property.TOPIC_SUMMARIES, summaries(),
            Property.TOPIC_ALERTS, alerts(),
            Property.TOPIC_DEAD_LETTERS, deadLetters());
    List<String> arguments = new ArrayList<>();
    values.forEach((name, value) -> arguments.addAll(List.of("--set", name + "=" + value)));
    return arguments;
  }

  /** For what is compared. */
  String beside() {
    return prefix + "-beside";
  }

  /** Creates them; the broker says when it took a chunk. */
  void create() throws InterruptedException {
    List<NewTopic> topics = new ArrayList<>();
    for (String name : List.of(events(), summaries(), alerts(), deadLetters(), beside())) {
      topics.add(new NewTopic(name, setup.partitions(), setup.replicas()));
    }
    topics.add(
        new NewTopic(chunks(), setup.partitions(), setup.replicas())
            .configs(Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime")));
    try (Admin admin = Admin.create(setup.client())) {
      admin.createTopics(topics).all().get();
    } catch (ExecutionException e) {
      throw new CommandFailure(
          "cannot create the topics of the load: " + e.getCause().getMessage(), e);
    }
  }

  /** Records of the chunks' topic that the application is through with, results and all. */
  long committed(Admin admin) throws InterruptedException {
    try {
      return admin
          .listConsumerGroupOffsets(applicationId())
          .partitionsToOffsetAndMetadata()
          .get()
          .entrySet()
          .stream()
          .filter(entry -> entry.getKey().topic().equals(chunks()) && entry.getValue() != null)
          .mapToLong(entry -> entry.getValue().offset())
          .sum();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return 0;
      }
      throw new CommandFailure(
          "cannot ask how far the application is: " + e.getCause().getMessage(), e);
    }
  }

  /** Deletes them and what the application has left, as far as that can be done. */
  void delete() {
    try (Admin admin = Admin.create(setup.client())) {
      Collection<String> ours =
          admin.listTopics().names().get().stream()
              .filter(name -> name.startsWith(prefix))
              .toList();
      admin.deleteTopics(ours).all().get();
    } catch (ExecutionException | KafkaException e) {
      LOG.warn("the topics {}-* are still there: {}", prefix, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * A consumer of no group, at the begin of all partitions of topics; what is not committed it does
   * not see.
   */
  Consumer<byte[], byte[]> consumer(List<String> topics) {
    Map<String, Object> config = new HashMap<>(setup.client());
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : topics) {
      consumer
          .partitionsFor(topic)
          .forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition())));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  /** The most that the changelog held of values and keys that count, bytes. */
  long mostStateBytes() {
    Map<ByteBuffer, Integer> sizes = new HashMap<>();
    long bytes = 0;
    long most = 0;
    try (Consumer<byte[], byte[]> consumer = consumer(List.of(changelog()))) {
      Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          int size =
              record.value() == null
                  ? 0
                  : record.serializedKeySize() + record.serializedValueSize();
          Integer before =
              size == 0
                  ? sizes.remove(ByteBuffer.wrap(record.key()))
                  : sizes.put(ByteBuffer.wrap(record.key()), size);
          bytes += size - (before == null ? 0 : before);
          most = Math.max(most, bytes);
        }
      }
    }
    return most;
  }
}
