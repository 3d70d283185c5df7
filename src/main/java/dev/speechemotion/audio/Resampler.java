package dev.speechemotion.audio;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * Changes the sampling rate of one channel as it comes in.
 *
 * <p>Windowed-sinc polyphase filter. Output sample {@code k} lies at time {@code k / outputRateHz}
 * exactly (the filter's delay is compensated), and over a whole stream of {@code n} samples {@code
 * ceil(n * outputRateHz / inputRateHz)} come out. The output does not depend on how the input is
 * cut. Between equal rates samples pass unchanged.
 */
public final class Resampler {
  private static final int MIN_RATE_HZ = 8_000;
  private static final int MAX_RATE_HZ = 96_000;

  /** Input samples that are looked at together. */
  private static final int BLOCK = 512;

  private static final float[] SILENCE = new float[BLOCK];

  /** Null between equal rates. */
  private final ResamplingFilter filter;

  /** Input from the first sample that the next output depends on; silence before the stream. */
  private final float[] held;

  private int heldCount;

  /** Where the next output lies, see {@link ResamplingFilter#apply}. */
  private int phase;

  /**
   * @throws IllegalArgumentException if a rate is outside 8,000 to 96,000 Hz
   */
  public Resampler(int inputRateHz, int outputRateHz) {
    requireRate("inputRateHz", inputRateHz);
    requireRate("outputRateHz", outputRateHz);
    if (inputRateHz == outputRateHz) {
      filter = null;
      held = null;
    } else {
      int common = BigInteger.valueOf(inputRateHz).gcd(BigInteger.valueOf(outputRateHz)).intValue();
      filter = ResamplingFilter.of(outputRateHz / common, inputRateHz / common);
      held = new float[filter.taps - 1 + BLOCK];
      reset();
    }
  }

  private static void requireRate(String name, int rateHz) {
    if (rateHz < MIN_RATE_HZ || rateHz > MAX_RATE_HZ) {
      throw new IllegalArgumentException(
          name + " must be from " + MIN_RATE_HZ + " to " + MAX_RATE_HZ + " Hz, got " + rateHz);
    }
  }

  private void reset() {
    Arrays.fill(held, 0, filter.before, 0);
    heldCount = filter.before;
    phase = 0;
  }

  /**
   * The most samples that {@link #process} gives for so many; {@code maxOutputCount(0)} is the most
   * that {@link #finish} gives.
   */
  public int maxOutputCount(int inputCount) {
    if (filter == null) {
      return inputCount;
    }
    long heldBack = filter.taps - 1 - filter.before;
    long outputs = (inputCount + heldBack) * filter.interpolation;
    return Math.toIntExact((outputs + filter.decimation - 1) / filter.decimation);
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
    if (filter == null) {
      System.arraycopy(input, offset, output, outputOffset, count);
      return count;
    }
    int written = 0;
    for (int taken = 0; taken < count; ) {
      int part = Math.min(BLOCK, count - taken);
      System.arraycopy(input, offset + taken, held, heldCount, part);
      heldCount += part;
      taken += part;
      written += drain(output, outputOffset + written);
    }
    return written;
  }

  private int drain(float[] output, int outputOffset) {
    int wholeStep = filter.decimation / filter.interpolation;
    int phaseStep = filter.decimation % filter.interpolation;
    int written = 0;
    int at = 0;
    while (at + filter.taps <= heldCount) {
      output[outputOffset + written++] = filter.apply(phase, held, at);
      at += wholeStep;
      phase += phaseStep;
      if (phase >= filter.interpolation) {
        phase -= filter.interpolation;
        at++;
      }
    }
    heldCount -= at;
    System.arraycopy(held, at, held, 0, heldCount);
    return written;
  }

  /**
   * Gives what is left, as if silence followed; then the resampler is as new.
   *
   * @param output receives samples from {@code outputOffset}; room for {@code maxOutputCount(0)}
   * @return how many were written
   */
  public int finish(float[] output, int outputOffset) {
    if (filter == null) {
      return 0;
    }
    int written = 0;
    int silence = filter.taps - 1 - filter.before;
    while (silence > 0) {
      int part = Math.min(BLOCK, silence);
      written += process(SILENCE, 0, part, output, outputOffset + written);
      silence -= part;
    }
    reset();
    return written;
  }

  /** Writes what {@link #readState} needs to go on as if nothing had happened. */
  public void writeState(DataOutput out) throws IOException {
    if (filter == null) {
      return;
    }
    out.writeInt(phase);
    out.writeInt(heldCount);
    for (int i = 0; i < heldCount; i++) {
      out.writeFloat(held[i]);
    }
  }

  /**
   * Takes over the state of a resampler of the same rates.
   *
   * @throws IOException if the state ends early or is not that of such a resampler
   */
  public void readState(DataInput in) throws IOException {
    if (filter == null) {
      return;
    }
    int readPhase = in.readInt();
    int readCount = in.readInt();
    if (readPhase < 0
        || readPhase >= filter.interpolation
        || readCount < 0
        || readCount >= filter.taps) {
      throw new IOException(
          "state of a resampler of "
              + filter.taps
              + " taps cannot hold "
              + readCount
              + " samples at phase "
              + readPhase
              + " of "
              + filter.interpolation);
    }
    for (int i = 0; i < readCount; i++) {
      held[i] = in.readFloat();
    }
    phase = readPhase;
    heldCount = readCount;
  }

  /** Resamples a whole recording; gives {@code samples} itself if the rates are equal. */
  public static float[] resample(float[] samples, int inputRateHz, int outputRateHz) {
    Resampler resampler = new Resampler(inputRateHz, outputRateHz);
    if (inputRateHz == outputRateHz) {
      return samples;
    }
    long outputs = (long) samples.length * outputRateHz;
    float[] output = new float[Math.toIntExact((outputs + inputRateHz - 1) / inputRateHz)];
    int written = resampler.process(samples, 0, samples.length, output, 0);
    resampler.finish(output, written);
    return output;
  }
}
