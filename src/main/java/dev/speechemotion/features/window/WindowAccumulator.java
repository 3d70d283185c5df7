package dev.speechemotion.features.window;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What is kept of a channel's frames until their windows end. Frames come in blocks, of which a
 * window has a number in a row; the blocks are kept in so many rows in turn.
 */
interface WindowAccumulator {

  /**
   * Takes the next frame.
   *
   * @param row of the frame's block
   * @param features {@code [frameFeatureCount]}
   * @param loudestDb the channel's loudest by this frame
   * @param flags as of {@link dev.speechemotion.features.codes.WindowFrames}
   */
  void add(int row, float[] features, float loudestDb, int flags);

  /**
   * Forgets the oldest block.
   *
   * @param frames how many it has
   */
  void drop(int row, int frames);

  /**
   * Computes the vector of the window of all blocks.
   *
   * @param firstRow of its first block
   * @param frames how many it has, one or more
   * @param out receives {@code [windowFeatureCount]}
   */
  void compute(int firstRow, int frames, float[] out);

  /** Writes what is kept of a block that has frames. */
  default void writeBlock(int row, DataOutput out) throws IOException {}

  /** Reads what {@link #writeBlock} wrote, in place of a block that was dropped. */
  default void readBlock(int row, DataInput in) throws IOException {}

  /** Writes what is kept of all blocks together. */
  default void writeFrames(DataOutput out) throws IOException {}

  /**
   * Reads what {@link #writeFrames} wrote.
   *
   * @param frames how many the blocks have
   * @throws IOException if the state has not so many, or ends early
   */
  default void readFrames(int frames, DataInput in) throws IOException {}
}
