package dev.speechemotion.features.window;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What is kept of a channel's frames until their windows end. Frames come in blocks, of which a
 * window has a number in a row; the blocks are kept in so many rows in turn. Where frames
 * themselves are kept, they are a history.
 */
interface WindowAccumulator extends FrameHistory {

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

  /** Writes what is kept of all blocks together, but not the frames themselves. */
  default void writeRest(DataOutput out) throws IOException {}

  /**
   * Reads what {@link #writeRest} wrote.
   *
   * @param frames how many the blocks have
   * @throws IOException if the state has not so many, or ends early
   */
  default void readRest(int frames, DataInput in) throws IOException {}

  @Override
  default long first() {
    return 0;
  }

  @Override
  default long end() {
    return 0;
  }

  @Override
  default void write(long from, long to, DataOutput out) throws IOException {}

  @Override
  default void read(long from, long to, DataInput in) throws IOException {}

  /**
   * @param most that there is room for
   * @throws IOException if there cannot be such frames
   */
  static void requireStretch(long from, long to, int most) throws IOException {
    if (from < 0 || to < from || to - from > most) {
      throw new IOException(
          "a window of at most %d frames cannot hold %d to %d".formatted(most, from, to));
    }
  }
}
