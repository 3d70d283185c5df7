package dev.speechemotion.features.frame;

import dev.speechemotion.features.dsp.Decibels;
import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;

/**
 * The values of a frame as whole numbers of 12 bits, each feature in steps of its own: sums of
 * codes are exact, so they do not depend on their order.
 */
public final class FrameCodes {
  public static final int BITS = 12;
  public static final int MAX = (1 << BITS) - 1;

  /** Pitch is coded in semitones above this. */
  static final double F0_FROM_HZ = 27.5;

  private static final double SEMITONES_PER_DB = 12 / (10 * StrictMath.log10(2));

  /** By feature: the value of code 0, and from one code to the next. */
  private final float[] low;

  private final float[] step;
  private final float[] perStep;
  private final int f0Column;

  public FrameCodes(FeatureSpec spec) {
    int count = spec.frameFeatureCount();
    low = new float[count];
    step = new float[count];
    perStep = new float[count];
    // Bands are from -100 dB to at most 60 dB; an orthonormal transform's values grow with the
    // root of their number. The second is 45 roots where half of the bands are at -100 dB and half
    // at 0 dB; speech has at most 12 roots of the finer ones, next to digital silence.
    double root = Math.sqrt(spec.melBands());
    range(0, 1, -100 * root, 100 * root);
    range(1, Math.min(2, spec.mfccCount()), -48 * root, 48 * root);
    range(2, spec.mfccCount(), -24 * root, 24 * root);
    int at = spec.mfccCount();
    range(at, at += spec.chromaBins(), 0, 1);
    range(at, at += spec.contrastBands() + 1, 0, 128);
    range(at, ++at, 0, 1);
    for (FeatureGroup group : spec.groups()) {
      switch (group) {
        case DELTAS:
          // A jump over the whole range within nine frames.
          range(at, ++at, -200 * root / 6, 200 * root / 6);
          range(at, at += spec.mfccCount() - 1, -96 * root / 6, 96 * root / 6);
          break;
        case LOG_MEL:
          range(at, at += spec.melBands(), -100, 60);
          break;
        case RMS:
          range(at, ++at, -100, 4);
          break;
        case PITCH:
          range(at, ++at, 0, 60);
          range(at, ++at, 0, 1);
          break;
        default:
          range(at, at += 3, 0, spec.sampleRateHz() / 2.0);
          range(at, ++at, -100, 0);
          range(at, ++at, 0, 1);
          break;
      }
    }
    f0Column = spec.offset(FeatureGroup.PITCH);
  }

  private void range(int from, int to, double lowest, double highest) {
    for (int i = from; i < to; i++) {
      low[i] = (float) lowest;
      step[i] = (float) ((highest - lowest) / MAX);
      perStep[i] = 1 / step[i];
    }
  }

  /**
   * Encodes a frame; what is out of range gets the nearest code that there is.
   *
   * @param features {@code [frameFeatureCount]}
   * @param codes receives {@code [frameFeatureCount]} from {@code offset}; of an unvoiced frame's
   *     pitch 0, else semitones
   */
  public void encode(float[] features, short[] codes, int offset) {
    final float[] low = this.low;
    final float[] perStep = this.perStep;
    for (int i = 0; i < low.length; i++) {
      int code = (int) ((features[i] - low[i]) * perStep[i] + 0.5f);
      codes[offset + i] = (short) Math.max(0, Math.min(MAX, code));
    }
    if (f0Column >= 0) {
      float hz = features[f0Column];
      codes[offset + f0Column] = hz > 0 ? encode(f0Column, semitones(hz)) : 0;
    }
  }

  public short encode(int feature, float value) {
    int code = (int) ((value - low[feature]) * perStep[feature] + 0.5f);
    return (short) Math.max(0, Math.min(MAX, code));
  }

  static float semitones(float hz) {
    return (float) (SEMITONES_PER_DB * Decibels.of(hz / F0_FROM_HZ));
  }

  /** The value of a code, or of a mean of codes. */
  public double decode(int feature, double code) {
    return low[feature] + code * step[feature];
  }

  /** What a difference of 1 between codes is. */
  public double step(int feature) {
    return step[feature];
  }
}
