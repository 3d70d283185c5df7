package dev.speechemotion.features.frame;

import dev.speechemotion.features.dsp.Slopes;
import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;

/**
 * What the features of a channel's next frame need to know of its frames so far. Features that look
 * at their own frame alone have nothing here. Each part is written by the feature that it is of.
 */
public final class ChannelMemory {
  final RelativeLevel.Loudest loudest = new RelativeLevel.Loudest();
  final VoicePitch.Last pitch = new VoicePitch.Last();
  final SpectralShape.Before shape;
  final Slopes mfccSlopes;
  private final boolean keepsSlopes;

  /** Empty where frames are long enough to tell speech by themselves. */
  final Optional<LongerFrames.Cut> longerFrames;

  public ChannelMemory(FeatureSpec spec) {
    boolean keepsShape = spec.groups().contains(FeatureGroup.SHAPE);
    shape = new SpectralShape.Before(keepsShape ? SpectralShape.bandCount(spec) : 0);
    keepsSlopes = spec.groups().contains(FeatureGroup.DELTAS);
    mfccSlopes = new Slopes(keepsSlopes ? spec.mfccCount() : 0);
    longerFrames = spec.encoderInput() ? Optional.of(new LongerFrames.Cut()) : Optional.empty();
  }

  /** Level of the channel's loudest frame, dB, less what has been forgotten since. */
  public float loudestDb() {
    return loudest.db();
  }

  /** Begins anew, as before the first frame. */
  public void forget() {
    loudest.forget();
    pitch.forget();
    shape.forget();
    mfccSlopes.forget();
    longerFrames.ifPresent(LongerFrames.Cut::forget);
  }

  public void writeState(DataOutput out) throws IOException {
    loudest.writeState(out);
    pitch.writeState(out);
    shape.writeState(out);
    if (keepsSlopes) {
      mfccSlopes.writeState(out);
    }
    if (longerFrames.isPresent()) {
      longerFrames.get().writeState(out);
    }
  }

  public void readState(DataInput in) throws IOException {
    loudest.readState(in);
    pitch.readState(in);
    shape.readState(in);
    if (keepsSlopes) {
      mfccSlopes.readState(in);
    }
    if (longerFrames.isPresent()) {
      longerFrames.get().readState(in);
    }
  }
}
