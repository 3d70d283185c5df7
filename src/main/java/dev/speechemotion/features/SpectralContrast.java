package dev.speechemotion.features;

import java.util.Arrays;

/**
 * Difference between peaks and valleys of the spectrum in octave bands: {@code
 * librosa.feature.spectral_contrast} (D.-N. Jiang et al., "Music type classification by spectral
 * contrast feature", ICME 2002).
 *
 * <p>The bands begin at 0, at the lowest edge, and at each doubling of it. A band reaches from one
 * bin below its lower edge to one bin below the last one that its upper edge includes; the top band
 * reaches to the end of the spectrum. Peak and valley are the means of the largest and the smallest
 * magnitudes, as many as the quantile says of the band's bins, at least one; librosa counts the bin
 * at the upper edge in this number, though it leaves it out of the band.
 */
final class SpectralContrast {
  private final int[] begin;
  private final int[] end;
  private final int[] extremes;
  private final double[] chosen;

  SpectralContrast(FeatureSpec spec) {
    int bands = spec.contrastBands() + 1;
    int bins = spec.fftLength() / 2 + 1;
    begin = new int[bands];
    end = new int[bands];
    extremes = new int[bands];
    int mostExtremes = 0;
    for (int band = 0; band < bands; band++) {
      double lowHz = band == 0 ? 0 : spec.contrastMinHz() * Math.pow(2, band - 1);
      double highHz = spec.contrastMinHz() * Math.pow(2, band);
      int first = 0;
      while (first * binHz(spec) < lowHz) {
        first++;
      }
      int last = first;
      while (last + 1 < bins && (last + 1) * binHz(spec) <= highHz) {
        last++;
      }
      begin[band] = band == 0 ? first : first - 1;
      boolean top = band == bands - 1;
      int counted = (top ? bins : last + 1) - begin[band];
      end[band] = top ? bins : last;
      int size = end[band] - begin[band];
      extremes[band] =
          Math.min(size, Math.max(1, (int) Math.rint(spec.contrastQuantile() * counted)));
      mostExtremes = Math.max(mostExtremes, extremes[band]);
    }
    chosen = new double[mostExtremes];
  }

  private static double binHz(FeatureSpec spec) {
    return (double) spec.sampleRateHz() / spec.fftLength();
  }

  /**
   * Computes the contrast of a frame; it is 0 in digital silence.
   *
   * @param power {@code [fftLength / 2 + 1]}, power
   * @param out receives {@code [contrastBands + 1]} from {@code offset}, dB as librosa counts them:
   *     {@code 10 log10} of magnitudes, not of powers
   */
  void compute(double[] power, float[] out, int offset) {
    for (int band = 0; band < begin.length; band++) {
      int count = extremes[band];
      double peak = peak(power, begin[band], end[band], count);
      double valley = valley(power, begin[band], end[band], count);
      out[offset + band] = (float) (Decibels.of(peak) - Decibels.of(valley));
    }
  }

  /**
   * Mean magnitude of the {@code count} largest of {@code power[begin, end)}. A few of many are
   * wanted, so that most values cost one comparison; speech falls off towards high frequencies, so
   * that the large ones come first.
   */
  private double peak(double[] power, int begin, int end, int count) {
    final double[] chosen = this.chosen;
    Arrays.fill(chosen, 0, count, -1);
    double bound = -1;
    for (int i = begin; i < end; i++) {
      double value = power[i];
      if (value > bound) {
        int at = count - 1;
        for (; at > 0 && value > chosen[at - 1]; at--) {
          chosen[at] = chosen[at - 1];
        }
        chosen[at] = value;
        bound = chosen[count - 1];
      }
    }
    return meanMagnitude(chosen, count);
  }

  /** Mean magnitude of the smallest, which come first from the other end. */
  private double valley(double[] power, int begin, int end, int count) {
    final double[] chosen = this.chosen;
    Arrays.fill(chosen, 0, count, Double.POSITIVE_INFINITY);
    double bound = Double.POSITIVE_INFINITY;
    for (int i = end - 1; i >= begin; i--) {
      double value = power[i];
      if (value < bound) {
        int at = count - 1;
        for (; at > 0 && value < chosen[at - 1]; at--) {
          chosen[at] = chosen[at - 1];
        }
        chosen[at] = value;
        bound = chosen[count - 1];
      }
    }
    return meanMagnitude(chosen, count);
  }

  private static double meanMagnitude(double[] power, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.sqrt(power[i]);
    }
    return sum / count;
  }
}
