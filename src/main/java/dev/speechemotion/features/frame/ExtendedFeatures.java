package dev.speechemotion.features.frame;

import dev.speechemotion.features.dsp.Decibels;
import dev.speechemotion.features.dsp.MelFilterBank;
import dev.speechemotion.features.dsp.PitchTracker;
import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;

/** The values of a spec's {@link FeatureGroup}s for one frame after another. */
public final class ExtendedFeatures {
  /** What {@code rms} says at least, dB. */
  public static final float LEAST_RMS = -60;

  private static final double FORGOTTEN_DB_PER_SECOND = 0.1;

  private final FeatureSpec spec;
  private final boolean rms;
  private final boolean pitch;
  private final boolean shape;
  private final double[] magnitudes;

  /** Null where the spec does not ask for them. */
  private final PitchTracker pitchTracker;

  private final SpectralShape spectralShape;
  private final MelFilterBank melFilterBank;
  private final double[] melBands;

  /** From the sum of a frame's powers to the mean square of its samples. */
  private final double powerScale;

  private final float forgottenPerFrame;

  public ExtendedFeatures(FeatureSpec spec) {
    this.spec = spec;
    rms = spec.groups().contains(FeatureGroup.RMS);
    pitch = spec.groups().contains(FeatureGroup.PITCH);
    shape = spec.groups().contains(FeatureGroup.SHAPE);
    magnitudes = new double[spec.fftLength() / 2 + 1];
    pitchTracker = pitch ? new PitchTracker(spec) : null;
    spectralShape = shape ? new SpectralShape(spec) : null;
    boolean logMel = spec.groups().contains(FeatureGroup.LOG_MEL);
    melFilterBank =
        logMel ? new MelFilterBank(spec.sampleRateHz(), spec.fftLength(), spec.melBands()) : null;
    melBands = new double[logMel ? spec.melBands() : 0];
    // Each bin stands for itself and its mirror image; the squared Hann window's sum is 3/8 N.
    powerScale = 2 / (0.375 * spec.fftLength() * spec.fftLength());
    forgottenPerFrame = (float) (FORGOTTEN_DB_PER_SECOND * spec.hopLength() / spec.sampleRateHz());
  }

  /**
   * Computes the groups' values in their order.
   *
   * @param power {@code [fftLength / 2 + 1]}, power under the Hann window
   * @param memory the channel's, which goes on by a frame
   * @param frame the frame's values, the basic ones already there from {@code offset}; receives the
   *     others behind them
   */
  public void compute(double[] power, ChannelMemory memory, float[] frame, int offset) {
    int at = offset + spec.basicFeatureCount();
    if (memory.slopes != null) {
      memory.slopes.accept(frame, offset, frame, at);
      at += spec.mfccCount();
    }
    if (melFilterBank != null) {
      melFilterBank.apply(power, melBands);
      for (double band : melBands) {
        frame[at++] = (float) Decibels.of(band);
      }
    }
    if (rms || pitch) {
      memory.power = (float) (powerScale * sumOfSound(power));
    }
    if (rms) {
      float level = (float) Decibels.of(memory.power);
      memory.loudest =
          Math.max(Math.max(memory.loudest - forgottenPerFrame, level), ChannelMemory.LEAST_LEVEL);
      frame[at++] = Math.max(level - memory.loudest, LEAST_RMS);
    }
    if (pitch || shape) {
      final double[] magnitudes = this.magnitudes;
      for (int k = 0; k < magnitudes.length; k++) {
        magnitudes[k] = Math.sqrt(power[k]);
      }
    }
    if (pitch) {
      pitchTracker.compute(magnitudes, memory.lastHz);
      memory.lastHz = pitchTracker.hz();
      memory.voicing = pitchTracker.voicing();
      frame[at++] = memory.lastHz;
      frame[at++] = memory.voicing;
    }
    if (shape) {
      spectralShape.compute(power, magnitudes, memory.bands, frame, at);
    }
  }

  /** Sum without the two lowest bins, where under the window a constant offset lies. */
  private static double sumOfSound(double[] power) {
    // Four sums, for an addition waits for the one before.
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int last = power.length - 1;
    int k = 2;
    for (; k + 3 < last; k += 4) {
      sum0 += power[k];
      sum1 += power[k + 1];
      sum2 += power[k + 2];
      sum3 += power[k + 3];
    }
    for (; k < last; k++) {
      sum0 += power[k];
    }
    // The bin at half the rate has no mirror image.
    return (sum0 + sum1) + (sum2 + sum3) + power[last] / 2;
  }
}
