package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.WindowFrames;
import java.util.List;

/**
 * Something that can be said of a window's frames: by which names, and which values. Holds scratch
 * space and nothing that outlives a call.
 */
interface WindowStatistic {

  /** Of its values in their order. */
  List<String> names();

  /**
   * Computes the values of a window.
   *
   * @param frames as at construction, now with the window's frames, one or more
   * @param out receives a value for each of {@link #names()} from {@code at} on
   */
  void compute(WindowFrames frames, float[] out, int at);
}
