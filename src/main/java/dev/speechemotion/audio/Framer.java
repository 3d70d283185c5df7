package dev.speechemotion.audio;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Cuts one channel into overlapping frames: frame {@code i} holds samples {@code i * hopLength} to
 * {@code i * hopLength + frameLength - 1}. There is no padding, and the frames do not depend on how
 * the samples were cut into chunks.
 */
public final class Framer {

  /** Receives frames. */
  @FunctionalInterface
  public interface FrameSink {
    /**
     * @param samples holds the frame from {@code offset}; valid only during the call, not to be
     *     changed
     * @param frameIndex number of the frame, from 0
     */
    void frame(float[] samples, int offset, long frameIndex);
  }

  /**
   * @throws IllegalArgumentException unless {@code 0 < hopLength <= frameLength}
   */
  public Framer(int frameLength, int hopLength) {
    throw new UnsupportedOperationException();
  }

  /** Takes samples and hands out the frames that they complete. */
  public void accept(float[] samples, int offset, int count, FrameSink sink) {
    throw new UnsupportedOperationException();
  }

  /** Begins anew with frame 0. */
  public void reset() {
    throw new UnsupportedOperationException();
  }

  /** Writes what {@link #readState} needs to go on as if nothing had happened. */
  public void writeState(DataOutput out) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Takes over the state of a framer of the same lengths. */
  public void readState(DataInput in) throws IOException {
    throw new UnsupportedOperationException();
  }
}
