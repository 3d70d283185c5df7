package dev.speechemotion.training;

/**
 * The temperature that makes a network's probabilities fit what it is right about. See Guo et al.
 * 2017, "On Calibration of Modern Neural Networks", section 4.2.
 */
final class Temperature {
  private static final double MIN = 0.25;
  private static final double MAX = 16;
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  private Temperature() {}

  /**
   * The temperature from 0.25 to 16 with the lowest cross-entropy; 1 where there is nothing to fit
   * it on. The cross-entropy has one minimum over the inverse temperature, in which it is convex,
   * so golden-section search finds it.
   *
   * @param logits {@code [row][labels]}, row by row; outputs before the softmax
   * @param labels {@code [row]}, index of the true one
   */
  static float fit(float[] logits, float[] labels) {
    if (labels.length == 0) {
      return 1;
    }
    double low = Math.log(MIN);
    double high = Math.log(MAX);
    for (int i = 0; i < 40; i++) {
      double left = high - GOLDEN * (high - low);
      double right = low + GOLDEN * (high - low);
      if (crossEntropy(logits, labels, Math.exp(left))
          <= crossEntropy(logits, labels, Math.exp(right))) {
        high = right;
      } else {
        low = left;
      }
    }
    return (float) Math.exp((low + high) / 2);
  }

  static double crossEntropy(float[] logits, float[] labels, double temperature) {
    int labelCount = logits.length / labels.length;
    double sum = 0;
    for (int row = 0; row < labels.length; row++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < labelCount; i++) {
        max = Math.max(max, logits[row * labelCount + i]);
      }
      double total = 0;
      for (int i = 0; i < labelCount; i++) {
        total += Math.exp((logits[row * labelCount + i] - max) / temperature);
      }
      sum += Math.log(total) - (logits[row * labelCount + (int) labels[row]] - max) / temperature;
    }
    return sum / labels.length;
  }
}
