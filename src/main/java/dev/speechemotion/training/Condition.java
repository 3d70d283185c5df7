package dev.speechemotion.training;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.Resampler;
import java.util.Locale;

/** What happens to the audio before it is analysed. */
enum Condition {
  /** Nothing. */
  CLEAN,
  /** What a phone line does: 8 kHz, G.711 mu-law. */
  TELEPHONE;

  private static final int TELEPHONE_RATE_HZ = 8_000;

  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  int sampleRateHz(int inputRateHz) {
    return this == TELEPHONE ? TELEPHONE_RATE_HZ : inputRateHz;
  }

  /** {@code samples} in [-1, 1] at the input rate; the result at {@link #sampleRateHz}. */
  float[] apply(float[] samples, int inputRateHz) {
    if (this == CLEAN) {
      return samples;
    }
    float[] narrow = Resampler.resample(samples, inputRateHz, TELEPHONE_RATE_HZ);
    byte[] line = new byte[narrow.length];
    AudioEncoding.MULAW.encode(narrow, 0, narrow.length, line, 0);
    float[] heard = new float[narrow.length];
    AudioEncoding.MULAW.decode(line, 0, 1, line.length, heard, 0);
    return heard;
  }
}
