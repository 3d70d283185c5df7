package dev.speechemotion.app.gateway.feed;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** A gateway's way to Kafka, with a Kafka that takes all at once and keeps it here. */
public final class KafkaInMemory implements AutoCloseable {
  private final GatewayMeters meters = new GatewayMeters();
  private final MockProducer<String, AudioChunk> kafka =
      new MockProducer<>(
          true,
          null,
          new StringSerializer(),
          EmotionSerdes.of(RegistryClients.inMemory()).audioChunk().serializer());
  private final ChunkOutbox outbox = new ChunkOutbox(kafka, "chunks", 1 << 20, meters);

  public GatewayMeters meters() {
    return meters;
  }

  public ChunkOutbox outbox() {
    return outbox;
  }

  /** What Kafka has, in order. */
  public List<AudioChunk> sent() {
    return kafka.history().stream().map(ProducerRecord::value).toList();
  }

  @Override
  public void close() {
    outbox.close();
    kafka.close();
    meters.close();
  }
}
