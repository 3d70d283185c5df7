package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.CodeRanks;
import dev.speechemotion.features.codes.CodeSums;
import dev.speechemotion.features.codes.WindowFrames;
import java.util.Arrays;
import java.util.List;

/**
 * Pitch of the voiced frames, semitones above 27.5 Hz; {@code f0.slope}, semitones per second;
 * {@code voiced.share} of the frames, 0 to 1. Without any voiced frame, the pitch is 30, which lies
 * between men's and women's.
 */
final class PitchStatistics implements WindowStatistic {
  /** What the pitch of a window without voice is said to be, semitones: about 156 Hz. */
  private static final float NO_PITCH = 30;

  private static final int[] PERCENTS = {10, 50, 90};

  private final CodeRanks ranks;
  private int[] pitches = new int[0];

  PitchStatistics(CodeRanks ranks) {
    this.ranks = ranks;
  }

  @Override
  public List<String> names() {
    return List.of(
        "f0.mean", "f0.std", "f0.p10", "f0.median", "f0.p90", "f0.slope", "voiced.share");
  }

  @Override
  public void compute(WindowFrames frames, float[] out, int begin) {
    if (pitches.length < frames.count()) {
      pitches = new int[frames.capacity()];
    }
    int at = begin;
    int count = frames.count();
    int[] values = frames.codes(frames.f0());
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
    double step = frames.step(frames.f0());
    double zero = frames.zero(frames.f0());
    if (voiced == 0) {
      out[at++] = NO_PITCH;
      out[at++] = 0;
      Arrays.fill(out, at, at + PERCENTS.length, NO_PITCH);
      at += PERCENTS.length;
      out[at++] = 0;
    } else {
      out[at++] = (float) (zero + step * sum / voiced);
      out[at++] = (float) (step * CodeSums.deviation(sum, squares, voiced));
      ranks.percentiles(PERCENTS, pitches, voiced, zero, step, out, at);
      at += PERCENTS.length;
      // The straight line of least squared error through the voiced frames.
      double spread = (double) (voiced * timeSquares - times * times);
      double slope = spread == 0 ? 0 : (voiced * products - times * sum) / spread;
      out[at++] = (float) (slope * step * frames.framesPerSecond());
    }
    out[at] = (float) voiced / count;
  }
}
