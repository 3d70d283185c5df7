package dev.speechemotion.streams;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.List;
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
  /** The state store of calls in progress. */
  static final String CALLS = "calls";

  static final String CHUNKS = "read-audio-chunks";
  static final String DECODE = "decode-chunks";
  static final String ANALYZE = "analyze-calls";
  static final String EVENTS = "write-emotion-events";
  static final String SUMMARIES = "write-call-summaries";
  static final String ALERTS = "write-emotion-alerts";
  static final String DEAD_LETTERS = "write-dead-letters";

  private static final long CLOCK_TOLERANCE_MS = 60_000;

  private EmotionTopology() {}

  /**
   * Builds the topology; does no I/O.
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
    return build(settings, EmotionModels.fixed(spec, classifiers), serdes);
  }

  /**
   * Builds the topology with models that may differ by the channel's sampling rate and change while
   * it runs; does no I/O.
   *
   * @param serdes of the values; keys are callIds in UTF-8
   */
  public static Topology build(
      StreamSettings settings, EmotionModels models, EmotionSerdes serdes) {
    Topology topology = new Topology();
    AutoOffsetReset asConfigured = null;
    topology.addSource(
        asConfigured,
        CHUNKS,
        EmotionTopology::timestamp,
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        settings.chunksTopic());
    topology.addProcessor(DECODE, () -> new DecodeChunks(settings, serdes), CHUNKS);
    topology.addProcessor(ANALYZE, () -> new AnalyzeCalls(settings, models), DECODE);
    topology.addStateStore(new CallStore.Builder(CALLS), ANALYZE);
    addSink(topology, EVENTS, settings.eventsTopic(), serdes.emotionEvent().serializer());
    addSink(topology, SUMMARIES, settings.summariesTopic(), serdes.callSummary().serializer());
    addSink(topology, ALERTS, settings.alertsTopic(), serdes.emotionAlert().serializer());
    topology.addSink(
        DEAD_LETTERS,
        settings.deadLettersTopic(),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        DECODE,
        ANALYZE);
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
    List<String> labels = EmotionScores.requireValidLabels(classifier.labels());
    if (classifier.featureCount() != FeatureLayout.of(spec).windowFeatureCount()) {
      throw new IllegalArgumentException(
          "model "
              + classifier.model().name()
              + " takes "
              + classifier.featureCount()
              + " features, but feature spec "
              + spec.name()
              + " has "
              + FeatureLayout.of(spec).windowFeatureCount());
    }
    int adapted =
        classifier.population().map(Population::featureCount).orElse(classifier.featureCount());
    if (classifier.featureCount() % adapted != 0) {
      throw new IllegalArgumentException(
          "model "
              + classifier.model().name()
              + " takes "
              + classifier.featureCount()
              + " features, but its population has "
              + adapted);
    }
    for (AlertRule rule : settings.alertRules()) {
      if (!labels.contains(rule.emotion())) {
        throw new IllegalArgumentException(
            "alert rule '" + rule.text() + "': the model knows only the emotions " + labels);
      }
    }
  }

  private static <T> void addSink(
      Topology topology, String name, String topic, Serializer<T> serializer) {
    topology.addSink(name, topic, new StringSerializer(), serializer, ANALYZE);
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
