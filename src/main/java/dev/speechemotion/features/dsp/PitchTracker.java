package dev.speechemotion.features.dsp;

import java.util.Arrays;

/**
 * Pitch of a frame: the lag at which its spectrum's autocorrelation peaks.
 *
 * <p>After P. Boersma, "Accurate short-term analysis of the fundamental frequency" (1993): the
 * inverse transform of the spectrum, divided by what the window alone would give, and a small cost
 * for every octave that a lag is longer, so that of a period and its multiples the period wins. As
 * in T. Tolonen and M. Karjalainen, "A computationally efficient multipitch analysis model" (2000),
 * it is magnitudes that are transformed and not powers: a formant does not drown the other
 * harmonics. Of each magnitude a share of the mean is taken off as noise, and what lies above the
 * first formant counts less and less, so that peaks are wide enough for a parabola through three
 * lags.
 *
 * <p>The transform is circular. That does no harm here: the inverse transform of the Hann window's
 * own magnitudes is the Hann window around lag 0, which no wrapping adds to, and the lags in use
 * are well below half a frame.
 */
public final class PitchTracker {
  static final double MIN_HZ = 60;
  static final double MAX_HZ = 500;

  /** From this voicing on a frame counts as voiced. */
  static final float VOICED_FROM = 0.5f;

  /** Below are mains hum and constant offset. */
  private static final double LOWEST_HZ = 50;

  /** Magnitudes count in full up to the first, and not at all from the second on. */
  private static final double FULL_TO_HZ = 800;

  private static final double NONE_FROM_HZ = 2000;

  /** Four times the highest frequency: so the upper half of the transform's input is empty. */
  private static final double LEAST_LAG_RATE_HZ = 4 * NONE_FROM_HZ;

  private static final double NOISE_SHARE = 0.3;
  private static final double OCTAVE_COST = 0.15;
  private static final double LEAST_PEAK = 0.2;

  /** Added to a peak near the last frame's pitch: voices seldom jump. */
  private static final double NEAR_BONUS = 0.1;

  /** As a share of the last frame's lag. */
  private static final double NEAR = 0.15;

  /**
   * On recordings, peaks of this height are as often voice as not (0.45), seldom (0.2), almost
   * always (0.7): voicing is linear between.
   */
  private static final double NEVER_VOICED = 0.2;

  private static final double ALWAYS_VOICED = 0.7;

  private final double lagRateHz;

  /** Half the length of the transform: the autocorrelation is that of an even spectrum. */
  private final int half;

  private final int shortestLag;
  private final int longestLag;
  private final RealFft fft;
  private final double[] weights;
  private final double noiseShareOfSum;

  /** {@code cos(pi k / half)}, {@code 1/2 - sin(pi k / half)}, and {@code 1/2 + sin(...)}. */
  private final double[] cosines;

  private final double[] near;
  private final double[] mirrored;
  private final double[] magnitudes;
  private final double[] packed;

  /** By lag: the autocorrelation, 1 over the window's, and what octaves cost. */
  private final double[] correlation;

  private final double[] windowInverse;
  private final double[] octaveCost;

  private float hz;
  private float voicing;

  /**
   * @param fftLength samples of a frame: three periods of {@link #MIN_HZ} or more
   */
  public PitchTracker(int sampleRateHz, int fftLength) {
    double binHz = (double) sampleRateHz / fftLength;
    int length = fftLength;
    while (length / 2 * binHz >= LEAST_LAG_RATE_HZ) {
      length /= 2;
    }
    lagRateHz = length * binHz;
    half = length / 2;
    shortestLag = (int) Math.floor(lagRateHz / MAX_HZ);
    longestLag = (int) Math.ceil(lagRateHz / MIN_HZ);
    fft = RealFft.ofLength(half);
    weights = new double[(int) Math.ceil(NONE_FROM_HZ / binHz)];
    for (int k = 0; k < weights.length; k++) {
      double beyond = (k * binHz - FULL_TO_HZ) / (NONE_FROM_HZ - FULL_TO_HZ);
      weights[k] =
          k * binHz < LOWEST_HZ
              ? 0
              : 0.5 + 0.5 * StrictMath.cos(Math.PI * Math.max(0, Math.min(1, beyond)));
    }
    noiseShareOfSum = NOISE_SHARE / Arrays.stream(weights).sum();
    cosines = new double[weights.length];
    near = new double[weights.length];
    mirrored = new double[weights.length];
    for (int k = 0; k < weights.length; k++) {
      cosines[k] = StrictMath.cos(Math.PI * k / half);
      near[k] = 0.5 - StrictMath.sin(Math.PI * k / half);
      mirrored[k] = 0.5 + StrictMath.sin(Math.PI * k / half);
    }
    magnitudes = new double[weights.length];
    packed = new double[half];
    // One more than the longest lag's doubled peak needs, and even, for lags come in pairs.
    correlation = new double[longestLag + 4 & ~1];
    windowInverse = new double[correlation.length];
    octaveCost = new double[correlation.length];
    for (int lag = 1; lag < correlation.length; lag++) {
      windowInverse[lag] = 1 / (0.5 + 0.5 * StrictMath.cos(2 * Math.PI * lag / length));
      octaveCost[lag] = OCTAVE_COST * StrictMath.log(lag / (double) shortestLag) / Math.log(2);
    }
  }

  /**
   * Finds the pitch of a frame.
   *
   * @param spectrum {@code [fftLength / 2 + 1]}, magnitudes under the Hann window
   * @param lastHz pitch of the channel's frame before, Hz; 0 where there was none
   */
  public void compute(double[] spectrum, float lastHz) {
    correlate(spectrum);
    final double[] correlation = this.correlation;
    double lastLag = lastHz > 0 ? lagRateHz / lastHz : 0;
    double bestScore = Double.NEGATIVE_INFINITY;
    double bestLag = 0;
    double bestPeak = 0;
    for (int lag = shortestLag; lag <= longestLag; lag++) {
      double middle = correlation[lag];
      double left = correlation[lag - 1];
      double right = correlation[lag + 1];
      if (middle < LEAST_PEAK || middle < left || middle <= right) {
        continue;
      }
      double shift = 0.5 * (left - right) / (left - 2 * middle + right);
      double peak = middle - 0.25 * (left - right) * shift;
      double score = peak - octaveCost[lag];
      if (Math.abs(lag + shift - lastLag) < NEAR * lastLag) {
        score += NEAR_BONUS;
      }
      if (score > bestScore) {
        bestScore = score;
        bestLag = lag + shift;
        bestPeak = peak;
      }
    }
    double share = (bestPeak - NEVER_VOICED) / (ALWAYS_VOICED - NEVER_VOICED);
    voicing = (float) Math.max(0, Math.min(1, share));
    hz =
        voicing < VOICED_FROM
            ? 0
            : (float) Math.max(MIN_HZ, Math.min(MAX_HZ, lagRateHz / refined(bestLag)));
  }

  /**
   * The lag, made more exact by the peak at twice the lag where there is one: halved, that has half
   * the error, so it counts twice in the mean of both.
   */
  private double refined(double lag) {
    int at = (int) Math.rint(2 * lag);
    if (at > longestLag) {
      return lag;
    }
    if (correlation[at + 1] > correlation[at]) {
      at++;
    } else if (correlation[at - 1] > correlation[at]) {
      at--;
    }
    double middle = correlation[at];
    double left = correlation[at - 1];
    double right = correlation[at + 1];
    if (middle < LEAST_PEAK || middle < left || middle <= right) {
      return lag;
    }
    double shift = 0.5 * (left - right) / (left - 2 * middle + right);
    return (lag + (at + shift)) / 3;
  }

  /** Pitch of the frame, {@link #MIN_HZ} to {@link #MAX_HZ}; 0 where it is not voiced. */
  public float hz() {
    return hz;
  }

  /** How sure it is that the frame is voiced, 0 to 1. */
  public float voicing() {
    return voicing;
  }

  /**
   * Computes {@code r[lag] = sum_k m[k] cos(pi k lag / half)} over the window's, {@code r[0]} being
   * 1. It takes a real transform of {@code half} values for an even spectrum of twice that: after
   * W. H. Press et al., "Numerical Recipes", 12.4, cosine transform of {@code half + 1} points.
   */
  private void correlate(double[] spectrum) {
    final double[] magnitudes = this.magnitudes;
    final double[] weights = this.weights;
    final double[] packed = this.packed;
    final int half = this.half;
    final int used = weights.length;
    for (int k = 0; k < used; k++) {
      magnitudes[k] = weights[k] * spectrum[k];
    }
    double noise = noiseShareOfSum * sum(magnitudes, used);
    for (int k = 0; k < used; k++) {
      magnitudes[k] = Math.max(0, magnitudes[k] - noise * weights[k]);
    }
    double total = sum(magnitudes, used);
    if (total < 1e-12) {
      Arrays.fill(correlation, 0);
      return;
    }
    // The formula's (m[j] + m[half - j]) / 2 - sin(pi j / half) (m[j] - m[half - j]), of which one
    // is always 0, as are magnitudes 0 and half.
    Arrays.fill(packed, used, half - used + 1, 0);
    packed[0] = 0;
    for (int k = 1; k < used; k++) {
      packed[k] = magnitudes[k] * near[k];
    }
    for (int k = 1; k < used; k++) {
      packed[half - k] = magnitudes[k] * mirrored[k];
    }
    fft.forward(packed);
    double scale = 1 / total;
    double odd = dot(magnitudes, cosines, used);
    for (int lag = 0; lag + 1 < correlation.length; lag += 2) {
      // Layout: packed[2k] = Re[k], packed[2k + 1] = Im[k].
      if (lag > 0) {
        correlation[lag] = packed[lag] * scale * windowInverse[lag];
        odd -= packed[lag + 1];
      }
      correlation[lag + 1] = odd * scale * windowInverse[lag + 1];
    }
  }

  /** With four sums, for an addition waits for the one before. */
  private static double sum(double[] values, int count) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = 0;
    for (; i + 3 < count; i += 4) {
      sum0 += values[i];
      sum1 += values[i + 1];
      sum2 += values[i + 2];
      sum3 += values[i + 3];
    }
    for (; i < count; i++) {
      sum0 += values[i];
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  private static double dot(double[] left, double[] right, int count) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = 0;
    for (; i + 3 < count; i += 4) {
      sum0 += left[i] * right[i];
      sum1 += left[i + 1] * right[i + 1];
      sum2 += left[i + 2] * right[i + 2];
      sum3 += left[i + 3] * right[i + 3];
    }
    for (; i < count; i++) {
      sum0 += left[i] * right[i];
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }
}
