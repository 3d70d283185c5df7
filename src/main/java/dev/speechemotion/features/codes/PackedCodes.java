package dev.speechemotion.features.codes;

/**
 * A table of codes of 12 bits, two in three bytes: a thousand channels hold nine million of them.
 */
final class PackedCodes {
  private static final int PAIR_BYTES = 3;

  private final int rowBytes;
  private final byte[] bytes;

  PackedCodes(int rows, int columns) {
    rowBytes = (columns + 1) / 2 * PAIR_BYTES;
    bytes = new byte[rows * rowBytes];
  }

  /**
   * Sets a row.
   *
   * @param codes {@code [columns]}, each from 0 to {@link FrameCodes#MAX}
   */
  void setRow(int row, short[] codes) {
    int at = row * rowBytes;
    for (int column = 0; column < codes.length; column += 2, at += PAIR_BYTES) {
      int pair = codes[column];
      pair |= column + 1 < codes.length ? codes[column + 1] << FrameCodes.BITS : 0;
      bytes[at] = (byte) pair;
      bytes[at + 1] = (byte) (pair >> 8);
      bytes[at + 2] = (byte) (pair >> 16);
    }
  }

  /** Sets a single code. */
  void set(int row, int column, int code) {
    int at = row * rowBytes + column / 2 * PAIR_BYTES;
    if (column % 2 == 0) {
      bytes[at] = (byte) code;
      bytes[at + 1] = (byte) (bytes[at + 1] & 0xf0 | code >> 8);
    } else {
      bytes[at + 1] = (byte) (bytes[at + 1] & 0x0f | code << 4);
      bytes[at + 2] = (byte) (code >> 4);
    }
  }

  /**
   * Copies a column of some rows.
   *
   * @param row the first one
   * @param out receives {@code count} codes from {@code offset}
   */
  void copyColumn(int column, int row, int count, int[] out, int offset) {
    int at = row * rowBytes + column / 2 * PAIR_BYTES;
    int end = offset + count;
    if (column % 2 == 0) {
      for (int i = offset; i < end; i++, at += rowBytes) {
        out[i] = bytes[at] & 0xff | (bytes[at + 1] & 0x0f) << 8;
      }
    } else {
      for (int i = offset; i < end; i++, at += rowBytes) {
        out[i] = (bytes[at + 1] & 0xff) >> 4 | (bytes[at + 2] & 0xff) << 4;
      }
    }
  }
}
