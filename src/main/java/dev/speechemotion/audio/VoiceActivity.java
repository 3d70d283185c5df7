package dev.speechemotion.audio;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Says of each frame of one channel whether it holds speech: its energy against a noise floor that
 * follows the line, with a hang-over that bridges the gaps between words.
 */
public final class VoiceActivity {

  /**
   * @param framesPerSecond frames per second of media time, for the time constants
   */
  public VoiceActivity(double framesPerSecond) {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes the next frame.
   *
   * @param samples in [-1, 1], {@code length} of them from {@code offset}
   * @return whether the frame holds speech
   */
  public boolean accept(float[] samples, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  /** Writes what {@link #readState} needs to go on as if nothing had happened. */
  public void writeState(DataOutput out) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Takes over the state of another one. */
  public void readState(DataInput in) throws IOException {
    throw new UnsupportedOperationException();
  }
}
