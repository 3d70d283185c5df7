package dev.speechemotion.training.augmentation;

import static dev.speechemotion.training.augmentation.Sounds.RATE_HZ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class BiquadTest {
  private static final double Q = Math.sqrt(0.5);

  @Test
  void shouldPassWhatIsBelowALowPass() {
    Biquad filter = Biquad.lowPass(RATE_HZ, 1_000, Q);

    assertThat(gainDb(filter, 100)).isCloseTo(0, within(0.05));
    assertThat(gainDb(filter, 1_000)).isCloseTo(-3.01, within(0.05));
    // 12 dB an octave, and more near half of the rate, where it has a zero.
    assertThat(gainDb(filter, 4_000)).isBetween(-30.0, -24.0);
  }

  @Test
  void shouldPassWhatIsAboveAHighPass() {
    Biquad filter = Biquad.highPass(RATE_HZ, 1_000, Q);

    assertThat(gainDb(filter, 7_000)).isCloseTo(0, within(0.05));
    assertThat(gainDb(filter, 1_000)).isCloseTo(-3.01, within(0.05));
    assertThat(gainDb(filter, 250)).isCloseTo(-24.3, within(0.5));
  }

  @Test
  void shouldRaiseAPeakOnly() {
    Biquad filter = Biquad.peak(RATE_HZ, 1_000, 1, 6);

    assertThat(gainDb(filter, 1_000)).isCloseTo(6, within(0.05));
    assertThat(gainDb(filter, 50)).isCloseTo(0, within(0.1));
    assertThat(gainDb(filter, 7_500)).isCloseTo(0, within(0.1));
  }

  @Test
  void shouldLowerWhatIsAboveAShelf() {
    Biquad filter = Biquad.highShelf(RATE_HZ, 1_000, 0.5, -6);

    assertThat(gainDb(filter, 20)).isCloseTo(0, within(0.1));
    assertThat(gainDb(filter, 1_000)).isCloseTo(-3, within(0.05));
    assertThat(gainDb(filter, 7_900)).isCloseTo(-6, within(0.1));
  }

  @Test
  void shouldRefuseFrequenciesThatTheRateDoesNotHold() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Biquad.lowPass(8_000, 4_000, Q))
        .withMessageContaining("half of rateHz");
  }

  private static double gainDb(Biquad filter, double hz) {
    float[] tone = Sounds.tone(hz, 0.1, 1);
    double before = Sounds.power(tone, RATE_HZ, hz);
    filter.apply(tone);
    return Sounds.decibels(Sounds.power(tone, RATE_HZ, hz) / before);
  }
}
