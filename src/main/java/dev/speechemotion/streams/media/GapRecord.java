package dev.speechemotion.streams.media;

import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Where gaps of a segment were filled, as far back as its next window begins. */
final class GapRecord {
  private static final int MAX_GAPS = 32;

  /** Microseconds from the begin of the segment. */
  private record Gap(long beginMicros, long lengthMicros) {
    long endMicros() {
      return beginMicros + lengthMicros;
    }
  }

  private final List<Gap> gaps = new ArrayList<>(0);

  void add(long beginMicros, long lengthMicros) {
    if (gaps.size() == MAX_GAPS) {
      // Two gaps become one of their length where the second one lay.
      Gap first = gaps.remove(0);
      Gap second = gaps.get(0);
      gaps.set(0, new Gap(second.beginMicros, first.lengthMicros + second.lengthMicros));
    }
    gaps.add(new Gap(beginMicros, lengthMicros));
  }

  /** How much of a stretch was filled, microseconds. */
  long within(long beginMicros, long endMicros) {
    long sum = 0;
    for (Gap gap : gaps) {
      long from = Math.max(beginMicros, gap.beginMicros);
      sum += Math.max(0, Math.min(endMicros, gap.endMicros()) - from);
    }
    return sum;
  }

  /** Forgets what ends before a time. */
  void forgetBefore(long micros) {
    gaps.removeIf(gap -> gap.endMicros() <= micros);
  }

  void clear() {
    gaps.clear();
  }

  void writeState(DataOutput out) throws IOException {
    out.writeByte(gaps.size());
    for (Gap gap : gaps) {
      StateFields.writeCount(out, gap.beginMicros);
      StateFields.writeCount(out, gap.lengthMicros);
    }
  }

  void readState(DataInput in) throws IOException {
    int count = in.readUnsignedByte();
    for (int i = 0; i < count; i++) {
      add(StateFields.readCount(in), StateFields.readCount(in));
    }
  }
}
