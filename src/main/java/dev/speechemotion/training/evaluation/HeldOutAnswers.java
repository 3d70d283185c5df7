package dev.speechemotion.training.evaluation;

import java.util.Arrays;

/** What a network said of examples that it was not fitted on. */
public final class HeldOutAnswers {
  private final float[] logits;
  private final float[] labels;
  private final String[] corpora;

  /**
   * @param logits {@code [row][labels]}, row by row; outputs before the softmax
   * @param labels {@code [row]}, index of the true one
   * @param corpora {@code [row]}, where it is from
   */
  public HeldOutAnswers(float[] logits, float[] labels, String[] corpora) {
    this.logits = logits;
    this.labels = labels;
    this.corpora = corpora;
  }

  /** These and those of another network. */
  public HeldOutAnswers and(HeldOutAnswers other) {
    float[] allLogits = Arrays.copyOf(logits, logits.length + other.logits.length);
    System.arraycopy(other.logits, 0, allLogits, logits.length, other.logits.length);
    float[] allLabels = Arrays.copyOf(labels, labels.length + other.labels.length);
    System.arraycopy(other.labels, 0, allLabels, labels.length, other.labels.length);
    String[] allCorpora = Arrays.copyOf(corpora, corpora.length + other.corpora.length);
    System.arraycopy(other.corpora, 0, allCorpora, corpora.length, other.corpora.length);
    return new HeldOutAnswers(allLogits, allLabels, allCorpora);
  }

  float[] logits() {
    return logits;
  }

  float[] labels() {
    return labels;
  }

  String[] corpora() {
    return corpora;
  }
}
