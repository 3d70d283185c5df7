package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.CodeRanks;
import java.util.List;

/** {@code .p10}, {@code .median}, {@code .p90}: the frame of that rank, nearest to (n - 1) p. */
final class Percentiles implements FeatureStatistic {
  private static final int[] PERCENTS = {10, 50, 90};

  private final CodeRanks ranks;

  Percentiles(CodeRanks ranks) {
    this.ranks = ranks;
  }

  @Override
  public List<String> names(String feature) {
    return List.of(feature + ".p10", feature + ".median", feature + ".p90");
  }

  @Override
  public void compute(FeatureSeries series, float[] out, int at) {
    ranks.percentiles(
        PERCENTS, series.counted(), series.count(), series.zero(), series.step(), out, at);
  }
}
