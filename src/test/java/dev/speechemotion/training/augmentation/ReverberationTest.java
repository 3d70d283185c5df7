package dev.speechemotion.training.augmentation;

import static dev.speechemotion.training.augmentation.Sounds.RATE_HZ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReverberationTest {

  @ParameterizedTest
  @ValueSource(doubles = {0.15, 0.4, 0.8})
  void shouldDieAwayBy60DecibelsInTheTimeThatIsAskedFor(double decaySeconds) {
    float[] response = Reverberation.response(RATE_HZ, decaySeconds, 3, new SplittableRandom(1));

    // Energy that is still to come, from 5 dB to 25 dB below all of it (M. R. Schroeder 1965).
    double[] toCome = new double[response.length];
    double sum = 0;
    for (int i = response.length - 1; i > 0; i--) {
      sum += (double) response[i] * response[i];
      toCome[i] = sum;
    }
    int from = 1;
    while (Sounds.decibels(toCome[from] / sum) > -5) {
      from++;
    }
    int to = from;
    while (Sounds.decibels(toCome[to] / sum) > -25) {
      to++;
    }
    assertThat(3.0 * (to - from) / RATE_HZ).isCloseTo(decaySeconds, within(0.1 * decaySeconds));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-3, 0, 12})
  void shouldHaveTheDirectSoundAsLoudAsAskedFor(double directDb) {
    float[] response = Reverberation.response(RATE_HZ, 0.3, directDb, new SplittableRandom(1));

    double all = Noise.power(response) * response.length;
    assertThat(response[0]).isEqualTo(1);
    assertThat(Sounds.decibels(1 / (all - 1))).isCloseTo(directDb, within(0.01));
  }

  @Test
  void shouldConvolveAsTheDefinitionDoes() {
    float[] samples = Sounds.whiteNoise(0.1, 0.4, 1);
    float[] response = Reverberation.response(RATE_HZ, 0.25, 0, new SplittableRandom(2));

    float[] heard = Reverberation.convolve(samples, response);

    assertThat(heard).hasSameSizeAs(samples);
    for (int n = 0; n < samples.length; n += 37) {
      double expected = 0;
      for (int k = 0; k < response.length && k <= n; k++) {
        expected += (double) response[k] * samples[n - k];
      }
      assertThat(heard[n]).as("sample %d", n).isCloseTo((float) expected, within(1e-5f));
    }
  }

  @Test
  void shouldTakeAsLittleAsThereIs() {
    assertThat(Reverberation.convolve(new float[0], new float[] {1})).isEmpty();
    assertThat(Reverberation.convolve(new float[] {0.5f}, new float[] {1, 0.5f}))
        .containsExactly(new float[] {0.5f}, within(1e-6f));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 6, Double.NaN})
  void shouldRefuseOtherTimes(double decaySeconds) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Reverberation.response(RATE_HZ, decaySeconds, 0, new SplittableRandom(1)))
        .withMessageContaining("decaySeconds");
  }
}
