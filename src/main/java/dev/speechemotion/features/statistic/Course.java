package dev.speechemotion.features.statistic;

import dev.speechemotion.features.window.FrameRing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where in a window something is high or low: the mean of each third of what is spoken, from the
 * first to the last frame that holds speech, less the mean of the whole of it. Pitch is that of the
 * voiced frames, everything else that of the frames that hold speech.
 *
 * <p>Holds scratch space and nothing that outlives a call.
 */
public final class Course {
  private static final int THIRDS = 3;

  private final double[] steps;
  private final int[] sums = new int[THIRDS];
  private final int[] counts = new int[THIRDS];
  private int[] spoken = new int[0];
  private int[] voiced = new int[0];

  /**
   * @param steps what a code of each series stands for
   */
  public Course(double[] steps) {
    this.steps = steps.clone();
  }

  public static List<String> names(String[] series) {
    List<String> names = new ArrayList<>();
    for (String name : series) {
      for (int third = 1; third <= THIRDS; third++) {
        names.add(name + ".third" + third);
      }
    }
    return names;
  }

  /**
   * @param series {@code [steps][count]} or longer, codes; the first is the pitch, 0 for a frame
   *     without voice
   * @param flags {@code [count]} or longer, as in {@link FrameRing}
   * @param out receives three values for each series from {@code begin} on; 0 for a third that has
   *     no such frame
   * @return behind the last of them
   */
  public int describe(int[][] series, int[] flags, int count, float[] out, int begin) {
    if (spoken.length < count) {
      spoken = new int[flags.length];
      voiced = new int[flags.length];
    }
    int first = count;
    int last = -1;
    for (int i = 0; i < count; i++) {
      voiced[i] = Math.min(1, series[0][i]);
      spoken[i] = flags[i] & FrameRing.SPEECH;
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
    int at = begin;
    for (int k = 0; k < steps.length; k++) {
      at = describe(series[k], k == 0 ? voiced : spoken, first, last + 1, steps[k], out, at);
    }
    return at;
  }

  private int describe(
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
    return begin + THIRDS;
  }
}
