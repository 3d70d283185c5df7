package dev.speechemotion.training.augmentation;

import static dev.speechemotion.training.augmentation.Sounds.RATE_HZ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoiseTest {

  @ParameterizedTest
  @ValueSource(doubles = {30, 10, 0, -5})
  void shouldAddNoiseOfTheLevelThatIsAskedFor(double snrDb) {
    float[] tone = Sounds.tone(440, 0.2, 1);
    float[] noise = Noise.white(tone.length, new SplittableRandom(1));

    float[] heard = Noise.add(tone, noise, snrDb);

    float[] added = new float[tone.length];
    for (int i = 0; i < tone.length; i++) {
      added[i] = heard[i] - tone[i];
    }
    assertThat(Sounds.decibels(Noise.power(tone) / Noise.power(added)))
        .isCloseTo(snrDb, within(0.01));
  }

  @Test
  void shouldMakeWhiteNoiseWhiteAndPinkNoisePink() {
    float[] white = Noise.white(30 * RATE_HZ, new SplittableRandom(1));
    float[] pink = Noise.pink(30 * RATE_HZ, new SplittableRandom(1));

    assertThat(octaveDb(white, 250) - octaveDb(white, 2_000)).isCloseTo(-9, within(1.0));
    assertThat(octaveDb(pink, 250) - octaveDb(pink, 2_000)).isCloseTo(0, within(1.0));
  }

  /** Level of the octave from {@code fromHz} on, through two filters. */
  private static double octaveDb(float[] noise, double fromHz) {
    float[] filtered = noise.clone();
    for (double q : new double[] {0.54119610, 1.30656296}) {
      Biquad.highPass(RATE_HZ, fromHz, q).apply(filtered);
      Biquad.lowPass(RATE_HZ, 2 * fromHz, q).apply(filtered);
    }
    return Sounds.decibels(Noise.power(filtered));
  }

  @Test
  void shouldMakeTheVoicesOfBabbleEquallyLoud() {
    float[] loud = Sounds.tone(1_000, 0.5, 0.37);
    float[] quiet = Sounds.tone(2_000, 0.005, 0.6);

    float[] babble =
        Noise.babble(List.of(loud, quiet, new float[10]), 2 * RATE_HZ, new SplittableRandom(1));

    assertThat(babble).hasSize(2 * RATE_HZ);
    assertThat(Sounds.power(babble, RATE_HZ, 1_000)).isCloseTo(1, within(0.05));
    assertThat(Sounds.power(babble, RATE_HZ, 2_000)).isCloseTo(1, within(0.05));
  }

  @Test
  void shouldLeaveSilenceSilent() {
    float[] noise = Noise.white(100, new SplittableRandom(1));

    assertThat(Noise.add(new float[100], noise, 10)).isEqualTo(new float[100]);
    assertThat(Noise.add(noise, new float[100], 10)).isEqualTo(noise);
  }
}
