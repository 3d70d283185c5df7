package dev.speechemotion.features.dsp;

/**
 * The discrete Fourier transform of 256, 512 or 1024 complex numbers in double precision, with
 * radix 4 and one step of radix 2 where it takes one (J. W. Cooley and J. W. Tukey, "An algorithm
 * for the machine calculation of complex Fourier series", 1965).
 *
 * <p>Faster than a general library here, because most steps are plain loops over neighbors, which
 * the JIT compiler turns into vector instructions. It does so for small loops only; so a step's
 * butterflies and its rotations are loops of their own. All accesses of a loop go to one array, the
 * tables' too, at distances that are constants, so that the compiler sees that they do not meet and
 * can align them all. And loops have to be long: so the numbers are seen as a matrix of 16 columns,
 * its columns are transformed side by side, it is transposed, and again its columns are transformed
 * side by side (W. M. Gentleman and G. Sande, "Fast Fourier transforms: for fun and profit", 1966).
 */
final class ComplexFft {
  /**
   * Real parts are at {@code i}, imaginary parts at {@code i + IM}. Not a multiple of 512, or they
   * would fall into the same few lines of the processor's cache.
   */
  static final int IM = 1280;

  private static final int LONGEST = 1024;

  private static final int COLUMNS = 16;

  // Where in the array of numbers: each of these has real parts and imaginary parts.
  private static final int OUTPUT = 2 * IM;
  private static final int ROTATIONS = 4 * IM;
  private static final int SIZE = 12 * IM;

  private final int length;
  private final int rows;

  /**
   * Input, output, and in their layout four tables: by what each number is multiplied between two
   * steps.
   */
  private final double[] numbers = new double[SIZE];

  /** For each place after the transposition, the one before. */
  private final int[] order;

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
    int to = ROTATIONS + step * 2 * IM + at;
    numbers[to] = StrictMath.cos(-2 * Math.PI * part / of);
    numbers[to + IM] = StrictMath.sin(-2 * Math.PI * part / of);
  }

  /** Where the caller puts its numbers, as they come, from 0 on; this object's own array. */
  double[] input() {
    return numbers;
  }

  /**
   * Transforms {@link #input()}, which it overwrites.
   *
   * @return frequency {@code rows() * i + j} at {@code outputAt(i) + j} for {@code i} from 0 to 15;
   *     this object's own array
   */
  double[] transform() {
    final double[] numbers = this.numbers;
    if (length == 1024) {
      butterflies256(numbers, 0, length);
      rotateFirst(numbers, 256, length);
    } else if (length == 512) {
      pairs256(numbers);
      rotateFirst(numbers, 256, length);
    }
    butterflies64(numbers, 0, length);
    rotateSecond(numbers, 64, length);
    butterflies16(numbers, 0, length);
    rotateThird(numbers, COLUMNS, length);
    transpose(numbers, order);
    if (length == 1024) {
      butterflies256(numbers, OUTPUT, length);
      rotateFourth(numbers, OUTPUT + 256, OUTPUT + length);
      butterflies64(numbers, OUTPUT, length);
    } else if (length == 512) {
      butterflies128(numbers, OUTPUT, length);
      rotateFourth(numbers, OUTPUT + 128, OUTPUT + length);
      butterflies32(numbers, OUTPUT, length);
    } else {
      butterflies64(numbers, OUTPUT, length);
      rotateFourth(numbers, OUTPUT + 64, OUTPUT + length);
      butterflies16(numbers, OUTPUT, length);
    }
    return numbers;
  }

  int rows() {
    return rows;
  }

  int outputAt(int i) {
    return OUTPUT + (i % 4 * 4 + i / 4) * rows;
  }

  private static void transpose(double[] numbers, int[] order) {
    for (int i = 0; i < order.length; i++) {
      // The mask changes nothing, but tells the compiler how large the index can be.
      int at = order[i] & LONGEST - 1;
      numbers[OUTPUT + i] = numbers[at];
      numbers[OUTPUT + i + IM] = numbers[at + IM];
    }
  }

  // In each, the minimum changes nothing, but tells the compiler how large an index can be.

  private static void rotateFirst(double[] data, int from, int to) {
    int end = Math.min(to, 4 * IM);
    for (int i = from; i < end; i++) {
      double re = data[i];
      double im = data[i + IM];
      double cos = data[i + ROTATIONS];
      double sin = data[i + IM + ROTATIONS];
      data[i] = re * cos - im * sin;
      data[i + IM] = re * sin + im * cos;
    }
  }

  private static void rotateSecond(double[] data, int from, int to) {
    int end = Math.min(to, 4 * IM);
    for (int i = from; i < end; i++) {
      double re = data[i];
      double im = data[i + IM];
      double cos = data[i + ROTATIONS + 2 * IM];
      double sin = data[i + IM + ROTATIONS + 2 * IM];
      data[i] = re * cos - im * sin;
      data[i + IM] = re * sin + im * cos;
    }
  }

  private static void rotateThird(double[] data, int from, int to) {
    int end = Math.min(to, 4 * IM);
    for (int i = from; i < end; i++) {
      double re = data[i];
      double im = data[i + IM];
      double cos = data[i + ROTATIONS + 4 * IM];
      double sin = data[i + IM + ROTATIONS + 4 * IM];
      data[i] = re * cos - im * sin;
      data[i + IM] = re * sin + im * cos;
    }
  }

  private static void rotateFourth(double[] data, int from, int to) {
    int end = Math.min(to, 4 * IM);
    for (int i = from; i < end; i++) {
      double re = data[i];
      double im = data[i + IM];
      double cos = data[i + ROTATIONS + 6 * IM - OUTPUT];
      double sin = data[i + IM + ROTATIONS + 6 * IM - OUTPUT];
      data[i] = re * cos - im * sin;
      data[i + IM] = re * sin + im * cos;
    }
  }

  private static void butterflies16(double[] data, int from, int length) {
    int end = Math.min(from + length, 4 * IM);
    for (int block = from; block < end; block += 4 * 16) {
      for (int i = block; i < block + 16; i++) {
        butterfly(data, i, 16);
      }
    }
  }

  private static void butterflies32(double[] data, int from, int length) {
    int end = Math.min(from + length, 4 * IM);
    for (int block = from; block < end; block += 4 * 32) {
      for (int i = block; i < block + 32; i++) {
        butterfly(data, i, 32);
      }
    }
  }

  private static void butterflies64(double[] data, int from, int length) {
    int end = Math.min(from + length, 4 * IM);
    for (int block = from; block < end; block += 4 * 64) {
      for (int i = block; i < block + 64; i++) {
        butterfly(data, i, 64);
      }
    }
  }

  private static void butterflies128(double[] data, int from, int length) {
    int end = Math.min(from + length, 4 * IM);
    for (int block = from; block < end; block += 4 * 128) {
      for (int i = block; i < block + 128; i++) {
        butterfly(data, i, 128);
      }
    }
  }

  private static void butterflies256(double[] data, int from, int length) {
    int end = Math.min(from + length, 4 * IM);
    for (int block = from; block < end; block += 4 * 256) {
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
