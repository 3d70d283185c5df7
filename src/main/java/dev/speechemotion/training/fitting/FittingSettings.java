package dev.speechemotion.training.fitting;

import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.model.Architecture;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.evaluation.Adaptation;

/**
 * What a network is to be and how it is fitted.
 *
 * @param limit of what enters the network, {@link ModelManifest.Normalization#limit}
 * @param seed of all that is random
 */
public record FittingSettings(
    Architecture architecture,
    FeatureSpec spec,
    ModelManifest.Hyperparameters hyperparameters,
    Adaptation adaptation,
    float limit,
    long seed) {
  public FittingSettings {
    ModelManifest.Normalization.requireLimit(limit);
  }
}
