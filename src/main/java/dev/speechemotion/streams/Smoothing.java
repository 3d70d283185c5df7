package dev.speechemotion.streams;

import dev.speechemotion.emotion.EmotionScores;
import java.time.Duration;
import java.util.List;

/**
 * Smooths a channel's probabilities exponentially over media time, and says which emotion they
 * stand at: another one than before only if it is more probable by the hysteresis.
 */
final class Smoothing {
  private final double timeMs;
  private final double hysteresis;
  private final List<String> labels;

  Smoothing(Duration time, double hysteresis, List<String> labels) {
    this.timeMs = time.toNanos() / 1e6;
    this.hysteresis = hysteresis;
    this.labels = labels;
  }

  /**
   * Takes a window's probabilities; the channel's state follows.
   *
   * @param probabilities {@code [labels]} of a window that ends at {@code endMs}
   * @param smoothed {@code [labels]}, receives the smoothed ones
   * @return index of the label
   */
  int follow(ChannelState channel, float[] probabilities, long endMs, float[] smoothed) {
    int present = channel.label == null ? -1 : labels.indexOf(channel.label);
    float weight = present < 0 ? 1 : weight(endMs - channel.labelEndMs);
    for (int i = 0; i < smoothed.length; i++) {
      ChannelState.LabelTally tally =
          channel.tallies.computeIfAbsent(labels.get(i), label -> new ChannelState.LabelTally());
      tally.smoothed += weight * (probabilities[i] - tally.smoothed);
      smoothed[i] = tally.smoothed;
    }
    int best = EmotionScores.indexOfMax(smoothed, 0, smoothed.length);
    int index = present < 0 || smoothed[best] > smoothed[present] + hysteresis ? best : present;
    channel.label = labels.get(index);
    return index;
  }

  private float weight(long passedMs) {
    if (timeMs == 0) {
      return 1;
    }
    return (float) (1 - StrictMath.exp(-Math.max(0, passedMs) / timeMs));
  }
}
