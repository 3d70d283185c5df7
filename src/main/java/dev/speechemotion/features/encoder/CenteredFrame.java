package dev.speechemotion.features.encoder;

import dev.speechemotion.features.dsp.Decibels;
import dev.speechemotion.features.dsp.MelFilterBank;
import dev.speechemotion.features.dsp.PowerSpectrum;
import dev.speechemotion.features.spec.FeatureSpec;

/**
 * From the samples of a frame to its mel bands as they are kept, and from those of a window's
 * frames to what the encoder takes. Tables and scratch space, shared by all channels of a thread.
 *
 * <p>The encoder takes the bands of a window whose samples have been brought to mean 0 and variance
 * 1, which are known only at the window's end. The variance is then one factor for all bands. The
 * mean, under a Hann window, is in no bin but 0, which no band has, and 1, of which therefore real
 * and imaginary part are kept; without it even an offset that nobody would notice is the loudest
 * there is in the lowest bands of a frame without speech.
 */
public final class CenteredFrame {
  /** Keeps silence from being divided by 0. */
  private static final double LEAST_VARIANCE = 1e-7;

  /** No band counts as less. */
  private static final double LOWEST_DECADE = -10;

  /** Nor as less than so far below the window's loudest. */
  private static final double RANGE_DECADES = 8;

  /** {@link Decibels} knows nothing below its own floor, so powers are given to it enlarged. */
  private static final double ENLARGED = Decibels.FLOOR / StrictMath.pow(10, MelRows.LOWEST_DECADE);

  private static final double ENLARGED_DB = 10 * StrictMath.log10(ENLARGED);

  private final int length;
  private final int bandCount;
  private final PowerSpectrum spectrum;
  private final MelFilterBank filterBank;
  private final double[] bands;

  /** Shares of the lowest bin in the two lowest bands. */
  private final double lowestInFirst;

  private final double lowestInSecond;

  /** The lowest bin's cosine and sine under the window. */
  private final double[] cosine;

  private final double[] sine;

  /** {@code [frames][bands]} of a window, in decades. */
  private final double[] decades;

  public CenteredFrame(FeatureSpec spec) {
    length = spec.fftLength();
    bandCount = spec.melBands();
    spectrum = new PowerSpectrum(length);
    filterBank = new MelFilterBank(spec.sampleRateHz(), length, bandCount);
    bands = new double[bandCount];
    decades = new double[spec.windowFrames() * bandCount];
    double[] lowest = new double[length / 2 + 1];
    lowest[1] = 1;
    filterBank.apply(lowest, bands);
    lowestInFirst = bands[0];
    lowestInSecond = bands[1];
    cosine = new double[length];
    sine = new double[length];
    for (int i = 0; i < length; i++) {
      double angle = 2 * Math.PI * i / length;
      double hann = 0.5 - 0.5 * StrictMath.cos(angle);
      cosine[i] = hann * StrictMath.cos(angle);
      sine[i] = -hann * StrictMath.sin(angle);
    }
  }

  /**
   * Computes what is kept of a frame.
   *
   * @param samples {@code [fftLength]} from {@code offset}, in [-1, 1]
   * @param row of {@code rows} that receives it
   */
  public void compute(float[] samples, int offset, MelRows rows, int row) {
    double re = 0;
    double im = 0;
    for (int i = 0; i < length; i++) {
      re += cosine[i] * samples[offset + i];
      im += sine[i] * samples[offset + i];
    }
    rows.putLowestBin(row, re, im);
    double[] power = spectrum.compute(samples, offset);
    power[1] = 0;
    filterBank.apply(power, bands);
    for (int band = 1; band < bandCount; band++) {
      rows.put(row, band, decades(bands[band]));
    }
  }

  /**
   * Computes a window's vector.
   *
   * @param order the rows of its frames, {@code [count]}
   * @param mean of the window's samples
   * @param variance of the window's samples
   * @param out receives {@code [count][bands]}
   */
  public void normalize(
      MelRows rows, int[] order, int count, double mean, double variance, float[] out) {
    double level = decades(variance + LEAST_VARIANCE);
    double loudest = LOWEST_DECADE;
    for (int frame = 0; frame < count; frame++) {
      int row = order[frame];
      int at = frame * bandCount;
      // The transform of a constant 1 under the window is length / 2 in bin 0 and half of it, with
      // the other sign, in bin 1.
      double re = rows.lowestRe(row) + mean * length / 4;
      double im = rows.lowestIm(row);
      double lowest = re * re + im * im;
      double second = StrictMath.pow(10, rows.decades(row, 1));
      decades[at] = decades(lowestInFirst * lowest) - level;
      decades[at + 1] = decades(second + lowestInSecond * lowest) - level;
      for (int band = 2; band < bandCount; band++) {
        decades[at + band] = rows.decades(row, band) - level;
      }
      for (int band = 0; band < bandCount; band++) {
        loudest = Math.max(loudest, decades[at + band]);
      }
    }
    double least = Math.max(LOWEST_DECADE, loudest - RANGE_DECADES);
    for (int i = 0; i < count * bandCount; i++) {
      out[i] = (float) ((Math.max(decades[i], least) + 4) / 4);
    }
  }

  private static double decades(double power) {
    return (Decibels.of(power * ENLARGED) - ENLARGED_DB) / 10;
  }
}
