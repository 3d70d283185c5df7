package dev.speechemotion.features.dsp;

import java.util.Arrays;

/**
 * A slow and careful pitch tracker to compare with, by another method than the one under test: the
 * normalized cross-correlation of the samples themselves, and the best path through the candidates
 * of the whole recording (D. Talkin, "A robust algorithm for pitch tracking (RAPT)", 1995).
 */
final class ReferencePitch {
  private static final double MIN_HZ = 60;
  private static final double MAX_HZ = 500;
  private static final double WINDOW_SECONDS = 0.03;
  private static final int CANDIDATES = 12;
  private static final double LEAST_CORRELATION = 0.3;

  /** Added per octave that the pitch jumps, and for each begin or end of voice. */
  private static final double OCTAVE_COST = 1.5;

  private static final double CHANGE_COST = 0.3;

  /** Longer lags are this much worse at the longest: of the multiples of a period, the first. */
  private static final double LAG_COST = 0.3;

  private ReferencePitch() {}

  /**
   * The pitch around each of the given places.
   *
   * @param centers samples
   * @return {@code [centers.length]}, Hz; 0 where there is no voice
   */
  static double[] track(float[] samples, int sampleRateHz, int[] centers) {
    int minLag = (int) Math.floor(sampleRateHz / MAX_HZ);
    int maxLag = (int) Math.ceil(sampleRateHz / MIN_HZ);
    int window = (int) Math.round(WINDOW_SECONDS * sampleRateHz);
    double loudest = 1e-6;
    for (int center : centers) {
      loudest = Math.max(loudest, energy(samples, center - window / 2, window));
    }
    double[][] lags = new double[centers.length][];
    double[][] costs = new double[centers.length][];
    for (int i = 0; i < centers.length; i++) {
      double[] correlation = new double[maxLag + 2];
      for (int lag = minLag - 1; lag <= maxLag + 1; lag++) {
        // Both stretches lie around the center, wherever the lag puts them.
        int begin = centers[i] - (window + lag) / 2;
        correlation[lag] = correlation(samples, begin, lag, window, 1e-4 * loudest);
      }
      candidates(correlation, minLag, maxLag, i, lags, costs);
    }
    double[] hz = bestPath(lags, costs);
    for (int i = 0; i < hz.length; i++) {
      hz[i] = hz[i] == 0 ? 0 : sampleRateHz / hz[i];
    }
    return hz;
  }

  private static double at(float[] samples, int i) {
    return i < 0 || i >= samples.length ? 0 : samples[i];
  }

  private static double energy(float[] samples, int begin, int length) {
    double sum = 0;
    for (int i = begin; i < begin + length; i++) {
      sum += at(samples, i) * at(samples, i);
    }
    return sum;
  }

  private static double correlation(
      float[] samples, int begin, int lag, int length, double leastEnergy) {
    double product = 0;
    double first = leastEnergy;
    double second = leastEnergy;
    for (int i = begin; i < begin + length; i++) {
      double a = at(samples, i);
      double b = at(samples, i + lag);
      product += a * b;
      first += a * a;
      second += b * b;
    }
    return product / Math.sqrt(first * second);
  }

  private static void candidates(
      double[] correlation, int minLag, int maxLag, int frame, double[][] lags, double[][] costs) {
    double[] foundLags = new double[maxLag];
    double[] foundCosts = new double[maxLag];
    int count = 0;
    double best = 0;
    for (int lag = minLag; lag <= maxLag; lag++) {
      double left = correlation[lag - 1];
      double middle = correlation[lag];
      double right = correlation[lag + 1];
      if (middle < LEAST_CORRELATION || middle < left || middle <= right) {
        continue;
      }
      double curvature = left - 2 * middle + right;
      double shift = curvature == 0 ? 0 : 0.5 * (left - right) / curvature;
      double peak = middle - 0.25 * (left - right) * shift;
      best = Math.max(best, peak);
      foundLags[count] = lag + shift;
      foundCosts[count++] = 1 - peak * (1 - LAG_COST * lag / maxLag);
    }
    Integer[] order = new Integer[count];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(foundCosts[a], foundCosts[b]));
    int kept = Math.min(count, CANDIDATES);
    // The first candidate is that there is no voice; it costs the best correlation.
    lags[frame] = new double[kept + 1];
    costs[frame] = new double[kept + 1];
    costs[frame][0] = best;
    for (int i = 0; i < kept; i++) {
      lags[frame][i + 1] = foundLags[order[i]];
      costs[frame][i + 1] = foundCosts[order[i]];
    }
  }

  private static double[] bestPath(double[][] lags, double[][] costs) {
    int frames = lags.length;
    int[][] from = new int[frames][];
    double[] total = costs[0].clone();
    for (int i = 1; i < frames; i++) {
      double[] next = new double[lags[i].length];
      from[i] = new int[lags[i].length];
      for (int j = 0; j < next.length; j++) {
        next[j] = Double.POSITIVE_INFINITY;
        for (int k = 0; k < total.length; k++) {
          double sum = total[k] + transition(lags[i - 1][k], lags[i][j]);
          if (sum < next[j]) {
            next[j] = sum;
            from[i][j] = k;
          }
        }
        next[j] += costs[i][j];
      }
      total = next;
    }
    int at = 0;
    for (int j = 1; j < total.length; j++) {
      at = total[j] < total[at] ? j : at;
    }
    double[] path = new double[frames];
    for (int i = frames - 1; i >= 0; i--) {
      path[i] = lags[i][at];
      at = i == 0 ? 0 : from[i][at];
    }
    return path;
  }

  private static double transition(double from, double to) {
    if (from == 0 && to == 0) {
      return 0;
    }
    if (from == 0 || to == 0) {
      return CHANGE_COST;
    }
    return OCTAVE_COST * Math.abs(Math.log(to / from) / Math.log(2));
  }
}
