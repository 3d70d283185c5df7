package dev.speechemotion.features;

import java.util.Arrays;

/**
 * Triangular filters, evenly spaced on Slaney's mel scale from 0 Hz to half the sampling rate, each
 * scaled to an area of 1 over frequency: {@code librosa.filters.mel} with its defaults (M. Slaney,
 * Auditory Toolbox, Technical Report 1998-010, Interval Research, 1998).
 *
 * <p>Sparse: of each filter only the bins from its first to its last weight are kept.
 */
final class MelFilterBank {
  private static final double LINEAR_HZ_PER_MEL = 200.0 / 3;
  private static final double LOG_FROM_HZ = 1000;
  private static final double LOG_FROM_MEL = LOG_FROM_HZ / LINEAR_HZ_PER_MEL;
  private static final double LOG_STEP = Math.log(6.4) / 27;

  /** The bins of band {@code i} begin at {@code firstBin[i]}, their weights at firstWeight[i]. */
  private final int[] firstBin;

  private final int[] firstWeight;
  private final double[] weights;

  MelFilterBank(int sampleRateHz, int fftLength, int bands) {
    double[] edgesHz = new double[bands + 2];
    double topMel = hzToMel(sampleRateHz / 2.0);
    for (int i = 0; i < edgesHz.length; i++) {
      edgesHz[i] = melToHz(topMel * i / (bands + 1));
    }
    int bins = fftLength / 2 + 1;
    firstBin = new int[bands];
    firstWeight = new int[bands + 1];
    double[] all = new double[bands * bins];
    int count = 0;
    for (int band = 0; band < bands; band++) {
      int first = 0;
      while (first < bins && weight(edgesHz, band, binHz(first, sampleRateHz, fftLength)) == 0) {
        first++;
      }
      int bin = first;
      double weight;
      while (bin < bins
          && (weight = weight(edgesHz, band, binHz(bin, sampleRateHz, fftLength))) > 0) {
        all[count++] = weight;
        bin++;
      }
      // A filter narrower than the distance of two bins may hold none: its band is then silent.
      firstBin[band] = bin == first ? 0 : first;
      firstWeight[band + 1] = count;
    }
    weights = Arrays.copyOf(all, count);
  }

  private static double binHz(int bin, int sampleRateHz, int fftLength) {
    return (double) bin * sampleRateHz / fftLength;
  }

  private static double weight(double[] edgesHz, int band, double hz) {
    double low = edgesHz[band];
    double peak = edgesHz[band + 1];
    double high = edgesHz[band + 2];
    double slope = Math.min((hz - low) / (peak - low), (high - hz) / (high - peak));
    return Math.max(0, slope) * 2 / (high - low);
  }

  /** Slaney's scale: linear to 1 kHz, then logarithmic with 27 steps for a factor of 6.4. */
  static double hzToMel(double hz) {
    return hz < LOG_FROM_HZ
        ? hz / LINEAR_HZ_PER_MEL
        : LOG_FROM_MEL + Math.log(hz / LOG_FROM_HZ) / LOG_STEP;
  }

  static double melToHz(double mel) {
    return mel < LOG_FROM_MEL
        ? mel * LINEAR_HZ_PER_MEL
        : LOG_FROM_HZ * Math.exp(LOG_STEP * (mel - LOG_FROM_MEL));
  }

  /**
   * Sums a spectrum's bins into bands.
   *
   * @param power {@code [fftLength / 2 + 1]}, power
   * @param bands receives {@code [bands]}, power per Hz
   */
  void apply(double[] power, double[] bands) {
    final double[] weights = this.weights;
    for (int band = 0; band < firstBin.length; band++) {
      int from = firstWeight[band];
      int count = firstWeight[band + 1] - from;
      int bin = firstBin[band];
      double sum = 0;
      for (int i = 0; i < count; i++) {
        sum += weights[from + i] * power[bin + i];
      }
      bands[band] = sum;
    }
  }
}
