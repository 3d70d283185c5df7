package dev.speechemotion.audio.resampling;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The taps of the stages of a {@link Resampler}: sincs under Kaiser windows. The tables are shared
 * by all resamplers of the same rates and never change.
 *
 * <p>The band-limiting filter is, in units of the lower of both Nyquist frequencies, flat within
 * 0.07 dB up to 0.9 and below -84 dB from 1.0 on. A Kaiser window alone would take 92 taps at the
 * lower rate for that, because what keeps its stop band at -80 dB makes its pass band flat within
 * 0.001 dB, far more than needed. With 80 taps its pass band ends before 0.9; two weak cosines near
 * its edge, under the same window, lift it again. All constants were found together, by linear
 * programming over the weights within a search over the others, for the flattest pass band with the
 * stop band below -84 dB and a gain of 1 for a constant. The least that any filter can do with is
 * 66 taps.
 */
final class ResamplingFilter {
  private static final double KAISER_BETA = 7.85797075;
  private static final double CUTOFF = 0.9362124;
  private static final double[] LIFTED = {0.91304257, 0.88304257};
  private static final double[] LIFT = {0.003479624, -0.000994285};

  /**
   * Fractions with more phases than this, such as 24,414 to 32,000 Hz with 16,000, are served by so
   * many and linear interpolation between two of them, which errs by less than -105 dB.
   */
  private static final int MAX_PHASES = 512;

  /** Rejection of a fractional filter, at least. */
  private static final double FRACTIONAL_DB = 93;

  /**
   * Where a fractional filter passes all and where it must reject all, in sampling rates of the
   * lower rate. What it leaves in between, the band-limiting filter takes away.
   */
  private static final double FRACTIONAL_PASS = 0.45;

  private static final double FRACTIONAL_STOP = 1.5;

  /** The same in sampling rates of its input: the image of a constant is always rejected. */
  private static final double HIGHEST_STOP = 0.99;

  private static final int CACHED_TABLES = 32;

  private static final Map<String, float[][]> CACHE =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, float[][]> eldest) {
          return size() > CACHED_TABLES;
        }
      };

  private ResamplingFilter() {}

  private static float[][] cached(String key, Supplier<float[][]> table) {
    synchronized (CACHE) {
      return CACHE.computeIfAbsent(key, unused -> table.get());
    }
  }

  /**
   * Taps of a {@link BandLimitingStage}.
   *
   * @return {@code [factor][taps at the lower rate]}: for each of the samples at the higher rate
   *     that belong to one at the lower rate
   */
  static float[][] bandLimiting(int factor, boolean up) {
    return cached((up ? "up " : "down ") + factor, () -> makeBandLimiting(factor, up));
  }

  private static float[][] makeBandLimiting(int factor, boolean up) {
    int half = BandLimitingStage.TAPS / 2;
    double[][] taps = new double[factor][2 * half];
    for (int p = 0; p < factor; p++) {
      double part = p / (double) factor;
      for (int t = 0; t < 2 * half; t++) {
        taps[p][t] = bandLimitingKernel(up ? part - (t - half + 1) : part + t - half, half);
      }
      if (up) {
        normalize(taps[p]);
      }
    }
    if (!up) {
      normalize(taps);
    }
    return floats(taps);
  }

  /** {@code distance} and {@code half} in samples at the lower rate. */
  private static double bandLimitingKernel(double distance, double half) {
    double kernel = CUTOFF * sinc(CUTOFF * distance);
    for (int i = 0; i < LIFT.length; i++) {
      kernel += LIFT[i] * Math.cos(Math.PI * LIFTED[i] * distance);
    }
    return kernel * kaiser(distance / half, KAISER_BETA);
  }

  /**
   * Taps of a {@link FractionalStage}.
   *
   * @param interpolation output rate, divided by what it has in common with the input rate
   * @param lowerRate the lower of the resampler's rates per sample of this stage's input
   * @return {@code [phase][tap]}, taps a multiple of 4, each phase's sum 1
   */
  static float[][] fractional(int interpolation, double lowerRate) {
    return cached(
        "by " + interpolation + " at " + lowerRate, () -> makeFractional(interpolation, lowerRate));
  }

  private static float[][] makeFractional(int interpolation, double lowerRate) {
    double pass = FRACTIONAL_PASS * lowerRate;
    double stop = Math.min(FRACTIONAL_STOP * lowerRate, HIGHEST_STOP);
    // Kaiser's formulas for length and shape.
    double tapsPerDb = 1 / (14.36 * (stop - pass));
    int half = 2 * (int) Math.ceil((FRACTIONAL_DB - 7.95) * tapsPerDb / 4);
    double beta = 0.1102 * (2 * half / tapsPerDb + 7.95 - 8.7);
    double cutoff = pass + stop;
    boolean interpolated = interpolation > MAX_PHASES;
    int steps = interpolated ? MAX_PHASES : interpolation;
    double[][] phases = new double[interpolated ? steps + 1 : steps][2 * half];
    for (int p = 0; p < phases.length; p++) {
      for (int t = 0; t < 2 * half; t++) {
        double distance = p / (double) steps + half - 1 - t;
        phases[p][t] = sinc(cutoff * distance) * kaiser(distance / half, beta);
      }
      normalize(phases[p]);
    }
    return floats(phases);
  }

  /** Makes the sum of all 1. */
  private static void normalize(double[]... parts) {
    double sum = 0;
    for (double[] part : parts) {
      for (double value : part) {
        sum += value;
      }
    }
    for (double[] part : parts) {
      for (int i = 0; i < part.length; i++) {
        part[i] /= sum;
      }
    }
  }

  private static float[][] floats(double[][] values) {
    float[][] floats = new float[values.length][values[0].length];
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < values[i].length; j++) {
        floats[i][j] = (float) values[i][j];
      }
    }
    return floats;
  }

  private static double sinc(double x) {
    double angle = Math.PI * x;
    return Math.abs(angle) < 1e-9 ? 1 : Math.sin(angle) / angle;
  }

  /** The window at {@code place} between -1 and 1, where it ends. */
  private static double kaiser(double place, double beta) {
    return Math.abs(place) >= 1
        ? 0
        : besselI0(beta * Math.sqrt(1 - place * place)) / besselI0(beta);
  }

  /** The modified Bessel function of order 0: sum of {@code ((x/2)^k / k!)^2}. */
  private static double besselI0(double x) {
    double term = 1;
    double sum = 1;
    for (int k = 1; term > sum * 1e-17; k++) {
      double factor = x / (2 * k);
      term *= factor * factor;
      sum += term;
    }
    return sum;
  }
}
