package dev.speechemotion.training.linear;

import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.TrainingStatistics;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The windows of clips as a linear head takes them. */
public final class NormalizedWindows {
  private final float[][] values;
  private final int[] labels;
  private final LabeledClip[] clips;
  private final int labelCount;
  private final int[] usedColumns;

  /**
   * @param labels in the order of the head's outputs
   */
  public NormalizedWindows(
      List<LabeledClip> clips, List<String> labels, ModelManifest.Normalization by) {
    float[] mean = by.meanArray();
    float[] deviation = by.deviationArray();
    int count = clips.stream().mapToInt(clip -> clip.windows().size()).sum();
    values = new float[count][mean.length];
    this.labels = new int[count];
    this.clips = new LabeledClip[count];
    labelCount = labels.size();
    usedColumns = by.usedColumns();
    int at = 0;
    for (LabeledClip clip : clips) {
      for (float[] window : clip.windows()) {
        for (int i = 0; i < mean.length; i++) {
          values[at][i] =
              ModelManifest.Normalization.limited((window[i] - mean[i]) / deviation[i], by.limit());
        }
        this.labels[at] = labels.indexOf(clip.label());
        this.clips[at++] = clip;
      }
    }
  }

  /** {@code [window]}, where each is from. */
  public String[] corpora() {
    return Arrays.stream(clips).map(LabeledClip::corpus).toArray(String[]::new);
  }

  /** {@code [window]}, index of each one's label. */
  public float[] floatLabels() {
    float[] same = new float[labels.length];
    for (int i = 0; i < same.length; i++) {
      same[i] = labels[i];
    }
    return same;
  }

  /**
   * @param group that a clip belongs to; each counts the same, and its windows in it
   */
  public TrainingStatistics statistics(Function<LabeledClip, String> group) {
    return moments(group).statistics();
  }

  /**
   * @param group that a clip belongs to; each counts the same, and its windows in it
   */
  public LabelMoments moments(Function<LabeledClip, String> group) {
    String[] groups = Arrays.stream(clips).map(group).toArray(String[]::new);
    Map<String, Long> counts =
        Arrays.stream(groups)
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    double[] masses = Arrays.stream(groups).mapToDouble(each -> 1.0 / counts.get(each)).toArray();
    return LabelMoments.of(values, usedColumns, labels, masses, labelCount);
  }

  /** Fits a head for windows like these. */
  public LinearDiscriminant fit(TrainingStatistics statistics) {
    return LinearDiscriminant.fit(
        statistics, usedColumns, values[0].length, LinearDiscriminant.SHRINKAGE);
  }

  /** {@code [window][label]}, row by row. */
  public float[] logits(LinearDiscriminant map) {
    float[] logits = new float[values.length * labelCount];
    for (int i = 0; i < values.length; i++) {
      map.logits(values[i], logits, i * labelCount);
    }
    return logits;
  }
}
