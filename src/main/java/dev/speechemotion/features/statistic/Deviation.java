package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.CodeSums;
import java.util.List;

/** {@code .std}: deviation from the mean. */
final class Deviation implements FeatureStatistic {
  @Override
  public List<String> names(String feature) {
    return List.of(feature + ".std");
  }

  @Override
  public void compute(FeatureSeries series, float[] out, int at) {
    double deviation = CodeSums.deviation(series.sum(), series.squares(), series.count());
    out[at] = (float) (series.step() * deviation);
  }
}
