package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.frame.RelativeLevel;
import dev.speechemotion.features.frame.VoicePitch;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code .third1} to {@code .third3}: where in a window something is high or low: the mean of each
 * third of what is spoken, from the first to the last frame that holds speech, less the mean of the
 * whole of it. Pitch is that of the voiced frames, everything else that of the frames that hold
 * speech.
 */
final class ThirdsOfSpeech implements WindowStatistic {
  private static final int THIRDS = 3;

  private final List<String> features;
  private final int[] columns;
  private final double[] steps;
  private final int[][] series;
  private final int[] sums = new int[THIRDS];
  private final int[] counts = new int[THIRDS];
  private int[] spoken = new int[0];
  private int[] voiced = new int[0];

  ThirdsOfSpeech(FeatureSpec spec, WindowFrames frames) {
    this(
        frames,
        List.of(
            VoicePitch.F0,
            RelativeLevel.NAME,
            "centroid",
            "mfcc2",
            "mfcc3",
            "mfcc4",
            "contrast" + (spec.contrastBands() + 1),
            "rolloff"));
  }

  /**
   * @param features the first is the pitch
   */
  ThirdsOfSpeech(WindowFrames frames, List<String> features) {
    this.features = features;
    columns = frames.columns(features);
    steps = Arrays.stream(columns).mapToDouble(frames::step).toArray();
    series = new int[columns.length][];
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (String feature : features) {
      for (int third = 1; third <= THIRDS; third++) {
        names.add(feature + ".third" + third);
      }
    }
    return names;
  }

  @Override
  public void compute(WindowFrames frames, float[] out, int at) {
    for (int k = 0; k < columns.length; k++) {
      series[k] = frames.codes(columns[k]);
    }
    compute(series, frames.flags(), frames.count(), out, at);
  }

  /**
   * @param series {@code [features][count]} or longer, codes; the first is the pitch, 0 for a frame
   *     without voice
   * @param flags {@code [count]} or longer, as of {@link WindowFrames}
   * @param out receives three values for each series from {@code begin} on; 0 for a third that has
   *     no such frame
   */
  void compute(int[][] series, int[] flags, int count, float[] out, int begin) {
    if (spoken.length < count) {
      spoken = new int[flags.length];
      voiced = new int[flags.length];
    }
    int first = count;
    int last = -1;
    for (int i = 0; i < count; i++) {
      voiced[i] = Math.min(1, series[0][i]);
      spoken[i] = flags[i] & WindowFrames.SPEECH;
      if (spoken[i] != 0) {
        first = Math.min(first, i);
        last = i;
      }
    }
    if (last < 0) {
      Arrays.fill(spoken, 0, count, 1);
      first = 0;
      last = count - 1;
    }
    for (int k = 0; k < steps.length; k++) {
      int[] holds = k == 0 ? voiced : spoken;
      compute(series[k], holds, first, last + 1, steps[k], out, begin + k * THIRDS);
    }
  }

  private void compute(
      int[] values, int[] holds, int from, int to, double step, float[] out, int begin) {
    int sum = 0;
    int count = 0;
    for (int third = 0; third < THIRDS; third++) {
      int end = from + (to - from) * (third + 1) / THIRDS;
      int thirdSum = 0;
      int thirdCount = 0;
      for (int i = from + (to - from) * third / THIRDS; i < end; i++) {
        thirdSum += holds[i] * values[i];
        thirdCount += holds[i];
      }
      sums[third] = thirdSum;
      counts[third] = thirdCount;
      sum += thirdSum;
      count += thirdCount;
    }
    for (int third = 0; third < THIRDS; third++) {
      out[begin + third] =
          counts[third] == 0
              ? 0
              : (float) (step * ((double) sums[third] / counts[third] - (double) sum / count));
    }
  }
}
