package dev.speechemotion.features.frame;

import dev.speechemotion.features.dsp.Decibels;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Where a spectrum lies, how wide and how flat it is, and how much of it has moved. {@code
 * centroid}, {@code bandwidth}, {@code rolloff} and {@code flatness} are {@code
 * librosa.feature.spectral_centroid}, {@code spectral_bandwidth} (p = 2), {@code spectral_rolloff}
 * (0.85) and {@code spectral_flatness} (power 2, in dB here). All 0 in digital silence.
 *
 * <p>{@code flux} is half the sum of the differences from the frame before, of magnitudes in bands
 * of eight bins that are scaled to a sum of 1: 0 where nothing has changed but the level, 1 where
 * nothing is where it was. It is 0 in a channel's first frame, and where either frame is silent.
 */
final class SpectralShape implements FrameFeature {
  private static final int BINS_PER_BAND = 8;
  private static final double ROLLOFF_SHARE = 0.85;

  private static final int MANTISSA_BITS = 52;
  private static final double DB_PER_OCTAVE = 10 * StrictMath.log10(2);

  /** A channel's last frame: its bands' shares, all 0 if there was none. */
  static final class Before {
    private final float[] shares;

    Before(int bandCount) {
      shares = new float[bandCount];
    }

    void forget() {
      Arrays.fill(shares, 0);
    }

    void writeState(DataOutput out) throws IOException {
      for (float share : shares) {
        out.writeFloat(share);
      }
    }

    void readState(DataInput in) throws IOException {
      for (int i = 0; i < shares.length; i++) {
        shares[i] = in.readFloat();
      }
    }
  }

  /** Frequencies in Hz, flatness in dB. */
  private final List<FrameValue> values;

  private final double binHz;
  private final int bins;
  private final double[] bands;

  /** Powers of the frame in work, none below what Decibels has a level for. */
  private final double[] floored;

  SpectralShape(FeatureSpec spec) {
    double highestHz = spec.sampleRateHz() / 2.0;
    values =
        List.of(
            new FrameValue("centroid", 0, highestHz),
            new FrameValue("bandwidth", 0, highestHz),
            new FrameValue("rolloff", 0, highestHz),
            new FrameValue("flatness", -100, 0),
            new FrameValue("flux", 0, 1));
    binHz = (double) spec.sampleRateHz() / spec.fftLength();
    bins = spec.fftLength() / 2 + 1;
    bands = new double[bandCount(spec)];
    floored = new double[bins];
  }

  /** Bands of the flux; the highest bin falls into the last one. */
  static int bandCount(FeatureSpec spec) {
    return spec.fftLength() / 2 / BINS_PER_BAND;
  }

  @Override
  public List<FrameValue> values() {
    return values;
  }

  @Override
  public void compute(Frame frame, float[] out, int at) {
    compute(frame.power(), frame.magnitudes(), frame.memory().shape, out, at);
  }

  /**
   * @param power {@code [fftLength / 2 + 1]}, power
   * @param magnitudes {@code [fftLength / 2 + 1]}, its square roots
   * @param before of the frame before; receives this one's shares
   * @param out receives {@link #values()} from {@code at} on
   */
  void compute(double[] power, double[] magnitudes, Before before, float[] out, int at) {
    final double[] bands = this.bands;
    double sum = 0;
    double first = 0;
    double second = 0;
    for (int band = 0, k = 0; band < bands.length; band++, k += BINS_PER_BAND) {
      double m0 = magnitudes[k];
      double m1 = magnitudes[k + 1];
      double m2 = magnitudes[k + 2];
      double m3 = magnitudes[k + 3];
      double m4 = magnitudes[k + 4];
      double m5 = magnitudes[k + 5];
      double m6 = magnitudes[k + 6];
      double m7 = magnitudes[k + 7];
      double bandSum = ((m0 + m1) + (m2 + m3)) + ((m4 + m5) + (m6 + m7));
      double inner = ((m1 + 2 * m2) + (3 * m3 + 4 * m4)) + ((5 * m5 + 6 * m6) + 7 * m7);
      double squares = ((m1 + 4 * m2) + (9 * m3 + 16 * m4)) + ((25 * m5 + 36 * m6) + 49 * m7);
      bands[band] = bandSum;
      sum += bandSum;
      first += k * bandSum + inner;
      second += k * (k * bandSum + 2 * inner) + squares;
    }
    double top = magnitudes[bins - 1];
    bands[bands.length - 1] += top;
    sum += top;
    first += (bins - 1) * top;
    second += (double) (bins - 1) * (bins - 1) * top;

    if (sum <= 0) {
      Arrays.fill(out, at, at + values.size(), 0);
      before.forget();
      return;
    }
    double centroid = first / sum;
    out[at] = (float) (centroid * binHz);
    out[at + 1] = (float) (Math.sqrt(Math.max(0, second / sum - centroid * centroid)) * binHz);
    out[at + 2] = (float) (rolloff(magnitudes, sum) * binHz);
    out[at + 3] = (float) flatness(power);
    out[at + 4] = flux(sum, before.shares);
  }

  /** The first bin up to which there is the share of the sum. */
  private int rolloff(double[] magnitudes, double sum) {
    double left = ROLLOFF_SHARE * sum;
    int band = 0;
    while (band < bands.length - 1 && bands[band] < left) {
      left -= bands[band++];
    }
    int bin = band * BINS_PER_BAND;
    while (bin < bins - 1 && magnitudes[bin] < left) {
      left -= magnitudes[bin++];
    }
    return bin;
  }

  /**
   * Geometric over arithmetic mean, dB. The logarithm of a product of 16 powers takes one logarithm
   * and not 16; with powers from 1e-10 to 1e10 it stays within the range of a double.
   */
  private double flatness(double[] power) {
    final double[] floored = this.floored;
    // In a loop of its own, of which the compiler makes vector instructions.
    for (int k = 0; k < floored.length; k++) {
      floored[k] = Math.max(power[k], Decibels.FLOOR);
    }
    double sum0 = 0;
    double sum1 = 0;
    double level = 0;
    int exponents = 0;
    int k = 0;
    for (; k + 15 < bins; k += 16) {
      double product0 = 1;
      double product1 = 1;
      for (int i = k; i < k + 16; i += 2) {
        double power0 = floored[i];
        double power1 = floored[i + 1];
        product0 *= power0;
        product1 *= power1;
        sum0 += power0;
        sum1 += power1;
      }
      double product = product0 * product1;
      exponents += Math.getExponent(product);
      level += Decibels.of(mantissa(product));
    }
    for (; k < bins; k++) {
      double value = floored[k];
      sum0 += value;
      level += Decibels.of(value);
    }
    double mean = (level + exponents * DB_PER_OCTAVE) / bins;
    return Math.min(0, mean - Decibels.of((sum0 + sum1) / bins));
  }

  /** Of a normal number, 1 to below 2; {@link Math#scalb} takes several multiplications. */
  private static double mantissa(double value) {
    long bits = Double.doubleToRawLongBits(value);
    return Double.longBitsToDouble(bits & (1L << MANTISSA_BITS) - 1 | 1023L << MANTISSA_BITS);
  }

  private float flux(double sum, float[] before) {
    double scale = 1 / sum;
    float moved = 0;
    float present = 0;
    for (int band = 0; band < bands.length; band++) {
      float share = (float) (bands[band] * scale);
      present += before[band];
      moved += Math.abs(share - before[band]);
      before[band] = share;
    }
    return present == 0 ? 0 : Math.min(1, moved / 2);
  }
}
