package dev.speechemotion.streams.quality;

import dev.speechemotion.avro.AudioFault;
import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Kinds of wrong audio that were found. */
public final class FaultSet {
  private static final AudioFault[] FAULTS = AudioFault.values();

  private final Set<AudioFault> faults = EnumSet.noneOf(AudioFault.class);

  /**
   * Adds one.
   *
   * @return whether it was not there yet
   */
  public boolean add(AudioFault fault) {
    return faults.add(fault);
  }

  /** Whether it has any of those. */
  boolean containsAny(Set<AudioFault> others) {
    return !Collections.disjoint(faults, others);
  }

  /** In the order of the schema. */
  public List<AudioFault> list() {
    return faults.isEmpty() ? List.of() : new ArrayList<>(faults);
  }

  public void writeState(DataOutput out) throws IOException {
    StateFields.writeCount(out, faults.stream().mapToInt(fault -> 1 << fault.ordinal()).sum());
  }

  /**
   * Reads what {@link #writeState} wrote.
   *
   * @throws IOException if it is cut off or holds what was never written
   */
  public void readState(DataInput in) throws IOException {
    int bits = StateFields.readCount(in, "kinds of wrong audio", (1 << FAULTS.length) - 1);
    faults.clear();
    for (AudioFault fault : FAULTS) {
      if ((bits & 1 << fault.ordinal()) != 0) {
        faults.add(fault);
      }
    }
  }

  /** The fault of that number. */
  static AudioFault fault(int ordinal) throws IOException {
    if (ordinal >= FAULTS.length) {
      throw new IOException("there is no kind " + ordinal + " of wrong audio");
    }
    return FAULTS[ordinal];
  }
}
