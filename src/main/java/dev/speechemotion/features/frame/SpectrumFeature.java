package dev.speechemotion.features.frame;

/** A feature that follows from the frame's power spectrum alone. */
interface SpectrumFeature extends FrameFeature {

  /**
   * Computes the numbers of a spectrum.
   *
   * @param power {@code [fftLength / 2 + 1]}, power under the Hann window
   * @param out receives {@link #values()} from {@code at} on
   */
  void compute(double[] power, float[] out, int at);

  @Override
  default void compute(Frame frame, float[] out, int at) {
    compute(frame.power(), out, at);
  }
}
