package dev.speechemotion.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibratorTest {
  @ParameterizedTest
  @CsvSource({"0.5, 0", "1, 0", "2, 0", "6, 0", "0.5, 0.3", "2, 0.1"})
  void shouldFindTheTemperatureAndDoubtThatLabelsWereDrawnWith(double temperature, double doubt) {
    Random random = new Random(7);
    int rows = 20_000;
    float[] logits = new float[rows * 3];
    float[] labels = new float[rows];
    for (int row = 0; row < rows; row++) {
      double[] weights = new double[3];
      double sum = 0;
      for (int i = 0; i < 3; i++) {
        logits[row * 3 + i] = (float) (3 * temperature * random.nextGaussian());
        weights[i] = Math.exp(logits[row * 3 + i] / temperature);
        sum += weights[i];
      }
      double drawn = random.nextDouble() * sum;
      labels[row] =
          random.nextDouble() < doubt
              ? random.nextInt(3)
              : drawn < weights[0] ? 0 : drawn < weights[0] + weights[1] ? 1 : 2;
    }

    Calibrator.Calibration calibration = Calibrator.fit(answers(logits, labels));

    assertThat(calibration.temperature() / temperature).isCloseTo(1, within(0.07));
    assertThat((double) calibration.doubt()).isCloseTo(doubt, within(0.02));
  }

  @Test
  void shouldWeighEveryCorpusTheSame() {
    // 90 answers of one corpus are right, 10 of the other wrong: half of the doubt-free share.
    float[] logits = new float[200];
    float[] labels = new float[100];
    String[] corpora = new String[100];
    for (int row = 0; row < 100; row++) {
      logits[2 * row] = 8;
      labels[row] = row < 90 ? 0 : 1;
      corpora[row] = row < 90 ? "large" : "small";
    }

    // Of two labels, one right half of the time says nothing.
    Calibrator.Calibration alike = Calibrator.fit(new HeldOutAnswers(logits, labels, corpora));
    Calibrator.Calibration byCount = Calibrator.fit(answers(logits, labels));

    assertThat(probability(alike)).isCloseTo(0.5, within(0.12));
    assertThat(probability(byCount)).isCloseTo(0.9, within(0.01));
  }

  /** What a logit of 8 over 0 becomes. */
  private static double probability(Calibrator.Calibration calibration) {
    return (1 - calibration.doubt()) / (1 + Math.exp(-8 / calibration.temperature()))
        + calibration.doubt() / 2;
  }

  @Test
  void shouldGiveTheCrossEntropyOfItsDefinition() {
    float[] logits = {2, 0, 1, 3};
    float[] labels = {0, 0};

    double first = Math.exp(1) / (Math.exp(1) + 1);
    double second = Math.exp(0.5) / (Math.exp(0.5) + Math.exp(1.5));
    assertThat(Calibrator.crossEntropy(logits, labels, new double[] {0.5, 0.5}, 2, 0))
        .isCloseTo(-(Math.log(first) + Math.log(second)) / 2, within(1e-9));
    assertThat(Calibrator.crossEntropy(logits, labels, new double[] {0.75, 0.25}, 2, 0.1))
        .isCloseTo(
            -0.75 * Math.log(0.9 * first + 0.05) - 0.25 * Math.log(0.9 * second + 0.05),
            within(1e-9));
  }

  @Test
  void shouldStayWithinBoundsWhereEverythingIsRightAndChangeNothingWithoutAnswers() {
    Calibrator.Calibration right =
        Calibrator.fit(answers(new float[] {5, 0, 0, 5}, new float[] {0, 1}));

    assertThat(right.temperature()).isCloseTo(0.25f, within(1e-3f));
    assertThat(right.doubt()).isZero();
    assertThat(Calibrator.fit(answers(new float[0], new float[0])))
        .isEqualTo(Calibrator.Calibration.NONE);
  }

  private static HeldOutAnswers answers(float[] logits, float[] labels) {
    String[] corpora = new String[labels.length];
    Arrays.fill(corpora, "one");
    return new HeldOutAnswers(logits, labels, corpora);
  }
}
