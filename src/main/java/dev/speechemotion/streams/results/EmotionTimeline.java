package dev.speechemotion.streams.results;

import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The emotions of a channel over the call, as stretches of one emotion each. There are at most
 * {@link #MAX_STRETCHES}; where there would be more, the shortest goes into the one before it.
 */
public final class EmotionTimeline {
  static final int MAX_STRETCHES = 48;

  /** Media time in milliseconds; the end is exclusive. */
  record Stretch(String emotion, long beginMs, long endMs) {
    long lengthMs() {
      return endMs - beginMs;
    }
  }

  private final List<Stretch> stretches = new ArrayList<>(2);

  /** Adds what comes after the last stretch. */
  void add(String emotion, long beginMs, long endMs) {
    if (stretches.isEmpty() || !goesOn(last(), emotion, beginMs)) {
      stretches.add(new Stretch(emotion, beginMs, endMs));
    } else {
      stretches.set(stretches.size() - 1, new Stretch(emotion, last().beginMs, endMs));
    }
    if (stretches.size() > MAX_STRETCHES) {
      mergeShortest();
    }
  }

  /** All stretches so far, in order. */
  List<Stretch> stretches() {
    return stretches;
  }

  private Stretch last() {
    return stretches.get(stretches.size() - 1);
  }

  private static boolean goesOn(Stretch stretch, String emotion, long beginMs) {
    return stretch.emotion.equals(emotion) && stretch.endMs == beginMs;
  }

  /** Not the last one, which may still become longer. */
  private void mergeShortest() {
    int shortest = 1;
    for (int i = 2; i < stretches.size() - 1; i++) {
      if (stretches.get(i).lengthMs() < stretches.get(shortest).lengthMs()) {
        shortest = i;
      }
    }
    Stretch before = stretches.get(shortest - 1);
    Stretch merged = new Stretch(before.emotion, before.beginMs, stretches.remove(shortest).endMs);
    Stretch after = stretches.get(shortest);
    if (goesOn(merged, after.emotion, after.beginMs)) {
      merged = new Stretch(merged.emotion, merged.beginMs, stretches.remove(shortest).endMs);
    }
    stretches.set(shortest - 1, merged);
  }

  /**
   * @param labels that the emotions are among
   */
  void writeState(DataOutput out, List<String> labels) throws IOException {
    StateFields.writeCount(out, stretches.size());
    long afterMs = 0;
    for (Stretch stretch : stretches) {
      StateFields.writeCount(out, labels.indexOf(stretch.emotion));
      StateFields.writeCount(out, stretch.beginMs - afterMs);
      StateFields.writeCount(out, stretch.lengthMs());
      afterMs = stretch.endMs;
    }
  }

  /** Reads what {@link #writeState} wrote with the same labels. */
  void readState(DataInput in, List<String> labels) throws IOException {
    int count = StateFields.readCount(in, "stretches", MAX_STRETCHES);
    long afterMs = 0;
    for (int i = 0; i < count; i++) {
      int label = StateFields.readCount(in, "labels", labels.size() - 1);
      long beginMs = afterMs + StateFields.readCount(in);
      afterMs = beginMs + StateFields.readCount(in);
      stretches.add(new Stretch(labels.get(label), beginMs, afterMs));
    }
  }
}
