package dev.speechemotion.audio;

import java.nio.file.Path;
import java.util.List;

/** Samples of a file of floats, which may hold anything. */
final class FloatSamples {
  private FloatSamples() {}

  /**
   * Makes them lie in [-1, 1]: scales all if one is beyond, and takes those that are no numbers for
   * silence.
   *
   * @param warnings is told so
   * @throws AudioFormatException if none is a number
   */
  static void bound(Path file, float[][] channels, List<String> warnings)
      throws AudioFormatException {
    long bad = 0;
    long count = 0;
    float peak = 0;
    for (float[] channel : channels) {
      for (float sample : channel) {
        if (Float.isFinite(sample)) {
          peak = Math.max(peak, Math.abs(sample));
        } else {
          bad++;
        }
      }
      count += channel.length;
    }
    if (bad == count) {
      throw new AudioFormatException(
          file + " holds no sound: none of its samples is a number; record or convert it again");
    }
    if (bad > 0) {
      warnings.add(
          "%s holds %d samples of %d that are no numbers; they are taken for silence"
              .formatted(file, bad, count));
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
}
