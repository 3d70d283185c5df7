package dev.speechemotion.features.dsp;

import org.jtransforms.fft.DoubleFFT_1D;

/**
 * The power spectrum of a frame under a periodic Hann window, as {@code librosa.stft} with {@code
 * center=False} and squared magnitude gives it.
 *
 * <p>In double precision: behind a loud tone the noise of a single-precision transform would lie
 * above the quantization noise of 16-bit audio, and the contrast would show it.
 *
 * <p>The even samples are the real and the odd ones the imaginary parts of a complex transform of
 * half the length, from which the frame's own spectrum follows (H. V. Sorensen et al., "Real-valued
 * fast Fourier transform algorithms", IEEE Trans. ASSP 35(6), 1987).
 */
public final class PowerSpectrum {
  /** Of the complex spectrum, as {@link ComplexFft} gives it. */
  private static final int ROWS = 16;

  private final int half;
  private final double[] power;

  /** Half of the window, because the spectrum is made of sums of two frequencies. */
  private final double[] evenWindow;

  private final double[] oddWindow;

  /** Cosine and sine of {@code -2 pi k / fftLength}. */
  private final double[] cosines;

  private final double[] sines;

  /** For the lengths of the named specs; null for others. */
  private final ComplexFft complexFft;

  /** For other lengths. */
  private final DoubleFFT_1D realFft;

  private final double[] packed;

  public PowerSpectrum(int fftLength) {
    half = fftLength / 2;
    power = new double[half + 1];
    evenWindow = new double[half];
    oddWindow = new double[half];
    cosines = new double[half / 2];
    sines = new double[half / 2];
    double step = 2 * Math.PI / fftLength;
    for (int i = 0; i < half; i++) {
      evenWindow[i] = 0.25 - 0.25 * StrictMath.cos(step * 2 * i);
      oddWindow[i] = 0.25 - 0.25 * StrictMath.cos(step * (2 * i + 1));
    }
    for (int k = 0; k < half / 2; k++) {
      cosines[k] = StrictMath.cos(-step * k);
      sines[k] = StrictMath.sin(-step * k);
    }
    boolean fast = ComplexFft.supports(half);
    complexFft = fast ? new ComplexFft(half) : null;
    realFft = fast ? null : new DoubleFFT_1D(fftLength);
    packed = fast ? null : new double[fftLength];
  }

  /**
   * Computes {@code |sum_n w[n] x[n] e^(-2 pi i k n / N)|^2} with {@code w[n] = 0.5 - 0.5 cos(2 pi
   * n / N)}.
   *
   * @param samples {@code [fftLength]} from {@code offset}, in [-1, 1]
   * @return {@code [fftLength / 2 + 1]}, power; this object's own array, valid until the next call
   */
  public double[] compute(float[] samples, int offset) {
    if (complexFft == null) {
      computeAnyLength(samples, offset);
    } else {
      computeFast(samples, offset);
    }
    return power;
  }

  private void computeAnyLength(float[] samples, int offset) {
    for (int i = 0; i < half; i++) {
      packed[2 * i] = 2 * evenWindow[i] * samples[offset + 2 * i];
      packed[2 * i + 1] = 2 * oddWindow[i] * samples[offset + 2 * i + 1];
    }
    realFft.realForward(packed);
    // Layout: packed[2k] = Re[k], packed[2k + 1] = Im[k], but packed[1] = Re[N/2].
    power[0] = packed[0] * packed[0];
    power[half] = packed[1] * packed[1];
    for (int k = 1; k < half; k++) {
      power[k] = packed[2 * k] * packed[2 * k] + packed[2 * k + 1] * packed[2 * k + 1];
    }
  }

  private void computeFast(float[] samples, int offset) {
    final ComplexFft fft = complexFft;
    int rows = fft.rows();
    applyWindow(samples, offset, evenWindow, oddWindow, fft.input());
    double[] spectrum = fft.transform();
    int first = fft.outputAt(0);
    double re = 2 * spectrum[first];
    double im = 2 * spectrum[first + ComplexFft.IM];
    power[0] = (re + im) * (re + im);
    power[half] = (re - im) * (re - im);
    for (int row = 0; row < ROWS / 2; row++) {
      int k = row * rows;
      int at = fft.outputAt(row);
      if (row > 0) {
        int mirror = fft.outputAt(ROWS - row);
        split(spectrum, at, mirror, k, 1, cosines, sines, power);
      }
      int mirror = fft.outputAt(ROWS - 1 - row) + rows - 1;
      split(spectrum, at + 1, mirror, k + 1, rows - 1, cosines, sines, power);
    }
    int middle = fft.outputAt(ROWS / 2);
    re = 2 * spectrum[middle];
    im = 2 * spectrum[middle + ComplexFft.IM];
    power[half / 2] = re * re + im * im;
  }

  private static void applyWindow(
      float[] samples, int offset, double[] evenWindow, double[] oddWindow, double[] out) {
    for (int i = 0; i < evenWindow.length; i++) {
      out[i] = evenWindow[i] * samples[offset + 2 * i];
      out[i + ComplexFft.IM] = oddWindow[i] * samples[offset + 2 * i + 1];
    }
  }

  /**
   * Of the frequencies from {@code k} on and their mirror images {@code half - k}: the even
   * samples' spectrum is their sum and the odd samples' their difference; from the two, the powers.
   */
  private static void split(
      double[] spectrum,
      int at,
      int mirror,
      int k,
      int count,
      double[] cosines,
      double[] sines,
      double[] power) {
    int last = power.length - 1 - k;
    for (int i = 0; i < count; i++) {
      double re = spectrum[at + i];
      double im = spectrum[at + i + ComplexFft.IM];
      double mirrorRe = spectrum[mirror - i];
      double mirrorIm = spectrum[mirror - i + ComplexFft.IM];
      double cos = cosines[k + i];
      double sin = sines[k + i];
      double evenRe = re + mirrorRe;
      double evenIm = im - mirrorIm;
      double differenceRe = im + mirrorIm;
      double differenceIm = mirrorRe - re;
      double oddRe = differenceRe * cos - differenceIm * sin;
      double oddIm = differenceRe * sin + differenceIm * cos;
      double sumRe = evenRe + oddRe;
      double sumIm = evenIm + oddIm;
      double restRe = evenRe - oddRe;
      double restIm = evenIm - oddIm;
      power[k + i] = sumRe * sumRe + sumIm * sumIm;
      power[last - i] = restRe * restRe + restIm * restIm;
    }
  }
}
