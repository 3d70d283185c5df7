package dev.speechemotion.training.augmentation;

import dev.speechemotion.features.dsp.RealFft;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A room made on the spot: the direct sound, and after it noise that dies away exponentially (J.-D.
 * Polack's model; see J. A. Moorer, "About this reverberation business", Computer Music Journal
 * 3(2), 1979).
 */
final class Reverberation {
  private static final int BLOCK = 2048;

  /** Between the direct sound and the first of its reflections. */
  private static final double DELAY_SECONDS = 0.002;

  private Reverberation() {}

  /**
   * The room's response to a pulse.
   *
   * @param decaySeconds until the reverberation has died away by 60 dB (RT60); it ends there
   * @param directDb level of the direct sound over that of all the rest
   */
  static float[] response(
      int rateHz, double decaySeconds, double directDb, SplittableRandom random) {
    if (!(decaySeconds > DELAY_SECONDS && decaySeconds <= 5)) {
      throw new IllegalArgumentException(
          "decaySeconds must be from 0.002 to 5, got " + decaySeconds);
    }
    int delay = (int) Math.round(DELAY_SECONDS * rateHz);
    float[] response = new float[delay + (int) Math.round(decaySeconds * rateHz)];
    double energy = 0;
    for (int i = delay; i < response.length; i++) {
      double decay = Math.pow(10, -3 * (i - delay) / (decaySeconds * rateHz));
      response[i] = (float) (random.nextGaussian() * decay);
      energy += (double) response[i] * response[i];
    }
    float scale = (float) Math.sqrt(Math.pow(10, -directDb / 10) / energy);
    for (int i = delay; i < response.length; i++) {
      response[i] *= scale;
    }
    response[0] = 1;
    return response;
  }

  /**
   * The sum over k of {@code response[k] samples[n - k]}, by transforms of blocks.
   *
   * @return as many samples as went in
   */
  static float[] convolve(float[] samples, float[] response) {
    RealFft.SinglePrecision fft = new RealFft.SinglePrecision(2 * BLOCK);
    float[][] signal = spectra(samples, fft);
    float[][] room = spectra(response, fft);
    float[] output = new float[(signal.length + 1) * BLOCK];
    float[] sum = new float[2 * BLOCK];
    for (int block = 0; block < signal.length; block++) {
      Arrays.fill(sum, 0);
      for (int part = 0; part < room.length && part <= block; part++) {
        addProduct(signal[block - part], room[part], sum);
      }
      fft.inverse(sum);
      for (int i = 0; i < 2 * BLOCK; i++) {
        output[block * BLOCK + i] += sum[i];
      }
    }
    return Arrays.copyOf(output, samples.length);
  }

  /** Of each block with as many zeros after it. */
  private static float[][] spectra(float[] samples, RealFft.SinglePrecision fft) {
    int blocks = (samples.length + BLOCK - 1) / BLOCK;
    float[][] spectra = new float[blocks][2 * BLOCK];
    for (int block = 0; block < blocks; block++) {
      int begin = block * BLOCK;
      System.arraycopy(samples, begin, spectra[block], 0, Math.min(BLOCK, samples.length - begin));
      fft.forward(spectra[block]);
    }
    return spectra;
  }

  /** Layout: real parts at 2 k, imaginary parts at 2 k + 1, but the last real part at 1. */
  private static void addProduct(float[] a, float[] b, float[] sum) {
    sum[0] += a[0] * b[0];
    sum[1] += a[1] * b[1];
    for (int i = 2; i < sum.length; i += 2) {
      sum[i] += a[i] * b[i] - a[i + 1] * b[i + 1];
      sum[i + 1] += a[i] * b[i + 1] + a[i + 1] * b[i];
    }
  }
}
