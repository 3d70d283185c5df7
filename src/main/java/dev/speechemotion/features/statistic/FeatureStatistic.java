package dev.speechemotion.features.statistic;

import java.util.List;

/** Something that can be said of each feature of a window's frames. */
interface FeatureStatistic {

  /** Of its values for a feature in their order. */
  List<String> names(String feature);

  /**
   * Computes the values for a feature.
   *
   * @param out receives a value for each of {@link #names} from {@code at} on
   */
  void compute(FeatureSeries series, float[] out, int at);
}
