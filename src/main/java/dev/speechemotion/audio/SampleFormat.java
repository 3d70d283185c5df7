package dev.speechemotion.audio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How one sample is stored in a file; files know more ways than payloads do.
 *
 * @param bytesPerSample 1 to 4 for integers, 4 or 8 for floats, 1 for G.711
 */
record SampleFormat(Kind kind, int bytesPerSample, ByteOrder order) {

  enum Kind {
    SIGNED,
    UNSIGNED,
    FLOAT,
    MULAW,
    ALAW
  }

  /** As {@link AudioEncoding#decode}, with which it agrees where the format is the same. */
  void decode(byte[] source, int offset, int stride, int count, float[] target, int targetOffset) {
    switch (kind) {
      case SIGNED, UNSIGNED -> decodeIntegers(source, offset, stride, count, target, targetOffset);
      case FLOAT -> decodeFloats(source, offset, stride, count, target, targetOffset);
      case MULAW -> AudioEncoding.MULAW.decode(source, offset, stride, count, target, targetOffset);
      case ALAW -> AudioEncoding.ALAW.decode(source, offset, stride, count, target, targetOffset);
    }
  }

  private void decodeIntegers(
      byte[] source, int offset, int stride, int count, float[] target, int targetOffset) {
    int highest = order == ByteOrder.BIG_ENDIAN ? 0 : bytesPerSample - 1;
    int lower = order == ByteOrder.BIG_ENDIAN ? 1 : -1;
    int flip = kind == Kind.UNSIGNED ? Integer.MIN_VALUE : 0;
    int at = offset + highest;
    for (int i = 0; i < count; i++, at += stride * bytesPerSample) {
      int leftAligned = 0;
      for (int b = 0; b < bytesPerSample; b++) {
        leftAligned |= (source[at + b * lower] & 0xFF) << (24 - 8 * b);
      }
      target[targetOffset + i] = (leftAligned ^ flip) * 0x1p-31f;
    }
  }

  /** Floats come as they are, even beyond 1, infinite or not a number. */
  private void decodeFloats(
      byte[] source, int offset, int stride, int count, float[] target, int targetOffset) {
    ByteBuffer buffer = ByteBuffer.wrap(source).order(order);
    int at = offset;
    for (int i = 0; i < count; i++, at += stride * bytesPerSample) {
      target[targetOffset + i] =
          bytesPerSample == 4 ? buffer.getFloat(at) : (float) buffer.getDouble(at);
    }
  }
}
