package dev.speechemotion.features.statistic;

import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.window.FrameRing;
import java.util.ArrayList;
import java.util.List;

/**
 * Pearson's correlation of each feature with each other over the frames that are voiced and hold
 * speech, or over the voiced ones where none holds speech: what goes with what as the voice moves,
 * whatever its own level of each may be.
 *
 * <p>Holds scratch space and nothing that outlives a call.
 */
public final class Correlations {
  /** Of fewer frames nothing is said. */
  private static final int LEAST_FRAMES = 5;

  private final int pitch;
  private final int[][] voiced;
  private int[] held = new int[0];
  private final long[] sums;
  private final double[] spreads;

  /**
   * @param series names of the features, {@code f0} among them
   */
  public Correlations(String[] series) {
    pitch = List.of(series).indexOf(FeatureGroup.F0);
    voiced = new int[series.length][0];
    sums = new long[series.length];
    spreads = new double[series.length];
  }

  public static List<String> names(String[] series) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < series.length; i++) {
      for (int j = i + 1; j < series.length; j++) {
        names.add(series[i] + "." + series[j] + ".correlation");
      }
    }
    return names;
  }

  /**
   * @param series {@code [names][count]} or longer, codes; of the pitch 0 for a frame without voice
   * @param flags {@code [count]} or longer, as in {@link FrameRing}
   * @param anySpeech whether any of the frames holds speech
   * @param out receives the values of {@link #names} from {@code begin} on; 0 where a feature does
   *     not change or there are fewer than {@value #LEAST_FRAMES} frames
   */
  public void describe(
      int[][] series, int[] flags, boolean anySpeech, int count, float[] out, int begin) {
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
      if (pitches[i] > 0 && (!anySpeech || (flags[i] & FrameRing.SPEECH) != 0)) {
        held[frames++] = i;
      }
    }
    for (int k = 0; k < series.length; k++) {
      final int[] from = series[k];
      final int[] to = voiced[k];
      for (int i = 0; i < frames; i++) {
        to[i] = from[held[i]];
      }
      sums[k] = Sums.of(to, frames);
      spreads[k] = (double) (frames * Sums.products(to, to, frames) - sums[k] * sums[k]);
    }
    int at = begin;
    for (int i = 0; i < series.length; i++) {
      for (int j = i + 1; j < series.length; j++) {
        double spread = spreads[i] * spreads[j];
        out[at++] =
            frames < LEAST_FRAMES || spread == 0
                ? 0
                : (float)
                    ((frames * Sums.products(voiced[i], voiced[j], frames) - sums[i] * sums[j])
                        / Math.sqrt(spread));
      }
    }
  }
}
