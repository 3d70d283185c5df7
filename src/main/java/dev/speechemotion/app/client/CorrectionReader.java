package dev.speechemotion.app.client;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.EmotionCorrection;
import dev.speechemotion.streams.registry.EmotionSerdes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads what was corrected in the last hours; belongs to no consumer group. */
public final class CorrectionReader {
  private static final Duration POLL = Duration.ofMillis(200);

  /** A broker that gives nothing for so long, though there is something, is away. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private CorrectionReader() {}

  /**
   * Reads the topic to its end.
   *
   * @param period that counts, until now, by the records' timestamps
   * @return those of a call in the order in which they were made
   * @throws CommandFailure if the topic cannot be read
   */
  public static List<EmotionCorrection> read(
      Settings settings, EmotionSerdes serdes, Duration period) {
    String topic = settings.text(Property.TOPIC_CORRECTIONS);
    Map<String, Object> config = settings.kafkaClient(ConsumerConfig.configNames());
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    try (Consumer<String, EmotionCorrection> consumer =
        new KafkaConsumer<>(
            config, new StringDeserializer(), serdes.emotionCorrection().deserializer())) {
      return read(consumer, topic, Math.max(0, System.currentTimeMillis() - period.toMillis()));
    } catch (KafkaException e) {
      throw new CommandFailure("topic %s cannot be read: %s".formatted(topic, e.getMessage()), e);
    }
  }

  private static List<EmotionCorrection> read(
      Consumer<String, EmotionCorrection> consumer, String topic, long fromMs) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(each -> new TopicPartition(each.topic(), each.partition()))
            .toList();
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
    consumer.seekToBeginning(partitions);
    List<EmotionCorrection> corrections = new ArrayList<>();
    long lastNanos = System.nanoTime();
    while (ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue())
        || !ends.isEmpty()) {
      for (ConsumerRecord<String, EmotionCorrection> record : consumer.poll(POLL)) {
        lastNanos = System.nanoTime();
        if (record.value() != null && record.timestamp() >= fromMs) {
          corrections.add(record.value());
        }
      }
      if (System.nanoTime() - lastNanos > PATIENCE.toNanos()) {
        throw new CommandFailure(
            "topic %s cannot be read: nothing came for %d s"
                .formatted(topic, PATIENCE.toSeconds()));
      }
    }
    return corrections;
  }
}
