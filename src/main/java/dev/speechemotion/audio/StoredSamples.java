package dev.speechemotion.audio;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Samples within a state. Where they all come from 16 bits, as those of G.711 and 16-bit PCM do
 * unless they were resampled, they take two bytes each, else four.
 */
final class StoredSamples {
  private StoredSamples() {}

  /** Writes {@code samples[0]} to {@code samples[count - 1]}, and how many they are. */
  static void write(float[] samples, int count, DataOutput out) throws IOException {
    boolean shorts = areAllOf16Bits(samples, count);
    out.writeInt(shorts ? ~count : count);
    for (int i = 0; i < count; i++) {
      if (shorts) {
        out.writeShort((int) (samples[i] * AudioEncoding.FULL_SCALE));
      } else {
        out.writeFloat(samples[i]);
      }
    }
  }

  private static boolean areAllOf16Bits(float[] samples, int count) {
    for (int i = 0; i < count; i++) {
      float scaled = samples[i] * AudioEncoding.FULL_SCALE;
      // By bits, for -0 would come back as 0.
      if (Float.floatToRawIntBits((short) scaled) != Float.floatToRawIntBits(scaled)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @return how many there are
   * @throws IOException if that is not from {@code least} to {@code most}, or the state ends early
   */
  static int read(float[] into, int least, int most, DataInput in) throws IOException {
    int begin = in.readInt();
    boolean shorts = begin < 0;
    int count = shorts ? ~begin : begin;
    if (count < least || count > most) {
      throw new IOException(
          "a state of %d to %d samples cannot hold %d".formatted(least, most, count));
    }
    for (int i = 0; i < count; i++) {
      into[i] = shorts ? in.readShort() / AudioEncoding.FULL_SCALE : in.readFloat();
    }
    return count;
  }
}
