package dev.speechemotion.app.gateway.rtp;

/** A counter of few bits that wraps around, counted on: later and earlier ones next to it. */
final class Unwrapped {
  private final long range;
  private long highest;
  private boolean begun;

  /**
   * @param bits of the counter, at most 32
   */
  Unwrapped(int bits) {
    range = 1L << bits;
  }

  /** The number whose last bits are these, nearest to the highest so far; may be negative. */
  long of(long value) {
    long number = near(value);
    highest = begun ? Math.max(highest, number) : number;
    begun = true;
    return number;
  }

  /** The same, without taking note of it. */
  long near(long value) {
    if (!begun) {
      return value;
    }
    long ahead = Math.floorMod(value - highest, range);
    return ahead < range / 2 ? highest + ahead : highest + ahead - range;
  }

  long highest() {
    return highest;
  }
}
