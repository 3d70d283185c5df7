package dev.speechemotion.training.evaluation;

import dev.speechemotion.emotion.Population;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the features of a place are like, whoever speaks there and in whatever mood: mean and
 * deviation over all windows with enough speech, without labels. Unlike those of a call, they don't
 * take away the mood of a caller who has one all along.
 */
public final class SiteStatistics {
  private final double[] mean;
  private final double[] deviation;

  /**
   * @param mean {@code [features]}
   * @param deviation {@code [features]}, positive
   */
  SiteStatistics(double[] mean, double[] deviation) {
    this.mean = mean;
    this.deviation = deviation;
  }

  /**
   * Measures clips.
   *
   * @param columns features of a window, or of a frame where windows are made of frames
   * @param minSpeechShare windows with a smaller share of speech don't count
   * @throws CorpusException if none counts
   */
  public static SiteStatistics of(List<LabeledClip> clips, int columns, float minSpeechShare)
      throws CorpusException {
    SiteAccumulator sums = new SiteAccumulator(columns);
    sums.addAll(clips, minSpeechShare);
    return sums.statistics()
        .orElseThrow(
            () ->
                new CorpusException(
                    "no window of %d clips has a share of speech of %s or more: --adapt site has nothing to go by"
                        .formatted(clips.size(), minSpeechShare)));
  }

  /** Of each corpus of the clips. */
  public static Map<String, SiteStatistics> byCorpus(
      List<LabeledClip> clips, int columns, float minSpeechShare) throws CorpusException {
    Map<String, List<LabeledClip>> byCorpus = new TreeMap<>();
    for (LabeledClip clip : clips) {
      byCorpus.computeIfAbsent(clip.corpus(), corpus -> new ArrayList<>()).add(clip);
    }
    Map<String, SiteStatistics> statistics = new TreeMap<>();
    for (Map.Entry<String, List<LabeledClip>> corpus : byCorpus.entrySet()) {
      statistics.put(corpus.getKey(), of(corpus.getValue(), columns, minSpeechShare));
    }
    return statistics;
  }

  /** Whether a network is told nothing of a feature, by its deviation in the training. */
  public static boolean isLeftOut(float deviation) {
    return deviation >= Adaptation.LEFT_OUT;
  }

  public double mean(int feature) {
    return mean[feature];
  }

  /** Positive. */
  public double deviation(int feature) {
    return deviation[feature];
  }

  /** The same with the place's means and deviations; what the training left out stays out. */
  public ModelManifest.Normalization normalization(ModelManifest.Normalization training) {
    List<Float> siteMean = new ArrayList<>();
    List<Float> siteDeviation = new ArrayList<>();
    for (int i = 0; i < mean.length; i++) {
      boolean leftOut = isLeftOut(training.deviation().get(i));
      siteMean.add(leftOut ? training.mean().get(i) : (float) mean[i]);
      siteDeviation.add(leftOut ? training.deviation().get(i) : (float) deviation[i]);
    }
    return training.with(siteMean, siteDeviation);
  }

  /** The clip as it would be if the place were like the training's average. */
  public LabeledClip adapted(LabeledClip clip, Population population) {
    List<float[]> windows = new ArrayList<>();
    for (float[] window : clip.windows()) {
      float[] adapted = window.clone();
      for (int i = 0; i < mean.length; i++) {
        // What the network is told nothing of must not come back in units of the place.
        if (population.deviation(i) < Adaptation.LEFT_OUT) {
          for (int at = i; at < window.length; at += mean.length) {
            double standard = (window[at] - mean[i]) / deviation[i];
            adapted[at] = (float) (population.mean(i) + population.deviation(i) * standard);
          }
        }
      }
      windows.add(adapted);
    }
    return clip.with(windows);
  }
}
