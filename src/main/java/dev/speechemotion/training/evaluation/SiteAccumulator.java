package dev.speechemotion.training.evaluation;

import dev.speechemotion.training.corpus.LabeledClip;
import java.util.List;
import java.util.Optional;

/**
 * Sums over the windows of a place, one after another, so that its statistics need no more memory
 * the more is heard of it.
 */
public final class SiteAccumulator {
  /** A feature that never changes tells nothing; it stays near 0 whatever comes later. */
  private static final double CONSTANT = 1e-6;

  private final int columns;

  /** The first vector: what is near the mean keeps squares from cancelling one another. */
  private final double[] origin;

  /** Of the distances from the origin. */
  private final double[] sums;

  private final double[] squares;
  private long windows;
  private long vectors;

  /**
   * @param columns features of a window, or of a frame where windows are made of frames
   */
  public SiteAccumulator(int columns) {
    this.columns = columns;
    origin = new double[columns];
    sums = new double[columns];
    squares = new double[columns];
  }

  /**
   * Counts a window.
   *
   * @param window {@code [columns]}, or {@code [frames][columns]} with NaN behind the last frame
   */
  public void add(float[] window) {
    windows++;
    for (int at = 0; at < window.length && !Float.isNaN(window[at]); at += columns) {
      if (vectors++ == 0) {
        for (int i = 0; i < columns; i++) {
          origin[i] = window[at + i];
        }
      }
      for (int i = 0; i < columns; i++) {
        double distance = window[at + i] - origin[i];
        sums[i] += distance;
        squares[i] += distance * distance;
      }
    }
  }

  /** Counts the windows of clips that have at least such a share of speech. */
  public void addAll(List<LabeledClip> clips, float minSpeechShare) {
    for (LabeledClip clip : clips) {
      for (int i = 0; i < clip.windows().size(); i++) {
        if (clip.speechShare(i) >= minSpeechShare) {
          add(clip.windows().get(i));
        }
      }
    }
  }

  /** Number of windows so far. */
  public long windows() {
    return windows;
  }

  /** The statistics of what was counted; empty if nothing was. */
  public Optional<SiteStatistics> statistics() {
    if (vectors == 0) {
      return Optional.empty();
    }
    double[] mean = new double[columns];
    double[] deviation = new double[columns];
    for (int i = 0; i < columns; i++) {
      double fromOrigin = sums[i] / vectors;
      mean[i] = origin[i] + fromOrigin;
      double value = Math.sqrt(Math.max(0, squares[i] / vectors - fromOrigin * fromOrigin));
      deviation[i] = value < CONSTANT ? 1 : value;
    }
    return Optional.of(new SiteStatistics(mean, deviation));
  }
}
