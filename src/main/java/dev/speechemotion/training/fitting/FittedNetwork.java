package dev.speechemotion.training.fitting;

import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.TrainingStatistics;
import java.util.Optional;

/** The weights that a fit gave, and what they need of their inputs. */
public final class FittedNetwork {
  private final byte[] weights;
  private final ModelManifest.Normalization normalization;
  private final int epochs;
  private final Optional<TrainingStatistics> statistics;

  FittedNetwork(byte[] weights, ModelManifest.Normalization normalization, int epochs) {
    this(weights, normalization, epochs, Optional.empty());
  }

  FittedNetwork(
      byte[] weights,
      ModelManifest.Normalization normalization,
      int epochs,
      Optional<TrainingStatistics> statistics) {
    this.statistics = statistics;
    this.weights = weights;
    this.normalization = normalization;
    this.epochs = epochs;
  }

  /** In safetensors format; not a copy. */
  public byte[] weights() {
    return weights;
  }

  public ModelManifest.Normalization normalization() {
    return normalization;
  }

  /** What a linear head can be fitted again from; empty with other networks. */
  public Optional<TrainingStatistics> statistics() {
    return statistics;
  }

  /** Number of epochs that the weights have seen. */
  public int epochs() {
    return epochs;
  }
}
