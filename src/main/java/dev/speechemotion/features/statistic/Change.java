package dev.speechemotion.features.statistic;

import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.window.WindowSummary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How much features change in so much time: the root of the mean of the squared differences of
 * frames that lie {@code lag} apart, over all frames of a window, or over pairs of voiced ones for
 * the pitch. Over all lags this is the structure function (A. N. Kolmogorov, 1941), which tells of
 * fast and slow movement apart, as a spectrum does. Then how much pitch and level bend: the
 * magnitude of their second differences from frame to frame.
 *
 * <p>Holds scratch space and nothing that outlives a call.
 */
public final class Change {
  private static final int[] LAGS_MS = {16, 32, 64, 128, 256, 512};

  /** What bends more than this between frames is another voicing's pitch. */
  private static final double MOST_BENT_SEMITONES = 3;

  private static final List<String> BENDS =
      List.of("f0.bend.mean", "f0.bend.median", "rms.bend.mean");

  private final double[] steps;
  private final int[] lags;
  private final int pitch;
  private final int level;
  private final int mostBent;
  private int[] bends = new int[0];

  /**
   * @param series names of the features that are followed, {@code f0} and {@code rms} among them
   * @param steps what a code of each stands for
   */
  public Change(String[] series, double[] steps, double framesPerSecond) {
    this.steps = steps.clone();
    pitch = List.of(series).indexOf(FeatureGroup.F0);
    level = List.of(series).indexOf("rms");
    lags =
        Arrays.stream(LAGS_MS)
            .map(ms -> (int) Math.max(1, Math.round(ms * framesPerSecond / 1000)))
            .toArray();
    mostBent = (int) Math.round(MOST_BENT_SEMITONES / steps[pitch]);
  }

  public static List<String> names(String[] series) {
    List<String> names = new ArrayList<>();
    for (String name : series) {
      for (int ms : LAGS_MS) {
        names.add(name + ".change" + ms);
      }
    }
    names.addAll(BENDS);
    return names;
  }

  /**
   * @param series {@code [names][count]} or longer, codes; of the pitch 0 for a frame without voice
   * @param out receives the values of {@link #names} from {@code begin} on; 0 where there is
   *     nothing to tell
   * @return behind the last of them
   */
  public int describe(int[][] series, int count, float[] out, int begin) {
    int at = begin;
    for (int k = 0; k < series.length; k++) {
      for (int lag : lags) {
        double square =
            k == pitch
                ? meanSquareOfVoiced(series[k], lag, count)
                : count <= lag
                    ? 0
                    : (double) Sums.squaredChanges(series[k], lag, count) / (count - lag);
        out[at++] = (float) (steps[k] * Math.sqrt(square));
      }
    }
    bends(series[pitch], series[level], count, out, at);
    return at + BENDS.size();
  }

  private static double meanSquareOfVoiced(int[] values, int lag, int count) {
    // At most 2^14 squares of less than 2^24, in a loop without branches.
    double sum = 0;
    int pairs = 0;
    for (int i = lag; i < count; i++) {
      int both = Math.min(1, Math.min(values[i], values[i - lag]));
      int change = both * (values[i] - values[i - lag]);
      sum += change * change;
      pairs += both;
    }
    return pairs == 0 ? 0 : sum / pairs;
  }

  private void bends(int[] pitches, int[] levels, int count, float[] out, int begin) {
    if (bends.length < count) {
      bends = new int[pitches.length];
    }
    int found = 0;
    long pitchBend = 0;
    long levelBend = 0;
    int voiced = 0;
    for (int i = 1; i < count - 1; i++) {
      if (pitches[i] == 0) {
        continue;
      }
      voiced++;
      levelBend += Math.abs(levels[i + 1] - 2 * levels[i] + levels[i - 1]);
      if (pitches[i - 1] > 0 && pitches[i + 1] > 0) {
        int bend = Math.abs(pitches[i + 1] - 2 * pitches[i] + pitches[i - 1]);
        if (bend < mostBent) {
          bends[found++] = bend;
          pitchBend += bend;
        }
      }
    }
    Arrays.sort(bends, 0, found);
    double step = steps[pitch];
    out[begin] = found == 0 ? 0 : (float) (step * pitchBend / found);
    out[begin + 1] = found == 0 ? 0 : (float) (step * bends[WindowSummary.rank(50, found)]);
    out[begin + 2] = voiced == 0 ? 0 : (float) (steps[level] * levelBend / voiced);
  }
}
