package dev.speechemotion.model;

import dev.speechemotion.emotion.ClassifiedWindows;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.SpeechDetector;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.model.forward.FittedNetwork;
import dev.speechemotion.model.forward.ForwardPass;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Pretrained encoder if there is one, normalization, network, calibrated softmax: one thread's view
 * of an emotion model.
 */
final class NetworkClassifier implements EmotionClassifier {
  private final ModelManifest manifest;
  private final ModelIdentity identity;
  private final Optional<EncoderPooling> pooling;
  private final int featureCount;
  private final int labelCount;
  private final float[] mean;
  private final float[] deviation;
  private final float limit;
  private final ModelManifest.Calibration calibration;
  private final Optional<Population> population;
  private final float[] pooled;
  private final float[] normalized;
  private final float[] logits;
  private final ForwardPass network;
  private final Optional<SpeechDetector> speech;
  private final ClassifiedWindows classified;

  /**
   * @param speech decides which windows are classified at all; empty: all are
   * @param classified is told of the windows that are heard and have enough speech
   */
  NetworkClassifier(
      FittedNetwork network,
      ModelManifest manifest,
      ModelIdentity identity,
      ModelManifest.Calibration calibration,
      Optional<EncoderPooling> pooling,
      Optional<SpeechDetector> speech,
      ClassifiedWindows classified) {
    this.pooling = pooling;
    this.speech = speech;
    this.classified = classified;
    this.manifest = manifest;
    this.identity = identity;
    featureCount =
        pooling.isEmpty() && manifest.architecture().type().pretrained()
            ? EncoderPooling.LENGTH
            : FeatureLayout.of(manifest.featureSpec()).windowFeatureCount();
    labelCount = manifest.labels().size();
    mean = manifest.normalization().meanArray();
    deviation = manifest.normalization().deviationArray();
    limit = manifest.normalization().limit();
    this.calibration = calibration;
    population = manifest.normalization().adaptedTo();
    pooled = new float[pooling.isPresent() ? EncoderPooling.LENGTH : 0];
    normalized = new float[pooling.isPresent() ? EncoderPooling.LENGTH : featureCount];
    logits = new float[labelCount];
    this.network = network.newPass();
  }

  @Override
  public List<String> labels() {
    return manifest.labels();
  }

  @Override
  public int featureCount() {
    return featureCount;
  }

  @Override
  public ModelIdentity model() {
    return identity;
  }

  @Override
  public Optional<Population> population() {
    return population;
  }

  @Override
  public float uncertainBelow() {
    return manifest.calibration().uncertainBelow();
  }

  /**
   * {@inheritDoc}
   *
   * <p>One window at a time: PyTorch sums in another order for a batch than for a single window,
   * and the probabilities of a window must not depend on which others came with it.
   */
  @Override
  public void classify(float[] features, int windowCount, float[] probabilities) {
    requireRoom(features, windowCount, probabilities);
    for (int window = 0; window < windowCount; window++) {
      classify(features, window * featureCount, probabilities, window * labelCount);
    }
  }

  private void requireRoom(float[] features, int windowCount, float[] probabilities) {
    if (windowCount < 1
        || features.length < (long) windowCount * featureCount
        || probabilities.length < (long) windowCount * labelCount) {
      throw new IllegalArgumentException(
          "%d windows need %d features and %d probabilities each, got %d and %d in all"
              .formatted(
                  windowCount, featureCount, labelCount, features.length, probabilities.length));
    }
  }

  /** Whether there is speech in the window; if not, all probabilities are 0. */
  private boolean classify(float[] features, int offset, float[] probabilities, int to) {
    float[] values = features;
    int from = offset;
    if (pooling.isPresent()) {
      pooling.get().pool(features, offset, featureCount, pooled);
      values = pooled;
      from = 0;
    }
    if (speech.isPresent() && !speech.get().hears(values, from)) {
      Arrays.fill(probabilities, to, to + labelCount, 0);
      return false;
    }
    normalize(values, from);
    network.run(normalized, logits);
    calibration.softmax(logits, probabilities, to);
    return true;
  }

  @Override
  public boolean classifyHeard(float[] features, float speechShare, float[] probabilities) {
    requireRoom(features, 1, probabilities);
    boolean isSpeech = classify(features, 0, probabilities, 0);
    if (isSpeech && speechShare >= manifest.normalization().minSpeechShare()) {
      classified.count(normalized, probabilities);
    }
    return isSpeech;
  }

  /** Row by row: a window of frames has one mean for all of a column. */
  private void normalize(float[] values, int offset) {
    for (int row = 0; row < normalized.length; row += mean.length) {
      for (int column = 0; column < mean.length; column++) {
        normalized[row + column] =
            ModelManifest.Normalization.limited(
                (values[offset + row + column] - mean[column]) / deviation[column], limit);
      }
    }
  }

  @Override
  public void close() {
    network.close();
    pooling.ifPresent(EncoderPooling::close);
  }
}
