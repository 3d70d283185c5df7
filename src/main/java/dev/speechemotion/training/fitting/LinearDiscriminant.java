package dev.speechemotion.training.fitting;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Linear discriminant analysis with a covariance that all classes share, shrunk towards a multiple
 * of the identity (Friedman 1989): the weights of a linear map whose outputs, but for what is the
 * same for all classes, are the logarithms of the classes' densities. Solved in closed form, so the
 * same examples give the same bits.
 */
final class LinearDiscriminant {
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
   * @param examples {@code [example][column]}; a column that is the same in all has no weight
   * @param labels {@code [example]}, from 0 to below {@code labelCount}; one that does not come up
   *     is never the answer
   * @param masses {@code [example]}, how much each counts; positive
   * @param shrinkage of the covariance, above 0 and at most 1
   */
  static LinearDiscriminant fit(
      float[][] examples, int[] labels, double[] masses, int labelCount, double shrinkage) {
    int columns = examples[0].length;
    double[][] means = means(examples, labels, masses, labelCount);
    double[] variances = variances(examples, labels, masses, means);
    int[] used = IntStream.range(0, columns).filter(i -> variances[i] > 0).toArray();
    double[][] covariance = covariance(examples, labels, masses, means, used);
    double trace = 0;
    for (int i = 0; i < used.length; i++) {
      trace += covariance[i][i];
    }
    for (int i = 0; i < used.length; i++) {
      for (int j = 0; j <= i; j++) {
        covariance[i][j] *= 1 - shrinkage;
      }
      covariance[i][i] += shrinkage * trace / used.length;
    }
    decompose(covariance);
    float[][] weights = new float[labelCount][columns];
    float[] bias = new float[labelCount];
    for (int label = 0; label < labelCount; label++) {
      if (!isAmong(labels, label)) {
        bias[label] = NEVER;
        continue;
      }
      double[] mean = new double[used.length];
      for (int i = 0; i < used.length; i++) {
        mean[i] = means[label][used[i]];
      }
      double[] solved = solve(covariance, mean);
      double product = 0;
      for (int i = 0; i < used.length; i++) {
        weights[label][used[i]] = (float) solved[i];
        product += solved[i] * mean[i];
      }
      bias[label] = (float) (-product / 2);
    }
    return new LinearDiscriminant(weights, bias);
  }

  /** {@code [label][column]}; not a copy. */
  float[][] weights() {
    return weights;
  }

  /** {@code [label]}; not a copy. */
  float[] bias() {
    return bias;
  }

  /** Writes the outputs for an example to {@code out} from {@code offset} on. */
  void logits(float[] example, float[] out, int offset) {
    for (int label = 0; label < bias.length; label++) {
      double sum = bias[label];
      for (int i = 0; i < example.length; i++) {
        sum += (double) weights[label][i] * example[i];
      }
      out[offset + label] = (float) sum;
    }
  }

  private static boolean isAmong(int[] labels, int label) {
    return Arrays.stream(labels).anyMatch(each -> each == label);
  }

  private static double[][] means(
      float[][] examples, int[] labels, double[] masses, int labelCount) {
    double[][] means = new double[labelCount][examples[0].length];
    double[] sums = new double[labelCount];
    for (int e = 0; e < examples.length; e++) {
      sums[labels[e]] += masses[e];
      double[] mean = means[labels[e]];
      for (int i = 0; i < mean.length; i++) {
        mean[i] += masses[e] * examples[e][i];
      }
    }
    for (int label = 0; label < labelCount; label++) {
      for (int i = 0; sums[label] > 0 && i < means[label].length; i++) {
        means[label][i] /= sums[label];
      }
    }
    return means;
  }

  private static double[] variances(
      float[][] examples, int[] labels, double[] masses, double[][] means) {
    double[] variances = new double[means[0].length];
    for (int e = 0; e < examples.length; e++) {
      double[] mean = means[labels[e]];
      for (int i = 0; i < variances.length; i++) {
        double distance = examples[e][i] - mean[i];
        variances[i] += masses[e] * distance * distance;
      }
    }
    return variances;
  }

  /** Of the used columns, within classes; the lower triangle. */
  private static double[][] covariance(
      float[][] examples, int[] labels, double[] masses, double[][] means, int[] used) {
    double[][] covariance = new double[used.length][];
    for (int i = 0; i < used.length; i++) {
      covariance[i] = new double[i + 1];
    }
    // Some rows at a time, which stay near the processor while all examples pass; each row's sums
    // are made in the same order, whatever thread it is.
    IntStream.range(0, (used.length + ROWS - 1) / ROWS)
        .parallel()
        .forEach(
            block ->
                addRows(
                    examples,
                    labels,
                    masses,
                    means,
                    used,
                    covariance,
                    block * ROWS,
                    Math.min(used.length, (block + 1) * ROWS)));
    double total = Arrays.stream(masses).sum();
    for (double[] row : covariance) {
      for (int j = 0; j < row.length; j++) {
        row[j] /= total;
      }
    }
    return covariance;
  }

  private static void addRows(
      float[][] examples,
      int[] labels,
      double[] masses,
      double[][] means,
      int[] used,
      double[][] covariance,
      int from,
      int to) {
    double[] distance = new double[to];
    for (int e = 0; e < examples.length; e++) {
      double[] mean = means[labels[e]];
      for (int j = 0; j < to; j++) {
        distance[j] = examples[e][used[j]] - mean[used[j]];
      }
      for (int i = from; i < to; i++) {
        double[] row = covariance[i];
        double factor = masses[e] * distance[i];
        for (int j = 0; j <= i; j++) {
          row[j] += factor * distance[j];
        }
      }
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
