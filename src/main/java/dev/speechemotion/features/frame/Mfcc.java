package dev.speechemotion.features.frame;

import dev.speechemotion.features.dsp.Decibels;
import dev.speechemotion.features.dsp.MelFilterBank;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Mel-frequency cepstral coefficients: mel bands in dB under an orthonormal DCT-II, the first
 * coefficients of it ({@code librosa.feature.mfcc} without liftering; S. B. Davis and P.
 * Mermelstein, IEEE Trans. ASSP 28(4), 1980).
 */
final class Mfcc implements FrameFeature {
  private static final String NAME = "mfcc";

  private final int count;
  private final List<FrameValue> values;
  private final MelFilterBank filterBank;
  private final double[] bands;

  /**
   * Sums and differences of a band and its mirror image: the cosines of even coefficients are
   * symmetric about the middle, those of odd ones antisymmetric, so that half of them do.
   */
  private final double[] sums;

  private final double[] differences;

  /** {@code [coefficient][half of the bands]}. */
  private final double[][] cosines;

  Mfcc(FeatureSpec spec) {
    count = spec.mfccCount();
    values = values(spec);
    filterBank = new MelFilterBank(spec.sampleRateHz(), spec.fftLength(), spec.melBands());
    bands = new double[spec.melBands()];
    int half = (bands.length + 1) / 2;
    sums = new double[half];
    differences = new double[half];
    cosines = new double[count][half];
    for (int k = 0; k < count; k++) {
      double scale = Math.sqrt((k == 0 ? 1.0 : 2.0) / bands.length);
      for (int band = 0; band < half; band++) {
        double angle = Math.PI * k * (2 * band + 1) / (2.0 * bands.length);
        cosines[k][band] = scale * StrictMath.cos(angle);
      }
    }
  }

  /**
   * Bands are from -100 dB to at most 60 dB; an orthonormal transform's values grow with the root
   * of their number. The second is 45 roots where half of the bands are at -100 dB and half at 0
   * dB; speech has at most 12 roots of the finer ones, next to digital silence.
   */
  private static List<FrameValue> values(FeatureSpec spec) {
    double root = Math.sqrt(spec.melBands());
    List<FrameValue> values =
        new ArrayList<>(FrameValue.numbered(NAME, spec.mfccCount(), -24 * root, 24 * root));
    values.set(0, new FrameValue(NAME + 1, -100 * root, 100 * root));
    if (values.size() > 1) {
      values.set(1, new FrameValue(NAME + 2, -48 * root, 48 * root));
    }
    return values;
  }

  @Override
  public List<FrameValue> values() {
    return values;
  }

  @Override
  public void compute(Frame frame, float[] out, int at) {
    compute(frame.power(), out, at);
  }

  /**
   * Computes {@code c[k] = s[k] sum_b dB[b] cos(pi k (2b + 1) / 2B)} with {@code s[0] = sqrt(1/B)}
   * and {@code s[k] = sqrt(2/B)}.
   *
   * @param power {@code [fftLength / 2 + 1]}, power
   * @param out receives {@code [mfccCount]} from {@code at}, dB
   */
  void compute(double[] power, float[] out, int at) {
    final double[] bands = this.bands;
    filterBank.apply(power, bands);
    for (int i = 0, mirror = bands.length - 1; i <= mirror; i++, mirror--) {
      double level = Decibels.of(bands[i]);
      // The middle one of an odd number of bands has no mirror image.
      double mirrored = i == mirror ? 0 : Decibels.of(bands[mirror]);
      sums[i] = level + mirrored;
      differences[i] = level - mirrored;
    }
    int k = 0;
    for (; k + 7 < count; k += 8) {
      transform4(k, sums, out, at);
      transform4(k + 1, differences, out, at);
    }
    for (; k < count; k++) {
      out[at + k] = (float) dot(cosines[k], k % 2 == 0 ? sums : differences);
    }
  }

  /** Coefficients {@code k, k + 2, k + 4, k + 6}: four sums side by side. */
  private void transform4(int k, double[] halves, float[] out, int offset) {
    final double[] cosines0 = cosines[k];
    final double[] cosines1 = cosines[k + 2];
    final double[] cosines2 = cosines[k + 4];
    final double[] cosines3 = cosines[k + 6];
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    for (int i = 0; i < halves.length; i++) {
      double value = halves[i];
      sum0 += cosines0[i] * value;
      sum1 += cosines1[i] * value;
      sum2 += cosines2[i] * value;
      sum3 += cosines3[i] * value;
    }
    out[offset + k] = (float) sum0;
    out[offset + k + 2] = (float) sum1;
    out[offset + k + 4] = (float) sum2;
    out[offset + k + 6] = (float) sum3;
  }

  private static double dot(double[] left, double[] right) {
    int half = left.length / 2;
    double sum0 = 0;
    double sum1 = 0;
    for (int i = 0; i < half; i++) {
      sum0 += left[i] * right[i];
      sum1 += left[half + i] * right[half + i];
    }
    if (2 * half < left.length) {
      sum0 += left[2 * half] * right[2 * half];
    }
    return sum0 + sum1;
  }
}
