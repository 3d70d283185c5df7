package dev.speechemotion.features.frame;

import dev.speechemotion.features.spec.FeatureSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Energy per pitch class, the strongest class being 1: {@code librosa.feature.chroma_stft} with
 * tuning 0 and infinity norm over the frame. The filters are {@code librosa.filters.chroma}'s
 * (after D. Ellis, "Chroma feature analysis and synthesis", 2007): each bin is spread over the
 * classes by a Gaussian around its pitch, and bins are weighted by a Gaussian over octaves around
 * A440's. Class 0 is C.
 *
 * <p>Sparse: of each bin only weights above {@link #NEGLIGIBLE} of the Gaussian's peak are kept.
 * The strongest class holds at least {@code 1 / classes} of the bins' largest weights, so leaving
 * the rest out moves no value by more than {@code 2 * NEGLIGIBLE * classes}: 2e-5 for 12 classes.
 *
 * <p>An octave above, a bin has the same weights but for the factor between the octaves, so long as
 * the Gaussian is one class wide at both; so bins are added up by octaves first.
 */
final class Chroma implements FrameFeature {
  private static final double NEGLIGIBLE = 1e-6;

  private static final double A0_HZ = 440.0 / 16;
  private static final double CENTER_OCTAVE = 5;
  private static final double OCTAVE_WIDTH = 2;

  /** Classes summed at a time, in registers: as many as a Gaussian one class wide reaches. */
  private static final int LANES = 6;

  /** Bins from {@code begin} to {@code end}, and their weights for classes from {@code first}. */
  private static final class Stretch {
    private final int begin;
    private final int end;
    private final int first;

    /** {@code [LANES][bin]}: by lanes, for the JIT compiler packs neighbors, at a loss. */
    private final double[] weights;

    private Stretch(int begin, int end, int first) {
      this.begin = begin;
      this.end = end;
      this.first = first;
      weights = new double[(end - begin) * LANES];
    }
  }

  private final FeatureSpec spec;
  private final int count;
  private final Stretch[] stretches;

  /** Bins from {@code foldFrom} on are counted as the ones at twice the frequency. */
  private final int foldFrom;

  /** {@code [bin]}: weight of a bin over that of the bin at twice its frequency. */
  private final double[] overOctaveAbove;

  /** {@code [fftLength / 2 + 1]}. */
  private final double[] folded;

  /** Runs of classes go past the last one; what lies there is folded back. */
  private final double[] sums;

  Chroma(FeatureSpec spec) {
    this.spec = spec;
    count = spec.chromaBins();
    sums = new double[2 * count + LANES];
    int bins = spec.fftLength() / 2 + 1;
    int foldTo = bins / 2;
    int from = foldTo + 1;
    while (from > 1 && width(from - 1) == 1) {
      from--;
    }
    foldFrom = from;
    folded = new double[bins];
    overOctaveAbove = new double[foldTo + 1];
    for (int bin = foldFrom; bin <= foldTo; bin++) {
      overOctaveAbove[bin] = octaveWeight(bin) / octaveWeight(2 * bin);
    }
    List<Stretch> list = new ArrayList<>();
    for (int begin = 0, end; begin < bins; begin = end) {
      if (begin == foldFrom) {
        begin = foldTo + 1;
      }
      int first = firstClass(begin);
      int length = runLength(begin);
      end = begin + 1;
      while (end < bins
          && end != foldFrom
          && firstClass(end) == first
          && runLength(end) == length) {
        end++;
      }
      for (int lane = 0; lane < length; lane += LANES) {
        list.add(stretch(begin, end, first + lane, Math.min(LANES, length - lane)));
      }
    }
    stretches = list.toArray(new Stretch[0]);
  }

  private Stretch stretch(int begin, int end, int first, int lanes) {
    Stretch stretch = new Stretch(begin, end, first);
    for (int bin = begin; bin < end; bin++) {
      double[] column = column(bin);
      for (int lane = 0; lane < lanes; lane++) {
        stretch.weights[lane * (end - begin) + bin - begin] = column[(first + lane) % count];
      }
    }
    return stretch;
  }

  /** The first class, cyclic, that a bin has a weight for; 0 if it has one for all. */
  private int firstClass(int bin) {
    int fromA = (int) Math.ceil(pitch(bin) - reach(bin));
    return runLength(bin) == count ? 0 : Math.floorMod(fromA - shiftToC(), count);
  }

  /** How many classes a bin has a weight for, in whole {@link #LANES} or else all classes. */
  private int runLength(int bin) {
    double first = Math.ceil(pitch(bin) - reach(bin));
    double last = Math.floor(pitch(bin) + reach(bin));
    return (int) Math.min(count, Math.ceil((last - first + 1) / LANES) * LANES);
  }

  /** The distance in classes from which on weights are negligible. */
  private double reach(int bin) {
    return width(bin) * Math.sqrt(-StrictMath.log(NEGLIGIBLE) / 2);
  }

  /** The weights of a bin for all classes: a column of {@code librosa.filters.chroma}. */
  private double[] column(int bin) {
    double half = Math.rint(count / 2.0);
    double[] fromA = new double[count];
    double squares = 0;
    for (int i = 0; i < count; i++) {
      double turned = pitch(bin) - i + half;
      double distance = turned - count * Math.floor(turned / count) - half;
      double deviation = 2 * distance / width(bin);
      fromA[i] = StrictMath.exp(-0.5 * deviation * deviation);
      squares += fromA[i] * fromA[i];
    }
    double scale = octaveWeight(bin) / Math.sqrt(squares);
    double[] column = new double[count];
    for (int i = 0; i < count; i++) {
      column[i] = scale * fromA[(i + shiftToC()) % count];
    }
    return column;
  }

  private double octaveWeight(int bin) {
    double octave = (pitch(bin) / count - CENTER_OCTAVE) / OCTAVE_WIDTH;
    return StrictMath.exp(-0.5 * octave * octave);
  }

  /** Pitches count from A; the classes begin with C, three semitones up. */
  private int shiftToC() {
    return 3 * (count / 12);
  }

  /** A bin is as wide as the distance to the next one, but at least one class. */
  private double width(int bin) {
    return Math.max(1, pitch(bin + 1) - pitch(bin));
  }

  /** Pitch of a bin in classes above A0; 0 Hz is put 1.5 octaves below the first bin. */
  private double pitch(int bin) {
    if (bin == 0) {
      return pitch(1) - 1.5 * count;
    }
    double hz = (double) bin * spec.sampleRateHz() / spec.fftLength();
    return count * StrictMath.log(hz / A0_HZ) / StrictMath.log(2);
  }

  /** {@code chroma1}, …: 0 to 1. */
  @Override
  public List<FrameValue> values() {
    return FrameValue.numbered("chroma", count, 0, 1);
  }

  @Override
  public void compute(Frame frame, float[] out, int at) {
    compute(frame.power(), out, at);
  }

  /**
   * Computes the pitch classes of a frame; all are 0 in digital silence.
   *
   * @param power {@code [fftLength / 2 + 1]}, power
   * @param out receives {@code [chromaBins]} from {@code at}, 0 to 1
   */
  void compute(double[] power, float[] out, int at) {
    final double[] sums = this.sums;
    Arrays.fill(sums, 0);
    fold(power, folded, overOctaveAbove, foldFrom);
    for (Stretch stretch : stretches) {
      add(folded, stretch, sums);
    }
    for (int i = sums.length - 1; i >= count; i--) {
      sums[i - count] += sums[i];
    }
    double largest = 0;
    for (int i = 0; i < count; i++) {
      largest = sums[i] > largest ? sums[i] : largest;
    }
    // As in librosa, a frame of (almost) nothing is not blown up.
    double scale = largest < Double.MIN_NORMAL ? 1 : 1 / largest;
    for (int i = 0; i < count; i++) {
      out[at + i] = (float) (sums[i] * scale);
    }
  }

  private static void fold(
      double[] power, double[] folded, double[] overOctaveAbove, int foldFrom) {
    System.arraycopy(power, 0, folded, 0, power.length);
    for (int bin = foldFrom; bin < overOctaveAbove.length; bin++) {
      folded[2 * bin] += overOctaveAbove[bin] * folded[bin];
    }
  }

  private static void add(double[] power, Stretch stretch, double[] sums) {
    final double[] weights = stretch.weights;
    final int begin = stretch.begin;
    final int size = stretch.end - begin;
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    double sum4 = 0;
    double sum5 = 0;
    for (int i = 0; i < size; i++) {
      double value = power[begin + i];
      sum0 += weights[i] * value;
      sum1 += weights[size + i] * value;
      sum2 += weights[2 * size + i] * value;
      sum3 += weights[3 * size + i] * value;
      sum4 += weights[4 * size + i] * value;
      sum5 += weights[5 * size + i] * value;
    }
    int first = stretch.first;
    sums[first] += sum0;
    sums[first + 1] += sum1;
    sums[first + 2] += sum2;
    sums[first + 3] += sum3;
    sums[first + 4] += sum4;
    sums[first + 5] += sum5;
  }
}
