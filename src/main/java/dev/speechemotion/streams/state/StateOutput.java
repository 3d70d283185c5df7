package dev.speechemotion.streams.state;

import java.io.DataOutput;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Bytes that state is written to. Writes what a {@link java.io.DataOutputStream} does, at a
 * fraction of the time: a call's state is thousands of numbers, at every commit. Reusable; serves
 * one thread.
 */
public final class StateOutput implements DataOutput {
  private static final int MAX_UTF_BYTES = 0xffff;

  private static final VarHandle SHORTS = view(short[].class);
  private static final VarHandle INTS = view(int[].class);
  private static final VarHandle LONGS = view(long[].class);

  private byte[] bytes;
  private int size;

  /**
   * @param byteCount room for so many to begin with
   */
  public StateOutput(int byteCount) {
    bytes = new byte[byteCount];
  }

  private static VarHandle view(Class<?> type) {
    return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.BIG_ENDIAN);
  }

  /** Forgets what was written. */
  public void reset() {
    size = 0;
  }

  /** How many bytes were written. */
  public int size() {
    return size;
  }

  /** What was written, as an array of its own. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** Writes an int anew, such as a length that was not known before. */
  public void setInt(int at, int value) {
    INTS.set(bytes, at, value);
  }

  /**
   * Makes room.
   *
   * @return where the bytes begin
   */
  private int next(int count) {
    int at = size;
    if (count > bytes.length - at) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(at, count)));
    }
    size = at + count;
    return at;
  }

  @Override
  public void write(int value) {
    writeByte(value);
  }

  @Override
  public void write(byte[] source) {
    write(source, 0, source.length);
  }

  @Override
  public void write(byte[] source, int offset, int count) {
    int at = next(count);
    System.arraycopy(source, offset, bytes, at, count);
  }

  @Override
  public void writeBoolean(boolean value) {
    writeByte(value ? 1 : 0);
  }

  @Override
  public void writeByte(int value) {
    int at = next(1);
    bytes[at] = (byte) value;
  }

  @Override
  public void writeShort(int value) {
    int at = next(Short.BYTES);
    SHORTS.set(bytes, at, (short) value);
  }

  @Override
  public void writeChar(int value) {
    writeShort(value);
  }

  @Override
  public void writeInt(int value) {
    int at = next(Integer.BYTES);
    INTS.set(bytes, at, value);
  }

  @Override
  public void writeLong(long value) {
    int at = next(Long.BYTES);
    LONGS.set(bytes, at, value);
  }

  @Override
  public void writeFloat(float value) {
    writeInt(Float.floatToIntBits(value));
  }

  @Override
  public void writeDouble(double value) {
    writeLong(Double.doubleToLongBits(value));
  }

  @Override
  public void writeBytes(String text) {
    for (int i = 0; i < text.length(); i++) {
      writeByte(text.charAt(i));
    }
  }

  @Override
  public void writeChars(String text) {
    for (int i = 0; i < text.length(); i++) {
      writeShort(text.charAt(i));
    }
  }

  @Override
  public void writeUTF(String text) throws IOException {
    int begin = size;
    writeShort(0);
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (each >= 1 && each < 0x80) {
        writeByte(each);
      } else if (each < 0x800) {
        writeByte(0xc0 | each >> 6);
        writeByte(0x80 | each & 0x3f);
      } else {
        writeByte(0xe0 | each >> 12);
        writeByte(0x80 | each >> 6 & 0x3f);
        writeByte(0x80 | each & 0x3f);
      }
    }
    int byteCount = size - begin - Short.BYTES;
    if (byteCount > MAX_UTF_BYTES) {
      throw new UTFDataFormatException("a text of " + byteCount + " bytes is too long");
    }
    SHORTS.set(bytes, begin, (short) byteCount);
  }
}
