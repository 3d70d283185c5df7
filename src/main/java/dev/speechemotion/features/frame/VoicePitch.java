package dev.speechemotion.features.frame;

import dev.speechemotion.features.dsp.PitchTracker;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/** {@code f0}: pitch, Hz, 0 in unvoiced frames; {@code voicing}: 0 to 1, voiced from 0.5 on. */
public final class VoicePitch implements FrameFeature {
  public static final String F0 = "f0";
  public static final String VOICING = "voicing";

  /** Of a channel's last frame; only the pitch is kept beyond it. */
  static final class Last {
    private float hz;
    private float voicing;

    float voicing() {
      return voicing;
    }

    void forget() {
      hz = 0;
    }

    void writeState(DataOutput out) throws IOException {
      out.writeFloat(hz);
    }

    void readState(DataInput in) throws IOException {
      hz = in.readFloat();
    }
  }

  private final PitchTracker tracker;

  VoicePitch(FeatureSpec spec) {
    tracker = new PitchTracker(spec.sampleRateHz(), spec.fftLength());
  }

  /** In a window, the pitch is in semitones. */
  @Override
  public List<FrameValue> values() {
    return List.of(new FrameValue(F0, 0, 60), new FrameValue(VOICING, 0, 1));
  }

  @Override
  public void compute(Frame frame, float[] out, int at) {
    Last last = frame.memory().pitch;
    tracker.compute(frame.magnitudes(), last.hz);
    last.hz = tracker.hz();
    last.voicing = tracker.voicing();
    out[at] = last.hz;
    out[at + 1] = last.voicing;
  }
}
