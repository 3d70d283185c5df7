package dev.speechemotion.features.frame;

import dev.speechemotion.features.dsp.Decibels;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.Arrays;
import java.util.List;

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
final class SpectralContrast implements FrameFeature {
  /** From this many bins on, and only then, counting costs less than keeping the best so far. */
  private static final int MANY = 160;

  /** A bin's key: exponent and three bits of the mantissa, in the order of the powers. */
  private static final int KEY_SHIFT = 49;

  private static final int KEYS = 1 << 63 - KEY_SHIFT;

  private final int[] begin;
  private final int[] end;
  private final int[] extremes;

  /** Bits of powers: of numbers that are not negative they have the same order, and are faster. */
  private final long[] smallest;

  private final long[] largest;

  /** {@code [bin]}. */
  private final short[] keys;

  /** How many bins of a band have each key. */
  private final short[] counts = new short[KEYS];

  /** Of the band in work: sums of the magnitudes of its extremes. */
  private double valley;

  private double peak;

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
    smallest = new long[mostExtremes];
    largest = new long[mostExtremes];
    keys = new short[bins];
  }

  private static double binHz(FeatureSpec spec) {
    return (double) spec.sampleRateHz() / spec.fftLength();
  }

  /** {@code contrast1}, …: dB, the lowest band first. */
  @Override
  public List<FrameValue> values() {
    return FrameValue.numbered("contrast", begin.length, 0, 128);
  }

  @Override
  public void compute(Frame frame, float[] out, int at) {
    compute(frame.power(), out, at);
  }

  /**
   * Computes the contrast of a frame; it is 0 in digital silence.
   *
   * @param power {@code [fftLength / 2 + 1]}, power
   * @param out receives {@code [contrastBands + 1]} from {@code at}, dB as librosa counts them:
   *     {@code 10 log10} of magnitudes, not of powers
   */
  void compute(double[] power, float[] out, int at) {
    for (int band = 0; band < begin.length; band++) {
      int count = extremes[band];
      if (count == 1) {
        keepOutermost(power, begin[band], end[band]);
      } else if (end[band] - begin[band] < MANY) {
        keepBest(power, begin[band], end[band], count);
      } else {
        countKeys(power, begin[band], end[band], count);
      }
      out[at + band] = (float) (Decibels.of(peak / count) - Decibels.of(valley / count));
    }
  }

  /**
   * Of {@code power[begin, end)}, the extremes: without branches, as they could not be foreseen.
   */
  private void keepOutermost(double[] power, int begin, int end) {
    long first = Double.doubleToRawLongBits(power[begin]);
    long evenLeast = first;
    long evenMost = first;
    long oddLeast = first;
    long oddMost = first;
    // A last one without a second counts twice.
    for (int i = begin; i < end; i += 2) {
      long even = Double.doubleToRawLongBits(power[i]);
      long odd = Double.doubleToRawLongBits(power[Math.min(i + 1, end - 1)]);
      evenLeast = least(evenLeast, even);
      evenMost = most(evenMost, even);
      oddLeast = least(oddLeast, odd);
      oddMost = most(oddMost, odd);
    }
    valley = Math.sqrt(Double.longBitsToDouble(least(evenLeast, oddLeast)));
    peak = Math.sqrt(Double.longBitsToDouble(most(evenMost, oddMost)));
  }

  // Of numbers that are not negative, so that a difference cannot overflow.

  private static long least(long left, long right) {
    long difference = right - left;
    return left + (difference & difference >> 63);
  }

  private static long most(long left, long right) {
    long difference = right - left;
    return left + (difference & ~(difference >> 63));
  }

  /**
   * Sums up the extremes of {@code power[begin, end)}: the {@code count} best so far are kept in
   * order. Speech falls off toward high frequencies, so that from one end the large ones come
   * first, from the other the small ones.
   */
  private void keepBest(double[] power, int begin, int end, int count) {
    final long[] largest = this.largest;
    Arrays.fill(largest, 0, count, -1);
    long bound = -1;
    for (int i = begin; i < end; i++) {
      long value = Double.doubleToRawLongBits(power[i]);
      if (value > bound) {
        int at = count - 1;
        for (; at > 0 && value > largest[at - 1]; at--) {
          largest[at] = largest[at - 1];
        }
        largest[at] = value;
        bound = largest[count - 1];
      }
    }
    final long[] smallest = this.smallest;
    Arrays.fill(smallest, 0, count, Long.MAX_VALUE);
    bound = Long.MAX_VALUE;
    for (int i = end - 1; i >= begin; i--) {
      long value = Double.doubleToRawLongBits(power[i]);
      if (value < bound) {
        int at = count - 1;
        for (; at > 0 && value < smallest[at - 1]; at--) {
          smallest[at] = smallest[at - 1];
        }
        smallest[at] = value;
        bound = smallest[count - 1];
      }
    }
    peak = magnitudes(largest, count);
    valley = magnitudes(smallest, count);
  }

  /**
   * The same by counting how often each key comes: what lies beyond the key of the last extreme is
   * one, and only bins with this key are compared. A branch that cannot be foreseen costs as much
   * as ten that can, and here only the extremes take one.
   */
  private void countKeys(double[] power, int begin, int end, int count) {
    final short[] keys = this.keys;
    final short[] counts = this.counts;
    int lowest = KEYS;
    int highest = 0;
    for (int i = begin; i < end; i++) {
      int key = (int) (Double.doubleToRawLongBits(power[i]) >>> KEY_SHIFT) & KEYS - 1;
      keys[i] = (short) key;
      counts[key]++;
      lowest = Math.min(lowest, key);
      highest = Math.max(highest, key);
    }
    int low = lowest;
    int lowWanted = count;
    while (counts[low] < lowWanted) {
      lowWanted -= counts[low++];
    }
    int high = highest;
    int highWanted = count;
    while (counts[high] < highWanted) {
      highWanted -= counts[high--];
    }
    Arrays.fill(counts, lowest, highest + 1, (short) 0);

    final long[] smallest = this.smallest;
    final long[] largest = this.largest;
    Arrays.fill(smallest, 0, lowWanted, Long.MAX_VALUE);
    Arrays.fill(largest, 0, highWanted, -1);
    double valley = 0;
    double peak = 0;
    for (int i = begin; i < end; i++) {
      int key = keys[i];
      if (key <= low || key >= high) {
        long value = Double.doubleToRawLongBits(power[i]);
        if (key < low) {
          valley += Math.sqrt(power[i]);
        } else if (key == low && value < smallest[lowWanted - 1]) {
          int at = lowWanted - 1;
          for (; at > 0 && value < smallest[at - 1]; at--) {
            smallest[at] = smallest[at - 1];
          }
          smallest[at] = value;
        }
        if (key > high) {
          peak += Math.sqrt(power[i]);
        } else if (key == high && value > largest[highWanted - 1]) {
          int at = highWanted - 1;
          for (; at > 0 && value > largest[at - 1]; at--) {
            largest[at] = largest[at - 1];
          }
          largest[at] = value;
        }
      }
    }
    this.valley = valley + magnitudes(smallest, lowWanted);
    this.peak = peak + magnitudes(largest, highWanted);
  }

  private static double magnitudes(long[] powerBits, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.sqrt(Double.longBitsToDouble(powerBits[i]));
    }
    return sum;
  }
}
