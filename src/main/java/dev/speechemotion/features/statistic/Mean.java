package dev.speechemotion.features.statistic;

import java.util.List;

/** {@code .mean}. */
final class Mean implements FeatureStatistic {
  @Override
  public List<String> names(String feature) {
    return List.of(feature + ".mean");
  }

  @Override
  public void compute(FeatureSeries series, float[] out, int at) {
    out[at] = (float) (series.zero() + series.mean() * series.step());
  }
}
