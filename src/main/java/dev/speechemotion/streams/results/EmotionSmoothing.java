package dev.speechemotion.streams.results;

import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Smooths a channel's probabilities exponentially over media time, and says which emotion they
 * stand at: another one than before only if it is more probable by the hysteresis.
 */
public final class EmotionSmoothing {
  /** The most labels that a stored call may have. */
  static final int MAX_LABELS = 1_024;

  private final double timeMs;
  private final double hysteresis;

  /** Smoothed probabilities by label. */
  private final Map<String, Float> smoothedByLabel = new TreeMap<>();

  /** The emotion that they stand at; empty before the first window. */
  private Optional<String> label = Optional.empty();

  /** End of the last window, media time. */
  private long lastEndMs;

  /**
   * @param time constant over which probabilities are smoothed; zero: not at all
   * @param hysteresis by how much another emotion must be more probable before the label changes
   */
  public EmotionSmoothing(Duration time, double hysteresis) {
    this.timeMs = time.toNanos() / 1e6;
    this.hysteresis = hysteresis;
  }

  /**
   * Takes a window's probabilities.
   *
   * @param labels of the model
   * @param probabilities {@code [labels]} of a window that ends at {@code endMs}
   * @param smoothed {@code [labels]}, receives the smoothed ones
   * @return index of the label
   */
  public int follow(List<String> labels, float[] probabilities, long endMs, float[] smoothed) {
    int present = label.map(labels::indexOf).orElse(-1);
    float weight = present < 0 ? 1 : weight(endMs - lastEndMs);
    for (int i = 0; i < smoothed.length; i++) {
      float before = smoothedByLabel.getOrDefault(labels.get(i), 0f);
      smoothed[i] = before + weight * (probabilities[i] - before);
      smoothedByLabel.put(labels.get(i), smoothed[i]);
    }
    int best = EmotionScores.indexOfMax(smoothed, 0, smoothed.length);
    int index = present < 0 || smoothed[best] > smoothed[present] + hysteresis ? best : present;
    lastEndMs = label.isEmpty() ? endMs : Math.max(lastEndMs, endMs);
    label = Optional.of(labels.get(index));
    return index;
  }

  private float weight(long passedMs) {
    if (timeMs == 0) {
      return 1;
    }
    return (float) (1 - StrictMath.exp(-Math.max(0, passedMs) / timeMs));
  }

  public void writeState(DataOutput out) throws IOException {
    StateFields.writeCount(out, smoothedByLabel.size());
    for (Map.Entry<String, Float> entry : smoothedByLabel.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeFloat(entry.getValue());
    }
    StateFields.writeText(out, label.orElse(null));
    out.writeLong(lastEndMs);
  }

  /** Reads what {@link #writeState} wrote. */
  public void readState(DataInput in) throws IOException {
    int count = StateFields.readCount(in, "labels", MAX_LABELS);
    for (int i = 0; i < count; i++) {
      smoothedByLabel.put(in.readUTF(), in.readFloat());
    }
    label = Optional.ofNullable(StateFields.readText(in));
    lastEndMs = in.readLong();
  }
}
