package dev.speechemotion.emotion;

import java.util.List;

/** Reading of a row of probabilities, {@code [labels]}, as a classifier gives it. */
public final class EmotionScores {
  private EmotionScores() {}

  /**
   * Index of the largest of {@code count} probabilities from {@code offset}, relative to {@code
   * offset}; of equal ones the first.
   */
  public static int indexOfMax(float[] probabilities, int offset, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (probabilities[offset + i] > probabilities[offset + best]) {
        best = i;
      }
    }
    return best;
  }

  /**
   * Checks a classifier's labels.
   *
   * @throws IllegalArgumentException if there are fewer than two, or one is blank or there twice
   */
  public static List<String> requireValidLabels(List<String> labels) {
    if (labels.size() < 2) {
      throw new IllegalArgumentException("a classifier needs at least two labels, got " + labels);
    }
    for (String label : labels) {
      if (label == null || label.isBlank() || labels.indexOf(label) != labels.lastIndexOf(label)) {
        throw new IllegalArgumentException("labels must be distinct and not blank, got " + labels);
      }
    }
    return List.copyOf(labels);
  }
}
