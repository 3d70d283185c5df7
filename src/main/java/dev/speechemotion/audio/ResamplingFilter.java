package dev.speechemotion.audio;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The filter of a {@link Resampler}: a sinc under a Kaiser window, sampled at every distance that
 * an output sample can have from the input samples around it (its phases). Immutable; shared by all
 * resamplers of one ratio.
 *
 * <p>In units of the lower of both Nyquist frequencies the response is flat within 0.09 dB up to
 * 0.9 and below -83 dB from 1.0 on. The least half-width that does both was found by searching the
 * window's parameter and the cut-off together: what a Kaiser window needs is flatter than 0.1 dB,
 * so the cut-off lies below the middle of the transition band.
 */
final class ResamplingFilter {
  private static final double HALF_WIDTH = 46;
  private static final double KAISER_BETA = 8.2;
  private static final double CUTOFF = 0.94288;

  /**
   * Ratios with more phases than this, such as 24,414 to 16,000 Hz with 8,000, are served by so
   * many and linear interpolation between two of them, which errs by less than -105 dB. It bounds a
   * filter to 2.3 MB whatever the rates; 24,414 to 16,000 Hz takes 300 kB instead of 4.5 MB.
   */
  private static final int MAX_PHASES = 512;

  private static final int CACHED_FILTERS = 16;

  private static final Map<Long, ResamplingFilter> CACHE =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, ResamplingFilter> eldest) {
          return size() > CACHED_FILTERS;
        }
      };

  /** Output samples per {@link #decimation} input samples. */
  final int interpolation;

  final int decimation;

  /** Input samples before the one at or before an output sample's time that it depends on. */
  final int before;

  /** Input samples that an output sample depends on, a multiple of 8. */
  final int taps;

  /** {@code [phase][tap]}, each phase's sum 1; one phase more if they are interpolated. */
  private final float[][] phases;

  private final boolean interpolated;

  private ResamplingFilter(int interpolation, int decimation) {
    this.interpolation = interpolation;
    this.decimation = decimation;
    double scale = Math.min(1, interpolation / (double) decimation);
    int halfTaps = (int) Math.ceil(HALF_WIDTH / scale);
    before = halfTaps - 1;
    taps = (2 * halfTaps + 7) / 8 * 8;
    interpolated = interpolation > MAX_PHASES;
    int steps = interpolated ? MAX_PHASES : interpolation;
    phases = new float[interpolated ? steps + 1 : steps][taps];
    double[] phase = new double[taps];
    for (int p = 0; p < phases.length; p++) {
      double sum = 0;
      for (int t = 0; t < taps; t++) {
        phase[t] = kernel((p / (double) steps + before - t) * scale);
        sum += phase[t];
      }
      for (int t = 0; t < taps; t++) {
        phases[p][t] = (float) (phase[t] / sum);
      }
    }
  }

  /**
   * @param interpolation output rate, divided by what it has in common with the input rate
   * @param decimation input rate, likewise
   */
  static ResamplingFilter of(int interpolation, int decimation) {
    synchronized (CACHE) {
      return CACHE.computeIfAbsent(
          (long) interpolation << 32 | decimation,
          ratio -> new ResamplingFilter(interpolation, decimation));
    }
  }

  /**
   * One output sample.
   *
   * @param phase how far it lies behind input sample {@code at + before}, in 1/interpolation of the
   *     distance between input samples
   * @param samples {@code [at, at + taps)} are read
   */
  float apply(int phase, float[] samples, int at) {
    if (!interpolated) {
      return dot(phases[phase], samples, at);
    }
    long place = (long) phase * MAX_PHASES;
    int lower = (int) (place / interpolation);
    float share = (place % interpolation) / (float) interpolation;
    return dotBetween(phases[lower], phases[lower + 1], share, samples, at);
  }

  // Sums side by side, in a fixed order: additions that need not wait for each other.

  private static float dot(float[] row, float[] samples, int at) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    for (int t = 0; t < row.length; t += 8) {
      s0 += row[t] * samples[at + t];
      s1 += row[t + 1] * samples[at + t + 1];
      s2 += row[t + 2] * samples[at + t + 2];
      s3 += row[t + 3] * samples[at + t + 3];
      s4 += row[t + 4] * samples[at + t + 4];
      s5 += row[t + 5] * samples[at + t + 5];
      s6 += row[t + 6] * samples[at + t + 6];
      s7 += row[t + 7] * samples[at + t + 7];
    }
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }

  private static float dotBetween(
      float[] lower, float[] upper, float share, float[] samples, int at) {
    float l0 = 0;
    float l1 = 0;
    float l2 = 0;
    float l3 = 0;
    float u0 = 0;
    float u1 = 0;
    float u2 = 0;
    float u3 = 0;
    for (int t = 0; t < lower.length; t += 4) {
      float x0 = samples[at + t];
      float x1 = samples[at + t + 1];
      float x2 = samples[at + t + 2];
      float x3 = samples[at + t + 3];
      l0 += lower[t] * x0;
      l1 += lower[t + 1] * x1;
      l2 += lower[t + 2] * x2;
      l3 += lower[t + 3] * x3;
      u0 += upper[t] * x0;
      u1 += upper[t + 1] * x1;
      u2 += upper[t + 2] * x2;
      u3 += upper[t + 3] * x3;
    }
    return ((l0 + l1) + (l2 + l3)) * (1 - share) + ((u0 + u1) + (u2 + u3)) * share;
  }

  /** The windowed sinc, not normalised; {@code distance} in samples at the lower rate. */
  private static double kernel(double distance) {
    double place = distance / HALF_WIDTH;
    if (Math.abs(place) >= 1) {
      return 0;
    }
    double angle = Math.PI * CUTOFF * distance;
    double sinc = Math.abs(angle) < 1e-9 ? 1 : Math.sin(angle) / angle;
    return sinc * besselI0(KAISER_BETA * Math.sqrt(1 - place * place));
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
