package dev.speechemotion.features.codes;

import dev.speechemotion.features.dsp.Decibels;
import dev.speechemotion.features.frame.FrameValue;
import dev.speechemotion.features.frame.RelativeLevel;
import dev.speechemotion.features.frame.VoicePitch;
import java.util.List;

/**
 * A frame's numbers as whole ones of 12 bits, each feature in steps of its own: sums of codes are
 * exact, so they do not depend on their order.
 */
public final class FrameCodes {
  static final int BITS = 12;
  static final int MAX = (1 << BITS) - 1;

  /** Pitch is coded in semitones above this. */
  private static final double F0_FROM_HZ = 27.5;

  private static final double SEMITONES_PER_DB = 12 / (10 * StrictMath.log10(2));

  /** By feature: the value of code 0, and from one code to the next. */
  private final float[] low;

  private final float[] step;
  private final float[] perStep;
  private final int f0Column;
  private final int rmsColumn;

  FrameCodes(List<FrameValue> values) {
    int count = values.size();
    low = new float[count];
    step = new float[count];
    perStep = new float[count];
    for (int i = 0; i < count; i++) {
      FrameValue value = values.get(i);
      low[i] = (float) value.least();
      step[i] = (float) ((value.most() - value.least()) / MAX);
      perStep[i] = 1 / step[i];
    }
    List<String> names = values.stream().map(FrameValue::name).toList();
    f0Column = names.indexOf(VoicePitch.F0);
    rmsColumn = names.indexOf(RelativeLevel.NAME);
  }

  /** Number of values of a frame. */
  int count() {
    return low.length;
  }

  /**
   * Encodes a frame; what is out of range gets the nearest code that there is.
   *
   * @param features {@code [count]}
   * @param loudestDb the channel's loudest; the level is coded of the full scale, for windows may
   *     end at another loudest than their frames had
   * @param codes receives {@code [count]}; of an unvoiced frame's pitch 0, else semitones
   */
  void encode(float[] features, float loudestDb, short[] codes) {
    final float[] low = this.low;
    final float[] perStep = this.perStep;
    for (int i = 0; i < low.length; i++) {
      int code = (int) ((features[i] - low[i]) * perStep[i] + 0.5f);
      codes[i] = (short) Math.max(0, Math.min(MAX, code));
    }
    if (f0Column >= 0) {
      float hz = features[f0Column];
      codes[f0Column] = hz > 0 ? encode(f0Column, semitones(hz)) : 0;
    }
    if (rmsColumn >= 0) {
      codes[rmsColumn] = encode(rmsColumn, features[rmsColumn] + loudestDb);
    }
  }

  short encode(int column, float value) {
    int code = (int) ((value - low[column]) * perStep[column] + 0.5f);
    return (short) Math.max(0, Math.min(MAX, code));
  }

  private static float semitones(float hz) {
    return (float) (SEMITONES_PER_DB * Decibels.of(hz / F0_FROM_HZ));
  }

  /** The value of code 0. */
  double zero(int column) {
    return low[column];
  }

  /** What a difference of 1 between codes is. */
  double step(int column) {
    return step[column];
  }
}
