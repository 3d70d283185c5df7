package dev.speechemotion.streams.call;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Fits any features, and says always the same. */
record ConstantClassifier(FeatureSpec spec, Optional<Population> population)
    implements EmotionClassifier {
  private static final List<String> LABELS =
      List.of("neutral", "angry", "happy", "fear", "sad", "surprise");

  /** With a population, but for what a pretrained encoder takes: that is not adapted to a voice. */
  static ConstantClassifier adapting(FeatureSpec spec) {
    float[] ones = new float[FeatureLayout.of(spec).windowFeatureCount()];
    Arrays.fill(ones, 1);
    return new ConstantClassifier(
        spec,
        spec.encoderInput() ? Optional.empty() : Optional.of(new Population(ones, ones, 10, 0)));
  }

  @Override
  public List<String> labels() {
    return LABELS;
  }

  @Override
  public int featureCount() {
    return FeatureLayout.of(spec).windowFeatureCount();
  }

  @Override
  public ModelIdentity model() {
    return new ModelIdentity("constant", "1", "0".repeat(64));
  }

  @Override
  public void classify(float[] features, int windowCount, float[] probabilities) {
    Arrays.fill(probabilities, 0);
    probabilities[0] = 1;
  }

  @Override
  public void close() {}
}
