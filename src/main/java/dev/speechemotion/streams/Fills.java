package dev.speechemotion.streams;

import java.util.ArrayList;
import java.util.List;

/** Where gaps of a segment were filled, as far back as its next window begins. */
final class Fills {
  static final int MAX_FILLS = 32;

  /** Microseconds from the begin of the segment. */
  record Fill(long beginMicros, long lengthMicros) {}

  final List<Fill> fills = new ArrayList<>(0);

  void add(long beginMicros, long lengthMicros) {
    if (fills.size() == MAX_FILLS) {
      // Two gaps become one of their length where the second one lay.
      Fill first = fills.remove(0);
      Fill second = fills.get(0);
      fills.set(0, new Fill(second.beginMicros, first.lengthMicros + second.lengthMicros));
    }
    fills.add(new Fill(beginMicros, lengthMicros));
  }

  /** How much of a stretch was filled, microseconds. */
  long within(long beginMicros, long endMicros) {
    long sum = 0;
    for (Fill fill : fills) {
      sum +=
          Math.max(
              0,
              Math.min(endMicros, fill.beginMicros + fill.lengthMicros)
                  - Math.max(beginMicros, fill.beginMicros));
    }
    return sum;
  }

  /** Forgets what ends before a time. */
  void forgetBefore(long micros) {
    fills.removeIf(fill -> fill.beginMicros + fill.lengthMicros <= micros);
  }

  void clear() {
    fills.clear();
  }
}
