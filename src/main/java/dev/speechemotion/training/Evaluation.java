package dev.speechemotion.training;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.EmotionScores;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How well clips were recognised. Clips are added one by one; figures are over those so far.
 *
 * <p>A label without a clip has neither recall nor a part in the averages.
 */
final class Evaluation {
  /** Bins of equal width over the confidence, as in Guo et al. 2017. */
  private static final int ECE_BINS = 15;

  private final List<String> labels;
  private final int[][] counts;
  private final int[] binClips = new int[ECE_BINS];
  private final int[] binCorrect = new int[ECE_BINS];
  private final double[] binConfidence = new double[ECE_BINS];

  Evaluation(List<String> labels) {
    this.labels = List.copyOf(labels);
    counts = new int[labels.size()][labels.size()];
  }

  /** Classifies clips; a clip's probabilities are the mean of its windows'. */
  void addAll(EmotionClassifier classifier, List<Clip> clips) {
    int labelCount = labels.size();
    float[] one = new float[labelCount];
    double[] sums = new double[labelCount];
    float[] mean = new float[labelCount];
    for (Clip clip : clips) {
      Arrays.fill(sums, 0);
      for (float[] features : clip.windows()) {
        classifier.classify(features, 1, one);
        for (int i = 0; i < labelCount; i++) {
          sums[i] += one[i];
        }
      }
      for (int i = 0; i < labelCount; i++) {
        mean[i] = (float) (sums[i] / clip.windows().size());
      }
      add(clip.label(), mean);
    }
  }

  /**
   * @param label the true one
   * @param probabilities {@code [labels]}
   */
  void add(String label, float[] probabilities) {
    int actual = labels.indexOf(label);
    if (actual < 0) {
      throw new IllegalArgumentException("label " + label + " is not one of " + labels);
    }
    int predicted = EmotionScores.indexOfMax(probabilities, 0, labels.size());
    counts[actual][predicted]++;

    float confidence = probabilities[predicted];
    int bin = Math.min(ECE_BINS - 1, (int) (confidence * ECE_BINS));
    binClips[bin]++;
    binConfidence[bin] += confidence;
    if (actual == predicted) {
      binCorrect[bin]++;
    }
  }

  List<String> labels() {
    return labels;
  }

  /** Clips by {@code [actual][predicted]}. */
  int[][] counts() {
    return Arrays.stream(counts).map(int[]::clone).toArray(int[][]::new);
  }

  int clipCount() {
    return Arrays.stream(counts).mapToInt(row -> Arrays.stream(row).sum()).sum();
  }

  /** Number of clips that are of the label. */
  int clipCount(int label) {
    return Arrays.stream(counts[label]).sum();
  }

  double accuracy() {
    int correct = 0;
    for (int i = 0; i < counts.length; i++) {
      correct += counts[i][i];
    }
    return ratio(correct, clipCount());
  }

  /** Share of the label's clips that were recognised; NaN without clips. */
  double recall(int label) {
    return ratio(counts[label][label], clipCount(label));
  }

  /** Share of the clips taken for the label that are; 0 if none was. */
  double precision(int label) {
    int taken = Arrays.stream(counts).mapToInt(row -> row[label]).sum();
    return taken == 0 ? 0 : ratio(counts[label][label], taken);
  }

  /** Harmonic mean of precision and recall; 0 if both are. */
  double f1(int label) {
    double sum = precision(label) + recall(label);
    return sum == 0 ? 0 : 2 * precision(label) * recall(label) / sum;
  }

  /** Unweighted average recall: the mean of the recalls of the labels that have clips. */
  double uar() {
    double sum = 0;
    int present = 0;
    for (int i = 0; i < counts.length; i++) {
      if (clipCount(i) > 0) {
        sum += recall(i);
        present++;
      }
    }
    return sum / present;
  }

  /** Index of the label with the lowest recall; the first of equals. */
  int worstLabel() {
    int worst = -1;
    for (int i = 0; i < counts.length; i++) {
      if (clipCount(i) > 0 && (worst < 0 || recall(i) < recall(worst))) {
        worst = i;
      }
    }
    return worst;
  }

  /**
   * Expected calibration error: the mean, over the clips, of the gap between confidence and
   * accuracy in the clip's bin of confidence. See Guo et al. 2017, "On Calibration of Modern Neural
   * Networks", equation 3.
   */
  double ece() {
    double sum = 0;
    for (int i = 0; i < ECE_BINS; i++) {
      sum += Math.abs(binCorrect[i] - binConfidence[i]);
    }
    return sum / clipCount();
  }

  /** A table for people. */
  String table() {
    StringBuilder text = new StringBuilder();
    int width = Math.max(10, labels.stream().mapToInt(String::length).max().orElse(0) + 1);
    text.append(
        format(
            "clips %d   accuracy %.1f %%   UAR %.1f %%   worst %s %.1f %%   ECE %.3f%n%n",
            clipCount(),
            100 * accuracy(),
            100 * uar(),
            labels.get(worstLabel()),
            100 * recall(worstLabel()),
            ece()));
    text.append(format("%-" + width + "s%8s%8s  taken for%n", "label", "clips", "recall"));
    text.append(format("%-" + (width + 16) + "s", ""));
    labels.forEach(label -> text.append(format("%" + width + "s", label)));
    text.append(System.lineSeparator());
    for (int i = 0; i < labels.size(); i++) {
      text.append(format("%-" + width + "s%8d", labels.get(i), clipCount(i)));
      text.append(clipCount(i) == 0 ? "       -" : format("%7.1f%%", 100 * recall(i)));
      for (int count : counts[i]) {
        text.append(format("%" + width + "d", count));
      }
      text.append(System.lineSeparator());
    }
    return text.toString();
  }

  private static double ratio(int part, int whole) {
    return part / (double) whole;
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
