package dev.speechemotion.training.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.model.TrainingStatistics;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabelMomentsTest {
  private static final int COLUMNS = 70;
  private static final int[] ALL = IntStream.range(0, COLUMNS).toArray();

  @Test
  void shouldTellOfTheWholeWhatItsPartsTell() {
    Random random = new Random(5);
    float[][] examples = new float[60][COLUMNS];
    int[] labels = new int[60];
    double[] masses = new double[60];
    for (int e = 0; e < examples.length; e++) {
      labels[e] = e < 20 ? random.nextInt(2) : 1 + random.nextInt(2);
      masses[e] = 0.1 + random.nextDouble();
      for (int i = 0; i < COLUMNS; i++) {
        // Parts and labels that lie apart, as places and emotions do.
        examples[e][i] = (float) (random.nextGaussian() + (e < 20 ? 3 : 0) + labels[e]);
      }
    }

    TrainingStatistics whole = LabelMoments.of(examples, ALL, labels, masses, 3).statistics();
    TrainingStatistics together =
        LabelMoments.together(
                List.of(
                    part(examples, labels, masses, 0, 20), part(examples, labels, masses, 20, 60)))
            .statistics();

    assertThat(together.masses()).containsExactly(whole.masses(), within(1e-5f));
    for (int label = 0; label < 3; label++) {
      assertThat(together.means()[label]).containsExactly(whole.means()[label], within(1e-5f));
    }
    for (int i = 0; i < COLUMNS; i++) {
      for (int j = 0; j <= i; j++) {
        assertThat(together.covariance(i, j)).isCloseTo(whole.covariance(i, j), within(1e-5f));
      }
    }
  }

  @Test
  void shouldKnowALabelThatOnlyOnePartHas() {
    LabelMoments one =
        LabelMoments.of(new float[][] {{1, 2}}, new int[] {0, 1}, new int[1], new double[] {2}, 2);
    LabelMoments other =
        LabelMoments.of(
            new float[][] {{5, 4}}, new int[] {0, 1}, new int[] {1}, new double[] {3}, 2);

    TrainingStatistics together = LabelMoments.together(List.of(one, other)).statistics();

    assertThat(together.masses()).containsExactly(2, 3);
    assertThat(together.means()).isDeepEqualTo(new float[][] {{1, 2}, {5, 4}});
    assertThat(together.covariance(0, 0)).isZero();
    assertThat(together.covariance(1, 0)).isZero();
    assertThat(together.covariance(1, 1)).isZero();
  }

  @Test
  void shouldGiveTheSameBitsOfOnePartAsOfTheWhole() {
    float[][] examples = {{0.1f, 0.7f}, {0.3f, -0.2f}, {0.2f, 0.9f}};
    LabelMoments moments =
        LabelMoments.of(examples, new int[] {0, 1}, new int[] {0, 0, 1}, new double[] {1, 1, 1}, 2);

    assertThat(LabelMoments.together(List.of(moments)).statistics().encode())
        .isEqualTo(moments.statistics().encode());
  }

  private static LabelMoments part(
      float[][] examples, int[] labels, double[] masses, int from, int to) {
    return LabelMoments.of(
        Arrays.copyOfRange(examples, from, to),
        ALL,
        Arrays.copyOfRange(labels, from, to),
        Arrays.copyOfRange(masses, from, to),
        3);
  }
}
