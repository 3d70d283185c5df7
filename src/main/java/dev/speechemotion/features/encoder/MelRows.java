package dev.speechemotion.features.encoder;

import dev.speechemotion.features.codes.BitReader;
import dev.speechemotion.features.codes.BitWriter;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The mel bands of a number of frames, as they are kept until their windows end: a code of {@value
 * #BITS} bits for the power of a band, in steps of 1/{@value #STEPS_PER_DECADE} of a decade, and
 * apart from these the lowest bin of the spectrum, which alone holds some of a constant offset.
 * What a window has is computed from these alone, so it is the same before and after they were
 * stored.
 *
 * <p>With this step the encoder's outputs are off by 4e-4 at most in the mean over a window and
 * 1.3e-3 in a single token, with outputs of 0.3 to 0.6 (root mean square).
 */
public final class MelRows {
  static final int STEPS_PER_DECADE = 512;

  /** The decade of code 0: below what rounding to 16 bits leaves of the quietest audio. */
  static final int LOWEST_DECADE = -17;

  static final int BITS = 14;
  static final int MAX_CODE = (1 << BITS) - 1;

  private static final int PARAMETER_BITS = 4;

  /** In place of a parameter: the codes follow as they are. */
  private static final int PLAIN = (1 << PARAMETER_BITS) - 1;

  /** Without the lowest band, which holds the lowest bin alone. */
  private final int columns;

  private final int rowCount;

  /** {@code [rowCount][columns]}; the first without the lowest bin. */
  private final short[] codes;

  /** {@code [rowCount][2]}: real and imaginary part of the lowest bin. */
  private final float[] lowestBins;

  /**
   * @param bands how many the frames have, of which the lowest is no more than the lowest bin
   */
  public MelRows(int rowCount, int bands) {
    this.rowCount = rowCount;
    columns = bands - 1;
    codes = new short[rowCount * columns];
    lowestBins = new float[rowCount * 2];
  }

  /** Of the bands above the lowest, the first without the lowest bin. */
  void put(int row, int band, double decades) {
    int code = (int) ((decades - LOWEST_DECADE) * STEPS_PER_DECADE + 0.5);
    codes[row * columns + band - 1] = (short) Math.max(0, Math.min(MAX_CODE, code));
  }

  void putLowestBin(int row, double re, double im) {
    lowestBins[2 * row] = (float) re;
    lowestBins[2 * row + 1] = (float) im;
  }

  /** What was put, to the nearest step. */
  double decades(int row, int band) {
    return (double) codes[row * columns + band - 1] / STEPS_PER_DECADE + LOWEST_DECADE;
  }

  double lowestRe(int row) {
    return lowestBins[2 * row];
  }

  double lowestIm(int row) {
    return lowestBins[2 * row + 1];
  }

  /**
   * Writes some rows: each code as the difference to what its neighbors let expect (M. Weinberger,
   * G. Seroussi and G. Sapiro, "The LOCO-I lossless image compression algorithm", 2000), in
   * Golomb-Rice codes band by band; where that takes more bits, the codes themselves.
   *
   * @param order which rows, {@code [count]}
   */
  public void writeRows(int[] order, int count, DataOutput out) throws IOException {
    for (int i = 0; i < count; i++) {
      out.writeFloat(lowestBins[2 * order[i]]);
      out.writeFloat(lowestBins[2 * order[i] + 1]);
    }
    BitWriter bits = new BitWriter(maxByteCount(count));
    int[] folded = new int[count];
    for (int column = 0; column < columns; column++) {
      int sum = 0;
      for (int i = 0; i < count; i++) {
        int code = codes[order[i] * columns + column];
        folded[i] = BitWriter.folded(code - expected(order, i, column));
        sum += folded[i];
      }
      int parameter = BitWriter.riceParameter(sum, count);
      if (BitWriter.isRiceBelow(count * BITS, folded, 0, count, sum, parameter)) {
        bits.write(parameter, PARAMETER_BITS);
        bits.writeRice(folded, 0, count, parameter);
      } else {
        bits.write(PLAIN, PARAMETER_BITS);
        for (int i = 0; i < count; i++) {
          bits.write(codes[order[i] * columns + column], BITS);
        }
      }
    }
    bits.writeTo(out);
  }

  /**
   * Reads rows that {@link #writeRows} wrote.
   *
   * @throws IOException if there are codes that there are not, or the rows end early
   */
  public void readRows(int[] order, int count, DataInput in) throws IOException {
    for (int i = 0; i < count; i++) {
      lowestBins[2 * order[i]] = in.readFloat();
      lowestBins[2 * order[i] + 1] = in.readFloat();
    }
    int byteCount = in.readInt();
    if (byteCount < 0 || byteCount > maxByteCount(count)) {
      throw new IOException(count + " frames cannot take " + byteCount + " bytes");
    }
    BitReader bits = new BitReader(in, byteCount);
    for (int column = 0; column < columns; column++) {
      int parameter = bits.read(PARAMETER_BITS);
      for (int i = 0; i < count; i++) {
        int code =
            parameter == PLAIN
                ? bits.read(BITS)
                : expected(order, i, column) + bits.readRice(parameter);
        if (code < 0 || code > MAX_CODE) {
          throw new IOException("frames cannot hold the code " + code);
        }
        codes[order[i] * columns + column] = (short) code;
      }
    }
  }

  /** By the same band of the row before, and the band below in both. */
  private int expected(int[] order, int i, int column) {
    int at = order[i] * columns + column;
    if (i == 0) {
      return column == 0 ? 0 : codes[at - 1];
    }
    int before = order[i - 1] * columns + column;
    if (column == 0) {
      return codes[before];
    }
    int here = codes[at - 1];
    int there = codes[before];
    int diagonal = codes[before - 1];
    int low = Math.min(here, there);
    int high = Math.max(here, there);
    return Math.max(low, Math.min(high, here + there - diagonal));
  }

  private int maxByteCount(int rows) {
    return (columns * (PARAMETER_BITS + rows * BITS) + 7) / 8;
  }

  /** How many rows there are. */
  public int rowCount() {
    return rowCount;
  }
}
