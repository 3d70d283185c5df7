package dev.speechemotion.training.augmentation;

import dev.speechemotion.audio.resampling.Resampler;
import java.util.Arrays;

/** Changes how fast speech is, and how high. */
final class TimeScale {
  /** Factors are rounded to multiples of one part of so many, so that few filters are ever made. */
  private static final int STEPS_OF_ONE = 40;

  /** Rates that the resampler takes; only their ratio counts. */
  private static final int NOMINAL_RATE_HZ = 16_000;

  private static final double HOP_SECONDS = 0.0125;

  /** How far a segment may lie from its place; both ways together hold a period of 67 Hz. */
  private static final double SEARCH_SECONDS = 0.0075;

  /** Every so many segments and samples are compared first, then all near the best. */
  private static final int COARSE = 4;

  private TimeScale() {}

  /**
   * Makes speech faster and leaves its pitch and its timbre: segments of 25 ms are laid over each
   * other half way, each from where it goes on most like the one before (W. Verhelst and M.
   * Roelands, "An overlap-add technique based on waveform similarity (WSOLA) for high quality
   * time-scale modification of speech", ICASSP 1993).
   *
   * @param samples in [-1, 1]
   * @param tempo from 0.5 to 2; above 1 is faster
   * @return {@code [round(samples / tempo)]}, in [-1, 1]
   */
  static float[] stretch(float[] samples, int rateHz, double tempo) {
    requireFactor("tempo", tempo);
    int hop = (int) Math.round(HOP_SECONDS * rateHz);
    int search = (int) Math.round(SEARCH_SECONDS * rateHz);
    int length = 2 * hop;
    int outputLength = (int) Math.round(samples.length / tempo);
    int segments = outputLength / hop + 2;
    int before = hop + search;
    int last = (int) Math.round((segments - 1) * hop * tempo);
    float[] padded = new float[Math.max(before + samples.length, last + before) + 3 * length];
    System.arraycopy(samples, 0, padded, before, samples.length);
    double[] energyUpTo = new double[padded.length + 1];
    for (int i = 0; i < padded.length; i++) {
      energyUpTo[i + 1] = energyUpTo[i] + (double) padded[i] * padded[i];
    }
    float[] window = new float[length];
    for (int i = 0; i < length; i++) {
      window[i] = (float) (0.5 - 0.5 * Math.cos(2 * Math.PI * i / length));
    }

    // The first segment's second half is the output's begin.
    float[] output = new float[(segments + 1) * hop];
    int begin = before - hop;
    for (int segment = 0; segment < segments; segment++) {
      int wanted = before - hop + (int) Math.round(segment * hop * tempo);
      begin =
          segment == 0
              ? wanted
              : mostAlike(padded, energyUpTo, begin + hop, wanted, search, length);
      for (int i = 0; i < length; i++) {
        output[segment * hop + i] += window[i] * padded[begin + i];
      }
    }
    return Arrays.copyOfRange(output, hop, hop + outputLength);
  }

  /** Where near {@code wanted} the samples are most like those from {@code natural} on. */
  private static int mostAlike(
      float[] samples, double[] energyUpTo, int natural, int wanted, int search, int length) {
    int best = wanted;
    double bestLikeness = likeness(samples, energyUpTo, natural, wanted, length, COARSE);
    for (int at = wanted - search; at <= wanted + search; at += COARSE) {
      double likeness = likeness(samples, energyUpTo, natural, at, length, COARSE);
      if (likeness > bestLikeness) {
        best = at;
        bestLikeness = likeness;
      }
    }
    int middle = best;
    bestLikeness = likeness(samples, energyUpTo, natural, middle, length, 1);
    for (int at = middle - COARSE + 1; at < middle + COARSE; at++) {
      double likeness = likeness(samples, energyUpTo, natural, at, length, 1);
      if (likeness > bestLikeness) {
        best = at;
        bestLikeness = likeness;
      }
    }
    return best;
  }

  /** Cross-correlation over the root of the segment's energy, of every {@code step}-th sample. */
  private static double likeness(
      float[] samples, double[] energyUpTo, int natural, int at, int length, int step) {
    // Four sums, because each addition would else wait for the one before.
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    for (int i = 0; i + 3 * step < length; i += 4 * step) {
      a += samples[natural + i] * samples[at + i];
      b += samples[natural + i + step] * samples[at + i + step];
      c += samples[natural + i + 2 * step] * samples[at + i + 2 * step];
      d += samples[natural + i + 3 * step] * samples[at + i + 3 * step];
    }
    return (a + b + c + d) / Math.sqrt(energyUpTo[at + length] - energyUpTo[at] + 1e-9);
  }

  /**
   * Plays faster: pitch, formants and tempo all rise by the factor, as {@link #playedFactor} rounds
   * it.
   *
   * @param samples in [-1, 1]
   * @param factor from 0.5 to 2
   * @return {@code [ceil(samples / factor)]}
   */
  static float[] play(float[] samples, double factor) {
    requireFactor("factor", factor);
    int fromHz = (int) Math.round(playedFactor(factor) * NOMINAL_RATE_HZ);
    return Resampler.resample(samples, fromHz, NOMINAL_RATE_HZ);
  }

  /** The factor that {@link #play} takes for a factor: a multiple of 1/40. */
  static double playedFactor(double factor) {
    return Math.rint(factor * STEPS_OF_ONE) / STEPS_OF_ONE;
  }

  private static void requireFactor(String name, double factor) {
    if (!(factor >= 0.5 && factor <= 2)) {
      throw new IllegalArgumentException(name + " must be from 0.5 to 2, got " + factor);
    }
  }
}
