package dev.speechemotion.features.dsp;

import org.jtransforms.fft.DoubleFFT_1D;
import org.jtransforms.fft.FloatFFT_1D;

/**
 * The one door to the discrete Fourier transform: of a number of reals, in double precision. Holds
 * tables and scratch space; for one thread at a time.
 *
 * <p>JTransforms transforms every length. Power spectra of 512, 1024 and 2048 numbers, which every
 * frame of the named specs takes, are {@link HalfLengthPower}'s: there, and not elsewhere, it takes
 * less time than JTransforms, about two thirds. {@code mvn -Pbench test
 * -Dbench.args=TransformBenchmark} compares them again.
 */
public final class RealFft {
  private final int length;
  private final DoubleFFT_1D fft;

  private RealFft(int length) {
    this.length = length;
    fft = new DoubleFFT_1D(length);
  }

  /**
   * @param length even; for powers of two up to 8192 no call allocates or starts threads
   */
  public static RealFft ofLength(int length) {
    return new RealFft(length);
  }

  /**
   * Transforms in place: {@code X[k] = sum_n x[n] e^(-2 pi i k n / length)}.
   *
   * @param data {@code [length]}, {@code x}; receives {@code Re X[k]} at {@code 2 k} and {@code Im
   *     X[k]} at {@code 2 k + 1}, but at 1 {@code Re X[length / 2]}
   */
  public void forward(double[] data) {
    fft.realForward(data);
  }

  /** Power spectra under a window. */
  @FunctionalInterface
  public interface Power {
    /**
     * Computes {@code |X[k]|^2} of samples under the window.
     *
     * @param samples {@code [length]} from {@code offset}
     * @param power receives {@code [length / 2 + 1]}
     */
    void compute(float[] samples, int offset, double[] power);
  }

  /**
   * Power spectra under a window, which is kept in the form that the faster transform takes.
   *
   * @param window {@code [length]}
   */
  public static Power powerUnder(double[] window) {
    return HalfLengthPower.supports(window.length)
        ? new HalfLengthPower(window)
        : ofLength(window.length).byForward(window.clone());
  }

  private Power byForward(double[] window) {
    double[] packed = new double[length];
    return (samples, offset, power) -> {
      for (int i = 0; i < length; i++) {
        packed[i] = window[i] * samples[offset + i];
      }
      forward(packed);
      power[0] = packed[0] * packed[0];
      power[length / 2] = packed[1] * packed[1];
      for (int k = 1; k < length / 2; k++) {
        power[k] = packed[2 * k] * packed[2 * k] + packed[2 * k + 1] * packed[2 * k + 1];
      }
    };
  }

  /** The same transform in single precision, and back: where its noise does not matter. */
  public static final class SinglePrecision {
    private final FloatFFT_1D fft;

    /**
     * @param length even
     */
    public SinglePrecision(int length) {
      fft = new FloatFFT_1D(length);
    }

    /** As {@link RealFft#forward(double[])}. */
    public void forward(float[] data) {
      fft.realForward(data);
    }

    /** Takes back what {@link #forward} did. */
    public void inverse(float[] data) {
      fft.realInverse(data, true);
    }
  }
}
