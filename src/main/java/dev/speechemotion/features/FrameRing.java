package dev.speechemotion.features;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The frames of a channel's window that has not ended, as codes of 12 bits: what a window has of
 * them is computed from the codes alone, so that it is the same before and after they were stored.
 */
final class FrameRing {
  /** In the column behind the features: the frame counts as speech, and holds some itself. */
  static final int SPEECH = 1;

  static final int ACTIVE = 2;

  /** A minute of usual frames, four times over. */
  private static final int MAX_FRAMES = 1 << 14;

  private final FrameCodes codes;
  private final int columns;
  private final int rmsColumn;
  private final int capacity;

  /** {@code [capacity][columns]}; the oldest frame is row {@code first}. */
  private final short[] rows;

  private int first;
  private int count;

  /** The channel's loudest by the last frame, dB. */
  private float loudest;

  /**
   * @throws IllegalArgumentException if windows hold too many frames
   */
  FrameRing(FeatureSpec spec, WindowSettings settings, FrameCodes codes) {
    this.codes = codes;
    columns = spec.frameFeatureCount() + 1;
    rmsColumn = spec.offset(FeatureGroup.RMS);
    long samples = (long) settings.lengthMs() * spec.sampleRateHz() / 1000 + 1;
    long frames = samples / spec.hopLength() + 2;
    if (frames > MAX_FRAMES) {
      throw new IllegalArgumentException(
          "windows of "
              + settings.lengthMs()
              + " ms with a hopLength of "
              + spec.hopLength()
              + " samples hold "
              + frames
              + " frames; statistics beyond the mean are computed from at most "
              + MAX_FRAMES);
    }
    capacity = (int) frames;
    rows = new short[capacity * columns];
  }

  int count() {
    return count;
  }

  float loudest() {
    return loudest;
  }

  /**
   * Takes the next frame.
   *
   * @param features {@code [frameFeatureCount]}
   * @param loudest the channel's loudest, dB
   * @param flags {@link #SPEECH}, {@link #ACTIVE}
   */
  void add(float[] features, float loudest, int flags) {
    int row = (first + count) % capacity * columns;
    codes.encode(features, rows, row);
    if (rmsColumn >= 0) {
      // Of the full scale, for windows may end at another loudest than their frames had.
      rows[row + rmsColumn] = codes.encode(rmsColumn, features[rmsColumn] + loudest);
    }
    rows[row + columns - 1] = (short) flags;
    this.loudest = loudest;
    count++;
  }

  /** Forgets the oldest frames. */
  void drop(int frames) {
    first = (first + frames) % capacity;
    count -= frames;
  }

  /**
   * Copies a feature of all frames, the oldest first.
   *
   * @param out receives {@code [count]} codes
   */
  void column(int column, int[] out) {
    int untilWrap = Math.min(count, capacity - first);
    int at = first * columns + column;
    for (int i = 0; i < untilWrap; i++, at += columns) {
      out[i] = rows[at];
    }
    at = column;
    for (int i = untilWrap; i < count; i++, at += columns) {
      out[i] = rows[at];
    }
  }

  /** Copies the flags of all frames. */
  void flags(int[] out) {
    column(columns - 1, out);
  }

  int capacity() {
    return capacity;
  }

  void writeState(DataOutput out) throws IOException {
    out.writeInt(count);
    out.writeFloat(loudest);
    byte[] bytes = new byte[byteCount(count)];
    int at = 0;
    int nibbles = 0;
    for (int i = 0; i < count * columns; i++) {
      int code = rows[(first * columns + i) % rows.length];
      // Two codes are three bytes.
      if (nibbles % 2 == 0) {
        bytes[at++] = (byte) (code >> 4);
        bytes[at] = (byte) (code << 4);
      } else {
        bytes[at++] |= (byte) (code >> 8);
        bytes[at++] = (byte) code;
      }
      nibbles++;
    }
    out.write(bytes);
  }

  private int byteCount(int frames) {
    return (frames * columns * FrameCodes.BITS + 7) / 8;
  }

  /**
   * @throws IOException if there are more frames than a window holds, or the state ends early
   */
  void readState(DataInput in) throws IOException {
    int readCount = in.readInt();
    if (readCount < 0 || readCount > capacity) {
      throw new IOException("a window of at most " + capacity + " frames cannot hold " + readCount);
    }
    loudest = in.readFloat();
    byte[] bytes = new byte[byteCount(readCount)];
    in.readFully(bytes);
    for (int i = 0; i < readCount * columns; i++) {
      int at = i * 3 / 2;
      rows[i] =
          (short)
              (i % 2 == 0
                  ? (bytes[at] & 0xff) << 4 | (bytes[at + 1] & 0xff) >> 4
                  : (bytes[at] & 0xf) << 8 | bytes[at + 1] & 0xff);
    }
    first = 0;
    count = readCount;
  }
}
