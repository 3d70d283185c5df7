package dev.speechemotion.features.codes;

import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The frames of a channel's window that has not ended, as codes of 12 bits: what a window has of
 * them is computed from the codes alone, so that it is the same before and after they were stored.
 */
public final class FrameRing {
  /** A minute of usual frames, four times over. */
  private static final int MAX_FRAMES = 1 << 14;

  private static final int PARAMETER_BITS = 4;

  /** In place of a parameter: the codes follow as they are. */
  private static final int PLAIN = (1 << PARAMETER_BITS) - 1;

  private final FrameCodes codes;
  private final int columns;
  private final int capacity;

  /** {@code [capacity][columns]}; frame {@code n} is row {@code n % capacity}. */
  private final PackedCodes rows;

  /** The next frame's. */
  private final short[] newest;

  /** Number of the oldest frame, and its row. */
  private long first;

  private int firstRow;
  private int count;

  /** The channel's loudest by the last frame. */
  private float loudestDb;

  /**
   * @throws IllegalArgumentException if windows hold too many frames
   */
  public FrameRing(FeatureSpec spec, WindowSettings settings, FrameCodes codes) {
    this.codes = codes;
    columns = codes.count() + 1;
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
    rows = new PackedCodes(capacity, columns);
    newest = new short[columns];
  }

  public int count() {
    return count;
  }

  /** Number of the oldest frame, from 0 at the first one ever. */
  public long first() {
    return first;
  }

  /** Number behind that of the newest frame. */
  public long end() {
    return first + count;
  }

  /**
   * Takes the next frame.
   *
   * @param features {@code [frameFeatureCount]}
   * @param loudestDb the channel's loudest
   * @param flags {@link WindowFrames#SPEECH}, {@link WindowFrames#ACTIVE}
   */
  public void add(float[] features, float loudestDb, int flags) {
    codes.encode(features, loudestDb, newest);
    newest[columns - 1] = (short) flags;
    rows.setRow((firstRow + count) % capacity, newest);
    this.loudestDb = loudestDb;
    count++;
  }

  /** Forgets the oldest frames. */
  public void drop(int frames) {
    first += frames;
    firstRow = (firstRow + frames) % capacity;
    count -= frames;
  }

  /** Copies all frames, the oldest first. */
  public void copyTo(WindowFrames frames) {
    frames.begin(count, capacity);
    for (int column = 0; column < columns - 1; column++) {
      column(column, frames.target(column));
    }
    column(columns - 1, frames.flags());
    frames.complete(loudestDb);
  }

  /**
   * Copies a feature, or behind the last the flags, of all frames, the oldest first.
   *
   * @param out receives {@code [count]} codes
   */
  void column(int column, int[] out) {
    column(column, firstRow, count, out);
  }

  private void column(int column, int row, int count, int[] out) {
    int untilWrap = Math.min(count, capacity - row);
    rows.copyColumn(column, row, untilWrap, out, 0);
    rows.copyColumn(column, 0, count - untilWrap, out, untilWrap);
  }

  /** Writes how many frames there are, but none of them. */
  public void writeState(DataOutput out) throws IOException {
    out.writeLong(first);
    out.writeInt(count);
    out.writeFloat(loudestDb);
  }

  /**
   * Takes over the state of another one, whose frames are to be read then.
   *
   * @throws IOException if there are more frames than a window holds, or the state ends early
   */
  public void readState(DataInput in) throws IOException {
    long readFirst = in.readLong();
    int readCount = in.readInt();
    if (readFirst < 0 || readCount < 0 || readCount > capacity) {
      throw new IOException(
          "a window of at most %d frames cannot hold %d from %d on"
              .formatted(capacity, readCount, readFirst));
    }
    first = readFirst;
    firstRow = row(readFirst);
    count = readCount;
    loudestDb = in.readFloat();
  }

  private int row(long frame) {
    return (int) (frame % capacity);
  }

  /**
   * Writes frames that there are. Column by column, because a feature changes little from frame to
   * frame: the first code, then the differences in Golomb-Rice codes. Where that takes more bits
   * than the codes themselves, these.
   *
   * @param to number behind that of the last one
   */
  public void write(long from, long to, DataOutput out) throws IOException {
    int count = (int) (to - from);
    BitWriter bits = new BitWriter(maxByteCount(count));
    int[] codes = new int[count];
    int[] folded = new int[count];
    for (int column = 0; column < columns && count > 0; column++) {
      column(column, row(from), count, codes);
      int sum = 0;
      for (int i = 1; i < count; i++) {
        folded[i] = BitWriter.folded(codes[i] - codes[i - 1]);
        sum += folded[i];
      }
      int parameter = BitWriter.riceParameter(sum, count - 1);
      int most = (count - 1) * FrameCodes.BITS;
      if (BitWriter.isRiceBelow(most, folded, 1, count, sum, parameter)) {
        bits.write(parameter, PARAMETER_BITS);
        bits.write(codes[0], FrameCodes.BITS);
        bits.writeRice(folded, 1, count, parameter);
      } else {
        bits.write(PLAIN, PARAMETER_BITS);
        for (int code : codes) {
          bits.write(code, FrameCodes.BITS);
        }
      }
    }
    bits.writeTo(out);
  }

  private int maxByteCount(int frames) {
    return (columns * (PARAMETER_BITS + frames * FrameCodes.BITS) + 7) / 8;
  }

  /**
   * Reads what {@link #write} wrote; of what was dropped, that is in place of frames that come
   * later.
   *
   * @throws IOException if there are more frames than a window holds, codes that there are not, or
   *     the frames end early
   */
  public void read(long from, long to, DataInput in) throws IOException {
    if (from < 0 || to < from || to - from > capacity) {
      throw new IOException(
          "a window of at most %d frames cannot hold %d to %d".formatted(capacity, from, to));
    }
    int readCount = (int) (to - from);
    int byteCount = in.readInt();
    if (byteCount < 0 || byteCount > maxByteCount(readCount)) {
      throw new IOException(readCount + " frames cannot take " + byteCount + " bytes");
    }
    readColumns(new BitReader(in, byteCount), row(from), readCount);
  }

  private void readColumns(BitReader bits, int row, int readCount) throws IOException {
    for (int column = 0; column < columns && readCount > 0; column++) {
      int parameter = bits.read(PARAMETER_BITS);
      int code = 0;
      for (int i = 0; i < readCount; i++) {
        if (parameter == PLAIN || i == 0) {
          code = bits.read(FrameCodes.BITS);
        } else {
          code += bits.readRice(parameter);
        }
        if (code < 0 || code > FrameCodes.MAX) {
          throw new IOException("frames cannot hold the code " + code);
        }
        rows.set((row + i) % capacity, column, code);
      }
    }
  }
}
