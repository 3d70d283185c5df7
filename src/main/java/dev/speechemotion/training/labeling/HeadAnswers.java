package dev.speechemotion.training.labeling;

import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.List;

/**
 * What a head said of clips that it was not fitted on. A clip's probabilities are the mean of its
 * windows'; labels that no clip has are no answers. Each label counts the same.
 */
final class HeadAnswers {
  /** Of a probability, in its logarithm: one clip must not decide alone. */
  private static final double LEAST = 1e-6;

  private final List<String> labels;
  private final boolean[] answerable;
  private final List<Integer> actuals = new ArrayList<>();
  private final List<Boolean> correct = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();

  /**
   * @param answerable {@code [labels]}
   */
  HeadAnswers(List<String> labels, boolean[] answerable) {
    this.labels = labels;
    this.answerable = answerable;
  }

  /**
   * @param logits {@code [window][labels]}, row by row
   */
  void add(LabeledClip clip, float[] logits) {
    int labelCount = labels.size();
    int windows = logits.length / labelCount;
    int actual = labels.indexOf(clip.label());
    float[] mean = new float[labelCount];
    double[] row = new double[labelCount];
    for (int window = 0; window < windows; window++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < labelCount; i++) {
        max = answerable[i] ? Math.max(max, logits[window * labelCount + i]) : max;
      }
      double sum = 0;
      for (int i = 0; i < labelCount; i++) {
        row[i] = answerable[i] ? StrictMath.exp(logits[window * labelCount + i] - max) : 0;
        sum += row[i];
      }
      for (int i = 0; i < labelCount; i++) {
        mean[i] += (float) (row[i] / sum / windows);
      }
    }
    actuals.add(actual);
    correct.add(EmotionScores.indexOfMax(mean, 0, labelCount) == actual);
    losses.add(-StrictMath.log(Math.max(LEAST, mean[actual])));
  }

  /** Cross-entropy. */
  double loss() {
    double sum = 0;
    for (int clip = 0; clip < losses.size(); clip++) {
      sum += weight(clip) * losses.get(clip);
    }
    return sum;
  }

  /** Unweighted average recall, 0 to 1; NaN without clips. */
  double uar() {
    double sum = actuals.isEmpty() ? Double.NaN : 0;
    for (int clip = 0; clip < correct.size(); clip++) {
      sum += correct.get(clip) ? weight(clip) : 0;
    }
    return sum;
  }

  /**
   * Of the difference between the two heads' unweighted average recalls, as if clips were drawn one
   * by one.
   *
   * @param other the answers of another head on the same clips
   */
  double standardErrorOfGain(HeadAnswers other) {
    double gain = uar() - other.uar();
    double sum = 0;
    for (int clip = 0; clip < correct.size(); clip++) {
      int more = (correct.get(clip) ? 1 : 0) - (other.correct.get(clip) ? 1 : 0);
      double distance = weight(clip) * (more - gain);
      sum += distance * distance;
    }
    return Math.sqrt(sum);
  }

  /** 1 in all. */
  private double weight(int clip) {
    int actual = actuals.get(clip);
    long alike = actuals.stream().filter(each -> each == actual).count();
    return 1.0 / (alike * actuals.stream().distinct().count());
  }
}
