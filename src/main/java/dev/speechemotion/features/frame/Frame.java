package dev.speechemotion.features.frame;

import dev.speechemotion.features.dsp.PowerSpectrum;
import dev.speechemotion.features.spec.FeatureSpec;

/**
 * The frame in work: what its features are computed from. What only some of them need is computed
 * where the first one asks.
 */
final class Frame {
  private final PowerSpectrum spectrum;
  private final double[] magnitudes;

  /** From the sum of a frame's powers to the mean square of its samples. */
  private final double powerScale;

  private float[] samples;
  private int offset;
  private ChannelMemory memory;
  private int valuesAt;
  private double[] power;
  private boolean powerKnown;
  private boolean magnitudesKnown;
  private boolean meanSquareKnown;
  private float meanSquare;

  Frame(FeatureSpec spec) {
    spectrum = new PowerSpectrum(spec.fftLength());
    magnitudes = new double[spec.fftLength() / 2 + 1];
    // Each bin stands for itself and its mirror image; the squared Hann window's sum is 3/8 N.
    powerScale = 2 / (0.375 * spec.fftLength() * spec.fftLength());
  }

  /**
   * Begins a frame.
   *
   * @param samples {@code [frameLength]} from {@code offset}, in [-1, 1]
   * @param memory of the frame's channel
   * @param valuesAt where the frame's numbers will be
   */
  void begin(float[] samples, int offset, ChannelMemory memory, int valuesAt) {
    this.samples = samples;
    this.offset = offset;
    this.memory = memory;
    this.valuesAt = valuesAt;
    powerKnown = false;
    magnitudesKnown = false;
    meanSquareKnown = false;
  }

  /** Holds the frame's samples from {@link #offset()} on. */
  float[] samples() {
    return samples;
  }

  int offset() {
    return offset;
  }

  /** What the frame's channel has been so far. */
  ChannelMemory memory() {
    return memory;
  }

  /** Where in its array the frame's first number is, {@code mfcc1} where there are MFCC. */
  int valuesAt() {
    return valuesAt;
  }

  /** {@code [fftLength / 2 + 1]}, power under the Hann window. */
  double[] power() {
    if (!powerKnown) {
      power = spectrum.compute(samples, offset);
      powerKnown = true;
    }
    return power;
  }

  /** {@code [fftLength / 2 + 1]}, square roots of {@link #power()}. */
  double[] magnitudes() {
    if (!magnitudesKnown) {
      final double[] magnitudes = this.magnitudes;
      final double[] power = power();
      for (int k = 0; k < magnitudes.length; k++) {
        magnitudes[k] = Math.sqrt(power[k]);
      }
      magnitudesKnown = true;
    }
    return magnitudes;
  }

  /** Mean square of the samples without their mean. */
  float meanSquare() {
    if (!meanSquareKnown) {
      meanSquare = (float) (powerScale * sumOfSound(power()));
      meanSquareKnown = true;
    }
    return meanSquare;
  }

  /** Sum without the two lowest bins, where under the window a constant offset lies. */
  private static double sumOfSound(double[] power) {
    // Four sums, for an addition waits for the one before.
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int last = power.length - 1;
    int k = 2;
    for (; k + 3 < last; k += 4) {
      sum0 += power[k];
      sum1 += power[k + 1];
      sum2 += power[k + 2];
      sum3 += power[k + 3];
    }
    for (; k < last; k++) {
      sum0 += power[k];
    }
    // The bin at half the rate has no mirror image.
    return (sum0 + sum1) + (sum2 + sum3) + power[last] / 2;
  }
}
