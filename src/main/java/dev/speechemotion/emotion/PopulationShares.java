package dev.speechemotion.emotion;

import java.util.Collections;
import java.util.List;

/**
 * How the windows of a population are spread, which mean and deviation alone do not tell: what
 * {@link DriftMonitor} compares others with.
 *
 * @param windows how many it was measured on; 0: it is assumed
 * @param features {@code [feature][bin]}, of each feature that the network is told of the share of
 *     windows in each bin. The bins lie by the normalized value: in each would be a tenth of a
 *     normal law
 * @param labels {@code [label]}, the share of windows that the model takes for each label; empty:
 *     it is not known
 */
public record PopulationShares(int windows, List<List<Float>> features, List<Float> labels) {
  /** Of a feature. */
  public static final int BINS = 10;

  /** A smaller share counts as this one: its logarithm must not outweigh all others. */
  private static final double LEAST_SHARE = 0.001;

  private static final float ROUNDING = 0.01f;

  public PopulationShares {
    if (windows < 0) {
      throw new IllegalArgumentException("shares.windows must not be negative, got " + windows);
    }
    features = features.stream().map(PopulationShares::requireShares).toList();
    for (List<Float> bins : features) {
      if (bins.size() != BINS) {
        throw new IllegalArgumentException(
            "shares.features must have %d bins each, got %d".formatted(BINS, bins.size()));
      }
    }
    labels = labels.isEmpty() ? List.of() : requireShares(labels);
  }

  private static List<Float> requireShares(List<Float> shares) {
    float sum = 0;
    for (float share : shares) {
      sum += share >= 0 ? share : Float.NaN;
    }
    if (!(Math.abs(sum - 1) <= ROUNDING)) {
      throw new IllegalArgumentException(
          "shares must not be negative, and sum to 1, got " + shares);
    }
    return List.copyOf(shares);
  }

  /** Of features that are normally distributed, with labels that are not known. */
  public static PopulationShares normal(int featureCount) {
    return new PopulationShares(
        0, Collections.nCopies(featureCount, Collections.nCopies(BINS, 1f / BINS)), List.of());
  }

  /** What a bin adds to a population stability index: {@code (a - e) * ln(a / e)}. */
  static double term(double share, double expected) {
    double a = Math.max(share, LEAST_SHARE);
    double e = Math.max(expected, LEAST_SHARE);
    return (a - e) * Math.log(a / e);
  }
}
