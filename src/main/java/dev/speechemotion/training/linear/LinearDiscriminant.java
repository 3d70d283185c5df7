package dev.speechemotion.training.linear;

import dev.speechemotion.model.TrainingStatistics;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Linear discriminant analysis with a covariance that all classes share, shrunk towards a multiple
 * of the identity (Friedman 1989): the weights of a linear map whose outputs, but for what is the
 * same for all classes, are the logarithms of the classes' densities. Solved in closed form, so the
 * same examples give the same bits.
 */
public final class LinearDiscriminant {
  /** That of every training. */
  public static final double SHRINKAGE = 0.5;

  /** Output for a label that there is no example of: small enough for a probability of 0. */
  private static final float NEVER = -10_000;

  /** Rows of the covariance that are summed together. */
  private static final int ROWS = 32;

  private final float[][] weights;
  private final float[] bias;

  private LinearDiscriminant(float[][] weights, float[] bias) {
    this.weights = weights;
    this.bias = bias;
  }

  /**
   * What is to be known of examples.
   *
   * @param examples {@code [example][column]}
   * @param columns those in use
   * @param labels {@code [example]}, from 0 to below {@code labelCount}
   * @param masses {@code [example]}, how much each counts; positive
   */
  static TrainingStatistics statistics(
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
    for (int label = 0; label < labelCount; label++) {
      for (int i = 0; sums[label] > 0 && i < columns.length; i++) {
        means[label][i] /= sums[label];
      }
    }
    float[][] roundedMeans = new float[labelCount][];
    for (int label = 0; label < labelCount; label++) {
      roundedMeans[label] = rounded(means[label]);
    }
    return new TrainingStatistics(
        roundedMeans, rounded(sums), rounded(covariance(examples, columns, labels, masses, means)));
  }

  /** Within labels; the lower triangle, row by row. */
  private static double[] covariance(
      float[][] examples, int[] columns, int[] labels, double[] masses, double[][] means) {
    double[] covariance = new double[columns.length * (columns.length + 1) / 2];
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
                for (int i = from; i < to; i++) {
                  int row = i * (i + 1) / 2;
                  double factor = masses[e] * distance[i];
                  for (int j = 0; j <= i; j++) {
                    covariance[row + j] += factor * distance[j];
                  }
                }
              }
            });
    double total = Arrays.stream(masses).sum();
    for (int i = 0; i < covariance.length; i++) {
      covariance[i] /= total;
    }
    return covariance;
  }

  private static float[] rounded(double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    return rounded;
  }

  /**
   * @param statistics of the examples; a column that is the same in all has no weight, and a label
   *     without mass is never the answer
   * @param columns which those of the statistics are
   * @param columnCount of what the map takes
   * @param shrinkage of the covariance towards its columns' mean variance, above 0 and at most 1
   * @throws IllegalArgumentException if these are no statistics of any examples
   */
  static LinearDiscriminant fit(
      TrainingStatistics statistics, int[] columns, int columnCount, double shrinkage) {
    int[] varying =
        IntStream.range(0, columns.length).filter(i -> statistics.covariance(i, i) > 0).toArray();
    double trace = 0;
    for (int i : varying) {
      trace += statistics.covariance(i, i);
    }
    double[][] covariance = new double[varying.length][];
    for (int i = 0; i < varying.length; i++) {
      covariance[i] = new double[i + 1];
      for (int j = 0; j <= i; j++) {
        covariance[i][j] = (1 - shrinkage) * statistics.covariance(varying[i], varying[j]);
      }
      covariance[i][i] += shrinkage * trace / varying.length;
    }
    decompose(covariance);
    int labelCount = statistics.means().length;
    float[][] weights = new float[labelCount][columnCount];
    float[] bias = new float[labelCount];
    for (int label = 0; label < labelCount; label++) {
      if (statistics.masses()[label] == 0) {
        bias[label] = NEVER;
        continue;
      }
      double[] mean = new double[varying.length];
      for (int i = 0; i < varying.length; i++) {
        mean[i] = statistics.means()[label][varying[i]];
      }
      double[] solved = solve(covariance, mean);
      double product = 0;
      for (int i = 0; i < varying.length; i++) {
        weights[label][columns[varying[i]]] = (float) solved[i];
        product += solved[i] * mean[i];
      }
      bias[label] = (float) (-product / 2);
    }
    return new LinearDiscriminant(weights, bias);
  }

  /** {@code [label][column]}; not a copy. */
  public float[][] weights() {
    return weights;
  }

  /** {@code [label]}; not a copy. */
  public float[] bias() {
    return bias;
  }

  /** Writes the outputs for an example to {@code out} from {@code offset} on. */
  public void logits(float[] example, float[] out, int offset) {
    for (int label = 0; label < bias.length; label++) {
      double sum = bias[label];
      for (int i = 0; i < example.length; i++) {
        sum += (double) weights[label][i] * example[i];
      }
      out[offset + label] = (float) sum;
    }
  }

  /** Cholesky, in place: the lower triangle of a positive definite matrix becomes its factor. */
  private static void decompose(double[][] matrix) {
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = matrix[i][j];
        for (int k = 0; k < j; k++) {
          sum -= matrix[i][k] * matrix[j][k];
        }
        if (i == j && !(sum > 0)) {
          throw new IllegalArgumentException("the covariance is not that of any examples");
        }
        matrix[i][j] = i == j ? Math.sqrt(sum) : sum / matrix[j][j];
      }
    }
  }

  private static double[] solve(double[][] factor, double[] right) {
    double[] x = right.clone();
    for (int i = 0; i < x.length; i++) {
      for (int k = 0; k < i; k++) {
        x[i] -= factor[i][k] * x[k];
      }
      x[i] /= factor[i][i];
    }
    for (int i = x.length - 1; i >= 0; i--) {
      for (int k = i + 1; k < x.length; k++) {
        x[i] -= factor[k][i] * x[k];
      }
      x[i] /= factor[i][i];
    }
    return x;
  }
}
