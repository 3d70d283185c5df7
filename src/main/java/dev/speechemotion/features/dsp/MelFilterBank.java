package dev.speechemotion.features.dsp;

/**
 * Triangular filters, evenly spaced on Slaney's mel scale from 0 Hz to half the sampling rate, each
 * scaled to an area of 1 over frequency: {@code librosa.filters.mel} with its defaults (M. Slaney,
 * Auditory Toolbox, Technical Report 1998-010, Interval Research, 1998).
 *
 * <p>Between two neighboring edges of the triangles one filter rises and the one before falls, so
 * that each bin counts in two bands at most.
 */
public final class MelFilterBank {
  private static final double LINEAR_HZ_PER_MEL = 200.0 / 3;
  private static final double LOG_FROM_HZ = 1000;
  private static final double LOG_FROM_MEL = LOG_FROM_HZ / LINEAR_HZ_PER_MEL;
  private static final double LOG_STEP = StrictMath.log(6.4) / 27;

  private final int bands;

  /** {@code [bands + 2]}: the bins between edges {@code i} and {@code i + 1} begin here. */
  private final int[] firstBin;

  /** {@code [bin]}: where the bin lies between its two edges, 0 to 1. */
  private final double[] position;

  /** {@code [bands + 1]}: heights of the filters that rise and that fall from an edge on. */
  private final double[] rising;

  private final double[] falling;

  public MelFilterBank(int sampleRateHz, int fftLength, int bands) {
    this.bands = bands;
    double[] edgesHz = new double[bands + 2];
    double topMel = hzToMel(sampleRateHz / 2.0);
    for (int i = 0; i < edgesHz.length; i++) {
      edgesHz[i] = melToHz(topMel * i / (bands + 1));
    }
    int bins = fftLength / 2 + 1;
    position = new double[bins];
    rising = new double[bands + 1];
    falling = new double[bands + 1];
    firstBin = new int[bands + 2];
    int bin = 0;
    for (int edge = 0; edge <= bands; edge++) {
      double low = edgesHz[edge];
      double high = edgesHz[edge + 1];
      firstBin[edge] = bin;
      double hz;
      while (bin < bins && (hz = (double) bin * sampleRateHz / fftLength) < high) {
        position[bin] = (hz - low) / (high - low);
        bin++;
      }
      rising[edge] = edge < bands ? 2 / (edgesHz[edge + 2] - low) : 0;
      falling[edge] = edge > 0 ? 2 / (high - edgesHz[edge - 1]) : 0;
    }
    // The last bin, at half the sampling rate, has no weight.
    firstBin[bands + 1] = bin;
  }

  /** Slaney's scale: linear to 1 kHz, then logarithmic with 27 steps for a factor of 6.4. */
  static double hzToMel(double hz) {
    return hz < LOG_FROM_HZ
        ? hz / LINEAR_HZ_PER_MEL
        : LOG_FROM_MEL + StrictMath.log(hz / LOG_FROM_HZ) / LOG_STEP;
  }

  static double melToHz(double mel) {
    return mel < LOG_FROM_MEL
        ? mel * LINEAR_HZ_PER_MEL
        : LOG_FROM_HZ * StrictMath.exp(LOG_STEP * (mel - LOG_FROM_MEL));
  }

  /**
   * Sums a spectrum's bins into bands.
   *
   * @param power {@code [fftLength / 2 + 1]}, power
   * @param bands receives {@code [bands]}, power per Hz
   */
  public void apply(double[] power, double[] bands) {
    final double[] position = this.position;
    double risen = 0;
    for (int edge = 0, bin = 0; edge <= this.bands; edge++) {
      int to = firstBin[edge + 1];
      double sum = 0;
      double high = 0;
      for (; bin < to; bin++) {
        sum += power[bin];
        high += position[bin] * power[bin];
      }
      if (edge > 0) {
        double low = sum - high;
        bands[edge - 1] = risen + falling[edge] * (low > 0 ? low : 0);
      }
      risen = rising[edge] * high;
    }
  }
}
