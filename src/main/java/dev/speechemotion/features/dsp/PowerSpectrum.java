package dev.speechemotion.features.dsp;

/**
 * The power spectrum of a frame under a periodic Hann window, as {@code librosa.stft} with {@code
 * center=False} and squared magnitude gives it.
 *
 * <p>In double precision: behind a loud tone the noise of a single-precision transform would lie
 * above the quantization noise of 16-bit audio, and the contrast would show it.
 */
public final class PowerSpectrum {
  private final RealFft.Power spectrum;
  private final double[] power;

  public PowerSpectrum(int fftLength) {
    double[] window = new double[fftLength];
    double step = 2 * Math.PI / fftLength;
    for (int i = 0; i < fftLength; i++) {
      window[i] = 0.5 - 0.5 * StrictMath.cos(step * i);
    }
    spectrum = RealFft.powerUnder(window);
    power = new double[fftLength / 2 + 1];
  }

  /**
   * Computes {@code |sum_n w[n] x[n] e^(-2 pi i k n / N)|^2} with {@code w[n] = 0.5 - 0.5 cos(2 pi
   * n / N)}.
   *
   * @param samples {@code [fftLength]} from {@code offset}, in [-1, 1]
   * @return {@code [fftLength / 2 + 1]}, power; this object's own array, valid until the next call
   */
  public double[] compute(float[] samples, int offset) {
    spectrum.compute(samples, offset, power);
    return power;
  }
}
