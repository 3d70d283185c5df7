package dev.speechemotion.streams.call;

import dev.speechemotion.streams.intake.ChunkRules;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether a channel holds wide-band audio or a telephone's, once that is known: from one segment to
 * the next of the same rate.
 */
final class HeldBand {
  /** The rate of the segments of which it is known; 0 as long as it is not. */
  private int knownOfHz;

  private boolean isTelephone;

  boolean isKnownOf(int rateHz) {
    return knownOfHz == rateHz;
  }

  void know(int rateHz, boolean isTelephone) {
    knownOfHz = rateHz;
    this.isTelephone = isTelephone;
  }

  /** The rate that says what a segment of a rate holds. */
  int rateOf(int rateHz) {
    return isKnownOf(rateHz) && isTelephone ? ChunkRules.MIN_RATE_HZ : rateHz;
  }

  void writeState(DataOutput out) throws IOException {
    out.writeInt(knownOfHz);
    out.writeBoolean(isTelephone);
  }

  void readState(DataInput in) throws IOException {
    knownOfHz = in.readInt();
    isTelephone = in.readBoolean();
  }
}
