package dev.speechemotion.streams.media;

/** Noise like that of a line on which nobody talks, to fill short gaps with. */
public final class LineNoise {
  private LineNoise() {}

  /**
   * Uniform white noise, a function of power and position alone (the hash is SplitMix64's, Steele
   * and others 2014), so that a gap is filled alike however the audio around it was cut.
   *
   * @param out receives {@code count} samples
   * @param power their mean square
   * @param position number of the first sample in its segment
   */
  public static void fill(float[] out, int count, float power, long position) {
    float amplitude = (float) Math.sqrt(3 * power);
    for (int i = 0; i < count; i++) {
      long z = (position + i + 1) * 0x9e3779b97f4a7c15L;
      z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
      z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
      float uniform = ((z ^ z >>> 31) >> 40) * 0x1p-23f;
      out[i] = amplitude * uniform;
    }
  }
}
