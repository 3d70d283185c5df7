package dev.speechemotion.features.window;

import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The log-mel frames of a channel's window that has not ended, each band as a code of 8 bits in
 * steps of {@value #STEP_DB} dB. A window's vector is computed from the codes alone, so that it is
 * the same before and after they were stored.
 */
final class LogMelWindow implements WindowAccumulator {
  /** The error is at most half of it, 0.14 dB in the mean; bands of speech vary by 10 to 20 dB. */
  static final float STEP_DB = 0.5f;

  /** Of code 0: below what rounding to 16 bits leaves in a band. */
  static final float LOWEST_DB = -80;

  /** What is further below a window's level says nothing of the voice. */
  static final float RANGE_DB = 60;

  private static final int MAX_CODE = 255;

  /** The level of a window is reached by one frame in twenty. */
  private static final double LEVEL_QUANTILE = 0.95;

  private final int bands;
  private final int capacity;

  /** {@code [capacity][bands]}; frame {@code n} is row {@code n % capacity}. */
  private final byte[] rows;

  /** {@code [code]}: how many frames' highest band has it. */
  private final int[] highest = new int[MAX_CODE + 1];

  /** Number of the oldest frame. */
  private long first;

  private int count;

  /**
   * @throws IllegalArgumentException if windows hold more frames than the spec's vectors
   */
  LogMelWindow(FeatureSpec spec, WindowSettings settings) {
    bands = spec.melBands();
    capacity = spec.windowFrames();
    spec.requireFit(settings);
    rows = new byte[capacity * bands];
  }

  @Override
  public void add(int block, float[] bandsDb, float loudestDb, int flags) {
    int row = row(first + count) * bands;
    for (int i = 0; i < bands; i++) {
      int code = (int) ((bandsDb[i] - LOWEST_DB) * (1 / STEP_DB) + 0.5f);
      rows[row + i] = (byte) Math.max(0, Math.min(MAX_CODE, code));
    }
    count++;
  }

  @Override
  public void drop(int block, int frames) {
    first += frames;
    count -= frames;
  }

  /**
   * Gives the frames, the oldest first, in dB above the window's level (which thereby is no
   * feature) and not below -{@value #RANGE_DB}; NaN where the window has no more frames.
   *
   * @param out receives {@code [windowFrames][melBands]}
   */
  @Override
  public void compute(int firstRow, int frames, float[] out) {
    int level = level();
    for (int frame = 0; frame < count; frame++) {
      int row = row(first + frame) * bands;
      int at = frame * bands;
      for (int i = 0; i < bands; i++) {
        out[at + i] = Math.max(-RANGE_DB, ((rows[row + i] & 0xff) - level) * STEP_DB);
      }
    }
    Arrays.fill(out, count * bands, capacity * bands, Float.NaN);
  }

  private int row(long frame) {
    return (int) (frame % capacity);
  }

  /** The code that the highest band of a frame has in one frame of twenty. */
  private int level() {
    Arrays.fill(highest, 0);
    for (int frame = 0; frame < count; frame++) {
      int row = row(first + frame) * bands;
      int max = 0;
      for (int i = 0; i < bands; i++) {
        max = Math.max(max, rows[row + i] & 0xff);
      }
      highest[max]++;
    }
    int left = (int) (LEVEL_QUANTILE * (count - 1));
    int code = 0;
    while (left >= highest[code]) {
      left -= highest[code++];
    }
    return code;
  }

  @Override
  public void writeRest(DataOutput out) throws IOException {
    out.writeLong(first);
    out.writeInt(count);
  }

  @Override
  public void readRest(int frames, DataInput in) throws IOException {
    first = in.readLong();
    count = in.readInt();
    WindowAccumulator.requireStretch(first, first + count, capacity);
    WindowCutter.requireFrames(frames, count);
  }

  @Override
  public long first() {
    return first;
  }

  @Override
  public long end() {
    return first + count;
  }

  @Override
  public void write(long from, long to, DataOutput out) throws IOException {
    int beforeWrap = beforeWrap(from, to);
    out.write(rows, row(from) * bands, beforeWrap * bands);
    out.write(rows, 0, ((int) (to - from) - beforeWrap) * bands);
  }

  @Override
  public void read(long from, long to, DataInput in) throws IOException {
    WindowAccumulator.requireStretch(from, to, capacity);
    int beforeWrap = beforeWrap(from, to);
    in.readFully(rows, row(from) * bands, beforeWrap * bands);
    in.readFully(rows, 0, ((int) (to - from) - beforeWrap) * bands);
  }

  /** How many of the frames are behind the first one without a break. */
  private int beforeWrap(long from, long to) {
    return (int) Math.min(to - from, capacity - row(from));
  }
}
