package dev.speechemotion.features;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The path from one channel's samples to the feature vectors of its windows: resampling, framing,
 * frame features, voice activity, window statistics. Training, streaming and the command line all
 * use it, so a recording gives the same bits however it is cut into chunks, and before and after
 * {@link #writeState} and {@link #readState}.
 *
 * <p>Times count from the first sample that the analyser is given. A frame belongs to the window in
 * which its centre lies.
 */
public final class ChannelAnalyzer {

  /** Receives windows. */
  @FunctionalInterface
  public interface WindowSink {
    /**
     * @param beginMs begin of the window, milliseconds from the first sample
     * @param endMs end of the window, exclusive
     * @param voicedShare share of the window's frames that hold speech, 0 to 1
     * @param features {@code [windowFeatureCount]}; valid only during the call, not to be changed
     */
    void window(long beginMs, long endMs, float voicedShare, float[] features);
  }

  /**
   * @param extractor tables and scratch space; may be shared by all analysers of a thread
   * @param inputRateHz rate of the samples that will be given, 8,000 to 96,000 Hz
   */
  public ChannelAnalyzer(FeatureExtractor extractor, WindowSettings windows, int inputRateHz) {
    throw new UnsupportedOperationException();
  }

  public int inputRateHz() {
    throw new UnsupportedOperationException();
  }

  /** Samples taken so far, at the input rate. */
  public long sampleCount() {
    throw new UnsupportedOperationException();
  }

  /** Takes samples in [-1, 1] and hands out the windows that they complete. */
  public void accept(float[] samples, int offset, int count, WindowSink sink) {
    throw new UnsupportedOperationException();
  }

  /**
   * Ends the audio: hands out what is still due, the last shorter window included. A stretch too
   * short for a single frame gives no window. The analyser is not used again.
   */
  public void finish(WindowSink sink) {
    throw new UnsupportedOperationException();
  }

  /** Writes what {@link #readState} needs to go on as if nothing had happened. */
  public void writeState(DataOutput out) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Takes over the state of an analyser of the same spec, windows and rate. */
  public void readState(DataInput in) throws IOException {
    throw new UnsupportedOperationException();
  }
}
