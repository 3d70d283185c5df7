package dev.speechemotion.features.frame;

import dev.speechemotion.features.dsp.Slopes;
import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * What the features of a channel's next frame need to know of its frames so far. Features that look
 * at their own frame alone have nothing here.
 */
public final class ChannelMemory {
  /** Nothing quieter than this, in dB of full scale, counts as a channel's loudest. */
  static final float LEAST_LEVEL = -60;

  /** Level of the loudest frame, dB, less what has been forgotten since. */
  public float loudest;

  /** Pitch of the last frame, Hz; 0 where it had none. */
  float lastHz;

  /** {@link SpectralShape}'s bands of the last frame. */
  final float[] bands;

  /** MFCC of the last frames for their slopes. */
  final Slopes slopes;

  /** Of the last frame, and not kept beyond it: mean square of its samples, and its voicing. */
  public float power;

  public float voicing;

  public ChannelMemory(FeatureSpec spec) {
    bands =
        new float[spec.groups().contains(FeatureGroup.SHAPE) ? SpectralShape.bandCount(spec) : 0];
    slopes = spec.groups().contains(FeatureGroup.DELTAS) ? new Slopes(spec.mfccCount()) : null;
    forget();
  }

  /** Begins anew, as before the first frame. */
  public void forget() {
    loudest = LEAST_LEVEL;
    lastHz = 0;
    Arrays.fill(bands, 0);
    if (slopes != null) {
      slopes.forget();
    }
  }

  public void writeState(DataOutput out) throws IOException {
    out.writeFloat(loudest);
    out.writeFloat(lastHz);
    for (float band : bands) {
      out.writeFloat(band);
    }
    if (slopes != null) {
      slopes.writeState(out);
    }
  }

  public void readState(DataInput in) throws IOException {
    loudest = in.readFloat();
    lastHz = in.readFloat();
    for (int i = 0; i < bands.length; i++) {
      bands[i] = in.readFloat();
    }
    if (slopes != null) {
      slopes.readState(in);
    }
  }
}
