package dev.speechemotion.training.linear;

import dev.speechemotion.model.TrainingStatistics;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What each label's examples sum up to: from those of parts follow those of the whole (T. F. Chan,
 * G. H. Golub, R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
 * Variances", 1979). So a corpus is gone through once, however many trainings it is a part of.
 */
public final class LabelMoments {
  /** Rows of the scatter that are summed together. */
  private static final int ROWS = 32;

  /** {@code [label]}. */
  private final double[] masses;

  /** {@code [label][column]}. */
  private final double[][] means;

  /** Around each label's mean, of all labels together: the lower triangle, row by row. */
  private final double[] scatter;

  private LabelMoments(double[] masses, double[][] means, double[] scatter) {
    this.masses = masses;
    this.means = means;
    this.scatter = scatter;
  }

  /**
   * @param examples {@code [example][column]}
   * @param columns those in use
   * @param labels {@code [example]}, from 0 to below {@code labelCount}
   * @param masses {@code [example]}, how much each counts; positive
   */
  static LabelMoments of(
      float[][] examples, int[] columns, int[] labels, double[] masses, int labelCount) {
    double[] sums = new double[labelCount];
    double[][] means = new double[labelCount][columns.length];
    for (int e = 0; e < examples.length; e++) {
      sums[labels[e]] += masses[e];
      double[] mean = means[labels[e]];
      for (int i = 0; i < mean.length; i++) {
        mean[i] += masses[e] * examples[e][columns[i]];
      }
    }
    divide(means, sums);
    return new LabelMoments(sums, means, scatter(examples, columns, labels, masses, means));
  }

  private static double[] scatter(
      float[][] examples, int[] columns, int[] labels, double[] masses, double[][] means) {
    double[] scatter = new double[size(columns.length)];
    // Some rows at a time, which stay near the processor while all examples pass; each row's sums
    // are made in the same order, whatever thread it is.
    IntStream.range(0, (columns.length + ROWS - 1) / ROWS)
        .parallel()
        .forEach(
            block -> {
              int from = block * ROWS;
              int to = Math.min(columns.length, from + ROWS);
              double[] distance = new double[to];
              for (int e = 0; e < examples.length; e++) {
                double[] mean = means[labels[e]];
                for (int i = 0; i < to; i++) {
                  distance[i] = examples[e][columns[i]] - mean[i];
                }
                addProducts(scatter, distance, masses[e], from, to);
              }
            });
    return scatter;
  }

  /** Adds those of a vector with itself to rows of a lower triangle. */
  private static void addProducts(
      double[] triangle, double[] vector, double mass, int from, int to) {
    for (int i = from; i < to; i++) {
      int row = size(i);
      double factor = mass * vector[i];
      for (int j = 0; j <= i; j++) {
        triangle[row + j] += factor * vector[j];
      }
    }
  }

  /** Of a lower triangle with so many rows; where the next one begins. */
  private static int size(int rows) {
    return rows * (rows + 1) / 2;
  }

  private static void divide(double[][] sums, double[] masses) {
    for (int label = 0; label < masses.length; label++) {
      for (int i = 0; masses[label] > 0 && i < sums[label].length; i++) {
        sums[label][i] /= masses[label];
      }
    }
  }

  /**
   * Those of the examples of all parts.
   *
   * @param parts of the same labels and columns; one at least
   */
  public static LabelMoments together(List<LabelMoments> parts) {
    int labelCount = parts.get(0).masses.length;
    int columns = parts.get(0).means[0].length;
    double[] masses = new double[labelCount];
    double[][] means = new double[labelCount][columns];
    for (LabelMoments part : parts) {
      for (int label = 0; label < labelCount; label++) {
        masses[label] += part.masses[label];
        for (int i = 0; i < columns; i++) {
          means[label][i] += part.masses[label] * part.means[label][i];
        }
      }
    }
    divide(means, masses);
    double[] scatter = new double[size(columns)];
    IntStream.range(0, (columns + ROWS - 1) / ROWS)
        .parallel()
        .forEach(
            block -> {
              int from = block * ROWS;
              int to = Math.min(columns, from + ROWS);
              double[] distance = new double[to];
              for (LabelMoments part : parts) {
                for (int at = size(from); at < size(to); at++) {
                  scatter[at] += part.scatter[at];
                }
                for (int label = 0; label < labelCount; label++) {
                  for (int i = 0; i < to; i++) {
                    distance[i] = part.means[label][i] - means[label][i];
                  }
                  addProducts(scatter, distance, part.masses[label], from, to);
                }
              }
            });
    return new LabelMoments(masses, means, scatter);
  }

  /** Those of the same examples, each of which counts as many times as much. */
  LabelMoments times(double factor) {
    return new LabelMoments(
        Arrays.stream(masses).map(mass -> factor * mass).toArray(),
        means,
        Arrays.stream(scatter).map(sum -> factor * sum).toArray());
  }

  /** What a head is fitted from. */
  public TrainingStatistics statistics() {
    double total = Arrays.stream(masses).sum();
    float[] covariance = new float[scatter.length];
    for (int i = 0; i < covariance.length; i++) {
      covariance[i] = (float) (scatter[i] / total);
    }
    return new TrainingStatistics(
        Arrays.stream(means).map(LabelMoments::rounded).toArray(float[][]::new),
        rounded(masses),
        covariance);
  }

  private static float[] rounded(double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    return rounded;
  }
}
