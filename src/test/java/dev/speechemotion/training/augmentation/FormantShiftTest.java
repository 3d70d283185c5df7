package dev.speechemotion.training.augmentation;

import static dev.speechemotion.training.augmentation.Sounds.RATE_HZ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormantShiftTest {

  @ParameterizedTest
  @ValueSource(doubles = {0.85, 0.93, 1.08, 1.15})
  void shouldMoveTheFormantByTheFactorAndLeaveThePitch(double factor) {
    float[] voice = Sounds.vowel(110, 1_500, 1);

    float[] changed = new FormantShift(RATE_HZ).apply(voice, factor);

    assertThat(changed).hasSameSizeAs(voice);
    assertThat(Sounds.peakHz(changed, RATE_HZ, 90, 130, 0.5)).isCloseTo(110, within(0.5));
    double before = Sounds.formantHz(voice, 110);
    assertThat(Sounds.formantHz(changed, 110) / before).isCloseTo(factor, within(0.02));
  }

  @Test
  void shouldLeaveSpeechAloneAtAFactorOfOne() {
    float[] noise = Sounds.whiteNoise(0.1, 1, 1);

    float[] changed = new FormantShift(RATE_HZ).apply(noise, 1);

    for (int i = 0; i < noise.length; i++) {
      assertThat(changed[i]).isCloseTo(noise[i], within(1e-5f));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255, 256, 257})
  void shouldKeepSilenceSilent(int length) {
    assertThat(new FormantShift(RATE_HZ).apply(new float[length], 1.1))
        .isEqualTo(new float[length]);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.4, 2.1, Double.NaN})
  void shouldRefuseOtherFactors(double factor) {
    FormantShift shift = new FormantShift(RATE_HZ);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> shift.apply(new float[10], factor))
        .withMessageContaining("factor");
  }
}
