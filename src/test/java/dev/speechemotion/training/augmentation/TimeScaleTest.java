package dev.speechemotion.training.augmentation;

import static dev.speechemotion.training.augmentation.Sounds.RATE_HZ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeScaleTest {

  @ParameterizedTest
  @ValueSource(doubles = {0.8, 0.93, 1.1, 1.25})
  void shouldChangeTheDurationAndLeaveThePitch(double tempo) {
    float[] voice = Sounds.vowel(125, 800, 2);

    float[] changed = TimeScale.stretch(voice, RATE_HZ, tempo);

    assertThat(changed).hasSize((int) Math.round(voice.length / tempo));
    assertThat(Sounds.peakHz(changed, RATE_HZ, 100, 150, 0.5)).isCloseTo(125, within(0.75));
    assertThat(Sounds.formantHz(changed, 125) / Sounds.formantHz(voice, 125))
        .isCloseTo(1, within(0.01));
    assertThat(Sounds.decibels(Noise.power(changed) / Noise.power(voice)))
        .isCloseTo(0, within(0.5));
  }

  @ParameterizedTest
  @ValueSource(doubles = {90, 440, 1_730, 3_100})
  void shouldNotBreakATone(double hz) {
    float[] changed = TimeScale.stretch(Sounds.tone(hz, 0.5, 1), RATE_HZ, 1.2);

    // Nearly all of the power of 0.5^2 / 2 is still at the tone's own frequency.
    float[] middle = java.util.Arrays.copyOfRange(changed, 1_000, changed.length - 1_000);
    assertThat(Sounds.power(middle, RATE_HZ, hz)).isCloseTo(0.125, within(0.0065));
  }

  @Test
  void shouldLeaveSpeechAloneAtATempoOfOne() {
    float[] noise = Sounds.whiteNoise(0.1, 1, 1);

    float[] changed = TimeScale.stretch(noise, RATE_HZ, 1);

    for (int i = 0; i < noise.length; i++) {
      assertThat(changed[i]).isCloseTo(noise[i], within(1e-5f));
    }
  }

  @Test
  void shouldKeepTheOrderOfEvents() {
    // given a pulse of 100 ms in the middle of 2 s
    float[] samples = new float[2 * RATE_HZ];
    System.arraycopy(Sounds.tone(500, 0.5, 0.1), 0, samples, RATE_HZ, RATE_HZ / 10);

    float[] changed = TimeScale.stretch(samples, RATE_HZ, 0.8);

    double sum = 0;
    double weights = 0;
    for (int i = 0; i < changed.length; i++) {
      sum += (double) i * changed[i] * changed[i];
      weights += changed[i] * changed[i];
    }
    assertThat(sum / weights / RATE_HZ).isCloseTo(1.05 / 0.8, within(0.02));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.8, 0.875, 1.125, 1.25})
  void shouldPlayFaster(double factor) {
    float[] voice = Sounds.vowel(125, 800, 2);

    float[] changed = TimeScale.play(voice, factor);

    assertThat(changed.length).isCloseTo((int) (voice.length / factor), within(1));
    assertThat(Sounds.peakHz(changed, RATE_HZ, 90, 170, 0.5)).isCloseTo(125 * factor, within(0.75));
    assertThat(Sounds.formantHz(changed, 125 * factor) / Sounds.formantHz(voice, 125))
        .isCloseTo(factor, within(0.01));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 100, 399, 400, 401})
  void shouldTakeAsLittleAsThereIs(int length) {
    assertThat(TimeScale.stretch(new float[length], RATE_HZ, 0.8))
        .isEqualTo(new float[(int) Math.round(length / 0.8)]);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.4, 2.1, -1, Double.NaN})
  void shouldRefuseOtherFactors(double factor) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TimeScale.stretch(new float[10], RATE_HZ, factor))
        .withMessageContaining("tempo");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TimeScale.play(new float[10], factor))
        .withMessageContaining("factor");
  }
}
