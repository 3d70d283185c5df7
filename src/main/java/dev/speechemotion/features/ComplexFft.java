package dev.speechemotion.features;

/**
 * The discrete Fourier transform of 256, 512 or 1024 complex numbers in double precision, with
 * radix 4 and one step of radix 2 where it takes one (J. W. Cooley and J. W. Tukey, "An algorithm
 * for the machine calculation of complex Fourier series", 1965).
 *
 * <p>Faster than a general library here, because most steps are plain loops over neighbours, which
 * the JIT compiler turns into vector instructions. It does so for small loops only; so a step's
 * butterflies and its rotations are loops of their own. All accesses of a loop go to one array, at
 * distances that are constants, so that the compiler sees that they do not meet and can align them.
 * And loops have to be long: so the numbers are seen as a matrix of 16 columns, its columns are
 * transformed side by side, it is transposed, and again its columns are transformed side by side
 * (W. M. Gentleman and G. Sande, "Fast Fourier transforms: for fun and profit", 1966).
 */
final class ComplexFft {
  /** Real parts are at {@code i}, imaginary parts at {@code i + IM}. */
  static final int IM = 1024;

  private static final int COLUMNS = 16;

  private final int length;
  private final int rows;

  /** In the layout of the data: by what each number is multiplied between two steps. */
  private final double[][] rotations = new double[4][2 * IM];

  /** For each place after the transposition, the one before. */
  private final int[] order;

  private final double[] input = new double[2 * IM];
  private final double[] output = new double[2 * IM];

  ComplexFft(int length) {
    if (!supports(length)) {
      throw new IllegalArgumentException("length must be 256, 512 or 1024, got " + length);
    }
    this.length = length;
    rows = length / COLUMNS;
    int firstRadix = rows / 16;
    order = new int[length];
    for (int i = 0; i < length; i++) {
      int row = i / COLUMNS;
      int column = i % COLUMNS;
      // The digit of a row's number that a step leaves is the next higher one of its frequency.
      int first = row / 16;
      int second = row / 4 % 4;
      int third = row % 4;
      int frequency = first + firstRadix * (second + 4 * third);
      order[column * rows + frequency] = i;
      rotation(0, i, first * (i % 256), length);
      rotation(1, i, second * (i % 64), 256);
      rotation(2, i, third * column, 64);
      rotation(3, i, i / (4 * rows) * (i / rows % 4), COLUMNS);
    }
  }

  static boolean supports(int length) {
    return length == 256 || length == 512 || length == 1024;
  }

  /** Rotates the number at a place by a part of a full turn. */
  private void rotation(int step, int at, int part, int of) {
    rotations[step][at] = StrictMath.cos(-2 * Math.PI * part / of);
    rotations[step][at + IM] = StrictMath.sin(-2 * Math.PI * part / of);
  }

  /** Where the caller puts its numbers, as they come. */
  double[] input() {
    return input;
  }

  /**
   * Transforms {@link #input()}, which it overwrites.
   *
   * @return frequency {@code rows() * i + j} at {@code outputAt(i) + j} for {@code i} from 0 to 15;
   *     this object's own array
   */
  double[] transform() {
    final double[] input = this.input;
    final double[] output = this.output;
    if (length == 1024) {
      butterflies256(input, length);
      rotate(input, rotations[0], 256, length);
    } else if (length == 512) {
      pairs256(input);
      rotate(input, rotations[0], 256, length);
    }
    butterflies64(input, length);
    rotate(input, rotations[1], 64, length);
    butterflies16(input, length);
    rotate(input, rotations[2], COLUMNS, length);
    transpose(input, output, order);
    if (length == 1024) {
      butterflies256(output, length);
      rotate(output, rotations[3], 256, length);
      butterflies64(output, length);
    } else if (length == 512) {
      butterflies128(output, length);
      rotate(output, rotations[3], 128, length);
      butterflies32(output, length);
    } else {
      butterflies64(output, length);
      rotate(output, rotations[3], 64, length);
      butterflies16(output, length);
    }
    return output;
  }

  int rows() {
    return rows;
  }

  int outputAt(int i) {
    return (i % 4 * 4 + i / 4) * rows;
  }

  private static void transpose(double[] from, double[] to, int[] order) {
    for (int i = 0; i < order.length; i++) {
      // The mask changes nothing, but tells the compiler how large the index can be.
      int at = order[i] & IM - 1;
      to[i] = from[at];
      to[i + IM] = from[at + IM];
    }
  }

  private static void rotate(double[] data, double[] rotations, int from, int to) {
    for (int i = from; i < to; i++) {
      double re = data[i];
      double im = data[i + IM];
      double cos = rotations[i];
      double sin = rotations[i + IM];
      data[i] = re * cos - im * sin;
      data[i + IM] = re * sin + im * cos;
    }
  }

  private static void butterflies16(double[] data, int length) {
    // The minimum changes nothing, but tells the compiler how large an index can be.
    int end = Math.min(length, IM);
    for (int block = 0; block < end; block += 4 * 16) {
      for (int i = block; i < block + 16; i++) {
        butterfly(data, i, 16);
      }
    }
  }

  private static void butterflies32(double[] data, int length) {
    // The minimum changes nothing, but tells the compiler how large an index can be.
    int end = Math.min(length, IM);
    for (int block = 0; block < end; block += 4 * 32) {
      for (int i = block; i < block + 32; i++) {
        butterfly(data, i, 32);
      }
    }
  }

  private static void butterflies64(double[] data, int length) {
    // The minimum changes nothing, but tells the compiler how large an index can be.
    int end = Math.min(length, IM);
    for (int block = 0; block < end; block += 4 * 64) {
      for (int i = block; i < block + 64; i++) {
        butterfly(data, i, 64);
      }
    }
  }

  private static void butterflies128(double[] data, int length) {
    // The minimum changes nothing, but tells the compiler how large an index can be.
    int end = Math.min(length, IM);
    for (int block = 0; block < end; block += 4 * 128) {
      for (int i = block; i < block + 128; i++) {
        butterfly(data, i, 128);
      }
    }
  }

  private static void butterflies256(double[] data, int length) {
    // The minimum changes nothing, but tells the compiler how large an index can be.
    int end = Math.min(length, IM);
    for (int block = 0; block < end; block += 4 * 256) {
      for (int i = block; i < block + 256; i++) {
        butterfly(data, i, 256);
      }
    }
  }

  private static void pairs256(double[] data) {
    for (int i = 0; i < 256; i++) {
      double re0 = data[i];
      double re1 = data[i + 256];
      double im0 = data[i + IM];
      double im1 = data[i + 256 + IM];
      data[i] = re0 + re1;
      data[i + 256] = re0 - re1;
      data[i + IM] = im0 + im1;
      data[i + 256 + IM] = im0 - im1;
    }
  }

  /** The transform of four numbers {@code distance} apart. */
  private static void butterfly(double[] data, int i, int distance) {
    double re0 = data[i];
    double re1 = data[i + distance];
    double re2 = data[i + 2 * distance];
    double re3 = data[i + 3 * distance];
    double im0 = data[i + IM];
    double im1 = data[i + distance + IM];
    double im2 = data[i + 2 * distance + IM];
    double im3 = data[i + 3 * distance + IM];
    double evenRe = re0 + re2;
    double evenIm = im0 + im2;
    double oddRe = re1 + re3;
    double oddIm = im1 + im3;
    double evenRestRe = re0 - re2;
    double evenRestIm = im0 - im2;
    double oddRestRe = re1 - re3;
    double oddRestIm = im1 - im3;
    data[i] = evenRe + oddRe;
    data[i + IM] = evenIm + oddIm;
    data[i + distance] = evenRestRe + oddRestIm;
    data[i + distance + IM] = evenRestIm - oddRestRe;
    data[i + 2 * distance] = evenRe - oddRe;
    data[i + 2 * distance + IM] = evenIm - oddIm;
    data[i + 3 * distance] = evenRestRe - oddRestIm;
    data[i + 3 * distance + IM] = evenRestIm + oddRestRe;
  }
}
