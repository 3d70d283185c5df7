package dev.speechemotion.training.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.TrainingStatistics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SelfTrainingTest {
  /** So far apart that the head is certain of each window. */
  private static final float FAR = 40;

  @Test
  void shouldGiveTheStatisticsOfTheTrainingAndTheCertainlyAnsweredWindowsTogether() {
    // given two labels at -40 and 40 along the first column, and a place where they are elsewhere
    TrainingStatistics training =
        new TrainingStatistics(
            new float[][] {{-FAR, 0}, {FAR, 0}}, new float[] {3, 1}, new float[] {2, 0.5f, 1});
    List<float[]> place =
        List.of(
            new float[] {-30, 1}, new float[] {-34, 3}, new float[] {50, -4}, new float[] {54, -2});

    TrainingStatistics both = new SelfTraining(training, place, unchanged(2)).statistics();

    // then a label's mean is that of its examples there and here, by their shares
    double[] known = {0.8 * 0.75, 0.8 * 0.25};
    double[] here = {0.2 * 0.5, 0.2 * 0.5};
    double[][] means = new double[2][2];
    for (int label = 0; label < 2; label++) {
      double x = label == 0 ? -32 : 52;
      double y = label == 0 ? 2 : -3;
      means[label][0] =
          (known[label] * training.means()[label][0] + here[label] * x)
              / (known[label] + here[label]);
      means[label][1] = here[label] * y / (known[label] + here[label]);
      assertThat(both.means()[label][0]).isCloseTo((float) means[label][0], within(1e-3f));
      assertThat(both.means()[label][1]).isCloseTo((float) means[label][1], within(1e-3f));
      assertThat(both.masses()[label])
          .isCloseTo((float) (4 * (known[label] + here[label])), within(1e-5f));
    }
    // and the covariance that of all of them within labels.
    double[][] sum = new double[2][2];
    for (int label = 0; label < 2; label++) {
      add(sum, known[label], training.means()[label][0] - means[label][0], -means[label][1]);
    }
    for (float[] window : place) {
      double[] mean = means[window[0] < 0 ? 0 : 1];
      add(sum, 0.2 / 4, window[0] - mean[0], window[1] - mean[1]);
    }
    assertThat(both.covariance(0, 0)).isCloseTo((float) (sum[0][0] + 0.8 * 2), within(1e-2f));
    assertThat(both.covariance(1, 0)).isCloseTo((float) (sum[1][0] + 0.8 * 0.5), within(1e-2f));
    assertThat(both.covariance(1, 1)).isCloseTo((float) (sum[1][1] + 0.8), within(1e-2f));
  }

  @Test
  void shouldLearnNothingOfOtherLabelsThanItIsTold() {
    TrainingStatistics training =
        new TrainingStatistics(
            new float[][] {{-FAR, 0}, {FAR, 0}}, new float[] {1, 1}, new float[] {2, 0, 1});
    List<float[]> place =
        List.of(
            new float[] {-30, 1}, new float[] {-34, 3}, new float[] {50, -4}, new float[] {54, -2});
    int[] columns = {0, 1};
    LinearDiscriminant head =
        LinearDiscriminant.fit(training, columns, 2, LinearDiscriminant.SHRINKAGE);

    TrainingStatistics both =
        new SelfTraining(training, place, unchanged(2)).by(head, new boolean[] {true, false});

    assertThat(both.means()[0][0]).isCloseTo((0.4f * -FAR + 0.1f * -32) / 0.5f, within(1e-3f));
    assertThat(both.means()[1]).containsExactly(FAR, 0);
    assertThat(both.masses()).containsExactly(new float[] {1, 0.8f}, within(1e-6f));
    // The other label's windows vary around their own mean: 52 and -3.
    double between = 0.4 * square(-FAR + 38.4) + 0.1 * square(-32 + 38.4);
    assertThat(both.covariance(0, 0))
        .isCloseTo((float) (0.8 * 2 + between + 4 * 0.05 * square(2)), within(1e-2f));
  }

  private static double square(double value) {
    return value * value;
  }

  private static void add(double[][] sum, double mass, double x, double y) {
    sum[0][0] += mass * x * x;
    sum[1][0] += mass * x * y;
    sum[1][1] += mass * y * y;
  }

  @Test
  void shouldLearnWhatElseTellsLabelsApartAtThePlace() {
    // given labels that the training tells apart by the first column, and a place where that says
    // little, and the second much
    TrainingStatistics training =
        new TrainingStatistics(
            new float[][] {{-1, 0}, {1, 0}}, new float[] {1, 1}, new float[] {0.5f, 0, 0.5f});
    Random random = new Random(1);
    List<float[]> place = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      int label = i % 2;
      place.add(
          new float[] {
            (float) (0.4 * (2 * label - 1) + 0.6 * random.nextGaussian()),
            (float) (1.5 * (2 * label - 1) + 0.5 * random.nextGaussian())
          });
      labels.add(label);
    }

    double before = accuracy(head(training), place, labels);
    double after =
        accuracy(head(new SelfTraining(training, place, unchanged(2)).statistics()), place, labels);

    assertThat(before).isLessThan(0.8);
    assertThat(after).isGreaterThan(before + 0.03);
  }

  private static LinearHead head(TrainingStatistics statistics) {
    return LinearHead.fitted(
        List.of("angry", "sad"),
        unchanged(2),
        new ModelManifest.Calibration(1, 0, 0.5f),
        statistics);
  }

  private static double accuracy(LinearHead head, List<float[]> windows, List<Integer> labels) {
    float[] probabilities = new float[2];
    int correct = 0;
    for (int i = 0; i < windows.size(); i++) {
      head.classify(windows.get(i), 1, probabilities);
      correct += (probabilities[1] > 0.5 ? 1 : 0) == labels.get(i) ? 1 : 0;
    }
    return correct / (double) windows.size();
  }

  @Test
  void shouldLeaveLabelsAndColumnsOutThatTheTrainingKnowsNothingOf() {
    // given a label without examples and a column that never changes
    TrainingStatistics training =
        new TrainingStatistics(
            new float[][] {{-1, 0.1f}, {1, 0.1f}, {0, 0}},
            new float[] {1, 1, 0},
            new float[] {1, 0, 0});
    List<float[]> place = List.of(new float[] {-1, 0.1f}, new float[] {2, 0.1f});

    TrainingStatistics both = new SelfTraining(training, place, unchanged(2)).statistics();

    assertThat(both.masses()[2]).isZero();
    assertThat(both.means()[2]).containsExactly(0, 0);
    assertThat(both.covariance(1, 1)).isZero();
    assertThat(both.covariance(1, 0)).isZero();
  }

  /** A normalization that leaves values as they are. */
  private static ModelManifest.Normalization unchanged(int columns) {
    return new ModelManifest.Normalization(
        Collections.nCopies(columns, 0f), Collections.nCopies(columns, 1f));
  }
}
