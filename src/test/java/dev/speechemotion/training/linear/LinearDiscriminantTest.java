package dev.speechemotion.training.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.model.TrainingStatistics;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LinearDiscriminantTest {
  /** Two crosses: means (1, 0) and (-1, 2), both with variances 2 and 1/2 and no covariance. */
  private static final float[][] CROSSES = {
    {3, 0}, {-1, 0}, {1, 1}, {1, -1}, {1, 2}, {-3, 2}, {-1, 3}, {-1, 1}
  };

  private static final int[] CROSS = {0, 0, 0, 0, 1, 1, 1, 1};

  @Test
  void shouldSolveByHandWhatCanBeSolvedByHand() {
    LinearDiscriminant map = fit(CROSSES, CROSS, ones(8), 2, 1e-12);

    // Mean over variance; half of the mean's square over variance.
    assertThat(map.weights()[0]).containsExactly(new float[] {0.5f, 0}, within(1e-6f));
    assertThat(map.weights()[1]).containsExactly(new float[] {-0.5f, 4}, within(1e-6f));
    assertThat(map.bias()).containsExactly(new float[] {-0.25f, -4.25f}, within(1e-6f));
  }

  @Test
  void shouldShrinkTheCovarianceTowardsItsMeanVariance() {
    LinearDiscriminant map = fit(CROSSES, CROSS, ones(8), 2, 0.5);

    // Variances halfway to their mean of 1.25: 1.625 and 0.875.
    assertThat(map.weights()[1])
        .containsExactly(new float[] {-1 / 1.625f, 2 / 0.875f}, within(1e-6f));
  }

  @Test
  void shouldTakeMassesAsCopies() {
    float[][] twice = Arrays.copyOf(CROSSES, 9);
    twice[8] = CROSSES[0];
    int[] labels = Arrays.copyOf(CROSS, 9);
    double[] masses = ones(8);
    masses[0] = 2;

    LinearDiscriminant byMass = fit(CROSSES, CROSS, masses, 2, 0.3);
    LinearDiscriminant byCopy = fit(twice, labels, ones(9), 2, 0.3);

    assertThat(byMass.weights()[0]).containsExactly(byCopy.weights()[0], within(1e-5f));
    assertThat(byMass.bias()).containsExactly(byCopy.bias(), within(1e-5f));
  }

  @Test
  void shouldIgnoreWhatIsAlwaysTheSameAndNeverAnswerWhatItNeverSaw() {
    float[][] wider =
        Arrays.stream(CROSSES)
            .map(each -> new float[] {each[0], 7, each[1]})
            .toArray(float[][]::new);

    LinearDiscriminant map = fit(wider, CROSS, ones(8), 3, 0.5);

    assertThat(map.weights()[0][1]).isZero();
    assertThat(map.weights()[1][1]).isZero();
    float[] logits = new float[4];
    map.logits(new float[] {-1, 7, 2}, logits, 1);
    assertThat(logits[0]).isZero();
    assertThat(logits[2]).isGreaterThan(logits[1]);
    assertThat(Math.exp(logits[3] - logits[2])).isZero();
  }

  @Test
  void shouldSolveForAsManyColumnsAsAnEncoderHas() {
    // More than are decomposed together, and no multiple of it.
    int columns = 203;
    Random random = new Random(3);
    float[][] examples = new float[500][columns];
    int[] labels = new int[500];
    for (int e = 0; e < examples.length; e++) {
      labels[e] = e % 3;
      float common = (float) random.nextGaussian();
      for (int i = 0; i < columns; i++) {
        examples[e][i] = (float) random.nextGaussian() + common + labels[e] * (i % 5);
      }
    }
    int[] all = IntStream.range(0, columns).toArray();
    TrainingStatistics statistics =
        LabelMoments.of(examples, all, labels, ones(500), 3).statistics();

    LinearDiscriminant map = LinearDiscriminant.fit(statistics, all, columns, 0.5);

    double trace = IntStream.of(all).mapToDouble(i -> statistics.covariance(i, i)).sum();
    for (int label = 0; label < 3; label++) {
      for (int i = 0; i < columns; i++) {
        double product = 0.5 * trace / columns * map.weights()[label][i];
        for (int j = 0; j < columns; j++) {
          product +=
              0.5 * statistics.covariance(Math.max(i, j), Math.min(i, j)) * map.weights()[label][j];
        }
        assertThat(product).isCloseTo(statistics.means()[label][i], within(1e-4));
      }
    }
  }

  private static LinearDiscriminant fit(
      float[][] examples, int[] labels, double[] masses, int labelCount, double shrinkage) {
    int[] columns = IntStream.range(0, examples[0].length).toArray();
    return LinearDiscriminant.fit(
        LabelMoments.of(examples, columns, labels, masses, labelCount).statistics(),
        columns,
        columns.length,
        shrinkage);
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }
}
