package dev.speechemotion.features.codes;

import java.io.EOFException;
import java.io.IOException;

/** Reads what {@link BitWriter} wrote. */
public final class BitReader {
  /** More ones in a row than any number begins with. */
  private static final int MAX_ONES = 1 << 16;

  private final byte[] bytes;
  private int at;

  public BitReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Reads a value of so many bits.
   *
   * @throws EOFException if there are not so many
   */
  public int read(int count) throws IOException {
    if (at + count > 8 * bytes.length) {
      throw new EOFException("the frames of a window end early");
    }
    int value = 0;
    int left = count;
    while (left > 0) {
      int there = 8 - at % 8;
      int now = Math.min(there, left);
      value = value << now | (bytes[at / 8] & 0xff) >> there - now & (1 << now) - 1;
      at += now;
      left -= now;
    }
    return value;
  }

  /** Reads a number in a Golomb-Rice code. */
  public int readRice(int parameter) throws IOException {
    int ones = 0;
    while (read(1) == 1) {
      ones++;
    }
    int folded = Math.min(ones, MAX_ONES) << parameter | read(parameter);
    return folded >> 1 ^ -(folded & 1);
  }
}
