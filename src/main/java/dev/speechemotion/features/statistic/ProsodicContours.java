package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.CodeRanks;
import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.frame.RelativeLevel;
import java.util.Arrays;
import java.util.List;

/**
 * How pitch and level move within a window, wherever in it words begin and end. Pitch is followed
 * through runs: stretches of 80 ms or more of voiced frames without a jump of four semitones from
 * one frame to the next. A run's start and end are the means of its first and its last quarter, its
 * move is from the one to the other.
 *
 * <p>{@code f0.run.slope}: mean slope of the runs by their length, semitones per second; {@code
 * f0.rise}, {@code f0.fall}: what the runs' moves come to upwards and downwards; {@code
 * f0.move.max}, {@code .min}, {@code .last}: the highest, lowest and last move; {@code f0.first},
 * {@code f0.last}, {@code f0.end}: the means of the first and the last run and the end of that,
 * less the mean of all voiced frames; {@code f0.jump}: the mean distance from a run's end to the
 * next one's start; {@code f0.run.length}: their mean length, seconds; {@code f0.run.rate}: their
 * number per second; {@code f0.delta}: ranks and mean magnitude of the local slopes, per second;
 * {@code f0.rms.correlation}: over the voiced frames; {@code rms.rise}, {@code rms.fall}: the mean
 * slopes where the level rises and where it does not, dB per second; {@code rms.rising}: share of
 * the frames where it rises. 0 where there is nothing to tell.
 *
 * <p>Local slopes are those of the straight line of least squared error through five frames, as for
 * deltas elsewhere (S. Young et al., "The HTK Book", 2006, section 5.9).
 */
final class ProsodicContours implements WindowStatistic {
  private static final List<String> NAMES =
      List.of(
          "f0.run.slope",
          "f0.rise",
          "f0.fall",
          "f0.move.max",
          "f0.move.min",
          "f0.move.last",
          "f0.first",
          "f0.last",
          "f0.end",
          "f0.jump",
          "f0.run.length",
          "f0.run.rate",
          "f0.delta.p10",
          "f0.delta.median",
          "f0.delta.p90",
          "f0.delta.abs",
          "f0.rms.correlation",
          "rms.rise",
          "rms.fall",
          "rms.rising");

  /** How many of them are of the runs; one is the correlation, the others are of the level. */
  private static final int OF_RUNS = 16;

  private static final double RUN_SECONDS = 0.08;
  private static final double JUMP_SEMITONES = 4;

  /** Frames on either side that a local slope reaches. */
  private static final int REACH = 2;

  /** The sum of the squares of -2 to 2. */
  private static final double SQUARES = 10;

  private final double framesPerSecond;
  private final int runFrames;
  private final double pitchStep;
  private final double levelStep;
  private final int level;
  private final int jump;
  private int[] slopes = new int[0];

  ProsodicContours(WindowFrames frames) {
    framesPerSecond = frames.framesPerSecond();
    level = frames.column(RelativeLevel.NAME);
    pitchStep = frames.step(frames.f0());
    levelStep = frames.step(level);
    runFrames = (int) Math.max(2 * REACH + 1, Math.round(RUN_SECONDS * framesPerSecond));
    jump = (int) Math.round(JUMP_SEMITONES / pitchStep);
  }

  @Override
  public List<String> names() {
    return NAMES;
  }

  @Override
  public void compute(WindowFrames frames, float[] out, int at) {
    compute(frames.codes(frames.f0()), frames.codes(level), frames.count(), out, at);
  }

  /**
   * @param pitch {@code [count]} or longer, codes; 0 for a frame without voice
   * @param level {@code [count]} or longer, codes
   * @param count how many frames the window has
   * @param out receives the values of {@link #names} from {@code begin} on; 0 where there is
   *     nothing to tell
   */
  void compute(int[] pitch, int[] level, int count, float[] out, int begin) {
    if (slopes.length < count) {
      slopes = new int[pitch.length];
    }
    Arrays.fill(out, begin, begin + NAMES.size(), 0);
    computeRuns(pitch, count, out, begin);
    out[begin + OF_RUNS] = (float) correlation(pitch, level, count);
    computeLevel(level, count, out, begin + OF_RUNS + 1);
  }

  private void computeRuns(int[] pitch, int count, float[] out, int begin) {
    int runs = 0;
    int frames = 0;
    int local = 0;
    double slopeSum = 0;
    double rise = 0;
    double fall = 0;
    double highest = Double.NEGATIVE_INFINITY;
    double lowest = Double.POSITIVE_INFINITY;
    double move = 0;
    double first = 0;
    double mean = 0;
    double end = 0;
    double jumps = 0;
    int from = 0;
    while (from < count) {
      int to = runEnd(pitch, count, from);
      int length = to - from;
      if (length >= runFrames) {
        int quarter = Math.max(2, length / 4);
        double start = mean(pitch, from, from + quarter);
        if (runs > 0) {
          jumps += Math.abs(start - end);
        }
        end = mean(pitch, to - quarter, to);
        move = end - start;
        mean = mean(pitch, from, to);
        if (runs == 0) {
          first = mean;
        }
        slopeSum += slope(pitch, from, to, mean) * length;
        rise += Math.max(0, move);
        fall += Math.max(0, -move);
        highest = Math.max(highest, move);
        lowest = Math.min(lowest, move);
        for (int i = from + REACH; i < to - REACH; i++) {
          slopes[local++] = slopeSum(pitch, i);
        }
        frames += length;
        runs++;
      }
      from = Math.max(to, from + 1);
    }
    if (runs == 0) {
      return;
    }
    double overall = voicedMean(pitch, count);
    int at = begin;
    out[at++] = (float) (slopeSum / frames * pitchStep * framesPerSecond);
    out[at++] = (float) (rise * pitchStep);
    out[at++] = (float) (fall * pitchStep);
    out[at++] = (float) (highest * pitchStep);
    out[at++] = (float) (lowest * pitchStep);
    out[at++] = (float) (move * pitchStep);
    out[at++] = (float) ((first - overall) * pitchStep);
    out[at++] = (float) ((mean - overall) * pitchStep);
    out[at++] = (float) ((end - overall) * pitchStep);
    out[at++] = runs == 1 ? 0 : (float) (jumps / (runs - 1) * pitchStep);
    out[at++] = (float) (frames / framesPerSecond / runs);
    out[at++] = (float) (runs * framesPerSecond / count);
    double unit = pitchStep * framesPerSecond / SQUARES;
    Arrays.sort(slopes, 0, local);
    long sum = 0;
    for (int i = 0; i < local; i++) {
      sum += Math.abs(slopes[i]);
    }
    for (int percent = 10; percent <= 90; percent += 40) {
      out[at++] = (float) (slopes[CodeRanks.rank(percent, local)] * unit);
    }
    out[at] = (float) ((double) sum / local * unit);
  }

  /** Where the stretch that begins here ends: at once if its first frame is not voiced. */
  private int runEnd(int[] pitch, int count, int from) {
    int to = from;
    while (to < count
        && pitch[to] > 0
        && (to == from || Math.abs(pitch[to] - pitch[to - 1]) < jump)) {
      to++;
    }
    return to;
  }

  private static double mean(int[] values, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i];
    }
    return (double) sum / (to - from);
  }

  private static double voicedMean(int[] pitch, int count) {
    long sum = 0;
    int voiced = 0;
    for (int i = 0; i < count; i++) {
      if (pitch[i] > 0) {
        sum += pitch[i];
        voiced++;
      }
    }
    return (double) sum / voiced;
  }

  /** Of the straight line of least squared error, per frame. */
  private static double slope(int[] values, int from, int to, double mean) {
    double middle = (from + to - 1) / 2.0;
    double products = 0;
    double squares = 0;
    for (int i = from; i < to; i++) {
      products += (i - middle) * (values[i] - mean);
      squares += (i - middle) * (i - middle);
    }
    return products / squares;
  }

  /** The slope at a frame, times {@link #SQUARES}. */
  private static int slopeSum(int[] values, int i) {
    return 2 * (values[i + 2] - values[i - 2]) + values[i + 1] - values[i - 1];
  }

  /** Pearson's, of pitch and level in the voiced frames; 0 where one of them does not change. */
  private static double correlation(int[] pitch, int[] level, int count) {
    long voiced = 0;
    long x = 0;
    long y = 0;
    long xx = 0;
    long yy = 0;
    long xy = 0;
    for (int i = 0; i < count; i++) {
      if (pitch[i] > 0) {
        voiced++;
        x += pitch[i];
        y += level[i];
        xx += (long) pitch[i] * pitch[i];
        yy += (long) level[i] * level[i];
        xy += (long) pitch[i] * level[i];
      }
    }
    double spread = (double) (voiced * xx - x * x) * (voiced * yy - y * y);
    return spread == 0 ? 0 : (voiced * xy - x * y) / Math.sqrt(spread);
  }

  /** Mean slope where the level rises, where it does not, dB per second; share of the former. */
  private void computeLevel(int[] level, int count, float[] out, int begin) {
    long rise = 0;
    long fall = 0;
    int rising = 0;
    int all = 0;
    for (int i = REACH; i < count - REACH; i++) {
      int slope = slopeSum(level, i);
      if (slope > 0) {
        rise += slope;
        rising++;
      } else {
        fall -= slope;
      }
      all++;
    }
    double unit = levelStep * framesPerSecond / SQUARES;
    out[begin] = rising == 0 ? 0 : (float) ((double) rise / rising * unit);
    out[begin + 1] = rising == all ? 0 : (float) ((double) fall / (all - rising) * unit);
    out[begin + 2] = all == 0 ? 0 : (float) rising / all;
  }
}
