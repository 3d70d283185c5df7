package dev.speechemotion.features;

import java.util.Arrays;

/**
 * Mel-frequency cepstral coefficients: mel bands in dB under an orthonormal DCT-II, the first
 * coefficients of it ({@code librosa.feature.mfcc} without liftering; S. B. Davis and P.
 * Mermelstein, IEEE Trans. ASSP 28(4), 1980).
 */
final class Mfcc {
  private final int count;
  private final MelFilterBank filterBank;
  private final double[] bands;

  /** {@code [band][coefficient]}. */
  private final double[] cosines;

  private final double[] sums;

  Mfcc(FeatureSpec spec) {
    count = spec.mfccCount();
    filterBank = new MelFilterBank(spec.sampleRateHz(), spec.fftLength(), spec.melBands());
    bands = new double[spec.melBands()];
    cosines = new double[bands.length * count];
    for (int band = 0; band < bands.length; band++) {
      for (int k = 0; k < count; k++) {
        double scale = Math.sqrt((k == 0 ? 1.0 : 2.0) / bands.length);
        cosines[band * count + k] =
            scale * Math.cos(Math.PI * k * (2 * band + 1) / (2.0 * bands.length));
      }
    }
    sums = new double[count];
  }

  /**
   * Computes {@code c[k] = s[k] sum_b dB[b] cos(pi k (2b + 1) / 2B)} with {@code s[0] = sqrt(1/B)}
   * and {@code s[k] = sqrt(2/B)}.
   *
   * @param power {@code [fftLength / 2 + 1]}, power
   * @param out receives {@code [mfccCount]} from {@code offset}, dB
   */
  void compute(double[] power, float[] out, int offset) {
    final double[] sums = this.sums;
    final double[] cosines = this.cosines;
    final int count = this.count;
    filterBank.apply(power, bands);
    Arrays.fill(sums, 0);
    for (int band = 0; band < bands.length; band++) {
      double level = Decibels.of(bands[band]);
      int row = band * count;
      for (int k = 0; k < count; k++) {
        sums[k] += level * cosines[row + k];
      }
    }
    for (int k = 0; k < count; k++) {
      out[offset + k] = (float) sums[k];
    }
  }
}
