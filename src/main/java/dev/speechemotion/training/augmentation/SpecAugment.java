package dev.speechemotion.training.augmentation;

import java.util.Arrays;
import java.util.Random;

/**
 * Variations of log-mel frames in training: another vocal tract length (the band axis stretched or
 * compressed; N. Jaitly and G. Hinton, "Vocal Tract Length Perturbation", 2013), and masks over
 * bands and over time (D. Park et al., "SpecAugment", 2019). Values are normalized, so that 0 is
 * the mean, with which masks are filled.
 */
public final class SpecAugment {
  private static final int MASKS = 2;

  /** A mask's width is evenly drawn from none to this share of the bands, of the frames. */
  private static final double BAND_SHARE = 0.2;

  private static final double FRAME_SHARE = 0.15;

  private SpecAugment() {}

  /**
   * Stretches the band axis: each frame's band {@code b} becomes what was at {@code b * factor},
   * linearly interpolated, the highest band where that lies beyond.
   *
   * @param window {@code [frames][bands]}, the raw values
   * @param factor 1 changes nothing
   * @param out receives as many, from {@code offset}
   */
  public static void warp(float[] window, int bands, double factor, float[] out, int offset) {
    for (int band = 0; band < bands; band++) {
      double position = Math.min(bands - 1, band * factor);
      int low = Math.min(bands - 2, (int) position);
      float share = (float) (position - low);
      for (int at = 0; at < window.length; at += bands) {
        float value = window[at + low];
        out[offset + at + band] = value + share * (window[at + low + 1] - value);
      }
    }
  }

  /** A factor from {@code 1 - warp} to {@code 1 + warp}. */
  public static double factor(float warp, Random random) {
    return 1 + warp * (2 * random.nextDouble() - 1);
  }

  /**
   * Puts the mean in place of some bands and some frames.
   *
   * @param values {@code [frames][bands]} from {@code offset}
   * @param frames how many the window has
   */
  public static void mask(float[] values, int offset, int frames, int bands, Random random) {
    for (int i = 0; i < MASKS; i++) {
      int width = random.nextInt((int) (BAND_SHARE * bands) + 1);
      int first = random.nextInt(bands - width + 1);
      for (int frame = 0; frame < frames; frame++) {
        int at = offset + frame * bands + first;
        Arrays.fill(values, at, at + width, 0);
      }
      int length = random.nextInt((int) (FRAME_SHARE * frames) + 1);
      int begin = offset + random.nextInt(frames - length + 1) * bands;
      Arrays.fill(values, begin, begin + length * bands, 0);
    }
  }
}
