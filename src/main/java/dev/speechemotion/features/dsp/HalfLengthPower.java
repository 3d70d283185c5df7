package dev.speechemotion.features.dsp;

/**
 * Power spectra by a complex transform of half the length: the even samples are the real and the
 * odd ones the imaginary parts, and from the spectrum of these follows the samples' own (H. V.
 * Sorensen et al., "Real-valued fast Fourier transform algorithms", IEEE Trans. ASSP 35(6), 1987).
 */
final class HalfLengthPower implements RealFft.Power {
  /** Of the complex spectrum, as {@link ComplexFft} gives it. */
  private static final int ROWS = 16;

  private final int half;

  /** Half of the window, because the spectrum is made of sums of two frequencies. */
  private final double[] evenWindow;

  private final double[] oddWindow;

  /** Cosine and sine of {@code -2 pi k / length}. */
  private final double[] cosines;

  private final double[] sines;
  private final ComplexFft complexFft;

  /**
   * @param window {@code [length]}
   */
  HalfLengthPower(double[] window) {
    half = window.length / 2;
    evenWindow = new double[half];
    oddWindow = new double[half];
    for (int i = 0; i < half; i++) {
      evenWindow[i] = 0.5 * window[2 * i];
      oddWindow[i] = 0.5 * window[2 * i + 1];
    }
    cosines = new double[half / 2];
    sines = new double[half / 2];
    double step = 2 * Math.PI / window.length;
    for (int k = 0; k < half / 2; k++) {
      cosines[k] = StrictMath.cos(-step * k);
      sines[k] = StrictMath.sin(-step * k);
    }
    complexFft = new ComplexFft(half);
  }

  static boolean supports(int length) {
    return length % 2 == 0 && ComplexFft.supports(length / 2);
  }

  @Override
  public void compute(float[] samples, int offset, double[] power) {
    applyWindow(samples, offset, evenWindow, oddWindow, complexFft.input());
    transform(power);
  }

  private static void applyWindow(
      float[] samples, int offset, double[] evenWindow, double[] oddWindow, double[] out) {
    for (int i = 0; i < evenWindow.length; i++) {
      out[i] = evenWindow[i] * samples[offset + 2 * i];
      out[i + ComplexFft.IM] = oddWindow[i] * samples[offset + 2 * i + 1];
    }
  }

  /**
   * Not in one method with the window: the JIT compiler would put everything into one, in which it
   * finds fewer vector instructions.
   */
  private void transform(double[] power) {
    final ComplexFft fft = complexFft;
    int rows = fft.rows();
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
