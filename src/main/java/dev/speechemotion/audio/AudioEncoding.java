package dev.speechemotion.audio;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** How a sample is stored in a payload. */
public enum AudioEncoding {
  /** G.711 mu-law, 8 bits. */
  MULAW(1),
  /** G.711 A-law, 8 bits. */
  ALAW(1),
  /** Signed 16-bit, little-endian. */
  PCM_S16LE(2),
  /** Signed 16-bit, big-endian. */
  PCM_S16BE(2),
  /** IEEE 754 32-bit, little-endian, full scale at 1. */
  PCM_F32LE(4);

  private static final VarHandle SHORT_LE =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT_BE =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT_LE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** Steps of a sample of 16 bits from 0 to full scale. */
  static final float FULL_SCALE = 32768;

  private static final float LEAST = 0x1p-64f;

  private final int bytesPerSample;

  AudioEncoding(int bytesPerSample) {
    this.bytesPerSample = bytesPerSample;
  }

  /** Bytes of one sample of one channel. */
  public int bytesPerSample() {
    return bytesPerSample;
  }

  /**
   * Decodes every {@code stride}-th sample, which takes one channel out of interleaved audio.
   *
   * <p>16-bit values and those of G.711 codes are divided by 32,768. In float payloads NaN and
   * infinities become 0, values outside [-1, 1] are clipped, and values nearer to 0 than 2^-64
   * (-385 dB; all denormals) become 0: so no filter has to compute with denormals, which some
   * processors do a hundred times more slowly.
   *
   * @param source encoded samples
   * @param offset index of the first byte to decode
   * @param stride distance between decoded samples in samples: the number of interleaved channels
   * @param count number of samples to decode
   * @param target receives samples in [-1, 1]
   * @param targetOffset where in {@code target} to begin
   */
  public void decode(
      byte[] source, int offset, int stride, int count, float[] target, int targetOffset) {
    int step = stride * bytesPerSample;
    int at = offset;
    switch (this) {
      case MULAW, ALAW -> {
        float[] values = this == MULAW ? G711.MULAW.values : G711.ALAW.values;
        for (int i = 0; i < count; i++, at += step) {
          target[targetOffset + i] = values[source[at] & 0xFF];
        }
      }
      case PCM_S16LE -> {
        if (stride == 1) {
          for (int i = 0; i < count; i++) {
            target[targetOffset + i] =
                (short) SHORT_LE.get(source, offset + 2 * i) * (1 / FULL_SCALE);
          }
        } else {
          for (int i = 0; i < count; i++, at += step) {
            target[targetOffset + i] = (short) SHORT_LE.get(source, at) * (1 / FULL_SCALE);
          }
        }
      }
      case PCM_S16BE -> {
        if (stride == 1) {
          for (int i = 0; i < count; i++) {
            target[targetOffset + i] =
                (short) SHORT_BE.get(source, offset + 2 * i) * (1 / FULL_SCALE);
          }
        } else {
          for (int i = 0; i < count; i++, at += step) {
            target[targetOffset + i] = (short) SHORT_BE.get(source, at) * (1 / FULL_SCALE);
          }
        }
      }
      case PCM_F32LE -> {
        for (int i = 0; i < count; i++, at += step) {
          target[targetOffset + i] = bounded(Float.intBitsToFloat((int) INT_LE.get(source, at)));
        }
      }
    }
  }

  /**
   * Encodes samples of one channel, each as the nearest value that the encoding has, so that
   * decoded values encode to themselves.
   *
   * @param source samples; values outside [-1, 1] are clipped, NaN becomes 0
   * @param target receives {@code count * bytesPerSample()} bytes from {@code targetOffset}
   */
  public void encode(float[] source, int offset, int count, byte[] target, int targetOffset) {
    switch (this) {
      case MULAW, ALAW -> {
        G711 law = this == MULAW ? G711.MULAW : G711.ALAW;
        for (int i = 0; i < count; i++) {
          target[targetOffset + i] = law.nearestCode(bounded(source[offset + i]));
        }
      }
      case PCM_S16LE -> {
        for (int i = 0; i < count; i++) {
          SHORT_LE.set(target, targetOffset + 2 * i, toShort(source[offset + i]));
        }
      }
      case PCM_S16BE -> {
        for (int i = 0; i < count; i++) {
          SHORT_BE.set(target, targetOffset + 2 * i, toShort(source[offset + i]));
        }
      }
      case PCM_F32LE -> {
        for (int i = 0; i < count; i++) {
          INT_LE.set(
              target, targetOffset + 4 * i, Float.floatToRawIntBits(bounded(source[offset + i])));
        }
      }
    }
  }

  /** Gives {@code value} clipped to [-1, 1], or 0 if it is NaN, infinite or below 2^-64. */
  static float bounded(float value) {
    float magnitude = Math.abs(value);
    // Every comparison with NaN is false.
    if (magnitude >= LEAST && magnitude <= Float.MAX_VALUE) {
      return Math.max(-1f, Math.min(1f, value));
    }
    return 0;
  }

  private static short toShort(float value) {
    double scaled = Math.rint(bounded(value) * FULL_SCALE);
    return (short) Math.min(scaled, Short.MAX_VALUE);
  }
}
