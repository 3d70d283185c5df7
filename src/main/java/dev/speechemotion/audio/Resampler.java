package dev.speechemotion.audio;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Changes the sampling rate of one channel as it comes in.
 *
 * <p>Windowed-sinc polyphase filter. Output sample {@code k} lies at time {@code k / outputRateHz}
 * exactly (the filter's delay is compensated), and over a whole stream of {@code n} samples {@code
 * ceil(n * outputRateHz / inputRateHz)} come out. The output does not depend on how the input is
 * cut.
 */
public final class Resampler {

  /**
   * @throws IllegalArgumentException if a rate is outside 8,000 to 96,000 Hz
   */
  public Resampler(int inputRateHz, int outputRateHz) {
    throw new UnsupportedOperationException();
  }

  /** The most samples that {@link #process} or {@link #finish} gives for so many samples. */
  public int maxOutputCount(int inputCount) {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes samples and gives those that are determined by now.
   *
   * @param input samples from {@code offset}, {@code count} of them
   * @param output receives samples from {@code outputOffset}; room for {@code
   *     maxOutputCount(count)}
   * @return how many were written
   */
  public int process(float[] input, int offset, int count, float[] output, int outputOffset) {
    throw new UnsupportedOperationException();
  }

  /** Gives what is left, as if silence followed; then the resampler is as new. */
  public int finish(float[] output, int outputOffset) {
    throw new UnsupportedOperationException();
  }

  /** Writes what {@link #readState} needs to go on as if nothing had happened. */
  public void writeState(DataOutput out) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Takes over the state of a resampler of the same rates. */
  public void readState(DataInput in) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Resamples a whole recording; gives {@code samples} itself if the rates are equal. */
  public static float[] resample(float[] samples, int inputRateHz, int outputRateHz) {
    throw new UnsupportedOperationException();
  }
}
