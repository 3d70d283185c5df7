package dev.speechemotion.features.window;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The frames of a channel that are kept for its windows to come. They are most of a channel's state
 * and never change, so they are stored apart from the rest of it, a stretch at a time. Frames are
 * numbered; which one is the first does not matter.
 */
public interface FrameHistory {
  /** Number of the oldest frame that is kept; only goes up. */
  long first();

  /** Number behind that of the newest frame; not below {@link #first}. */
  long end();

  /**
   * Writes frames that are kept.
   *
   * @param to number behind that of the last one
   */
  void write(long from, long to, DataOutput out) throws IOException;

  /**
   * Reads frames that {@link #write} wrote, after the rest of the state. Stretches come one behind
   * the other up to {@link #end}; the first of them may begin before {@link #first}.
   *
   * @throws IOException if there cannot be such frames, or they end early
   */
  void read(long from, long to, DataInput in) throws IOException;
}
