package dev.speechemotion.training;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.Resampler;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What happens to the audio before it is analysed.
 *
 * @param kind what
 * @param snrDb level of the recording over that of added noise, dB; 0 for the other kinds
 */
record Condition(Kind kind, double snrDb) {

  /** Kinds of conditions. */
  enum Kind {
    /** Nothing. */
    CLEAN,
    /** What a phone line does: 8 kHz, G.711 mu-law. */
    TELEPHONE,
    /** Pink noise. */
    NOISE
  }

  static final Condition CLEAN = new Condition(Kind.CLEAN, 0);
  static final Condition TELEPHONE = new Condition(Kind.TELEPHONE, 0);

  private static final int TELEPHONE_RATE_HZ = 8_000;
  private static final Pattern NOISE = Pattern.compile("noise:(-?\\d{1,2}(\\.\\d+)?)");

  /**
   * @param name {@code clean}, {@code telephone}, or {@code noise:SNR} with the SNR in dB
   * @throws IllegalArgumentException if it is none of them
   */
  static Condition parse(String name) {
    Matcher noise = NOISE.matcher(name);
    if (noise.matches()) {
      return new Condition(Kind.NOISE, Double.parseDouble(noise.group(1)));
    }
    if (name.equals(CLEAN.id())) {
      return CLEAN;
    }
    if (name.equals(TELEPHONE.id())) {
      return TELEPHONE;
    }
    throw new IllegalArgumentException(
        "--condition must be clean, telephone or noise:SNR (dB, such as noise:10), got " + name);
  }

  String id() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return kind == Kind.NOISE ? name + ":" + String.valueOf(snrDb).replaceFirst("\\.0$", "") : name;
  }

  int sampleRateHz(int inputRateHz) {
    return kind == Kind.TELEPHONE ? TELEPHONE_RATE_HZ : inputRateHz;
  }

  /**
   * {@code samples} in [-1, 1] at the input rate; the result at {@link #sampleRateHz}.
   *
   * @param seed of what is random
   */
  float[] apply(float[] samples, int inputRateHz, long seed) {
    return switch (kind) {
      case CLEAN -> samples;
      case TELEPHONE -> telephone(samples, inputRateHz);
      case NOISE -> noisy(samples, seed);
    };
  }

  private static float[] telephone(float[] samples, int inputRateHz) {
    float[] narrow = Resampler.resample(samples, inputRateHz, TELEPHONE_RATE_HZ);
    byte[] line = new byte[narrow.length];
    AudioEncoding.MULAW.encode(narrow, 0, narrow.length, line, 0);
    float[] heard = new float[narrow.length];
    AudioEncoding.MULAW.decode(line, 0, 1, line.length, heard, 0);
    return heard;
  }

  /** Both levels are root mean squares over the whole recording, pauses included. */
  private float[] noisy(float[] samples, long seed) {
    float[] noise = pinkNoise(samples.length, seed);
    double noisePower = power(noise);
    double scale =
        noisePower == 0 ? 0 : Math.sqrt(power(samples) / noisePower / Math.pow(10, snrDb / 10));
    float[] heard = new float[samples.length];
    for (int i = 0; i < heard.length; i++) {
      heard[i] = (float) (samples[i] + scale * noise[i]);
    }
    return heard;
  }

  /**
   * Noise whose power falls by 3 dB an octave: white noise through three one-pole filters, Paul
   * Kellet's "economy" method; within 0.5 dB above 0.0002 of the sampling rate.
   */
  private static float[] pinkNoise(int length, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] noise = new float[length];
    double b0 = 0;
    double b1 = 0;
    double b2 = 0;
    for (int i = 0; i < length; i++) {
      double white = random.nextGaussian();
      b0 = 0.99765 * b0 + white * 0.0990460;
      b1 = 0.96300 * b1 + white * 0.2965164;
      b2 = 0.57000 * b2 + white * 1.0526913;
      noise[i] = (float) (b0 + b1 + b2 + white * 0.1848);
    }
    return noise;
  }

  private static double power(float[] samples) {
    double sum = 0;
    for (float sample : samples) {
      sum += (double) sample * sample;
    }
    return sum / Math.max(1, samples.length);
  }
}
