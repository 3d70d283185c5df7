package dev.speechemotion.emotion;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Takes a speaker's own average out of feature vectors, as far as the call has told it: the mean
 * and the deviation of the windows heard, shrunk toward those of the training. Evaluation and
 * streaming use it, one instance for each speaker or channel of a call.
 *
 * <p>With {@code n} windows counted, all in units of the training's mean and deviation, the mean is
 * {@code sum / (n0 + n)} and the variance {@code (n0 + squares) / (n0 + n - 1)}, where {@code
 * squares} is the sum of squared distances from the windows' own mean and {@code n0} {@link
 * Population}'s priorWindows, which may differ from feature to feature where it is about the mean.
 * This is the mean {@code (n0 * population + n * call) / (n0 + n)} and for the variance the same
 * with the degree of freedom that the call's mean has used up. What comes out is on the training's
 * scale again, so a classifier needs to know nothing of it.
 *
 * <p>The sums are floats and are added up in the order of the windows: the same windows give the
 * same bits, also over {@link #writeState} and {@link #readState}.
 */
final class RunningNormalization {
  private final Population population;
  private int windows;

  /** Of values in units of the population, which are small enough for floats in any call. */
  private final float[] sums;

  private final float[] squareSums;

  RunningNormalization(Population population) {
    this.population = population;
    sums = new float[population.featureCount()];
    squareSums = new float[population.featureCount()];
  }

  /** Whether it is against an equal population, so that it can go on with that one. */
  boolean isAgainst(Population other) {
    return population.fingerprint() == other.fingerprint() && sums.length == other.featureCount();
  }

  /** Number of windows that count so far. */
  int windows() {
    return windows;
  }

  /**
   * Counts a window in, if enough of it is speech: pauses and the other party's silence say nothing
   * of the voice.
   *
   * @param features {@code [featureCount]}, or of several frames {@code [frames][featureCount]},
   *     with NaN behind the last; then their mean counts, and that of their squares
   * @param speechShare share of speech in the window, 0 to 1
   */
  void count(float[] features, float speechShare) {
    if (speechShare < population.minSpeechShare()) {
      return;
    }
    windows++;
    for (int i = 0; i < sums.length; i++) {
      double sum = 0;
      double squareSum = 0;
      int frames = 0;
      for (int at = i; at < features.length && !Float.isNaN(features[at]); at += sums.length) {
        float value = standard(features[at], i);
        sum += value;
        squareSum += (double) value * value;
        frames++;
      }
      sums[i] += (float) (sum / frames);
      squareSums[i] += (float) (squareSum / frames);
    }
  }

  /**
   * What a vector would be if the speaker were like the training's average.
   *
   * @param features {@code [featureCount]}, or {@code [frames][featureCount]}
   * @param adapted as {@code features}, may be {@code features}
   */
  void apply(float[] features, float[] adapted) {
    float prior = population.priorWindows();
    for (int i = 0; i < sums.length; i++) {
      float mean = sums[i] / (population.priorWindows(i) + windows);
      float variance = 1;
      if (windows > 1) {
        float squares = Math.max(0, squareSums[i] - sums[i] * (sums[i] / windows));
        variance = (prior + squares) / (prior + windows - 1);
      }
      float deviation = (float) Math.sqrt(variance);
      for (int at = i; at < features.length; at += sums.length) {
        float value = (standard(features[at], i) - mean) / deviation;
        adapted[at] = population.mean(i) + population.deviation(i) * value;
      }
    }
  }

  private float standard(float feature, int i) {
    return (feature - population.mean(i)) / population.deviation(i);
  }

  /** How many bytes {@link #writeState} writes. */
  int stateBytes() {
    return 3 * Integer.BYTES + 2 * Float.BYTES * sums.length;
  }

  /** Writes {@link #stateBytes} bytes. */
  void writeState(DataOutput out) throws IOException {
    out.writeInt(population.fingerprint());
    out.writeInt(sums.length);
    out.writeInt(windows);
    for (int i = 0; i < sums.length; i++) {
      out.writeFloat(sums[i]);
      out.writeFloat(squareSums[i]);
    }
  }

  /**
   * Reads what {@link #writeState} wrote.
   *
   * @return whether it was written with an equal population; if not, nothing is taken over
   * @throws IOException if it is cut off or holds what was never written
   */
  boolean readState(DataInput in) throws IOException {
    if (in.readInt() != population.fingerprint() || in.readInt() != sums.length) {
      return false;
    }
    windows = in.readInt();
    boolean sound = windows >= 0;
    for (int i = 0; i < sums.length; i++) {
      sums[i] = in.readFloat();
      squareSums[i] = in.readFloat();
      sound &= Float.isFinite(sums[i]) && Float.isFinite(squareSums[i]) && squareSums[i] >= 0;
    }
    if (!sound) {
      throw new IOException("the statistics of the call's windows are malformed");
    }
    return true;
  }
}
