package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.CodeSums;
import dev.speechemotion.features.dsp.Slopes;
import java.util.List;

/**
 * {@code .delta.std}: deviation of the slopes over nine frames, per frame, that lie within the
 * window; 0 where there are fewer frames.
 */
final class SlopeDeviation implements FeatureStatistic {
  private int[] slopes = new int[0];

  @Override
  public List<String> names(String feature) {
    return List.of(feature + ".delta.std");
  }

  @Override
  public void compute(FeatureSeries series, float[] out, int at) {
    double deviation = deviation(series.all(), series.allCount());
    out[at] = (float) (series.step() / Slopes.SQUARES * deviation);
  }

  /** Of {@code sum_k k x[i + k]} over the frames with four others on either side. */
  private double deviation(int[] values, int count) {
    int length = count - 2 * Slopes.REACH;
    if (length <= 0) {
      return 0;
    }
    if (slopes.length < length) {
      slopes = new int[values.length];
    }
    // In a loop of its own, of which the compiler makes vector instructions.
    final int[] slopes = this.slopes;
    for (int i = 0; i < length; i++) {
      slopes[i] =
          4 * (values[i + 8] - values[i])
              + 3 * (values[i + 7] - values[i + 1])
              + 2 * (values[i + 6] - values[i + 2])
              + (values[i + 5] - values[i + 3]);
    }
    long sum = 0;
    long squares = 0;
    for (int i = 0; i < length; i++) {
      sum += slopes[i];
      squares += (long) slopes[i] * slopes[i];
    }
    return CodeSums.deviation(sum, squares, length);
  }
}
