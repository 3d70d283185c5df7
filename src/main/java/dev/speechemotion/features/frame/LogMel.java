package dev.speechemotion.features.frame;

import dev.speechemotion.features.dsp.Decibels;
import dev.speechemotion.features.dsp.MelFilterBank;
import dev.speechemotion.features.spec.FeatureSpec;

/** A frame's mel bands in dB ({@code librosa.power_to_db} of them without {@code top_db}). */
public final class LogMel {
  private final MelFilterBank filterBank;
  private final double[] bands;

  public LogMel(FeatureSpec spec) {
    filterBank = new MelFilterBank(spec.sampleRateHz(), spec.fftLength(), spec.melBands());
    bands = new double[spec.melBands()];
  }

  /**
   * Computes the bands.
   *
   * @param power {@code [fftLength / 2 + 1]}, power under the Hann window
   * @param out receives {@code [melBands]} from {@code offset}, dB
   */
  public void compute(double[] power, float[] out, int offset) {
    final double[] bands = this.bands;
    filterBank.apply(power, bands);
    for (int i = 0; i < bands.length; i++) {
      out[offset + i] = (float) Decibels.of(bands[i]);
    }
  }
}
