package dev.speechemotion.features.codes;

/** Sums of products of codes of {@link FrameCodes#BITS} bits, exact. */
public final class CodeSums {
  /** So many squares of the highest code still fit in an int: such loops become vector code. */
  private static final int AT_ONCE = 128;

  private CodeSums() {}

  /** The sum of {@code a[i] b[i]} over the first {@code count}. */
  public static long products(int[] a, int[] b, int count) {
    long sum = 0;
    for (int from = 0; from < count; from += AT_ONCE) {
      int to = Math.min(count, from + AT_ONCE);
      int some = 0;
      for (int i = from; i < to; i++) {
        some += a[i] * b[i];
      }
      sum += some;
    }
    return sum;
  }

  /** The sum of {@code (a[i + lag] - a[i])^2} over the {@code count - lag} that there are. */
  public static long squaredChanges(int[] a, int lag, int count) {
    long sum = 0;
    for (int from = 0; from < count - lag; from += AT_ONCE) {
      int to = Math.min(count - lag, from + AT_ONCE);
      int some = 0;
      for (int i = from; i < to; i++) {
        int change = a[i + lag] - a[i];
        some += change * change;
      }
      sum += some;
    }
    return sum;
  }

  /** The sum of the first {@code count}, of which there are at most 2^14. */
  public static int of(int[] a, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      sum += a[i];
    }
    return sum;
  }

  /** Deviation of {@code count} codes from their sum and that of their squares. */
  public static double deviation(long sum, long squares, long count) {
    // Exact up to the root: with 12 bits and up to 2^14 frames there is no overflow.
    return Math.sqrt((double) (count * squares - sum * sum)) / count;
  }
}
