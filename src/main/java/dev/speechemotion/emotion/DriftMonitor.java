package dev.speechemotion.emotion;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * How far what a model hears lately is from its population: the population stability index of each
 * group of features, in the mean of its features, and of the model's answers. One for all threads
 * that use a model. Windows fade out, so that in the mean they are an hour old; the figures are
 * made anew each minute.
 */
public final class DriftMonitor implements ClassifiedWindows {
  /** The group of the model's answers. */
  public static final String CLASSES = "classes";

  /** From here on there is something to look after; see {@code deploy/README.md}. */
  public static final double WATCH = 0.1;

  /** From here on the model hears other audio than what it was made for. */
  public static final double DRIFT = 0.25;

  /** With fewer windows the index tells of the few who were heard, and there is none. */
  public static final int LEAST_WINDOWS = 1_000;

  private static final long MINUTE_NANOS = 60_000_000_000L;
  private static final double MINUTES_KEPT = 60;

  private final ModelIdentity model;
  private final PopulationShares population;
  private final List<String> groups;
  private final LongSupplier nanos;
  private final ShareCounts counts;
  private long minuteBeganNanos;
  private Figures figures = new Figures(0, Map.of());

  /**
   * What was heard lately.
   *
   * @param windows how many, less what has faded of them
   * @param psi index by group; empty where the windows are too few
   */
  public record Figures(double windows, Map<String, Double> psi) {
    public Figures {
      psi = Map.copyOf(psi);
    }
  }

  /**
   * @param model whose population it is
   * @param population what is expected
   * @param width columns of a vector, or of a frame
   * @param columns those that the population has shares of
   * @param groups {@code [width]}, the group of each column
   * @param labelCount number of the model's labels
   * @param nanos a clock that only goes forward, nanoseconds
   */
  public DriftMonitor(
      ModelIdentity model,
      PopulationShares population,
      int width,
      int[] columns,
      List<String> groups,
      int labelCount,
      LongSupplier nanos) {
    this.model = Objects.requireNonNull(model, "model");
    this.population = Objects.requireNonNull(population, "population");
    List<String> ofColumns = new ArrayList<>(columns.length);
    for (int column : columns) {
      ofColumns.add(groups.get(column));
    }
    this.groups = ofColumns;
    this.nanos = nanos;
    counts = new ShareCounts(width, columns, labelCount);
    minuteBeganNanos = nanos.getAsLong();
  }

  public ModelIdentity model() {
    return model;
  }

  /** The groups that there are figures of, once there are enough windows. */
  public List<String> groups() {
    List<String> all = new ArrayList<>(groups.stream().distinct().toList());
    if (!population.labels().isEmpty()) {
      all.add(CLASSES);
    }
    return all;
  }

  @Override
  public synchronized void count(float[] normalized, float[] probabilities) {
    goOn();
    counts.count(normalized, probabilities);
  }

  /** Those of the last full minute. */
  public synchronized Figures figures() {
    goOn();
    return figures;
  }

  private void goOn() {
    long minutes = (nanos.getAsLong() - minuteBeganNanos) / MINUTE_NANOS;
    if (minutes > 0) {
      minuteBeganNanos += minutes * MINUTE_NANOS;
      counts.fade(Math.exp(-minutes / MINUTES_KEPT));
      figures =
          new Figures(counts.windows(), counts.windows() < LEAST_WINDOWS ? Map.of() : indices());
    }
  }

  private Map<String, Double> indices() {
    Map<String, double[]> sums = new LinkedHashMap<>();
    double[] ofFeatures = counts.featureIndices(population);
    for (int i = 0; i < ofFeatures.length; i++) {
      double[] sum = sums.computeIfAbsent(groups.get(i), group -> new double[2]);
      sum[0] += ofFeatures[i];
      sum[1]++;
    }
    Map<String, Double> indices = new LinkedHashMap<>();
    sums.forEach((group, sum) -> indices.put(group, sum[0] / sum[1]));
    if (!population.labels().isEmpty()) {
      indices.put(CLASSES, counts.labelIndex(population));
    }
    return indices;
  }
}
