package dev.speechemotion.streams.media;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * For how long anybody on a call talks, and for how long two or more do. Time is in slots of 20 ms;
 * those of the last ten seconds are remembered, as channels do not come in step. What comes later
 * than that is not compared with other channels.
 */
public final class TalkTime {
  static final int SLOT_MICROS = 20_000;
  private static final int SLOTS = 512;

  /** Slots up to this one have been seen. */
  private long head;

  private boolean begun;

  /** {@code [SLOTS / 64]}, a bit for each slot: whether one talks, whether another one does. */
  private final long[] one = new long[SLOTS / Long.SIZE];

  private final long[] two = new long[SLOTS / Long.SIZE];
  private long talkSlots;
  private long overlapSlots;

  /** Counts a slot in which a channel talks; once for each of them. */
  public void talk(long slot) {
    if (!begun || slot - head >= SLOTS) {
      Arrays.fill(one, 0);
      Arrays.fill(two, 0);
      begun = true;
      head = slot;
    }
    while (head < slot) {
      head++;
      one[word(head)] &= ~bit(head);
      two[word(head)] &= ~bit(head);
    }
    if (head - slot >= SLOTS) {
      talkSlots++;
    } else if ((one[word(slot)] & bit(slot)) == 0) {
      one[word(slot)] |= bit(slot);
      talkSlots++;
    } else if ((two[word(slot)] & bit(slot)) == 0) {
      two[word(slot)] |= bit(slot);
      overlapSlots++;
    }
  }

  private static int word(long slot) {
    // Also of negative slots: there is a power of two of them.
    return (int) (slot & SLOTS - 1) / Long.SIZE;
  }

  private static long bit(long slot) {
    return 1L << slot;
  }

  /** For how long anybody talked. */
  public long talkMs() {
    return talkSlots * SLOT_MICROS / 1_000;
  }

  /** For how long two or more talked. */
  public long overlapMs() {
    return overlapSlots * SLOT_MICROS / 1_000;
  }

  /** Forgets all that was counted. */
  public void forget() {
    begun = false;
    talkSlots = 0;
    overlapSlots = 0;
  }

  public void writeState(DataOutput out) throws IOException {
    out.writeBoolean(begun);
    if (begun) {
      out.writeLong(head);
      out.writeLong(talkSlots);
      out.writeLong(overlapSlots);
      for (int i = 0; i < one.length; i++) {
        out.writeLong(one[i]);
        out.writeLong(two[i]);
      }
    }
  }

  public void readState(DataInput in) throws IOException {
    begun = in.readBoolean();
    if (begun) {
      head = in.readLong();
      talkSlots = in.readLong();
      overlapSlots = in.readLong();
      for (int i = 0; i < one.length; i++) {
        one[i] = in.readLong();
        two[i] = in.readLong();
      }
    }
  }
}
