package dev.speechemotion.streams.call;

import dev.speechemotion.streams.state.StateInput;
import dev.speechemotion.streams.state.StateOutput;
import java.io.IOException;

/**
 * The stored form of a call: the format's version in one byte, and what the call writes of itself.
 * The frames of its channels are in records beside it ({@link CallRecords}).
 *
 * <p>What an analyzer holds depends on the feature spec of its model and the windows, so a
 * fingerprint of both is beside it. If the model that is on offer for the channel's rate has others
 * when the call is read, the analyzer's part is left out: the channel goes on with a new segment.
 * What the channel's voice is like depends on the model's population; with another one it is
 * forgotten.
 */
public final class CallCodec {
  /** Goes up with every change of what any part of a call writes. */
  public static final int VERSION = 11;

  private final TaskContext task;

  CallCodec(TaskContext task) {
    this.task = task;
  }

  /**
   * Writes a call.
   *
   * @param records receives what it has beside, to be stored first
   */
  void write(Call call, StateOutput out, CallRecords records) throws IOException {
    records.begin();
    out.writeByte(VERSION);
    call.writeState(out, records);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param records of the call that were found
   * @throws IOException if it is of another version, cut off, or holds what was never written
   */
  public Call read(String callId, StateInput in, CallRecords records) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new IOException(
          "its format is version "
              + version
              + ", and this program reads only version "
              + VERSION
              + "; let the program that wrote it finish its calls before you upgrade");
    }
    Call call = Call.readState(in, records, task, callId);
    if (in.left() > 0) {
      throw new IOException("there are bytes after its end");
    }
    records.endReading();
    return call;
  }
}
