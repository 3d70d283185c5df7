package dev.speechemotion.features.frame;

import dev.speechemotion.features.dsp.Decibels;
import dev.speechemotion.features.dsp.MelFilterBank;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.List;

/**
 * {@code logmel1}, …: a frame's mel bands in dB ({@code librosa.power_to_db} of them without {@code
 * top_db}).
 */
final class LogMel implements FrameFeature {
  private final MelFilterBank filterBank;
  private final double[] bands;

  LogMel(FeatureSpec spec) {
    filterBank = new MelFilterBank(spec.sampleRateHz(), spec.fftLength(), spec.melBands());
    bands = new double[spec.melBands()];
  }

  @Override
  public List<FrameValue> values() {
    return FrameValue.numbered("logmel", bands.length, -100, 60);
  }

  @Override
  public void compute(Frame frame, float[] out, int at) {
    compute(frame.power(), out, at);
  }

  /**
   * Computes the bands.
   *
   * @param power {@code [fftLength / 2 + 1]}, power under the Hann window
   * @param out receives {@code [melBands]} from {@code at}, dB
   */
  void compute(double[] power, float[] out, int at) {
    final double[] bands = this.bands;
    filterBank.apply(power, bands);
    for (int i = 0; i < bands.length; i++) {
      out[at + i] = (float) Decibels.of(bands[i]);
    }
  }
}
