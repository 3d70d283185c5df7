package dev.speechemotion.streams.call;

import dev.speechemotion.features.window.FrameHistory;
import dev.speechemotion.streams.state.StateFields;
import dev.speechemotion.streams.state.StateInput;
import dev.speechemotion.streams.state.StateOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * An analyzer's frames as they are stored: each commit writes those that are new, as a record of
 * their own, until all frames of it have left the windows. So few of them that a record is not
 * worth it are written with the rest of the state instead, until there are more.
 */
final class StoredFrames {
  /**
   * A tenth of a second or more. Frames that are written twice, as they are with longer stretches
   * where commits come more often, take more bytes than the records that this saves.
   */
  private static final int LEAST_FRAMES = 10;

  private static final int MOST_RECORDS = 1 << 11;

  /** A record, and the frames that it holds. */
  private record Stretch(int number, long from, long to) {}

  private final FrameHistory frames;

  /** The oldest first, each from where the one before it ends. */
  private final Deque<Stretch> stretches = new ArrayDeque<>();

  StoredFrames(FrameHistory frames) {
    this.frames = frames;
  }

  /**
   * Writes what is new.
   *
   * @param scratch for a record
   */
  void write(StateOutput out, CallRecords records, StateOutput scratch) throws IOException {
    while (!stretches.isEmpty() && stretches.getFirst().to <= frames.first()) {
      stretches.removeFirst();
    }
    if (frames.end() - storedUntil() >= LEAST_FRAMES) {
      add(records, scratch);
    }
    StateFields.writeCount(out, stretches.size());
    for (Stretch stretch : stretches) {
      records.keep(stretch.number);
      StateFields.writeCount(out, stretch.number);
      StateFields.writeCount(out, stretch.from);
      StateFields.writeCount(out, stretch.to - stretch.from);
    }
    if (storedUntil() < frames.end()) {
      frames.write(storedUntil(), frames.end(), out);
    }
  }

  private void add(CallRecords records, StateOutput scratch) throws IOException {
    long from = storedUntil();
    scratch.reset();
    // So that it cannot be taken for another one.
    scratch.writeLong(from);
    frames.write(from, frames.end(), scratch);
    stretches.addLast(new Stretch(records.add(scratch.toByteArray()), from, frames.end()));
  }

  /** Behind the last frame in a record; or the first of all. */
  private long storedUntil() {
    return stretches.isEmpty() ? frames.first() : stretches.getLast().to;
  }

  /**
   * Reads what {@link #write} wrote, after the rest of the state.
   *
   * @throws IOException if it is cut off, holds what was never written, or a record is missing
   */
  void read(StateInput in, CallRecords records) throws IOException {
    int count = StateFields.readCount(in, "records of a channel's frames", MOST_RECORDS);
    for (int i = 0; i < count; i++) {
      int number = StateFields.readCount(in, "records", CallRecords.MOST);
      long from = StateFields.readCount(in);
      long to = from + StateFields.readCount(in);
      boolean goesOn = i == 0 ? from <= frames.first() : from == storedUntil();
      if (!goesOn || to <= frames.first() || to > frames.end()) {
        throw new IOException("its frames %d to %d are out of place".formatted(from, to));
      }
      StateInput record = new StateInput(records.take(number));
      if (record.readLong() != from) {
        throw new IOException("its record " + number + " does not begin with frame " + from);
      }
      frames.read(from, to, record);
      if (record.left() > 0) {
        throw new IOException("its record " + number + " is longer than its frames");
      }
      stretches.addLast(new Stretch(number, from, to));
    }
    if (storedUntil() < frames.end()) {
      frames.read(storedUntil(), frames.end(), in);
    }
  }
}
