package dev.speechemotion.features.codes;

/**
 * Puts bits one behind the other, the highest first; small numbers in Golomb-Rice codes (R. F.
 * Rice, "Some practical universal noiseless coding techniques", 1979).
 */
public final class BitWriter {
  private final byte[] bytes;
  private int at;

  /**
   * @param byteCount room for so many
   */
  public BitWriter(int byteCount) {
    bytes = new byte[byteCount];
  }

  /** Writes the low {@code count} bits of a value. */
  public void write(int value, int count) {
    int left = count;
    while (left > 0) {
      int free = 8 - at % 8;
      int now = Math.min(free, left);
      left -= now;
      bytes[at / 8] |= (byte) ((value >> left & (1 << now) - 1) << free - now);
      at += now;
    }
  }

  /**
   * Writes numbers of which most are near 0.
   *
   * @param parameter of {@link #riceParameter}
   */
  public void writeRice(int[] numbers, int from, int to, int parameter) {
    for (int i = from; i < to; i++) {
      int folded = folded(numbers[i]);
      writeOnes(folded >> parameter);
      write(0, 1);
      write(folded & (1 << parameter) - 1, parameter);
    }
  }

  private void writeOnes(int count) {
    for (int left = count; left > 0; left -= 8) {
      write(0xff, Math.min(8, left));
    }
  }

  /** How many low bits of such numbers to write as they are. */
  public static int riceParameter(int[] numbers, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += folded(numbers[i]);
    }
    int mean = to == from ? 0 : sum / (to - from);
    return Math.max(0, 31 - Integer.numberOfLeadingZeros(mean | 1));
  }

  /** How many bits {@link #writeRice} takes. */
  public static int riceBits(int[] numbers, int from, int to, int parameter) {
    int bits = (to - from) * (parameter + 1);
    for (int i = from; i < to; i++) {
      bits += folded(numbers[i]) >> parameter;
    }
    return bits;
  }

  /** Numbers as those from 0 on: 0, -1, 1, -2, … */
  private static int folded(int number) {
    return number << 1 ^ number >> 31;
  }

  /** Holds what was written, in the first {@link #byteCount()}. */
  public byte[] bytes() {
    return bytes;
  }

  public int byteCount() {
    return (at + 7) / 8;
  }
}
