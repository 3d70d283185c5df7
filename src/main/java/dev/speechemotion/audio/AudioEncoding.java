package dev.speechemotion.audio;

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
   * @param source encoded samples
   * @param offset index of the first byte to decode
   * @param stride distance between decoded samples in samples: the number of interleaved channels
   * @param count number of samples to decode
   * @param target receives samples in [-1, 1]
   * @param targetOffset where in {@code target} to begin
   */
  public void decode(
      byte[] source, int offset, int stride, int count, float[] target, int targetOffset) {
    throw new UnsupportedOperationException();
  }

  /**
   * Encodes samples of one channel.
   *
   * @param source samples; values outside [-1, 1] are clipped
   * @param target receives {@code count * bytesPerSample()} bytes from {@code targetOffset}
   */
  public void encode(float[] source, int offset, int count, byte[] target, int targetOffset) {
    throw new UnsupportedOperationException();
  }
}
