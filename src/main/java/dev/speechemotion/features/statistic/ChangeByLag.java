package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.CodeRanks;
import dev.speechemotion.features.codes.CodeSums;
import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.frame.RelativeLevel;
import dev.speechemotion.features.frame.VoicePitch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code .change16} to {@code .change512}: how much features change in so many milliseconds, the
 * root of the mean of the squared differences of frames that lie {@code lag} apart, over all frames
 * of a window, or over pairs of voiced ones for the pitch. Over all lags this is the structure
 * function (A. N. Kolmogorov, 1941), which tells of fast and slow movement apart, as a spectrum
 * does. Then {@code .bend}: how much pitch, in semitones, and level, in dB, bend, the magnitude of
 * their second differences from frame to frame.
 */
final class ChangeByLag implements WindowStatistic {
  private static final int[] LAGS_MS = {16, 32, 64, 128, 256, 512};

  /** What bends more than this between frames is another voicing's pitch. */
  private static final double MOST_BENT_SEMITONES = 3;

  private static final List<String> FOLLOWED =
      List.of(RelativeLevel.NAME, "centroid", "mfcc2", "mfcc3", "flux", VoicePitch.F0);

  private final List<String> features;
  private final int[] columns;
  private final double[] steps;
  private final int[][] series;
  private final int[] lags;
  private final int pitch;
  private final int level;
  private final int mostBent;
  private int[] bends = new int[0];

  ChangeByLag(WindowFrames frames) {
    this(frames, FOLLOWED);
  }

  /**
   * @param features {@code f0} and {@code rms} among them
   */
  ChangeByLag(WindowFrames frames, List<String> features) {
    this.features = features;
    columns = frames.columns(features);
    steps = Arrays.stream(columns).mapToDouble(frames::step).toArray();
    series = new int[columns.length][];
    pitch = features.indexOf(VoicePitch.F0);
    level = features.indexOf(RelativeLevel.NAME);
    lags =
        Arrays.stream(LAGS_MS)
            .map(ms -> (int) Math.max(1, Math.round(ms * frames.framesPerSecond() / 1000)))
            .toArray();
    mostBent = (int) Math.round(MOST_BENT_SEMITONES / steps[pitch]);
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (String feature : features) {
      for (int ms : LAGS_MS) {
        names.add(feature + ".change" + ms);
      }
    }
    names.addAll(List.of("f0.bend.mean", "f0.bend.median", "rms.bend.mean"));
    return names;
  }

  @Override
  public void compute(WindowFrames frames, float[] out, int at) {
    for (int k = 0; k < columns.length; k++) {
      series[k] = frames.codes(columns[k]);
    }
    compute(series, frames.count(), out, at);
  }

  /**
   * @param series {@code [features][count]} or longer, codes; of the pitch 0 for a frame without
   *     voice
   * @param out receives the values of {@link #names} from {@code begin} on; 0 where there is
   *     nothing to tell
   */
  void compute(int[][] series, int count, float[] out, int begin) {
    int at = begin;
    for (int k = 0; k < series.length; k++) {
      for (int lag : lags) {
        double square =
            k == pitch
                ? meanSquareOfVoiced(series[k], lag, count)
                : count <= lag
                    ? 0
                    : (double) CodeSums.squaredChanges(series[k], lag, count) / (count - lag);
        out[at++] = (float) (steps[k] * Math.sqrt(square));
      }
    }
    bends(series[pitch], series[level], count, out, at);
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
    out[begin + 1] = found == 0 ? 0 : (float) (step * bends[CodeRanks.rank(50, found)]);
    out[begin + 2] = voiced == 0 ? 0 : (float) (steps[level] * levelBend / voiced);
  }
}
