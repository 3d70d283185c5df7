package dev.speechemotion.features;

/** Share of a frame's samples whose sign differs from the one before. */
final class ZeroCrossings {
  /** What is not further from 0 counts as 0, and 0 as positive. */
  private static final float ZERO_UP_TO = 1e-10f;

  private ZeroCrossings() {}

  /**
   * As {@code librosa.feature.zero_crossing_rate} without centring: the first sample counts in the
   * length, but never as a crossing.
   *
   * @param samples {@code [length]} from {@code offset}, in [-1, 1]
   * @return crossings per sample, 0 to less than 1
   */
  static float rate(float[] samples, int offset, int length) {
    int crossings = 0;
    int before = Float.floatToRawIntBits(samples[offset] + ZERO_UP_TO);
    for (int i = 1; i < length; i++) {
      // The sum is negative exactly where the sample lies below -1e-10; its sign is the top bit.
      int now = Float.floatToRawIntBits(samples[offset + i] + ZERO_UP_TO);
      crossings += (before ^ now) >>> 31;
      before = now;
    }
    return (float) crossings / length;
  }
}
