package dev.speechemotion.features.dsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.features.fixture.Signals;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stages by themselves, against closed forms and against the plain form of what they do. */
class SpectrumStagesTest {

  @ParameterizedTest
  @CsvSource({"64", "512", "1024", "2048", "4096"})
  void shouldTransformAsTheDefinitionDoes(int fftLength) {
    float[] samples = Signals.noise(fftLength, 1, fftLength);
    double[] expected = windowedTransform(samples);

    double[] power = new PowerSpectrum(fftLength).compute(samples, 0);

    assertThat(power).containsExactly(expected, within(1e-8));
  }

  @ParameterizedTest
  @CsvSource({"64", "512", "1024", "2048", "4096"})
  void shouldSeeAConstantAsTheHannWindowsOwnSpectrum(int fftLength) {
    double[] constant = new PowerSpectrum(fftLength).compute(Signals.constant(fftLength, 1), 0);
    assertThat(constant[0]).isCloseTo(Math.pow(fftLength / 2.0, 2), within(1e-6));
    assertThat(constant[1]).isCloseTo(Math.pow(fftLength / 4.0, 2), within(1e-6));
    assertThat(Arrays.stream(constant).skip(2).max().orElseThrow()).isLessThan(1e-18);
  }

  /** {@code |sum w x e^(-2 pi i k n / N)|^2}. */
  private static double[] windowedTransform(float[] samples) {
    int length = samples.length;
    double[] power = new double[length / 2 + 1];
    double[] cosines = new double[length];
    for (int i = 0; i < length; i++) {
      cosines[i] = Math.cos(2 * Math.PI * i / length);
    }
    for (int k = 0; k < power.length; k++) {
      double re = 0;
      double im = 0;
      for (int n = 0; n < length; n++) {
        double value = samples[n] * (0.5 - 0.5 * cosines[n]);
        int angle = (int) ((long) k * n % length);
        re += value * cosines[angle];
        im -= value * cosines[(angle + 3 * length / 4) % length];
      }
      power[k] = re * re + im * im;
    }
    return power;
  }

  @Test
  void shouldFollowSlaneysMelScale() {
    assertThat(MelFilterBank.hzToMel(0)).isZero();
    assertThat(MelFilterBank.hzToMel(200)).isCloseTo(3, within(1e-12));
    assertThat(MelFilterBank.hzToMel(1000)).isCloseTo(15, within(1e-12));
    assertThat(MelFilterBank.hzToMel(6400)).isCloseTo(42, within(1e-12));
    for (double hz = 0; hz < 48_000; hz += 77) {
      assertThat(MelFilterBank.melToHz(MelFilterBank.hzToMel(hz))).isCloseTo(hz, within(1e-8));
    }
  }

  @Test
  void shouldGiveEveryMelFilterAnAreaOfOne() {
    // Fine bins, so that the sum over bins is close to the area.
    int sampleRateHz = 8_000;
    int fftLength = 4096;
    double[] bands = new double[20];
    double[] flat = new double[fftLength / 2 + 1];
    Arrays.fill(flat, (double) sampleRateHz / fftLength);

    new MelFilterBank(sampleRateHz, fftLength, bands.length).apply(flat, bands);

    for (double band : bands) {
      assertThat(band).isCloseTo(1, within(0.002));
    }
  }

  /** 20,000 values over the whole range of powers, and the edges of the table's intervals. */
  @Test
  void shouldAgreeWithTheLogarithm() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      double value = Math.pow(10, -10 + 20 * random.nextDouble());
      if (i % 4 == 0) {
        value = Math.scalb(1 + (i % 128) / 128.0, i % 40 - 20);
      } else if (i % 4 == 1) {
        value = Math.nextDown(Math.scalb(1 + (i % 128) / 128.0, i % 40 - 20));
      }
      assertThat(Decibels.of(value))
          .as("level of %s", value)
          .isCloseTo(10 * Math.log10(Math.max(value, 1e-10)), within(1e-9));
    }
    for (double value : new double[] {0, Double.MIN_VALUE, 1e-300, 1e-11, 1e-10}) {
      assertThat(Decibels.of(value)).isCloseTo(-100, within(1e-9));
    }
    assertThat(Decibels.of(Double.MAX_VALUE)).isCloseTo(3082.547, within(1e-3));
  }
}
