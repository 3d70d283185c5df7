package dev.speechemotion.features.codes;

import java.io.DataInput;
import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads what {@link BitWriter} wrote. */
public final class BitReader {
  /** More ones in a row than any number begins with. */
  private static final int MAX_ONES = 1 << 16;

  /** So many of the bits of {@link #next} are there wherever they begin within a byte. */
  private static final int AHEAD = Long.SIZE - Byte.SIZE + 1;

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** With as many zeros behind as a word has. */
  private final byte[] bytes;

  /** In bits. */
  private final int end;

  private int at;

  /**
   * Takes the bytes from an input.
   *
   * @throws EOFException if there are not so many
   */
  public BitReader(DataInput in, int byteCount) throws IOException {
    bytes = new byte[byteCount + Long.BYTES];
    in.readFully(bytes, 0, byteCount);
    end = Byte.SIZE * byteCount;
  }

  /** The bits that follow, in the highest {@link #AHEAD}; behind the end zeros. */
  private long next() {
    return (long) WORDS.get(bytes, at / Byte.SIZE) << at % Byte.SIZE;
  }

  private void pass(int count) throws EOFException {
    if (count > end - at) {
      throw new EOFException("the frames of a window end early");
    }
    at += count;
  }

  /**
   * Reads a value of so many bits, up to 32.
   *
   * @throws EOFException if there are not so many
   */
  public int read(int count) throws IOException {
    long next = next();
    pass(count);
    // In two steps, for a shift by 64 would be none.
    return (int) (next >>> 1 >>> Long.SIZE - 1 - count);
  }

  /** Reads a number in a Golomb-Rice code. */
  public int readRice(int parameter) throws IOException {
    int ones = 0;
    int more = Long.numberOfLeadingZeros(~next());
    while (more >= AHEAD) {
      pass(AHEAD);
      ones += AHEAD;
      more = Long.numberOfLeadingZeros(~next());
    }
    pass(more + 1);
    int folded = Math.min(ones + more, MAX_ONES) << parameter | read(parameter);
    return folded >> 1 ^ -(folded & 1);
  }
}
