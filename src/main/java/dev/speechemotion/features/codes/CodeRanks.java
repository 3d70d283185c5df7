package dev.speechemotion.features.codes;

import java.util.Arrays;

/** Codes by rank, found by counting: nothing is sorted. Holds nothing that outlives a call. */
public final class CodeRanks {
  private static final int COARSE_SHIFT = FrameCodes.BITS / 2;

  /** How many frames have each code, and how many each of its upper halves. */
  private final short[] fine = new short[1 << FrameCodes.BITS];

  private final short[] coarse = new short[1 << FrameCodes.BITS - COARSE_SHIFT];

  /**
   * The values of rank {@code (count - 1) p} to the nearest.
   *
   * @param percents in ascending order
   * @param codes {@code [count]} or longer
   * @param zero what code 0 stands for
   * @param step what a difference of 1 between codes is
   * @param out receives {@code [percents]} from {@code begin} on
   */
  public void percentiles(
      int[] percents, int[] codes, int count, double zero, double step, float[] out, int begin) {
    final short[] fine = this.fine;
    final short[] coarse = this.coarse;
    // Not one after another: neighbors are often alike, and a count waits for the one before.
    int quarter = count / 4;
    for (int i = 0; i < quarter; i++) {
      count(codes[i], fine, coarse);
      count(codes[i + quarter], fine, coarse);
      count(codes[i + 2 * quarter], fine, coarse);
      count(codes[i + 3 * quarter], fine, coarse);
    }
    for (int i = 4 * quarter; i < count; i++) {
      count(codes[i], fine, coarse);
    }
    int upper = 0;
    int before = 0;
    for (int i = 0; i < percents.length; i++) {
      int rank = rank(percents[i], count);
      while (rank - before >= coarse[upper]) {
        before += coarse[upper++];
      }
      int code = upper << COARSE_SHIFT;
      int left = rank - before;
      while (left >= fine[code]) {
        left -= fine[code++];
      }
      out[begin + i] = (float) (zero + step * code);
    }
    for (int i = 0; i < count; i++) {
      fine[codes[i]] = 0;
    }
    Arrays.fill(coarse, (short) 0);
  }

  private static void count(int value, short[] fine, short[] coarse) {
    fine[value]++;
    coarse[value >> COARSE_SHIFT]++;
  }

  /**
   * @return the nearest to (count - 1) percent / 100
   */
  public static int rank(int percent, int count) {
    return (percent * (count - 1) + 50) / 100;
  }
}
