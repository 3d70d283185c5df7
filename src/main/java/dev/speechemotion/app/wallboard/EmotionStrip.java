package dev.speechemotion.app.wallboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The emotions of a channel so far, as stretches of one emotion each, for a strip of some hundred
 * pixels. Of more than {@link #MOST_STRETCHES} the two that are shortest together become one, of
 * the longer one's emotion. Each knows when it last changed, so that a page is sent only what is
 * new to it.
 */
final class EmotionStrip {
  static final int MOST_STRETCHES = 64;

  private static final class Stretch {
    private final String emotion;
    private final long beginMs;
    private long endMs;
    private long version;

    Stretch(String emotion, long beginMs, long endMs, long version) {
      this.emotion = emotion;
      this.beginMs = beginMs;
      this.endMs = endMs;
      this.version = version;
    }
  }

  private final List<Stretch> stretches = new ArrayList<>();

  /** Adds what comes after the last stretch; media time, milliseconds. */
  void add(String emotion, long beginMs, long endMs, long version) {
    if (endMs <= beginMs) {
      return;
    }
    Stretch last = last();
    if (last != null && last.emotion.equals(emotion) && last.endMs == beginMs) {
      last.endMs = endMs;
      last.version = version;
    } else {
      stretches.add(new Stretch(emotion, beginMs, endMs, version));
    }
    if (stretches.size() > MOST_STRETCHES) {
      mergeShortest(version);
    }
  }

  /** Begin of the last stretch, media time, milliseconds; 0 without any. */
  long sinceMs() {
    return last() == null ? 0 : last().beginMs;
  }

  private Stretch last() {
    return stretches.isEmpty() ? null : stretches.get(stretches.size() - 1);
  }

  /** Not with the last one, which may still become longer. */
  private void mergeShortest(long version) {
    int shortest = 1;
    for (int i = 2; i < stretches.size() - 1; i++) {
      if (length(i - 1) + length(i) < length(shortest - 1) + length(shortest)) {
        shortest = i;
      }
    }
    String longer =
        stretches.get(length(shortest) > length(shortest - 1) ? shortest : shortest - 1).emotion;
    Stretch behind = stretches.remove(shortest);
    stretches.set(
        shortest - 1,
        new Stretch(longer, stretches.get(shortest - 1).beginMs, behind.endMs, version));
    // All behind it have moved up by one.
    for (Stretch moved : stretches.subList(shortest, stretches.size())) {
      moved.version = version;
    }
  }

  private long length(int index) {
    return stretches.get(index).endMs - stretches.get(index).beginMs;
  }

  /**
   * Writes what changed after a version: {@code from}, how many stretches stay as they were, and
   * {@code strip}, those behind them, as label, begin and end.
   */
  void write(ObjectNode channel, long since) {
    int from = stretches.size();
    while (from > 0 && stretches.get(from - 1).version > since) {
      from--;
    }
    channel.put("from", from);
    ArrayNode strip = channel.putArray("strip");
    for (Stretch stretch : stretches.subList(from, stretches.size())) {
      strip.addArray().add(stretch.emotion).add(stretch.beginMs).add(stretch.endMs);
    }
  }
}
