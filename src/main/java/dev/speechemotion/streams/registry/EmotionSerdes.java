package dev.speechemotion.streams.registry;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionCorrection;
import dev.speechemotion.avro.EmotionEvent;
import org.apache.avro.Schema;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Serdes for the values of every topic in Confluent wire format: byte 0, the schema's id in 4 bytes
 * big-endian, Avro binary. Subjects are named after the topic ({@code <topic>-value}). The writer's
 * schema is fetched by id once and resolved to the one that this code was built with.
 *
 * <p>Making one tells Avro to trust the generated classes; their builders need that too.
 *
 * <p>Serdes may be used by several threads, but a deserializer of one's own per thread is faster.
 */
public final class EmotionSerdes {
  private final KnownSchemas schemas;

  private EmotionSerdes(SchemaRegistry registry) {
    schemas = new KnownSchemas(registry);
  }

  /** Serdes on that registry; asks it nothing yet. */
  public static EmotionSerdes of(SchemaRegistry registry) {
    ConfluentAvro.trustGeneratedClasses();
    return new EmotionSerdes(registry);
  }

  public Serde<AudioChunk> audioChunk() {
    return serde(AudioChunk.getClassSchema());
  }

  public Serde<EmotionEvent> emotionEvent() {
    return serde(EmotionEvent.getClassSchema());
  }

  public Serde<CallSummary> callSummary() {
    return serde(CallSummary.getClassSchema());
  }

  public Serde<EmotionAlert> emotionAlert() {
    return serde(EmotionAlert.getClassSchema());
  }

  public Serde<EmotionCorrection> emotionCorrection() {
    return serde(EmotionCorrection.getClassSchema());
  }

  /**
   * Registers the schemas of the stream's topics, so that a registry that is away or refuses one is
   * known before the stream starts.
   *
   * @throws SchemaRegistry.RegistryException if the registry is not reachable or refuses a schema
   */
  public void register(
      String chunksTopic, String eventsTopic, String summariesTopic, String alertsTopic) {
    registerChunks(chunksTopic);
    schemas.idFor(eventsTopic, EmotionEvent.getClassSchema());
    schemas.idFor(summariesTopic, CallSummary.getClassSchema());
    schemas.idFor(alertsTopic, EmotionAlert.getClassSchema());
  }

  /**
   * Registers the schema of audio chunks, for a program that only sends them.
   *
   * @throws SchemaRegistry.RegistryException if the registry is not reachable or refuses it
   */
  public void registerChunks(String chunksTopic) {
    schemas.idFor(chunksTopic, AudioChunk.getClassSchema());
  }

  /**
   * Looks whether the registry still has what was registered, and registers again what it has lost.
   *
   * @param asked the registry, or another way to it, such as one that does not wait
   * @throws SchemaRegistry.RegistryException if the registry is not reachable, or has lost a schema
   *     and refuses it
   */
  public void restoreLost(SchemaRegistry asked) {
    schemas.restoreLost(asked);
  }

  private <T> Serde<T> serde(Schema schema) {
    return Serdes.serdeFrom(
        new ConfluentAvro.Writer<>(schemas, schema), new ConfluentAvro.Reader<>(schemas, schema));
  }
}
