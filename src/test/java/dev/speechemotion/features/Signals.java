package dev.speechemotion.features;

import java.util.Arrays;
import java.util.Random;

/** Made signals in [-1, 1]. */
final class Signals {
  private Signals() {}

  static float[] silence(int length) {
    return new float[length];
  }

  static float[] constant(int length, float value) {
    float[] samples = new float[length];
    Arrays.fill(samples, value);
    return samples;
  }

  static float[] tone(int length, int sampleRateHz, double hz, double amplitude) {
    float[] samples = new float[length];
    for (int i = 0; i < length; i++) {
      samples[i] = (float) (amplitude * Math.sin(2 * Math.PI * hz * i / sampleRateHz));
    }
    return samples;
  }

  static float[] noise(int length, double amplitude, long seed) {
    Random random = new Random(seed);
    float[] samples = new float[length];
    for (int i = 0; i < length; i++) {
      samples[i] = (float) (amplitude * (2 * random.nextDouble() - 1));
    }
    return samples;
  }

  /** Full scale, changing sign every {@code halfPeriod} samples. */
  static float[] square(int length, int halfPeriod) {
    float[] samples = new float[length];
    for (int i = 0; i < length; i++) {
      samples[i] = i / halfPeriod % 2 == 0 ? 1 : -1;
    }
    return samples;
  }

  static float[] impulse(int length, int at) {
    float[] samples = new float[length];
    samples[at] = 1;
    return samples;
  }

  /** Bursts of noise and of tones, with pauses: something for voice activity to tell apart. */
  static float[] bursts(int length, int sampleRateHz, long seed) {
    Random random = new Random(seed);
    float[] samples = noise(length, 0.001, seed);
    int at = 0;
    while (at < length) {
      int duration = (int) (sampleRateHz * (0.05 + 0.4 * random.nextDouble()));
      double hz = 100 + 1500 * random.nextDouble();
      double amplitude = random.nextInt(3) == 0 ? 0 : 0.5 * random.nextDouble();
      for (int i = at; i < Math.min(length, at + duration); i++) {
        samples[i] += (float) (amplitude * Math.sin(2 * Math.PI * hz * i / sampleRateHz));
      }
      at += duration;
    }
    return samples;
  }
}
