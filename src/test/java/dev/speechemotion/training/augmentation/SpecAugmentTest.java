package dev.speechemotion.training.augmentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpecAugmentTest {
  private static final int BANDS = 10;

  @Test
  void shouldMoveWhatLiesInABandToTheBandThatTheFactorTells() {
    float[] window = new float[2 * BANDS];
    for (int i = 0; i < BANDS; i++) {
      window[i] = i;
      window[BANDS + i] = 100 - i;
    }
    float[] warped = new float[3 + window.length];

    SpecAugment.warp(window, BANDS, 1.25, warped, 3);

    assertThat(Arrays.copyOfRange(warped, 3, 3 + BANDS))
        .containsExactly(0, 1.25f, 2.5f, 3.75f, 5, 6.25f, 7.5f, 8.75f, 9, 9);
    assertThat(warped[3 + BANDS + 2]).isEqualTo(97.5f);
    SpecAugment.warp(window, BANDS, 1, warped, 3);
    assertThat(Arrays.copyOfRange(warped, 3, 3 + window.length)).isEqualTo(window);
    assertThat(Arrays.copyOf(warped, 3)).containsOnly(0);
  }

  @Test
  void shouldLeaveFramesOutThatTheWindowDoesNotHave() {
    float[] window = new float[2 * BANDS];
    Arrays.fill(window, BANDS, 2 * BANDS, Float.NaN);
    float[] warped = new float[window.length];

    SpecAugment.warp(window, BANDS, 0.9, warped, 0);

    assertThat(Arrays.copyOf(warped, BANDS)).containsOnly(0);
    assertThat(Arrays.copyOfRange(warped, BANDS, 2 * BANDS)).containsOnly(Float.NaN);
  }

  @Test
  void shouldDrawFactorsEvenlyFromTheRange() {
    Random random = new Random(1);
    double[] factors = new double[10_000];
    Arrays.setAll(factors, i -> SpecAugment.factor(0.1f, random));

    assertThat(Arrays.stream(factors).min().orElseThrow()).isBetween(0.9, 0.901);
    assertThat(Arrays.stream(factors).max().orElseThrow()).isBetween(1.099, 1.1001);
    assertThat(Arrays.stream(factors).average().orElseThrow()).isBetween(0.998, 1.002);
    assertThat(Arrays.stream(factors).filter(factor -> factor < 0.95).count())
        .isBetween(2_300L, 2_700L);
  }

  /** At most twice a fifth of the bands and 15 % of the frames are 0 afterwards, in blocks. */
  @Test
  void shouldMaskWholeBandsAndWholeFramesOfTheWindowOnly() {
    Random random = new Random(1);
    int frames = 40;
    int offset = 7;
    double share = 0;
    int rounds = 500;
    for (int round = 0; round < rounds; round++) {
      float[] values = new float[offset + (frames + 5) * BANDS];
      Arrays.fill(values, 1);

      SpecAugment.mask(values, offset, frames, BANDS, random);

      boolean[] bandMasked = new boolean[BANDS];
      boolean[] frameMasked = new boolean[frames];
      Arrays.fill(bandMasked, true);
      Arrays.fill(frameMasked, true);
      for (int i = 0; i < frames * BANDS; i++) {
        if (values[offset + i] != 0) {
          bandMasked[i % BANDS] = false;
          frameMasked[i / BANDS] = false;
        }
      }
      int masked = 0;
      for (int i = 0; i < frames * BANDS; i++) {
        boolean zero = values[offset + i] == 0;
        assertThat(zero).isEqualTo(bandMasked[i % BANDS] || frameMasked[i / BANDS]);
        masked += zero ? 1 : 0;
      }
      share += masked / (double) (frames * BANDS) / rounds;
      for (int i = 0; i < values.length; i++) {
        if (i < offset || i >= offset + frames * BANDS) {
          assertThat(values[i]).isEqualTo(1);
        }
      }
    }
    // Two masks of 0 to 20 % of the bands and two of 0 to 15 % of the frames, overlaps counted
    // once.
    assertThat(share).isBetween(0.2, 0.4);
  }
}
