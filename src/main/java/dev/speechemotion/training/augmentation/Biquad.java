package dev.speechemotion.training.augmentation;

/**
 * A filter of second order, as R. Bristow-Johnson's "Audio EQ cookbook" designs them: {@code H(z) =
 * (b0 + b1 z^-1 + b2 z^-2) / (1 + a1 z^-1 + a2 z^-2)}.
 *
 * @param b0 with a0 divided out, as all others
 */
record Biquad(double b0, double b1, double b2, double a1, double a2) {
  /** What is smaller is taken for 0: computing with denormals is a hundred times slower. */
  private static final double LEAST = 1e-30;

  /** 3 dB down at {@code hz} where {@code q} is the root of 1/2. */
  static Biquad lowPass(int rateHz, double hz, double q) {
    double cos = Math.cos(angle(rateHz, hz));
    double alpha = alpha(rateHz, hz, q);
    return normalized((1 - cos) / 2, 1 - cos, (1 - cos) / 2, 1 + alpha, -2 * cos, 1 - alpha);
  }

  /** 3 dB down at {@code hz} where {@code q} is the root of 1/2. */
  static Biquad highPass(int rateHz, double hz, double q) {
    double cos = Math.cos(angle(rateHz, hz));
    double alpha = alpha(rateHz, hz, q);
    return normalized((1 + cos) / 2, -1 - cos, (1 + cos) / 2, 1 + alpha, -2 * cos, 1 - alpha);
  }

  /** {@code gainDb} at {@code hz}, 0 dB far from it. */
  static Biquad peak(int rateHz, double hz, double q, double gainDb) {
    double cos = Math.cos(angle(rateHz, hz));
    double alpha = alpha(rateHz, hz, q);
    double a = Math.pow(10, gainDb / 40);
    return normalized(
        1 + alpha * a, -2 * cos, 1 - alpha * a, 1 + alpha / a, -2 * cos, 1 - alpha / a);
  }

  /** 0 dB far below {@code hz}, {@code gainDb} far above it, half of that (in dB) at it. */
  static Biquad highShelf(int rateHz, double hz, double q, double gainDb) {
    double cos = Math.cos(angle(rateHz, hz));
    double a = Math.pow(10, gainDb / 40);
    double slope = 2 * Math.sqrt(a) * alpha(rateHz, hz, q);
    return normalized(
        a * (a + 1 + (a - 1) * cos + slope),
        -2 * a * (a - 1 + (a + 1) * cos),
        a * (a + 1 + (a - 1) * cos - slope),
        a + 1 - (a - 1) * cos + slope,
        2 * (a - 1 - (a + 1) * cos),
        a + 1 - (a - 1) * cos - slope);
  }

  private static double angle(int rateHz, double hz) {
    if (!(hz > 0 && hz < rateHz / 2.0)) {
      throw new IllegalArgumentException(
          "hz must be between 0 and half of rateHz, got %s of %d".formatted(hz, rateHz));
    }
    return 2 * Math.PI * hz / rateHz;
  }

  private static double alpha(int rateHz, double hz, double q) {
    return Math.sin(angle(rateHz, hz)) / (2 * q);
  }

  private static Biquad normalized(
      double b0, double b1, double b2, double a0, double a1, double a2) {
    return new Biquad(b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0);
  }

  /** Filters samples in place, from silence on (transposed direct form II). */
  void apply(float[] samples) {
    double z1 = 0;
    double z2 = 0;
    for (int i = 0; i < samples.length; i++) {
      double x = samples[i];
      double y = b0 * x + z1;
      z1 = b1 * x - a1 * y + z2;
      z2 = b2 * x - a2 * y;
      if (Math.abs(z1) < LEAST) {
        z1 = 0;
      }
      samples[i] = (float) y;
    }
  }
}
