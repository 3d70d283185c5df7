package dev.speechemotion.training.linear;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.model.EncoderModels;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.TrainingStatistics;
import java.util.List;

/** A linear head that is in no file yet, with what goes before and behind it. */
public final class LinearHead implements EmotionClassifier {
  private final List<String> labels;
  private final ModelManifest.Normalization normalization;
  private final ModelManifest.Calibration calibration;
  private final LinearDiscriminant map;
  private final float[] mean;
  private final float[] deviation;

  /**
   * @param labels in the order of the map's outputs
   * @param normalization of what goes into the map
   */
  public LinearHead(
      List<String> labels,
      ModelManifest.Normalization normalization,
      ModelManifest.Calibration calibration,
      LinearDiscriminant map) {
    this.labels = labels;
    this.normalization = normalization;
    this.calibration = calibration;
    this.map = map;
    mean = normalization.meanArray();
    deviation = normalization.deviationArray();
  }

  /**
   * The head that goes with statistics of examples.
   *
   * @param labels in the order of the statistics
   */
  public static LinearHead fitted(
      List<String> labels,
      ModelManifest.Normalization normalization,
      ModelManifest.Calibration calibration,
      TrainingStatistics statistics) {
    return new LinearHead(
        labels,
        normalization,
        calibration,
        LinearDiscriminant.fit(
            statistics,
            normalization.usedColumns(),
            normalization.mean().size(),
            LinearDiscriminant.SHRINKAGE));
  }

  /** The same with another calibration. */
  public LinearHead with(ModelManifest.Calibration other) {
    return new LinearHead(labels, normalization, other, map);
  }

  public LinearDiscriminant map() {
    return map;
  }

  public ModelManifest.Calibration calibration() {
    return calibration;
  }

  /** The weights file. */
  public byte[] weights() {
    return EncoderModels.linearHead(map.weights(), map.bias());
  }

  @Override
  public List<String> labels() {
    return labels;
  }

  @Override
  public int featureCount() {
    return mean.length;
  }

  @Override
  public ModelIdentity model() {
    return new ModelIdentity("head", "0", "0");
  }

  @Override
  public float uncertainBelow() {
    return calibration.uncertainBelow();
  }

  @Override
  public void classify(float[] features, int windowCount, float[] probabilities) {
    float[] values = new float[mean.length];
    float[] logits = new float[labels.size()];
    for (int window = 0; window < windowCount; window++) {
      for (int i = 0; i < values.length; i++) {
        values[i] =
            ModelManifest.Normalization.limited(
                (features[window * values.length + i] - mean[i]) / deviation[i],
                normalization.limit());
      }
      map.logits(values, logits, 0);
      calibration.softmax(logits, probabilities, window * logits.length);
    }
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}
