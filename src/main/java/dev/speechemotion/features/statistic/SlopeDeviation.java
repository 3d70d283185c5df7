package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.CodeSums;
import dev.speechemotion.features.dsp.Slopes;
import java.util.List;

/**
 * {@code .delta.std}: deviation of the slopes over nine frames, per frame, that lie within the
 * window; 0 where there are fewer frames.
 */
final class SlopeDeviation implements FeatureStatistic {
  @Override
  public List<String> names(String feature) {
    return List.of(feature + ".delta.std");
  }

  @Override
  public void compute(FeatureSeries series, float[] out, int at) {
    double deviation = deviation(series.all(), series.allCount());
    out[at] = (float) (series.step() / Slopes.SQUARES * deviation);
  }

  /**
   * Of {@code sum_k k x[i + k]} over the frames with four others on either side. From one such sum
   * to the next, each weight falls by 1; whole numbers make that exact.
   */
  private static double deviation(int[] values, int count) {
    int length = count - 2 * Slopes.REACH;
    if (length <= 0) {
      return 0;
    }
    int slope = 0;
    // Of the values that the slope is of, without the first.
    int others = 0;
    for (int k = -Slopes.REACH; k <= Slopes.REACH; k++) {
      int value = values[Slopes.REACH + k];
      slope += k * value;
      others += k > -Slopes.REACH ? value : 0;
    }
    long sum = slope;
    long squares = (long) slope * slope;
    for (int i = 1; i < length; i++) {
      int next = values[i + 2 * Slopes.REACH];
      slope += Slopes.REACH * (values[i - 1] + next) - others;
      others += next - values[i];
      sum += slope;
      squares += (long) slope * slope;
    }
    return CodeSums.deviation(sum, squares, length);
  }
}
