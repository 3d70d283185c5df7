package dev.speechemotion.features.statistic;

import dev.speechemotion.features.frame.FrameCodes;

/** Sums of products of codes of {@link FrameCodes#BITS} bits, exact. */
public final class Sums {
  /** So many squares of the highest code still fit in an int: such loops become vector code. */
  private static final int AT_ONCE = 128;

  private Sums() {}

  /** The sum of {@code a[i] b[i]} over the first {@code count}. */
  static long products(int[] a, int[] b, int count) {
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
  static long squaredChanges(int[] a, int lag, int count) {
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
  static int of(int[] a, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      sum += a[i];
    }
    return sum;
  }
}
