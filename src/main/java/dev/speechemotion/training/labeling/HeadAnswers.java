package dev.speechemotion.training.labeling;

import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.Calibrator;
import dev.speechemotion.training.evaluation.HeldOutAnswers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
  private final List<String> speakers = new ArrayList<>();
  private final List<Boolean> correct = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();

  /** {@code [window][labels]} of each clip, row by row. */
  private final List<float[]> logits = new ArrayList<>();

  private HeldOutAnswers heldOut = new HeldOutAnswers(new float[0], new float[0], new String[0]);

  /**
   * @param answerable {@code [labels]}
   */
  HeadAnswers(List<String> labels, boolean[] answerable) {
    this.labels = labels;
    this.answerable = answerable;
  }

  /**
   * @param logits {@code [window][labels]}, row by row; it is kept
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
    speakers.add(clip.voice());
    correct.add(EmotionScores.indexOfMax(mean, 0, labelCount) == actual);
    losses.add(-StrictMath.log(Math.max(LEAST, mean[actual])));
    this.logits.add(logits);
    float[] actualOfEach = new float[windows];
    Arrays.fill(actualOfEach, actual);
    String[] corpora = new String[windows];
    Arrays.fill(corpora, clip.corpus());
    heldOut = heldOut.and(new HeldOutAnswers(logits, actualOfEach, corpora));
  }

  /** Cross-entropy. */
  double loss() {
    return mean(losses.stream().mapToDouble(Double::doubleValue).toArray());
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
   * Of the difference between the two heads' unweighted average recalls: as if clips were drawn one
   * by one, or speakers, whose clips are alike, whichever is more (K.-Y. Liang and S. L. Zeger,
   * "Longitudinal data analysis using generalized linear models", 1986).
   *
   * @param other the answers of another head on the same clips
   */
  double standardErrorOfGain(HeadAnswers other) {
    double[] gains = new double[correct.size()];
    for (int clip = 0; clip < gains.length; clip++) {
      gains[clip] = (correct.get(clip) ? 1 : 0) - (other.correct.get(clip) ? 1 : 0);
    }
    return Math.max(standardError(gains), standardErrorOverSpeakers(gains));
  }

  private double standardErrorOverSpeakers(double[] ofClips) {
    double mean = mean(ofClips);
    Map<String, Double> distances = new TreeMap<>();
    for (int clip = 0; clip < ofClips.length; clip++) {
      distances.merge(speakers.get(clip), weight(clip) * (ofClips[clip] - mean), Double::sum);
    }
    double squares = distances.values().stream().mapToDouble(each -> each * each).sum();
    return Math.sqrt(squares * distances.size() / (distances.size() - 1));
  }

  /**
   * The calibration that fits these answers, if it is better than another one by more than two
   * standard errors of the cross-entropy; otherwise that one.
   */
  ModelManifest.Calibration calibration(ModelManifest.Calibration before) {
    Calibrator.Calibration fitted = Calibrator.fit(heldOut);
    ModelManifest.Calibration after =
        new ModelManifest.Calibration(
            fitted.temperature(), fitted.doubt(), before.uncertainBelow());
    double[] gains = new double[correct.size()];
    for (int clip = 0; clip < gains.length; clip++) {
      gains[clip] = loss(clip, before) - loss(clip, after);
    }
    return mean(gains) > 2 * standardError(gains) ? after : before;
  }

  /** Cross-entropy of a clip's windows, any label being an answer. */
  private double loss(int clip, ModelManifest.Calibration calibration) {
    int labelCount = labels.size();
    float[] probabilities = new float[labelCount];
    float[] window = new float[labelCount];
    int windows = logits.get(clip).length / labelCount;
    double sum = 0;
    for (int i = 0; i < windows; i++) {
      System.arraycopy(logits.get(clip), i * labelCount, window, 0, labelCount);
      calibration.softmax(window, probabilities, 0);
      sum -= StrictMath.log(Math.max(LEAST, probabilities[actuals.get(clip)]));
    }
    return sum / windows;
  }

  private double mean(double[] ofClips) {
    double sum = 0;
    for (int clip = 0; clip < ofClips.length; clip++) {
      sum += weight(clip) * ofClips[clip];
    }
    return sum;
  }

  /** Of the mean. */
  private double standardError(double[] ofClips) {
    double mean = mean(ofClips);
    double sum = 0;
    for (int clip = 0; clip < ofClips.length; clip++) {
      double distance = weight(clip) * (ofClips[clip] - mean);
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
