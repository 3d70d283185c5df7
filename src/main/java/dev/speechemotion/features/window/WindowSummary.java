package dev.speechemotion.features.window;

import dev.speechemotion.features.dsp.Slopes;
import dev.speechemotion.features.frame.ExtendedFeatures;
import dev.speechemotion.features.frame.FrameCodes;
import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.Statistic;
import dev.speechemotion.features.statistic.Change;
import dev.speechemotion.features.statistic.Correlations;
import dev.speechemotion.features.statistic.Course;
import dev.speechemotion.features.statistic.Movement;
import java.util.Arrays;
import java.util.List;

/**
 * What a window has of its frames beyond means. Holds scratch space and nothing that outlives a
 * call; sums are of whole numbers and thus exact.
 */
public final class WindowSummary {
  /** What the pitch of a window without voice is said to be, semitones: about 156 Hz. */
  static final float NO_PITCH = 30;

  /** Stretches without speech from this length on are pauses. */
  private static final double PAUSE_SECONDS = 0.2;

  /**
   * A syllable's peak rises and falls by 2 dB, and lies within 25 dB of the window's highest (after
   * N. de Jong and T. Wempe, "Praat script to detect syllable nuclei", 2009).
   */
  private static final double SYLLABLE_DB = 2;

  private static final double SYLLABLE_RANGE_DB = 25;

  private static final int TIMING_VALUES = 4;

  private static final int VOICE_VALUES = 7;

  private static final int COARSE_SHIFT = FrameCodes.BITS / 2;

  /** What {@link Statistic#PERCENTILES} and {@link Statistic#VOICE} give. */
  private static final int[] PERCENTILES = {10, 50, 90};

  private static final int[] LEAST_PERCENTILE = {10};
  private static final int[] RANGE_PERCENTILES = {5, 25, 75, 95};

  private final FrameCodes codes;
  private final int features;
  private final int rmsColumn;
  private final int f0Column;
  private final boolean deviation;
  private final boolean percentiles;
  private final boolean deltaDeviation;
  private final boolean pitch;
  private final boolean timing;
  private final boolean ofSpeech;

  private final boolean voice;
  private final int voicingColumn;

  /** Null without, as those below. */
  private final Movement movement;

  private final Course course;
  private final Change change;
  private final Correlations correlations;

  /** Columns that the last three are of. */
  private final int[] courseColumns;

  private final int[] changeColumns;
  private final int[] correlationColumns;

  /** Their codes. */
  private final int[][] courseSeries;

  private final int[][] changeSeries;
  private final int[][] correlationSeries;

  /** In steps of {@code rms}. */
  private final int rmsRange;

  private final int syllableRise;
  private final int syllableRange;
  private final double framesPerSecond;
  private final int pauseFrames;

  /** How many frames have each code, and how many each of its upper halves. */
  private final short[] fine = new short[1 << FrameCodes.BITS];

  private final short[] coarse = new short[1 << FrameCodes.BITS - COARSE_SHIFT];
  private int[] values = new int[0];

  /** By column: its codes where something else needs them as well, else null. */
  private final int[][] kept;

  private int[] spoken = new int[0];
  private int[] flags = new int[0];
  private int[] pitches = new int[0];
  private int[] slopes = new int[0];

  public WindowSummary(FeatureSpec spec) {
    codes = new FrameCodes(spec);
    features = spec.frameFeatureCount();
    rmsColumn = spec.offset(FeatureGroup.RMS);
    f0Column = spec.offset(FeatureGroup.PITCH);
    deviation = spec.statistics().contains(Statistic.DEVIATION);
    percentiles = spec.statistics().contains(Statistic.PERCENTILES);
    deltaDeviation = spec.statistics().contains(Statistic.DELTA_DEVIATION);
    pitch = spec.statistics().contains(Statistic.PITCH);
    timing = spec.statistics().contains(Statistic.TIMING);
    ofSpeech = spec.statistics().contains(Statistic.OF_SPEECH);
    framesPerSecond = (double) spec.sampleRateHz() / spec.hopLength();
    pauseFrames = (int) Math.max(1, Math.round(PAUSE_SECONDS * framesPerSecond));
    movement =
        spec.statistics().contains(Statistic.MOVEMENT)
            ? new Movement(framesPerSecond, codes.step(f0Column), codes.step(rmsColumn))
            : null;
    voice = spec.statistics().contains(Statistic.VOICE);
    voicingColumn = f0Column + 1;
    kept = new int[features][];
    courseColumns = keep(spec, Statistic.COURSE);
    changeColumns = keep(spec, Statistic.CHANGE);
    correlationColumns = keep(spec, Statistic.CORRELATION);
    courseSeries = new int[courseColumns.length][];
    changeSeries = new int[changeColumns.length][];
    correlationSeries = new int[correlationColumns.length][];
    course = courseColumns.length == 0 ? null : new Course(steps(courseColumns));
    change =
        changeColumns.length == 0
            ? null
            : new Change(Statistic.CHANGE.series(spec), steps(changeColumns), framesPerSecond);
    correlations =
        correlationColumns.length == 0
            ? null
            : new Correlations(Statistic.CORRELATION.series(spec));
    rmsRange = rmsSteps(-ExtendedFeatures.LEAST_RMS);
    syllableRise = rmsSteps(SYLLABLE_DB);
    syllableRange = rmsSteps(SYLLABLE_RANGE_DB);
  }

  /** The columns of what a statistic follows, which are kept from now on; none without it. */
  private int[] keep(FeatureSpec spec, Statistic statistic) {
    if (!spec.statistics().contains(statistic)) {
      return new int[0];
    }
    List<String> names = spec.frameFeatureNames();
    int[] columns = Arrays.stream(statistic.series(spec)).mapToInt(names::indexOf).toArray();
    for (int column : columns) {
      kept[column] = new int[0];
    }
    return columns;
  }

  private double[] steps(int[] columns) {
    return Arrays.stream(columns).mapToDouble(codes::step).toArray();
  }

  private void pick(int[] columns, int[][] series) {
    for (int k = 0; k < columns.length; k++) {
      series[k] = kept[columns[k]];
    }
  }

  FrameCodes codes() {
    return codes;
  }

  private int rmsSteps(double db) {
    return rmsColumn < 0 ? 0 : (int) Math.round(db / codes.step(rmsColumn));
  }

  /**
   * Computes a window's values from all frames of the ring, which is not empty.
   *
   * @param out receives {@code [windowFeatureCount]}
   */
  public void compute(FrameRing ring, float[] out) {
    if (values.length < ring.capacity()) {
      values = new int[ring.capacity()];
      spoken = new int[ring.capacity()];
      flags = new int[ring.capacity()];
      pitches = new int[ring.capacity()];
      slopes = new int[ring.capacity()];
      for (int column = 0; column < features; column++) {
        kept[column] = kept[column] == null ? null : new int[ring.capacity()];
      }
      pick(courseColumns, courseSeries);
      pick(changeColumns, changeSeries);
      pick(correlationColumns, correlationSeries);
    }
    int count = ring.count();
    int at = 0;
    ring.flags(flags);
    int speech = 0;
    for (int i = 0; i < count; i++) {
      speech += flags[i] & FrameRing.SPEECH;
    }
    boolean someOnly = ofSpeech && speech > 0 && speech < count;
    for (int feature = 0; feature < features; feature++) {
      int[] all = kept[feature] == null ? values : kept[feature];
      ring.column(feature, all);
      if (feature == f0Column) {
        continue;
      }
      if (feature == rmsColumn) {
        belowLoudest(ring, all, count);
      }
      if (someOnly) {
        keepSpeech(all, count);
      }
      at =
          describe(
              feature,
              someOnly ? spoken : all,
              someOnly ? speech : count,
              all,
              count,
              feature == 0,
              out,
              at);
    }
    if (pitch) {
      at = describePitch(ring, count, out, at);
    }
    if (timing) {
      describeTiming(ring, count, speech, out, at);
      at += TIMING_VALUES;
    }
    if (movement != null) {
      ring.column(rmsColumn, values);
      belowLoudest(ring, values, count);
      ring.column(f0Column, pitches);
      movement.describe(pitches, values, count, out, at);
      at += Movement.COUNT;
    }
    if (voice) {
      describeVoice(ring, count, out, at);
      at += VOICE_VALUES;
    }
    if (course != null) {
      at = course.describe(courseSeries, flags, count, out, at);
    }
    if (change != null) {
      at = change.describe(changeSeries, count, out, at);
    }
    if (correlations != null) {
      correlations.describe(correlationSeries, flags, speech > 0, count, out, at);
    }
  }

  /** The values of the frames that hold speech, one after another. */
  private void keepSpeech(int[] values, int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      spoken[kept] = values[i];
      kept += flags[i] & FrameRing.SPEECH;
    }
  }

  /** Levels of the full scale to codes of which 0 is the least {@code rms}, the last its 0 dB. */
  private void belowLoudest(FrameRing ring, int[] values, int count) {
    int top = codes.encode(rmsColumn, ring.loudest());
    for (int i = 0; i < count; i++) {
      values[i] = Math.max(0, Math.min(rmsRange, values[i] - top + rmsRange));
    }
  }

  /**
   * @param some {@code [count]}, codes that mean, deviation and percentiles are of
   * @param all {@code [allCount]}, codes that slopes are of
   */
  private int describe(
      int feature,
      int[] some,
      int count,
      int[] all,
      int allCount,
      boolean level,
      float[] out,
      int begin) {
    int at = begin;
    long sum = 0;
    long squares = 0;
    for (int i = 0; i < count; i++) {
      int value = some[i];
      sum += value;
      squares += (long) value * value;
    }
    double mean = (double) sum / count;
    double step = codes.step(feature);
    // What code 0 stands for; what is the level is taken less its mean.
    double zero =
        feature == rmsColumn ? -rmsRange * step : level ? -mean * step : codes.decode(feature, 0);
    if (!level) {
      out[at++] = (float) (zero + mean * step);
    }
    if (deviation) {
      out[at++] = (float) (step * deviation(sum, squares, count));
    }
    if (percentiles) {
      at = percentiles(PERCENTILES, some, count, zero, step, out, at);
    }
    if (deltaDeviation) {
      out[at++] = (float) (step / Slopes.SQUARES * slopeDeviation(all, allCount));
    }
    return at;
  }

  private static double deviation(long sum, long squares, long count) {
    // Exact up to the root: with 12 bits and up to 2^14 frames there is no overflow.
    return Math.sqrt((double) (count * squares - sum * sum)) / count;
  }

  /** Deviation of {@code sum_k k x[i + k]} over the frames with four others on either side. */
  private double slopeDeviation(int[] values, int count) {
    int slopes = count - 2 * Slopes.REACH;
    if (slopes <= 0) {
      return 0;
    }
    // In a loop of its own, of which the compiler makes vector instructions.
    final int[] found = this.slopes;
    for (int i = 0; i < slopes; i++) {
      found[i] =
          4 * (values[i + 8] - values[i])
              + 3 * (values[i + 7] - values[i + 1])
              + 2 * (values[i + 6] - values[i + 2])
              + (values[i + 5] - values[i + 3]);
    }
    long sum = 0;
    long squares = 0;
    for (int i = 0; i < slopes; i++) {
      sum += found[i];
      squares += (long) found[i] * found[i];
    }
    return deviation(sum, squares, slopes);
  }

  /**
   * The values of rank {@code (count - 1) p} to the nearest, by counting: nothing is sorted.
   *
   * @param percents in ascending order
   */
  private int percentiles(
      int[] percents, int[] values, int count, double zero, double step, float[] out, int begin) {
    final short[] fine = this.fine;
    final short[] coarse = this.coarse;
    for (int i = 0; i < count; i++) {
      int value = values[i];
      fine[value]++;
      coarse[value >> COARSE_SHIFT]++;
    }
    int upper = 0;
    int before = 0;
    for (int i = 0; i < percents.length; i++) {
      int rank = rank(percents[i], count);
      while (rank - before >= coarse[upper]) {
        before += coarse[upper++];
      }
      int code = upper << COARSE_SHIFT;
      int left = rank - before;
      while (left >= fine[code]) {
        left -= fine[code++];
      }
      out[begin + i] = (float) (zero + step * code);
    }
    for (int i = 0; i < count; i++) {
      fine[values[i]] = 0;
    }
    Arrays.fill(coarse, (short) 0);
    return begin + percents.length;
  }

  /**
   * @return the nearest to (count - 1) percent / 100
   */
  public static int rank(int percent, int count) {
    return (percent * (count - 1) + 50) / 100;
  }

  private int describePitch(FrameRing ring, int count, float[] out, int begin) {
    int at = begin;
    ring.column(f0Column, values);
    int voiced = 0;
    long sum = 0;
    long squares = 0;
    long times = 0;
    long timeSquares = 0;
    long products = 0;
    for (int i = 0; i < count; i++) {
      int code = values[i];
      if (code > 0) {
        pitches[voiced++] = code;
        sum += code;
        squares += (long) code * code;
        times += i;
        timeSquares += (long) i * i;
        products += (long) i * code;
      }
    }
    double step = codes.step(f0Column);
    double zero = codes.decode(f0Column, 0);
    if (voiced == 0) {
      out[at++] = NO_PITCH;
      out[at++] = 0;
      Arrays.fill(out, at, at + 3, NO_PITCH);
      at += 3;
      out[at++] = 0;
    } else {
      out[at++] = (float) (zero + step * sum / voiced);
      out[at++] = (float) (step * deviation(sum, squares, voiced));
      at = percentiles(PERCENTILES, pitches, voiced, zero, step, out, at);
      // The straight line of least squared error through the voiced frames.
      double spread = (double) (voiced * timeSquares - times * times);
      double slope = spread == 0 ? 0 : (voiced * products - times * sum) / spread;
      out[at++] = (float) (slope * step * framesPerSecond);
    }
    out[at++] = (float) voiced / count;
    return at;
  }

  private void describeVoice(FrameRing ring, int count, float[] out, int begin) {
    int[] voicings = spoken;
    ring.column(f0Column, values);
    ring.column(voicingColumn, slopes);
    int voiced = 0;
    long sum = 0;
    long squares = 0;
    for (int i = 0; i < count; i++) {
      if (values[i] > 0) {
        pitches[voiced] = values[i];
        voicings[voiced++] = slopes[i];
        sum += slopes[i];
        squares += (long) slopes[i] * slopes[i];
      }
    }
    if (voiced == 0) {
      Arrays.fill(out, begin, begin + VOICE_VALUES, 0);
      return;
    }
    double step = codes.step(voicingColumn);
    int at = begin;
    out[at++] = (float) (step * sum / voiced);
    out[at++] = (float) (step * deviation(sum, squares, voiced));
    at = percentiles(LEAST_PERCENTILE, voicings, voiced, 0, step, out, at);
    percentiles(PERCENTILES, pitches, voiced, 0, codes.step(f0Column), out, at);
    double median = out[at + 1];
    percentiles(RANGE_PERCENTILES, pitches, voiced, -median, codes.step(f0Column), out, at);
  }

  private void describeTiming(FrameRing ring, int count, int speech, float[] out, int begin) {
    int pauses = 0;
    int paused = 0;
    int silent = 0;
    for (int i = 0; i < count; i++) {
      silent = (flags[i] & FrameRing.ACTIVE) == 0 ? silent + 1 : 0;
      if (silent == pauseFrames) {
        pauses++;
        paused += silent;
      } else if (silent > pauseFrames) {
        paused++;
      }
    }
    out[begin] = (float) speech / count;
    out[begin + 1] = (float) (pauses * framesPerSecond / count);
    out[begin + 2] = pauses == 0 ? 0 : (float) (paused / (pauses * framesPerSecond));
    out[begin + 3] = speech == 0 ? 0 : (float) (syllables(ring, count) * framesPerSecond / speech);
  }

  /** Peaks of the level in voiced frames that hold speech. */
  private int syllables(FrameRing ring, int count) {
    ring.column(rmsColumn, values);
    ring.column(f0Column, pitches);
    int highest = 0;
    for (int i = 0; i < count; i++) {
      highest = Math.max(highest, values[i]);
    }
    int least = highest - syllableRange;
    int peaks = 0;
    boolean rising = false;
    boolean voiced = false;
    int turn = values[0];
    for (int i = 0; i < count; i++) {
      int value = values[i];
      if (rising) {
        if (value >= turn) {
          turn = value;
          voiced = pitches[i] > 0 && (flags[i] & FrameRing.SPEECH) != 0;
        } else if (value <= turn - syllableRise) {
          peaks += voiced && turn >= least ? 1 : 0;
          rising = false;
          turn = value;
        }
      } else if (value <= turn) {
        turn = value;
      } else if (value >= turn + syllableRise) {
        rising = true;
        turn = value;
        voiced = pitches[i] > 0 && (flags[i] & FrameRing.SPEECH) != 0;
      }
    }
    return peaks;
  }
}
