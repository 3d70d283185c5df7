package dev.speechemotion.emotion;

import java.util.Arrays;

/**
 * What the feature vectors of a model's training are like, and how fast a call's own count against
 * that; see {@link RunningNormalization}. Immutable.
 */
public final class Population {
  private final float[] mean;
  private final float[] deviation;
  private final float[] priorWindowsByFeature;
  private final float priorWindows;
  private final float minSpeechShare;
  private final int fingerprint;

  /**
   * @param mean {@code [featureCount]}, finite; copied
   * @param deviation {@code [featureCount]}, what is usual within one speaker; positive; copied
   * @param priorWindows how many of a call's windows weigh as much as the training; positive
   * @param minSpeechShare windows with a smaller share of speech don't count, 0 to 1
   * @throws IllegalArgumentException if a value is out of its range
   */
  public Population(float[] mean, float[] deviation, float priorWindows, float minSpeechShare) {
    this(mean, deviation, filled(mean.length, priorWindows), priorWindows, minSpeechShare);
  }

  /**
   * @param mean {@code [featureCount]}, finite; copied
   * @param deviation {@code [featureCount]}, what is usual within one speaker; positive; copied
   * @param priorWindowsByFeature {@code [featureCount]}, how many of a call's windows weigh as much
   *     as the training where it is about the mean; positive; copied
   * @param priorWindows the same where it is about the deviation
   * @param minSpeechShare windows with a smaller share of speech don't count, 0 to 1
   * @throws IllegalArgumentException if a value is out of its range
   */
  public Population(
      float[] mean,
      float[] deviation,
      float[] priorWindowsByFeature,
      float priorWindows,
      float minSpeechShare) {
    if (mean.length != deviation.length || mean.length == 0) {
      throw new IllegalArgumentException(
          "a population needs as many means as deviations, got %d and %d"
              .formatted(mean.length, deviation.length));
    }
    for (int i = 0; i < mean.length; i++) {
      if (!Float.isFinite(mean[i]) || !Float.isFinite(deviation[i]) || deviation[i] <= 0) {
        throw new IllegalArgumentException(
            "means must be finite, deviations positive and finite, got %s and %s for feature %d"
                .formatted(mean[i], deviation[i], i));
      }
    }
    if (priorWindowsByFeature.length != mean.length) {
      throw new IllegalArgumentException(
          "a population of %d features needs as many priorWindows, got %d"
              .formatted(mean.length, priorWindowsByFeature.length));
    }
    for (float windows : priorWindowsByFeature) {
      requirePriorWindows(windows);
    }
    requirePriorWindows(priorWindows);
    requireMinSpeechShare(minSpeechShare);
    this.mean = mean.clone();
    this.deviation = deviation.clone();
    this.priorWindowsByFeature = priorWindowsByFeature.clone();
    this.priorWindows = priorWindows;
    this.minSpeechShare = minSpeechShare;
    fingerprint =
        31 * Arrays.hashCode(this.mean)
            + Arrays.hashCode(this.deviation)
            + 17 * Float.hashCode(priorWindows)
            + Float.hashCode(minSpeechShare)
            + (Arrays.equals(priorWindowsByFeature, filled(mean.length, priorWindows))
                ? 0
                : 19 * Arrays.hashCode(priorWindowsByFeature));
  }

  private static float[] filled(int length, float value) {
    float[] values = new float[length];
    Arrays.fill(values, value);
    return values;
  }

  /**
   * @throws IllegalArgumentException if the weight of a population is not positive and finite
   */
  public static void requirePriorWindows(float priorWindows) {
    if (!(priorWindows > 0 && priorWindows <= 1_000_000)) {
      throw new IllegalArgumentException(
          "priorWindows must be positive and at most 1000000, got " + priorWindows);
    }
  }

  /**
   * @throws IllegalArgumentException if a share of speech is not from 0 to 1
   */
  public static void requireMinSpeechShare(float minSpeechShare) {
    if (!(minSpeechShare >= 0 && minSpeechShare <= 1)) {
      throw new IllegalArgumentException(
          "minSpeechShare must be from 0 to 1, got " + minSpeechShare);
    }
  }

  /** Length of the vectors; of those that are frames, the length of one. */
  public int featureCount() {
    return mean.length;
  }

  public float mean(int feature) {
    return mean[feature];
  }

  /** Positive. */
  public float deviation(int feature) {
    return deviation[feature];
  }

  /** About the mean. */
  float priorWindows(int feature) {
    return priorWindowsByFeature[feature];
  }

  /** About the deviation. */
  float priorWindows() {
    return priorWindows;
  }

  float minSpeechShare() {
    return minSpeechShare;
  }

  /** The same for equal populations, in every process; hardly ever for others. */
  int fingerprint() {
    return fingerprint;
  }
}
