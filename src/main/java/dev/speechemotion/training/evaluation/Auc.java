package dev.speechemotion.training.evaluation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The area under the receiver operating characteristic: how probable it is that one that is gets a
 * higher score than one that is not, where equal scores count half (Mann and Whitney's U; J. Hanley
 * and B. McNeil, "The meaning and use of the area under a receiver operating characteristic curve",
 * 1982). Chance is 0.5, whatever the share of those that are.
 */
final class Auc {
  private Auc() {}

  /**
   * @param scores {@code [n]}
   * @param positive {@code [n]}, which ones are
   * @return 0 to 1; empty if all are, or none
   */
  static OptionalDouble of(double[] scores, boolean[] positive) {
    Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> scores[i]));
    double ranksOfPositive = 0;
    long positives = 0;
    for (int from = 0; from < order.length; ) {
      int to = from;
      while (to < order.length && scores[order[to]] == scores[order[from]]) {
        to++;
      }
      // Those with an equal score share the mean of their ranks, which count from 1.
      double rank = (from + 1 + to) / 2.0;
      for (int i = from; i < to; i++) {
        if (positive[order[i]]) {
          ranksOfPositive += rank;
          positives++;
        }
      }
      from = to;
    }
    long negatives = scores.length - positives;
    return positives == 0 || negatives == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            (ranksOfPositive - positives * (positives + 1) / 2.0)
                / ((double) positives * negatives));
  }
}
