package dev.speechemotion.emotion;

import java.util.List;

/**
 * Tells windows in which somebody speaks from those with music, barking, or machines, by a linear
 * map of what a model knows of a window. It comes after the voice activity detector, which takes
 * little time and takes for speech whatever has a pitch that moves.
 *
 * @param weights {@code [columns]}, of values as measured, before any normalization: what speech is
 *     does not depend on the place
 * @param bias added to the weighted sum; above 0 it is speech
 */
public record SpeechDetector(List<Float> weights, float bias) {
  public SpeechDetector {
    if (!Float.isFinite(bias)
        || !weights.stream().allMatch(weight -> weight != null && Float.isFinite(weight))) {
      throw new IllegalArgumentException("speechDetector must have finite weights and bias");
    }
    weights = List.copyOf(weights);
  }

  /**
   * Whether somebody speaks in a window. What is no number decides nothing: then it is speech.
   *
   * @param values {@code [columns]} from {@code offset}
   */
  public boolean hears(float[] values, int offset) {
    double sum = bias;
    for (int i = 0; i < weights.size(); i++) {
      sum += (double) weights.get(i) * values[offset + i];
    }
    return !(sum <= 0);
  }
}
