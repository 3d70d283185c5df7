package dev.speechemotion.streams;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.FeatureSpec;
import java.util.function.Supplier;
import org.apache.kafka.streams.Topology;

/** The one place that wires the topology. */
public final class EmotionTopology {
  private EmotionTopology() {}

  /**
   * Builds the topology; does no I/O.
   *
   * @param spec features that the classifiers take
   * @param classifiers gives a classifier of its own to each task, which closes it
   */
  public static Topology build(
      StreamSettings settings,
      FeatureSpec spec,
      Supplier<EmotionClassifier> classifiers,
      EmotionSerdes serdes) {
    throw new UnsupportedOperationException();
  }
}
