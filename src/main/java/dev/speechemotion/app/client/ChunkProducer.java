package dev.speechemotion.app.client;

import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.streams.registry.EmotionSerdes;
import org.apache.kafka.clients.producer.Producer;

/** Makes producers of audio chunks. */
public final class ChunkProducer {
  private ChunkProducer() {}

  /** An idempotent producer: what it sends arrives once and in order. */
  public static Producer<String, AudioChunk> create(Settings settings, EmotionSerdes serdes) {
    return KeyedProducer.create(settings, serdes.audioChunk());
  }
}
