package dev.speechemotion.model;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.translate.Batchifier;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.features.FeatureLayout;
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
  private final float[] values;
  private final float[] normalized;
  private final Predictor<float[], float[]> predictor;

  NetworkClassifier(
      Network network,
      Model model,
      ModelManifest manifest,
      ModelIdentity identity,
      ModelManifest.Calibration calibration,
      Optional<EncoderPooling> pooling) {
    this.pooling = pooling;
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
    values = new float[pooling.isPresent() ? EncoderPooling.LENGTH : featureCount];
    normalized = new float[values.length];
    predictor = model.newPredictor(new OneWindow(network));
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
    if (windowCount < 1
        || features.length < (long) windowCount * featureCount
        || probabilities.length < (long) windowCount * labelCount) {
      throw new IllegalArgumentException(
          "%d windows need %d features and %d probabilities each, got %d and %d in all"
              .formatted(
                  windowCount, featureCount, labelCount, features.length, probabilities.length));
    }
    for (int window = 0; window < windowCount; window++) {
      if (pooling.isPresent()) {
        pooling.get().pool(features, window * featureCount, featureCount, values);
      } else {
        System.arraycopy(features, window * featureCount, values, 0, featureCount);
      }
      for (int i = 0; i < values.length; i++) {
        int column = i % mean.length;
        normalized[i] =
            ModelManifest.Normalization.limited(
                (values[i] - mean[column]) / deviation[column], limit);
      }
      calibration.softmax(logits(normalized), probabilities, window * labelCount);
    }
  }

  private float[] logits(float[] input) {
    try {
      return predictor.predict(input);
    } catch (TranslateException e) {
      throw new IllegalStateException("the network failed: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    predictor.close();
    pooling.ifPresent(EncoderPooling::close);
  }

  /** In: {@code [features]}; out: {@code [labels]}. */
  private record OneWindow(Network network) implements Translator<float[], float[]> {
    @Override
    public NDList processInput(TranslatorContext context, float[] input) {
      return network.inputs(context.getNDManager(), input, 1);
    }

    @Override
    public float[] processOutput(TranslatorContext context, NDList output) {
      return output.singletonOrThrow().toFloatArray();
    }

    @Override
    public Batchifier getBatchifier() {
      return null;
    }
  }
}
