package dev.speechemotion.training.linear;

import dev.speechemotion.model.TrainingStatistics;
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

  /** Columns of the covariance that are decomposed together. */
  private static final int COLUMNS = 64;

  private final float[][] weights;
  private final float[] bias;

  private LinearDiscriminant(float[][] weights, float[] bias) {
    this.weights = weights;
    this.bias = bias;
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

  /**
   * Cholesky, in place: the lower triangle of a positive definite matrix becomes its factor. Each
   * value's sum is made in the same order, whatever thread it is.
   */
  private static void decompose(double[][] matrix) {
    int size = matrix.length;
    for (int begin = 0; begin < size; begin += COLUMNS) {
      int from = begin;
      int to = Math.min(size, from + COLUMNS);
      rows(from, size).forEach(i -> subtract(matrix, i, from, Math.min(to, i + 1), 0, from));
      for (int i = from; i < to; i++) {
        finish(matrix, i, from, i);
        subtract(matrix, i, i, i + 1, from, i);
        if (!(matrix[i][i] > 0)) {
          throw new IllegalArgumentException("the covariance is not that of any examples");
        }
        matrix[i][i] = Math.sqrt(matrix[i][i]);
      }
      rows(to, size).forEach(i -> finish(matrix, i, from, to));
    }
  }

  private static IntStream rows(int from, int to) {
    return IntStream.range(from, to).parallel();
  }

  /** Values {@code from} to below {@code to} of a row: columns from {@code from} on are left. */
  private static void finish(double[][] matrix, int i, int from, int to) {
    for (int j = from; j < to; j++) {
      subtract(matrix, i, j, j + 1, from, j);
      matrix[i][j] /= matrix[j][j];
    }
  }

  /**
   * Takes the products of row {@code i} with rows {@code fromRow} to below {@code toRow}, in
   * columns {@code from} to below {@code to}, off the values there. Four sums go on at once: each
   * waits for its last addition.
   */
  private static void subtract(double[][] matrix, int i, int fromRow, int toRow, int from, int to) {
    double[] row = matrix[i];
    int j = fromRow;
    for (; j + 4 <= toRow; j += 4) {
      double[] row0 = matrix[j];
      double[] row1 = matrix[j + 1];
      double[] row2 = matrix[j + 2];
      double[] row3 = matrix[j + 3];
      double sum0 = row[j];
      double sum1 = row[j + 1];
      double sum2 = row[j + 2];
      double sum3 = row[j + 3];
      for (int k = from; k < to; k++) {
        double value = row[k];
        sum0 -= value * row0[k];
        sum1 -= value * row1[k];
        sum2 -= value * row2[k];
        sum3 -= value * row3[k];
      }
      row[j] = sum0;
      row[j + 1] = sum1;
      row[j + 2] = sum2;
      row[j + 3] = sum3;
    }
    for (; j < toRow; j++) {
      double sum = row[j];
      for (int k = from; k < to; k++) {
        sum -= row[k] * matrix[j][k];
      }
      row[j] = sum;
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
