package dev.speechemotion.training.evaluation;

import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the vectors of a training are like: over all of them, within voices, between voices. */
public final class PopulationStatistics {
  /** The bounds of how many windows of a call weigh as much as the training. */
  private static final double LEAST_PRIOR_WINDOWS = 1;

  private static final double MOST_PRIOR_WINDOWS = 100;

  private PopulationStatistics() {}

  /**
   * The mean of the speakers' means, and the root of the mean of their variances: every speaker
   * weighs the same.
   */
  public static ModelManifest.Normalization withinVoices(
      Map<String, List<LabeledClip>> byVoice, int columns) {
    double[] means = new double[columns];
    double[] variances = new double[columns];
    for (List<LabeledClip> ofVoice : byVoice.values()) {
      ModelManifest.Normalization own = overall(ofVoice, columns);
      for (int i = 0; i < columns; i++) {
        means[i] += own.mean().get(i) / byVoice.size();
        variances[i] += Math.pow(own.deviation().get(i), 2) / byVoice.size();
      }
    }
    return normalization(means, variances);
  }

  /**
   * The mean of the places' means, and the root of the mean of their variances: what to expect of a
   * place that nothing is known of.
   */
  public static ModelManifest.Normalization withinSites(
      Collection<SiteStatistics> sites, int columns) {
    double[] means = new double[columns];
    double[] variances = new double[columns];
    for (SiteStatistics site : sites) {
      for (int i = 0; i < columns; i++) {
        means[i] += site.mean(i) / sites.size();
        variances[i] += Math.pow(site.deviation(i), 2) / sites.size();
      }
    }
    return normalization(means, variances);
  }

  private static ModelManifest.Normalization normalization(double[] means, double[] variances) {
    List<Float> mean = new ArrayList<>();
    List<Float> deviation = new ArrayList<>();
    for (int i = 0; i < means.length; i++) {
      mean.add((float) means[i]);
      deviation.add((float) Math.sqrt(variances[i]));
    }
    return new ModelManifest.Normalization(mean, deviation);
  }

  /** Mean and deviation of every column over all windows, or over all of their frames. */
  public static ModelManifest.Normalization overall(List<LabeledClip> clips, int columns) {
    double[] sums = new double[columns];
    double[] squares = new double[columns];
    int count = 0;
    for (LabeledClip clip : clips) {
      for (float[] window : clip.windows()) {
        for (int at = 0; at < window.length && !Float.isNaN(window[at]); at += columns) {
          for (int i = 0; i < columns; i++) {
            sums[i] += window[at + i];
          }
          count++;
        }
      }
    }
    for (LabeledClip clip : clips) {
      for (float[] window : clip.windows()) {
        for (int at = 0; at < window.length && !Float.isNaN(window[at]); at += columns) {
          for (int i = 0; i < columns; i++) {
            double distance = window[at + i] - sums[i] / count;
            squares[i] += distance * distance;
          }
        }
      }
    }
    List<Float> mean = new ArrayList<>();
    List<Float> deviation = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      mean.add((float) (sums[i] / count));
      double value = Math.sqrt(squares[i] / count);
      // A feature that never changes tells nothing; it stays near 0 whatever comes later.
      deviation.add(value < 1e-6 ? 1f : (float) value);
    }
    return new ModelManifest.Normalization(mean, deviation);
  }

  /**
   * For each feature, how many of a call's windows the training's mean is to weigh: the variance of
   * windows within a voice over that of the voices of a corpus, times a factor. This is the weight
   * with which the mean of a new voice is estimated best if voices are normally distributed
   * (Casella 1985, "An Introduction to Empirical Bayes Data Analysis"), with a factor of 1 and
   * windows that tell as much as if each were drawn by itself. A feature in which voices differ
   * little needs much to be heard before it moves; one like the pitch moves at once.
   *
   * @return from 1 to 100, the latter where voices don't differ or no corpus has two
   */
  public static List<Float> priorWindows(
      Map<String, List<LabeledClip>> byVoice, ModelManifest.Normalization by, double factor) {
    int columns = by.mean().size();
    Map<String, List<double[]>> means = new TreeMap<>();
    double[] within = new double[columns];
    double perWindows = 0;
    for (List<LabeledClip> ofVoice : byVoice.values()) {
      List<double[]> windows = windowMeans(ofVoice, by);
      double[] mean = mean(windows, columns);
      double[] variance = squares(windows, mean);
      for (int i = 0; i < columns; i++) {
        within[i] += variance[i] / windows.size() / byVoice.size();
      }
      perWindows += 1.0 / windows.size() / byVoice.size();
      means.computeIfAbsent(ofVoice.get(0).corpus(), corpus -> new ArrayList<>()).add(mean);
    }
    double[] between = new double[columns];
    int freedom = 0;
    for (List<double[]> ofCorpus : means.values()) {
      double[] squares = squares(ofCorpus, mean(ofCorpus, columns));
      for (int i = 0; i < columns; i++) {
        between[i] += squares[i];
      }
      freedom += ofCorpus.size() - 1;
    }
    List<Float> priors = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      // Voices seem to differ also where only their windows do.
      double voices = between[i] / Math.max(1, freedom) - within[i] * perWindows;
      priors.add(
          (float)
              (voices <= 0
                  ? MOST_PRIOR_WINDOWS
                  : Math.max(
                      LEAST_PRIOR_WINDOWS,
                      Math.min(MOST_PRIOR_WINDOWS, factor * within[i] / voices))));
    }
    return priors;
  }

  /** Of each window the mean of its frames, in units of the training. */
  private static List<double[]> windowMeans(
      List<LabeledClip> clips, ModelManifest.Normalization by) {
    float[] mean = by.meanArray();
    float[] deviation = by.deviationArray();
    List<double[]> means = new ArrayList<>();
    for (LabeledClip clip : clips) {
      for (float[] window : clip.windows()) {
        double[] sums = new double[mean.length];
        int frames = 0;
        for (int at = 0; at < window.length && !Float.isNaN(window[at]); at += mean.length) {
          for (int i = 0; i < mean.length; i++) {
            sums[i] += (window[at + i] - mean[i]) / deviation[i];
          }
          frames++;
        }
        int count = frames;
        means.add(Arrays.stream(sums).map(sum -> sum / count).toArray());
      }
    }
    return means;
  }

  private static double[] mean(List<double[]> rows, int columns) {
    double[] mean = new double[columns];
    for (double[] row : rows) {
      for (int i = 0; i < columns; i++) {
        mean[i] += row[i] / rows.size();
      }
    }
    return mean;
  }

  /** By column, the sum of squared distances from the mean. */
  private static double[] squares(List<double[]> rows, double[] mean) {
    double[] squares = new double[mean.length];
    for (double[] row : rows) {
      for (int i = 0; i < mean.length; i++) {
        squares[i] += Math.pow(row[i] - mean[i], 2);
      }
    }
    return squares;
  }
}
