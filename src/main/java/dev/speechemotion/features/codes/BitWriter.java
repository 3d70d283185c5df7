package dev.speechemotion.features.codes;

import java.io.DataOutput;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Puts bits one behind the other, the highest first; small numbers in Golomb-Rice codes (R. F.
 * Rice, "Some practical universal noiseless coding techniques", 1979).
 */
public final class BitWriter {
  /** How many bits can be put at once; with 64, shifts by 64 would have to be told apart. */
  private static final int MOST_AT_ONCE = Long.SIZE - 1;

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** With room for a whole last word. */
  private final byte[] bytes;

  /** Bytes of the words that are full. */
  private int full;

  /**
   * The word that is being filled, from its low end; {@code free} of its bits are not there yet.
   */
  private long word;

  private int free = Long.SIZE;

  /**
   * @param byteCount room for so many
   */
  public BitWriter(int byteCount) {
    bytes = new byte[byteCount + Long.BYTES];
  }

  /** Writes the low {@code count} bits of a value, up to 32. */
  public void write(int value, int count) {
    put(value & (1L << count) - 1, count);
  }

  /** Writes a value that has no more than {@code count} bits, up to {@link #MOST_AT_ONCE}. */
  private void put(long value, int count) {
    if (count < free) {
      word = word << count | value;
      free -= count;
    } else {
      int rest = count - free;
      WORDS.set(bytes, full, word << free | value >>> rest);
      full += Long.BYTES;
      // What of the value is written already is shifted out by what comes.
      word = value;
      free = Long.SIZE - rest;
    }
  }

  /**
   * Writes numbers of which most are near 0.
   *
   * @param folded the numbers, as of {@link #folded}
   * @param parameter of {@link #riceParameter}
   */
  public void writeRice(int[] folded, int from, int to, int parameter) {
    int lowBits = (1 << parameter) - 1;
    for (int i = from; i < to; i++) {
      int ones = folded[i] >> parameter;
      int behind = 1 + parameter;
      for (; ones + behind > MOST_AT_ONCE; ones -= Math.min(ones, Integer.SIZE)) {
        write(-1, Math.min(ones, Integer.SIZE));
      }
      put(((1L << ones) - 1) << behind | folded[i] & lowBits, ones + behind);
    }
  }

  /**
   * How many low bits of such numbers to write as they are.
   *
   * @param sum of {@code count} numbers, as of {@link #folded}
   */
  public static int riceParameter(int sum, int count) {
    int mean = count == 0 ? 0 : sum / count;
    return Math.max(0, 31 - Integer.numberOfLeadingZeros(mean | 1));
  }

  /** Whether {@link #writeRice} takes fewer than so many bits. */
  public static boolean isRiceBelow(
      int most, int[] folded, int from, int to, int sum, int parameter) {
    int bits = (to - from) * (parameter + 1);
    // The sum of quotients is no more than the quotient of the sum: nearly always that will do.
    if (bits + (sum >> parameter) < most) {
      return true;
    }
    for (int i = from; i < to; i++) {
      bits += folded[i] >> parameter;
    }
    return bits < most;
  }

  /** Numbers as those from 0 on: 0, -1, 1, -2, … */
  public static int folded(int number) {
    return number << 1 ^ number >> 31;
  }

  /** Writes in four bytes how many bytes there are, and these; nothing can be put behind them. */
  public void writeTo(DataOutput out) throws IOException {
    if (free < Long.SIZE) {
      WORDS.set(bytes, full, word << free);
    }
    int byteCount = full + (Long.SIZE - free + Byte.SIZE - 1) / Byte.SIZE;
    out.writeInt(byteCount);
    out.write(bytes, 0, byteCount);
  }
}
