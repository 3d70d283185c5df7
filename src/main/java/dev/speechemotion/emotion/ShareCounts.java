package dev.speechemotion.emotion;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts how windows are spread: each feature over {@link PopulationShares#BINS} bins, and the
 * answers over the labels. Its size is that of the model, however many windows it counts.
 */
public final class ShareCounts implements ClassifiedWindows {
  private static final int BINS = PopulationShares.BINS;

  /** Where bins end in which a tenth of a normal law of mean 0 and deviation 1 lies each. */
  private static final float[] EDGES = {
    -1.2815516f,
    -0.8416212f,
    -0.5244005f,
    -0.2533471f,
    0,
    0.2533471f,
    0.5244005f,
    0.8416212f,
    1.2815516f
  };

  /** For each bin, as if so much of a window were in it: what was not seen yet may still be. */
  private static final double UNSEEN = 0.5;

  private final int width;
  private final int[] columns;
  private final double[] features;
  private final double[] labels;
  private double windows;

  /**
   * @param width columns of a vector, or of a frame
   * @param columns those that count
   * @param labelCount number of probabilities
   */
  public ShareCounts(int width, int[] columns, int labelCount) {
    this.width = width;
    this.columns = columns.clone();
    features = new double[columns.length * BINS];
    labels = new double[labelCount];
  }

  @Override
  public void count(float[] normalized, float[] probabilities) {
    int length = 0;
    while (length < normalized.length && !Float.isNaN(normalized[length])) {
      length += width;
    }
    double weight = (double) width / length;
    for (int row = 0; row < length; row += width) {
      for (int i = 0; i < columns.length; i++) {
        features[i * BINS + bin(normalized[row + columns[i]])] += weight;
      }
    }
    labels[EmotionScores.indexOfMax(probabilities, 0, labels.length)]++;
    windows++;
  }

  private static int bin(float value) {
    int bin = 0;
    for (float edge : EDGES) {
      bin += value >= edge ? 1 : 0;
    }
    return bin;
  }

  /** Lets all that was counted weigh less. */
  void fade(double factor) {
    for (int i = 0; i < features.length; i++) {
      features[i] *= factor;
    }
    for (int i = 0; i < labels.length; i++) {
      labels[i] *= factor;
    }
    windows *= factor;
  }

  /** How many were counted; those that have faded count as what is left of them. */
  double windows() {
    return windows;
  }

  /** The shares of what was counted. */
  public PopulationShares shares() {
    List<List<Float>> ofFeatures = new ArrayList<>(columns.length);
    for (int i = 0; i < columns.length; i++) {
      ofFeatures.add(shares(features, i * BINS, BINS));
    }
    return new PopulationShares(
        (int) Math.round(windows), ofFeatures, shares(labels, 0, labels.length));
  }

  /** To four digits. */
  private static List<Float> shares(double[] counts, int from, int length) {
    double sum = 0;
    for (int i = from; i < from + length; i++) {
      sum += counts[i] + UNSEEN;
    }
    List<Float> shares = new ArrayList<>(length);
    for (int i = from; i < from + length; i++) {
      shares.add(Math.round((counts[i] + UNSEEN) / sum * 10_000) / 10_000f);
    }
    return shares;
  }

  /** Population stability index of each feature against a reference. */
  double[] featureIndices(PopulationShares reference) {
    double[] indices = new double[columns.length];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = index(features, i * BINS, reference.features().get(i));
    }
    return indices;
  }

  /** The same of the labels. */
  double labelIndex(PopulationShares reference) {
    return index(labels, 0, reference.labels());
  }

  private static double index(double[] counts, int from, List<Float> reference) {
    double sum = 0;
    for (int i = 0; i < reference.size(); i++) {
      sum += counts[from + i] + UNSEEN;
    }
    double index = 0;
    for (int i = 0; i < reference.size(); i++) {
      index += PopulationShares.term((counts[from + i] + UNSEEN) / sum, reference.get(i));
    }
    return index;
  }
}
