package dev.speechemotion.audio;

import dev.speechemotion.audio.resampling.Resampler;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Makes frames of one channel's samples as they come, however they are cut into chunks. */
public interface FrameSource {

  /** Receives frames. */
  @FunctionalInterface
  interface FrameSink {
    /**
     * @param samples holds the frame from {@code offset}; valid only during the call, not to be
     *     changed
     * @param frameIndex number of the frame, from 0
     */
    void frame(float[] samples, int offset, long frameIndex);
  }

  /**
   * Of samples of one rate, frames of another or the same, without the constant offset that the
   * samples may have.
   *
   * @throws IllegalArgumentException if a rate that differs from the other is outside 8,000 to
   *     96,000 Hz, or unless {@code 0 < hopLength <= frameLength}
   */
  static FrameSource of(int inputRateHz, int frameRateHz, int frameLength, int hopLength) {
    OffsetRemoval frames = new OffsetRemoval(new Framer(frameLength, hopLength), frameRateHz);
    return inputRateHz == frameRateHz
        ? frames
        : new ResamplingFramer(new Resampler(inputRateHz, frameRateHz), frames);
  }

  /** Takes samples and hands out the frames that they complete. */
  void accept(float[] samples, int offset, int count, FrameSink sink);

  /** Ends the audio, and hands out the frames that it still completes. */
  void finish(FrameSink sink);

  /** Writes what {@link #readState} needs to go on as if nothing had happened. */
  void writeState(DataOutput out) throws IOException;

  /**
   * Takes over the state of another one of the same rates and lengths.
   *
   * @throws IOException if the state ends early or is not that of such a one
   */
  void readState(DataInput in) throws IOException;
}
