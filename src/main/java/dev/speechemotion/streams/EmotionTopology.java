package dev.speechemotion.streams;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.streams.call.AnalyzeCalls;
import dev.speechemotion.streams.call.CallStore;
import dev.speechemotion.streams.deadletters.DeadLetters;
import dev.speechemotion.streams.intake.ChunkRules;
import dev.speechemotion.streams.intake.DecodeChunks;
import dev.speechemotion.streams.metrics.StreamMetrics;
import dev.speechemotion.streams.models.EmotionModels;
import dev.speechemotion.streams.models.OpenModels;
import dev.speechemotion.streams.registry.EmotionSerdes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;

/** The one place that wires the topology. */
public final class EmotionTopology {
  private static final String CHUNKS = "read-audio-chunks";
  private static final long CLOCK_TOLERANCE_MS = 60_000;

  private EmotionTopology() {}

  /**
   * Builds the topology for windows of 3 s every second; does no I/O.
   *
   * @param spec features that the classifiers take
   * @param classifiers gives each task a classifier of its own, which the task closes
   * @param serdes of the values; keys are callIds in UTF-8
   */
  public static Topology build(
      StreamSettings settings,
      FeatureSpec spec,
      Supplier<EmotionClassifier> classifiers,
      EmotionSerdes serdes) {
    return build(settings, EmotionModels.fixed(spec, WindowSettings.DEFAULT, classifiers), serdes);
  }

  /**
   * Builds the topology with models that say how channels are cut into windows, may differ by the
   * channel's sampling rate and change while it runs; does no I/O. What is counted and timed goes
   * to Micrometer's global registry.
   *
   * @param serdes of the values; keys are callIds in UTF-8
   */
  public static Topology build(
      StreamSettings settings, EmotionModels models, EmotionSerdes serdes) {
    return build(settings, models, serdes, Metrics.globalRegistry);
  }

  /**
   * Builds the topology; does no I/O.
   *
   * @param serdes of the values; keys are callIds in UTF-8
   * @param meters gets what is counted and timed; not closed
   */
  public static Topology build(
      StreamSettings settings, EmotionModels models, EmotionSerdes serdes, MeterRegistry meters) {
    StreamMetrics metrics = new StreamMetrics(meters);
    Topology topology = new Topology();
    AutoOffsetReset asConfigured = null;
    topology.addSource(
        asConfigured,
        CHUNKS,
        EmotionTopology::timestamp,
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        settings.chunksTopic());
    topology.addProcessor(
        DecodeChunks.NAME,
        () ->
            new DecodeChunks(
                settings.chunksTopic(),
                new ChunkRules(settings.maxPayloadBytes()),
                () -> serdes.audioChunk().deserializer(),
                settings::pseudonyms,
                AnalyzeCalls.NAME,
                metrics),
        CHUNKS);
    topology.addProcessor(
        AnalyzeCalls.NAME,
        () -> new AnalyzeCalls(settings.call(), models, metrics),
        DecodeChunks.NAME);
    topology.addStateStore(new CallStore.Builder(AnalyzeCalls.CALLS), AnalyzeCalls.NAME);
    addSink(
        topology, AnalyzeCalls.EVENTS, settings.eventsTopic(), serdes.emotionEvent().serializer());
    addSink(
        topology,
        AnalyzeCalls.SUMMARIES,
        settings.summariesTopic(),
        serdes.callSummary().serializer());
    addSink(
        topology, AnalyzeCalls.ALERTS, settings.alertsTopic(), serdes.emotionAlert().serializer());
    topology.addSink(
        DeadLetters.SINK,
        settings.deadLettersTopic(),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        DecodeChunks.NAME,
        AnalyzeCalls.NAME);
    return topology;
  }

  /**
   * Checks that a classifier, the features and the settings fit one another; a task does so when it
   * starts, and an application should before it starts the stream.
   *
   * @throws IllegalArgumentException if they do not; the message says why
   */
  public static void requireFit(
      StreamSettings settings, FeatureSpec spec, EmotionClassifier classifier) {
    OpenModels.requireFit(settings.call().alertRules(), spec, classifier);
  }

  private static <T> void addSink(
      Topology topology, String name, String topic, Serializer<T> serializer) {
    topology.addSink(name, topic, new StringSerializer(), serializer, AnalyzeCalls.NAME);
  }

  /**
   * The record's timestamp, held within what brokers accept on the output and changelog topics: one
   * record from a feed with a wrong clock must not stop the stream.
   */
  private static long timestamp(ConsumerRecord<Object, Object> record, long partitionTimeMs) {
    if (record.timestamp() < 0) {
      return Math.max(0, partitionTimeMs);
    }
    return Math.min(record.timestamp(), System.currentTimeMillis() + CLOCK_TOLERANCE_MS);
  }
}
