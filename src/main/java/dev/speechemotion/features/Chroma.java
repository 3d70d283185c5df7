package dev.speechemotion.features;

import java.util.Arrays;

/**
 * Energy per pitch class, the strongest class being 1: {@code librosa.feature.chroma_stft} with
 * tuning 0 and infinity norm over the frame. The filters are {@code librosa.filters.chroma}'s
 * (after D. Ellis, "Chroma feature analysis and synthesis", 2007): each bin is spread over the
 * classes by a Gaussian around its pitch, and bins are weighted by a Gaussian over octaves around
 * A440's. Class 0 is C.
 *
 * <p>Sparse: of each bin only weights above {@link #NEGLIGIBLE} of its largest are kept. The
 * strongest class holds at least {@code 1 / bins} of the largest weights' sum, so leaving the rest
 * out moves no value by more than {@code NEGLIGIBLE * bins}, about 1e-6.
 */
final class Chroma {
  private static final double NEGLIGIBLE = 1e-7;

  private static final double A0_HZ = 440.0 / 16;
  private static final double CENTRE_OCTAVE = 5;
  private static final double OCTAVE_WIDTH = 2;

  private final int count;

  /** The run of classes, cyclic, that bin {@code i} feeds: the first one, and where weights lie. */
  private final int[] firstClass;

  private final int[] firstWeight;
  private final double[] weights;

  /** {@code [2 * count]}: runs go past the end, and the second half is folded onto the first. */
  private final double[] sums;

  Chroma(FeatureSpec spec) {
    count = spec.chromaBins();
    int bins = spec.fftLength() / 2 + 1;
    firstClass = new int[bins];
    firstWeight = new int[bins + 1];
    sums = new double[2 * count];
    double[] all = new double[bins * count];
    double[] column = new double[count];
    int size = 0;
    for (int bin = 0; bin < bins; bin++) {
      fillColumn(spec, bin, column);
      double largest = 0;
      for (double weight : column) {
        largest = Math.max(largest, weight);
      }
      int first = 0;
      int length = count;
      if (isNegligible(column, 0, largest) || isNegligible(column, count - 1, largest)) {
        while (isNegligible(column, first, largest)) {
          first++;
        }
        length = count - first;
        while (isNegligible(column, first + length - 1, largest)) {
          length--;
        }
      } else {
        // The run may go round the end: find the gap within.
        int gap = 0;
        while (gap < count && !isNegligible(column, gap, largest)) {
          gap++;
        }
        if (gap < count) {
          first = gap;
          while (isNegligible(column, first, largest)) {
            first++;
          }
          length = count - first + gap;
        }
      }
      firstClass[bin] = first;
      for (int i = 0; i < length; i++) {
        all[size++] = column[(first + i) % count];
      }
      firstWeight[bin + 1] = size;
    }
    weights = Arrays.copyOf(all, size);
  }

  private static boolean isNegligible(double[] column, int index, double largest) {
    return column[index] < NEGLIGIBLE * largest;
  }

  /** The weights of a bin for all classes: a column of {@code librosa.filters.chroma}. */
  private static void fillColumn(FeatureSpec spec, int bin, double[] column) {
    int count = column.length;
    double pitch = pitch(spec, bin);
    // A bin is as wide as the distance to the next one, but at least one class.
    double width = Math.max(1, pitch(spec, bin + 1) - pitch);
    double half = Math.rint(count / 2.0);
    double squares = 0;
    for (int i = 0; i < count; i++) {
      double distance = floorMod(pitch - i + half, count) - half;
      double bump = Math.exp(-0.5 * Math.pow(2 * distance / width, 2));
      column[i] = bump;
      squares += bump * bump;
    }
    double octave = pitch / count;
    double scale =
        Math.exp(-0.5 * Math.pow((octave - CENTRE_OCTAVE) / OCTAVE_WIDTH, 2)) / Math.sqrt(squares);
    // Pitches count from A; the classes begin with C, three semitones up.
    double[] fromA = column.clone();
    int shift = 3 * (count / 12);
    for (int i = 0; i < count; i++) {
      column[i] = scale * fromA[(i + shift) % count];
    }
  }

  /** Pitch of a bin in classes above A0; 0 Hz is put 1.5 octaves below the first bin. */
  private static double pitch(FeatureSpec spec, int bin) {
    if (bin == 0) {
      return pitch(spec, 1) - 1.5 * spec.chromaBins();
    }
    double hz = (double) bin * spec.sampleRateHz() / spec.fftLength();
    return spec.chromaBins() * Math.log(hz / A0_HZ) / Math.log(2);
  }

  private static double floorMod(double value, double modulus) {
    return value - modulus * Math.floor(value / modulus);
  }

  /**
   * Computes the pitch classes of a frame; all are 0 in digital silence.
   *
   * @param power {@code [fftLength / 2 + 1]}, power
   * @param out receives {@code [chromaBins]} from {@code offset}, 0 to 1
   */
  void compute(double[] power, float[] out, int offset) {
    final double[] sums = this.sums;
    final double[] weights = this.weights;
    final int count = this.count;
    Arrays.fill(sums, 0);
    int from = 0;
    for (int bin = 0; bin < firstClass.length; bin++) {
      int to = firstWeight[bin + 1];
      double value = power[bin];
      for (int i = from, c = firstClass[bin]; i < to; i++, c++) {
        sums[c] += weights[i] * value;
      }
      from = to;
    }
    double largest = 0;
    for (int i = 0; i < count; i++) {
      sums[i] += sums[count + i];
      largest = Math.max(largest, sums[i]);
    }
    // As in librosa, a frame of (almost) nothing is not blown up.
    double scale = largest < Double.MIN_NORMAL ? 1 : 1 / largest;
    for (int i = 0; i < count; i++) {
      out[offset + i] = (float) (sums[i] * scale);
    }
  }
}
