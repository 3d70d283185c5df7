package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.CodeSums;
import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.frame.RelativeLevel;
import dev.speechemotion.features.frame.VoicePitch;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code mfcc2.mfcc3.correlation}, …: Pearson's correlation of each feature with each other over
 * the frames that are voiced and hold speech, or over the voiced ones where none holds speech: what
 * goes with what as the voice moves, whatever its own level of each may be.
 */
final class FeatureCorrelations implements WindowStatistic {
  /** Of fewer frames nothing is said. */
  private static final int LEAST_FRAMES = 5;

  private static final List<String> FOLLOWED =
      List.of(
          "mfcc2",
          "mfcc3",
          "mfcc4",
          "mfcc5",
          "mfcc6",
          "mfcc7",
          RelativeLevel.NAME,
          VoicePitch.F0,
          "centroid",
          "flux");

  private final List<String> features;
  private final int[] columns;
  private final int[][] series;
  private final int pitch;
  private final int[][] voiced;
  private int[] held = new int[0];
  private final long[] sums;
  private final double[] spreads;

  FeatureCorrelations(WindowFrames frames) {
    this(frames, FOLLOWED);
  }

  /**
   * @param features {@code f0} among them
   */
  FeatureCorrelations(WindowFrames frames, List<String> features) {
    this.features = features;
    columns = frames.columns(features);
    series = new int[columns.length][];
    pitch = features.indexOf(VoicePitch.F0);
    voiced = new int[columns.length][0];
    sums = new long[columns.length];
    spreads = new double[columns.length];
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      for (int j = i + 1; j < features.size(); j++) {
        names.add(features.get(i) + "." + features.get(j) + ".correlation");
      }
    }
    return names;
  }

  @Override
  public void compute(WindowFrames frames, float[] out, int at) {
    for (int k = 0; k < columns.length; k++) {
      series[k] = frames.codes(columns[k]);
    }
    compute(series, frames.flags(), frames.speechCount() > 0, frames.count(), out, at);
  }

  /**
   * @param series {@code [features][count]} or longer, codes; of the pitch 0 for a frame without
   *     voice
   * @param flags {@code [count]} or longer, as of {@link WindowFrames}
   * @param anySpeech whether any of the frames holds speech
   * @param out receives the values of {@link #names} from {@code begin} on; 0 where a feature does
   *     not change or there are fewer than {@value #LEAST_FRAMES} frames
   */
  void compute(int[][] series, int[] flags, boolean anySpeech, int count, float[] out, int begin) {
    if (held.length < count) {
      held = new int[flags.length];
      for (int k = 0; k < voiced.length; k++) {
        voiced[k] = new int[flags.length];
      }
    }
    final int[] held = this.held;
    final int[] pitches = series[pitch];
    int frames = 0;
    for (int i = 0; i < count; i++) {
      if (pitches[i] > 0 && (!anySpeech || (flags[i] & WindowFrames.SPEECH) != 0)) {
        held[frames++] = i;
      }
    }
    for (int k = 0; k < series.length; k++) {
      final int[] from = series[k];
      final int[] to = voiced[k];
      for (int i = 0; i < frames; i++) {
        to[i] = from[held[i]];
      }
      sums[k] = CodeSums.of(to, frames);
      spreads[k] = (double) (frames * CodeSums.products(to, to, frames) - sums[k] * sums[k]);
    }
    int at = begin;
    for (int i = 0; i < series.length; i++) {
      for (int j = i + 1; j < series.length; j++) {
        double spread = spreads[i] * spreads[j];
        out[at++] =
            frames < LEAST_FRAMES || spread == 0
                ? 0
                : (float)
                    ((frames * CodeSums.products(voiced[i], voiced[j], frames) - sums[i] * sums[j])
                        / Math.sqrt(spread));
      }
    }
  }
}
