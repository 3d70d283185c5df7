package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.WindowFrames;

/** One feature of a window's frames: all of them, and those that count. */
final class FeatureSeries {
  private final boolean ofSpeech;
  private int[] spoken = new int[0];
  private int[] all;
  private int allCount;
  private int[] counted;
  private int count;
  private long sum;
  private long squares;
  private double step;
  private double zero;

  /**
   * @param ofSpeech whether, where there are any, only the frames that hold speech count
   */
  FeatureSeries(boolean ofSpeech) {
    this.ofSpeech = ofSpeech;
  }

  /**
   * Takes a feature.
   *
   * @param fromMean whether its values are said from their mean, and not as they are
   */
  void take(WindowFrames frames, int column, boolean fromMean) {
    all = frames.codes(column);
    allCount = frames.count();
    step = frames.step(column);
    int speech = frames.speechCount();
    if (ofSpeech && speech > 0 && speech < allCount) {
      keepSpeech(frames);
      counted = spoken;
      count = speech;
    } else {
      counted = all;
      count = allCount;
    }
    final int[] counted = this.counted;
    long sum = 0;
    long squares = 0;
    for (int i = 0; i < count; i++) {
      int value = counted[i];
      sum += value;
      squares += (long) value * value;
    }
    this.sum = sum;
    this.squares = squares;
    zero = fromMean ? -mean() * step : frames.zero(column);
  }

  /** The codes of the frames that hold speech, one after another. */
  private void keepSpeech(WindowFrames frames) {
    if (spoken.length < frames.capacity()) {
      spoken = new int[frames.capacity()];
    }
    final int[] spoken = this.spoken;
    final int[] all = this.all;
    final int[] flags = frames.flags();
    int kept = 0;
    for (int i = 0; i < allCount; i++) {
      spoken[kept] = all[i];
      kept += flags[i] & WindowFrames.SPEECH;
    }
  }

  /** {@code [allCount]} or longer, codes of all frames. */
  int[] all() {
    return all;
  }

  int allCount() {
    return allCount;
  }

  /** {@code [count]} or longer, codes of the frames that count. */
  int[] counted() {
    return counted;
  }

  int count() {
    return count;
  }

  /** Of the frames that count, as of all below. */
  long sum() {
    return sum;
  }

  long squares() {
    return squares;
  }

  double mean() {
    return (double) sum / count;
  }

  /** What code 0 stands for. */
  double zero() {
    return zero;
  }

  /** What a difference of 1 between codes is. */
  double step() {
    return step;
  }
}
