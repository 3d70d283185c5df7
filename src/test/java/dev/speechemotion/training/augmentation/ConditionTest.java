package dev.speechemotion.training.augmentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
  private static final int RATE_HZ = 16_000;
  private static final float[] TONE = tone(440, 2);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "clean",
        "telephone",
        "pauses",
        "noise:10",
        "noise:-5",
        "noise:2.5",
        "pauses+telephone",
        "noise:10+pauses"
      })
  void shouldReadWhatItWrites(String name) {
    assertThat(Condition.parse(name).id()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "noise",
        "noise:",
        "noise:loud",
        "noise:1000",
        "phone",
        "pauses+",
        "clean+pauses"
      })
  void shouldRefuseOtherNames(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Condition.parse(name))
        .withMessageContaining("clean, telephone, pauses or noise:SNR");
  }

  @ParameterizedTest
  @ValueSource(doubles = {20, 10, 0, -5})
  void shouldAddNoiseOfTheLevelThatIsAskedFor(double snrDb) {
    float[] heard = Condition.parse("noise:" + snrDb).apply(TONE, RATE_HZ, 1);

    double signal = 0;
    double noise = 0;
    for (int i = 0; i < TONE.length; i++) {
      signal += TONE[i] * TONE[i];
      noise += Math.pow(heard[i] - TONE[i], 2);
    }
    assertThat(10 * Math.log10(signal / noise)).isCloseTo(snrDb, within(0.01));
  }

  @Test
  void shouldPutPausesAroundWhatIsSaid() {
    float[] heard = Condition.PAUSES.apply(TONE, RATE_HZ, 1);

    int pause = (heard.length - TONE.length) / 2;
    assertThat(pause).isEqualTo(RATE_HZ * 5 / 2);
    double quiet = 0;
    for (int i = 0; i < pause; i++) {
      quiet += heard[i] * heard[i] / pause;
    }
    double loud = 0;
    for (float sample : TONE) {
      loud += sample * sample / TONE.length;
    }
    assertThat(10 * Math.log10(loud / quiet)).isBetween(28.0, 68.0);
    for (int i = 0; i < TONE.length; i++) {
      assertThat(heard[pause + i]).isCloseTo(TONE[i], within(0.2f));
    }
    assertThat(Condition.PAUSES.apply(TONE, RATE_HZ, 1)).isEqualTo(heard);
    assertThat(Condition.PAUSES.apply(TONE, RATE_HZ, 2)).isNotEqualTo(heard);
  }

  @Test
  void shouldDoOneAfterTheOther() {
    Condition both = Condition.parse("pauses+telephone");

    assertThat(both.sampleRateHz(RATE_HZ)).isEqualTo(8_000);
    assertThat(both.apply(TONE, RATE_HZ, 1))
        .isEqualTo(Condition.TELEPHONE.apply(Condition.PAUSES.apply(TONE, RATE_HZ, 1), RATE_HZ, 2));
  }

  @Test
  void shouldMakeTheNoisePink() {
    // Over 60 s of noise, the power between two frequencies an octave apart is the same.
    float[] loud = tone(7_000, 60);
    float[] heard = Condition.parse("noise:-40").apply(loud, RATE_HZ, 1);

    double low = power(heard, 200, 400);
    double middle = power(heard, 800, 1_600);
    double high = power(heard, 2_000, 4_000);
    assertThat(10 * Math.log10(low / middle)).isCloseTo(0, within(1.0));
    assertThat(10 * Math.log10(middle / high)).isCloseTo(0, within(1.0));
  }

  /** Mean of the power at 40 frequencies that are evenly spread, times the width of the band. */
  private static double power(float[] samples, double fromHz, double toHz) {
    double sum = 0;
    for (int f = 0; f < 40; f++) {
      double hz = fromHz + (toHz - fromHz) * (f + 0.5) / 40;
      // Short stretches make each estimate broad, and their mean steady.
      int stretch = 1_024;
      for (int begin = 0; begin + stretch <= samples.length; begin += stretch) {
        double re = 0;
        double im = 0;
        for (int i = 0; i < stretch; i++) {
          double phase = 2 * Math.PI * hz * i / RATE_HZ;
          double hann = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / stretch);
          re += hann * samples[begin + i] * Math.cos(phase);
          im += hann * samples[begin + i] * Math.sin(phase);
        }
        sum += re * re + im * im;
      }
    }
    return sum * (toHz - fromHz);
  }

  @Test
  void shouldGiveTheSameNoiseForTheSameSeedOnly() {
    Condition noise = Condition.parse("noise:10");

    assertThat(noise.apply(TONE, RATE_HZ, 1))
        .isEqualTo(noise.apply(TONE, RATE_HZ, 1))
        .isNotEqualTo(noise.apply(TONE, RATE_HZ, 2));
  }

  @Test
  void shouldLeaveSilenceAndCleanAudioAlone() {
    assertThat(Condition.parse("noise:10").apply(new float[100], RATE_HZ, 1))
        .isEqualTo(new float[100]);
    assertThat(Condition.CLEAN.apply(TONE, RATE_HZ, 1)).isSameAs(TONE);
    assertThat(Condition.CLEAN.sampleRateHz(RATE_HZ)).isEqualTo(RATE_HZ);
  }

  @Test
  void shouldSendTelephoneAudioAtItsRate() {
    assertThat(Condition.TELEPHONE.sampleRateHz(RATE_HZ)).isEqualTo(8_000);
    assertThat(Condition.TELEPHONE.apply(TONE, RATE_HZ, 1)).hasSize(TONE.length / 2);
  }

  private static float[] tone(double hz, double seconds) {
    float[] samples = new float[(int) (seconds * RATE_HZ)];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = 0.3f * (float) Math.sin(2 * Math.PI * hz * i / RATE_HZ);
    }
    return samples;
  }
}
