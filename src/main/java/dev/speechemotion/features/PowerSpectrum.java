package dev.speechemotion.features;

import org.jtransforms.fft.DoubleFFT_1D;

/**
 * The power spectrum of a frame under a periodic Hann window, as {@code librosa.stft} with {@code
 * center=False} and squared magnitude gives it.
 *
 * <p>In double precision: behind a loud tone the noise of a single-precision transform would lie
 * above the quantisation noise of 16-bit audio, and the contrast would show it.
 */
final class PowerSpectrum {
  private final int fftLength;
  private final DoubleFFT_1D fft;
  private final double[] window;
  private final double[] packed;
  private final double[] power;

  PowerSpectrum(int fftLength) {
    this.fftLength = fftLength;
    fft = new DoubleFFT_1D(fftLength);
    window = new double[fftLength];
    for (int i = 0; i < fftLength; i++) {
      window[i] = 0.5 - 0.5 * StrictMath.cos(2 * Math.PI * i / fftLength);
    }
    packed = new double[fftLength];
    power = new double[fftLength / 2 + 1];
  }

  /**
   * Computes {@code |sum_n w[n] x[n] e^(-2 pi i k n / N)|^2} with {@code w[n] = 0.5 - 0.5 cos(2 pi
   * n / N)}.
   *
   * @param samples {@code [fftLength]} from {@code offset}, in [-1, 1]
   * @return {@code [fftLength / 2 + 1]}, power; this object's own array, valid until the next call
   */
  double[] compute(float[] samples, int offset) {
    final double[] window = this.window;
    final double[] packed = this.packed;
    final double[] power = this.power;
    for (int i = 0; i < fftLength; i++) {
      packed[i] = window[i] * samples[offset + i];
    }
    fft.realForward(packed);
    // Layout: packed[2k] = Re[k], packed[2k + 1] = Im[k], but packed[1] = Re[N/2].
    int half = fftLength / 2;
    power[0] = packed[0] * packed[0];
    power[half] = packed[1] * packed[1];
    for (int k = 1; k < half; k++) {
      double re = packed[2 * k];
      double im = packed[2 * k + 1];
      power[k] = re * re + im * im;
    }
    return power;
  }
}
