package dev.speechemotion.audio;

import java.nio.file.Path;
import java.util.List;

/** Samples of a file of floats, which may hold anything. */
final class FloatSamples {
  /** Of so many samples, one may be damaged. */
  private static final int MANY = 1_000;

  /** How far sound reaches beyond the loudest of the others, in powers of two: 24 dB. */
  private static final int HEADROOM = 4;

  private FloatSamples() {}

  /**
   * Makes them lie in [-1, 1]: scales all if one is beyond, and takes those that are no numbers for
   * silence. So are a few that are far beyond all others, which scaling would make silent.
   *
   * @param warnings is told so
   * @throws AudioFormatException if none is a number
   */
  static void bound(Path file, float[][] channels, List<String> warnings)
      throws AudioFormatException {
    // How many samples have which power of two.
    long[] magnitudes = new long[Float.MAX_EXPONENT + 2];
    long count = 0;
    for (float[] channel : channels) {
      for (float sample : channel) {
        magnitudes[magnitude(sample)]++;
      }
      count += channel.length;
    }
    long bad = magnitudes[magnitude(Float.NaN)];
    if (bad == count) {
      throw new AudioFormatException(
          file + " holds no sound: none of its samples is a number; record or convert it again");
    }
    if (bad > 0) {
      warnings.add(
          "%s holds %d samples of %d that are no numbers; they are taken for silence"
              .formatted(file, bad, count));
    }

    int highest =
        Math.min(Float.MAX_EXPONENT, highest(magnitudes, (count - bad) / MANY) + HEADROOM);
    long far = 0;
    for (int m = highest + 1; m <= Float.MAX_EXPONENT; m++) {
      far += magnitudes[m];
    }
    if (far > 0) {
      warnings.add(
          "%s holds %d samples of %d far beyond all others; they are taken for silence"
              .formatted(file, far, count));
    }
    float peak = 0;
    for (float[] channel : channels) {
      for (int i = 0; i < channel.length; i++) {
        if (magnitude(channel[i]) > highest) {
          channel[i] = 0;
        }
        peak = Math.max(peak, Math.abs(channel[i]));
      }
    }
    boolean scaled = peak > 1;
    if (scaled) {
      warnings.add(
          "%s has samples of up to %s, beyond 1; all are divided by that".formatted(file, peak));
    }
    for (float[] channel : channels) {
      for (int i = 0; i < channel.length; i++) {
        channel[i] = AudioEncoding.bounded(scaled ? channel[i] / peak : channel[i]);
      }
    }
  }

  /** The power of two; 0 for what is below 2, the last one for what is no number. */
  private static int magnitude(float sample) {
    return Math.max(0, Math.getExponent(sample));
  }

  /** The highest magnitude that more than {@code few} samples reach. */
  private static int highest(long[] magnitudes, long few) {
    long reached = 0;
    for (int m = Float.MAX_EXPONENT; m > 0; m--) {
      reached += magnitudes[m];
      if (reached > few) {
        return m;
      }
    }
    return 0;
  }
}
