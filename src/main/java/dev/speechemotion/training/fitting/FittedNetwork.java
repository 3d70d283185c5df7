package dev.speechemotion.training.fitting;

import dev.speechemotion.model.ModelManifest;

/** The weights that a fit gave, and what they need of their inputs. */
public final class FittedNetwork {
  private final byte[] weights;
  private final ModelManifest.Normalization normalization;
  private final int epochs;

  FittedNetwork(byte[] weights, ModelManifest.Normalization normalization, int epochs) {
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

  /** Number of epochs that the weights have seen. */
  public int epochs() {
    return epochs;
  }
}
