package dev.speechemotion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemperatureTest {
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 2, 6})
  void shouldFindTheTemperatureThatLabelsWereDrawnWith(double temperature) {
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
      labels[row] = drawn < weights[0] ? 0 : drawn < weights[0] + weights[1] ? 1 : 2;
    }

    assertThat(Temperature.fit(logits, labels) / temperature).isCloseTo(1, within(0.05));
  }

  @Test
  void shouldGiveTheCrossEntropyOfItsDefinition() {
    float[] logits = {2, 0, 1, 3};
    float[] labels = {0, 0};

    double expected =
        -(Math.log(Math.exp(1) / (Math.exp(1) + 1))
                + Math.log(Math.exp(0.5) / (Math.exp(0.5) + Math.exp(1.5))))
            / 2;
    assertThat(Temperature.crossEntropy(logits, labels, 2)).isCloseTo(expected, within(1e-9));
  }

  @Test
  void shouldStayWithinBoundsWhereEverythingIsRightAndOneWhereThereIsNothing() {
    assertThat(Temperature.fit(new float[] {5, 0, 0, 5}, new float[] {0, 1}))
        .isCloseTo(0.25f, within(1e-3f));
    assertThat(Temperature.fit(new float[] {5, 0, 0, 5}, new float[] {1, 0}))
        .isCloseTo(16f, within(1e-2f));
    assertThat(Temperature.fit(new float[0], new float[0])).isEqualTo(1);
  }
}
