package dev.speechemotion.streams.quality;

import dev.speechemotion.avro.AudioFault;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;

/** What a feed's sequence numbers count. */
public enum NumberUnit {
  /** As they should. */
  MESSAGES(Optional.empty()),
  /** Milliseconds of audio. */
  MILLISECONDS(Optional.of(AudioFault.NUMBERS_IN_MILLISECONDS)),
  /** Samples of a channel. */
  SAMPLES(Optional.of(AudioFault.NUMBERS_IN_SAMPLES));

  private final Optional<AudioFault> fault;

  NumberUnit(Optional<AudioFault> fault) {
    this.fault = fault;
  }

  /** What is wrong with it, if anything is. */
  public Optional<AudioFault> fault() {
    return fault;
  }

  public void writeState(DataOutput out) throws IOException {
    out.writeByte(ordinal());
  }

  /**
   * Reads what {@link #writeState} wrote.
   *
   * @throws IOException if it is cut off or was never written
   */
  public static NumberUnit readState(DataInput in) throws IOException {
    int ordinal = in.readUnsignedByte();
    if (ordinal >= values().length) {
      throw new IOException("there is no unit " + ordinal + " of numbers");
    }
    return values()[ordinal];
  }
}
