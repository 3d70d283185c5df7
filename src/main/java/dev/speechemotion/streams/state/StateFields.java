package dev.speechemotion.streams.state;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * What the stored form of a call is made of. Counts are checked against their limits before
 * anything is allocated, for what is read may be damaged.
 */
public final class StateFields {
  private StateFields() {}

  /** Writes 7 bits a byte, the lowest first; negative numbers take 10 bytes. */
  public static void writeCount(DataOutput out, long count) throws IOException {
    long rest = count;
    while ((rest & ~0x7fL) != 0) {
      out.writeByte((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.writeByte((int) rest);
  }

  /** Reads what {@link #writeCount} wrote. */
  public static long readCount(DataInput in) throws IOException {
    long count = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int next = in.readUnsignedByte();
      count |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        return count;
      }
    }
    throw new IOException("it has a number of more than 64 bits");
  }

  /**
   * Reads a count that something will be allocated for.
   *
   * @param what is counted, for the message
   * @throws IOException if there are more than {@code max}
   */
  public static int readCount(DataInput in, String what, int max) throws IOException {
    long count = readCount(in);
    if (count < 0 || count > max) {
      throw new IOException("it has " + count + " " + what + ", more than " + max);
    }
    return (int) count;
  }

  /** Writes a text that may be missing. */
  public static void writeText(DataOutput out, String text) throws IOException {
    out.writeBoolean(text != null);
    if (text != null) {
      out.writeUTF(text);
    }
  }

  /** The text, or null where it was missing. */
  public static String readText(DataInput in) throws IOException {
    return in.readBoolean() ? in.readUTF() : null;
  }

  /** Writes a number that may be missing. */
  public static void writeOptional(DataOutput out, OptionalLong value) throws IOException {
    out.writeBoolean(value.isPresent());
    if (value.isPresent()) {
      out.writeLong(value.getAsLong());
    }
  }

  /** Reads what {@link #writeOptional} wrote. */
  public static OptionalLong readOptional(DataInput in) throws IOException {
    return in.readBoolean() ? OptionalLong.of(in.readLong()) : OptionalLong.empty();
  }
}
