package dev.speechemotion.training.augmentation;

import java.util.List;
import java.util.SplittableRandom;

/** Noise made on the spot, and adding it at a level. */
final class Noise {
  private Noise() {}

  /** Noise whose power is the same at all frequencies. */
  static float[] white(int length, SplittableRandom random) {
    float[] noise = new float[length];
    for (int i = 0; i < length; i++) {
      noise[i] = (float) random.nextGaussian();
    }
    return noise;
  }

  /**
   * Noise whose power falls by 3 dB an octave: white noise through three one-pole filters, Paul
   * Kellet's "economy" method; within 0.5 dB above 0.0002 of the sampling rate.
   */
  static float[] pink(int length, SplittableRandom random) {
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

  /**
   * People talking at once.
   *
   * @param voices what each says, repeated from a drawn place on; all are made equally loud
   */
  static float[] babble(List<float[]> voices, int length, SplittableRandom random) {
    float[] noise = new float[length];
    for (float[] voice : voices) {
      double power = power(voice);
      if (power == 0) {
        continue;
      }
      float scale = (float) (1 / Math.sqrt(power));
      int at = random.nextInt(voice.length);
      for (int i = 0; i < length; i++) {
        noise[i] += scale * voice[at];
        at = at + 1 == voice.length ? 0 : at + 1;
      }
    }
    return noise;
  }

  /**
   * The sum, with the noise made so loud that the samples' level lies {@code snrDb} over it. Both
   * levels are root mean squares over the whole recording, pauses included.
   *
   * @param noise as many samples
   */
  static float[] add(float[] samples, float[] noise, double snrDb) {
    double noisePower = power(noise);
    double scale =
        noisePower == 0 ? 0 : Math.sqrt(power(samples) / noisePower / Math.pow(10, snrDb / 10));
    float[] heard = new float[samples.length];
    for (int i = 0; i < heard.length; i++) {
      heard[i] = (float) (samples[i] + scale * noise[i]);
    }
    return heard;
  }

  /** Mean of the squares. */
  static double power(float[] samples) {
    double sum = 0;
    for (float sample : samples) {
      sum += (double) sample * sample;
    }
    return sum / Math.max(1, samples.length);
  }
}
