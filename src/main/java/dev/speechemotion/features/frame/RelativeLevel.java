package dev.speechemotion.features.frame;

import dev.speechemotion.features.dsp.Decibels;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * {@code rms}: level of the frame below the loudest that its channel has been, dB, -60 to 0. The
 * loudest is forgotten by 0.1 dB a second.
 */
public final class RelativeLevel implements FrameFeature {
  public static final String NAME = "rms";

  /** What it is at least, dB. */
  public static final float LEAST_DB = -60;

  private static final double FORGOTTEN_DB_PER_SECOND = 0.1;

  /** Of a channel. */
  static final class Loudest {
    /** Nothing quieter than this, in dB of full scale, counts as a channel's loudest. */
    private static final float LEAST_DB = -60;

    private float db = LEAST_DB;

    float db() {
      return db;
    }

    void forget() {
      db = LEAST_DB;
    }

    /** Takes the next frame's level. */
    private void accept(float levelDb, float forgottenDb) {
      db = Math.max(Math.max(db - forgottenDb, levelDb), LEAST_DB);
    }

    void writeState(DataOutput out) throws IOException {
      out.writeFloat(db);
    }

    void readState(DataInput in) throws IOException {
      db = in.readFloat();
    }
  }

  private final float forgottenPerFrame;

  RelativeLevel(FeatureSpec spec) {
    forgottenPerFrame = (float) (FORGOTTEN_DB_PER_SECOND * spec.hopLength() / spec.sampleRateHz());
  }

  /** Of the full scale, for windows may end at another loudest than their frames had. */
  @Override
  public List<FrameValue> values() {
    return List.of(new FrameValue(NAME, -100, 4));
  }

  @Override
  public void compute(Frame frame, float[] out, int at) {
    Loudest loudest = frame.memory().loudest;
    float level = (float) Decibels.of(frame.meanSquare());
    loudest.accept(level, forgottenPerFrame);
    out[at] = Math.max(level - loudest.db, LEAST_DB);
  }
}
