package dev.speechemotion.app.client;

import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.streams.registry.EmotionSerdes;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Makes producers of audio chunks. */
public final class ChunkProducer {
  private ChunkProducer() {}

  /** An idempotent producer: what it sends arrives once and in order. */
  public static Producer<String, AudioChunk> create(Settings settings, EmotionSerdes serdes) {
    return KeyedProducer.create(settings, serdes.audioChunk());
  }

  /**
   * The same, one that never gives a message up while the cluster is away, and never waits within
   * {@code send} if no more than that many bytes are on their way.
   */
  public static Producer<String, AudioChunk> patient(
      Settings settings, EmotionSerdes serdes, long mostBytes) {
    Map<String, Object> config = settings.kafkaClient(ProducerConfig.configNames());
    config.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    // Else the topic is asked for again, and waited for, after some minutes without a message.
    config.putIfAbsent(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Long.MAX_VALUE);
    // Each partition fills a batch of its own, so some stand half empty.
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2 * mostBytes);
    return KeyedProducer.create(config, serdes.audioChunk());
  }
}
