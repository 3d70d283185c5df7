package dev.speechemotion.training.augmentation;

import java.util.SplittableRandom;

/** Signals whose properties are known, and how to measure them. */
final class Sounds {
  static final int RATE_HZ = 16_000;

  private Sounds() {}

  static float[] tone(double hz, double amplitude, double seconds) {
    float[] samples = new float[(int) (seconds * RATE_HZ)];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (float) (amplitude * Math.sin(2 * Math.PI * hz * i / RATE_HZ));
    }
    return samples;
  }

  /** A vowel with a single formant: a pulse for each period, through a resonance. */
  static float[] vowel(double pitchHz, double formantHz, double seconds) {
    float[] samples = new float[(int) (seconds * RATE_HZ)];
    double radius = Math.exp(-Math.PI * 150 / RATE_HZ);
    double cos = 2 * radius * Math.cos(2 * Math.PI * formantHz / RATE_HZ);
    double y1 = 0;
    double y2 = 0;
    double phase = 0;
    for (int i = 0; i < samples.length; i++) {
      phase += pitchHz / RATE_HZ;
      double pulse = 0;
      if (phase >= 1) {
        phase -= 1;
        pulse = 0.02;
      }
      double y = pulse + cos * y1 - radius * radius * y2;
      y2 = y1;
      y1 = y;
      samples[i] = (float) y;
    }
    return samples;
  }

  static float[] whiteNoise(double deviation, double seconds, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] samples = new float[(int) (seconds * RATE_HZ)];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (float) (deviation * random.nextGaussian());
    }
    return samples;
  }

  /** Power at a frequency, under a Hann window over all samples. */
  static double power(float[] samples, int rateHz, double hz) {
    double re = 0;
    double im = 0;
    for (int i = 0; i < samples.length; i++) {
      double phase = 2 * Math.PI * hz * i / rateHz;
      double hann = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / samples.length);
      re += hann * samples[i] * Math.cos(phase);
      im += hann * samples[i] * Math.sin(phase);
    }
    return (re * re + im * im) * Math.pow(4.0 / samples.length, 2) / 2;
  }

  /** Where between two frequencies the power is highest. */
  static double peakHz(float[] samples, int rateHz, double fromHz, double toHz, double stepHz) {
    double best = fromHz;
    double bestPower = 0;
    for (double hz = fromHz; hz <= toHz; hz += stepHz) {
      double power = power(samples, rateHz, hz);
      if (power > bestPower) {
        best = hz;
        bestPower = power;
      }
    }
    return best;
  }

  /**
   * The center of the formant of a vowel, from its harmonics within 400 Hz of the highest, weighted
   * by power.
   */
  static double formantHz(float[] samples, double pitchHz) {
    int highest = 1;
    for (int k = 1; k * pitchHz < 4_000; k++) {
      if (power(samples, RATE_HZ, k * pitchHz) > power(samples, RATE_HZ, highest * pitchHz)) {
        highest = k;
      }
    }
    double sum = 0;
    double weights = 0;
    int reach = (int) (400 / pitchHz);
    for (int k = Math.max(1, highest - reach); k <= highest + reach; k++) {
      double power = power(samples, RATE_HZ, k * pitchHz);
      sum += power * k * pitchHz;
      weights += power;
    }
    return sum / weights;
  }

  static double decibels(double powerRatio) {
    return 10 * Math.log10(powerRatio);
  }

  static float peak(float[] samples) {
    float peak = 0;
    for (float sample : samples) {
      if (!Float.isFinite(sample)) {
        return sample;
      }
      peak = Math.max(peak, Math.abs(sample));
    }
    return peak;
  }
}
