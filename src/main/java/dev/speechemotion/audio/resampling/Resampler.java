package dev.speechemotion.audio.resampling;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigInteger;

/**
 * Changes the sampling rate of one channel as it comes in.
 *
 * <p>Windowed-sinc polyphase filters. Output sample {@code k} lies at time {@code k / outputRateHz}
 * exactly (the filters' delay is compensated), and over a whole stream of {@code n} samples {@code
 * ceil(n * outputRateHz / inputRateHz)} come out. The output does not depend on how the input is
 * cut. Between equal rates samples pass unchanged.
 *
 * <p>Where one rate is a multiple of the other, a {@link BandLimitingStage} does it all. Between
 * other rates it changes by a factor of 2, and a {@link FractionalStage} does the rest: after it on
 * the way up, before it on the way down, at twice the lower rate.
 *
 * <p>On an otherwise idle core of an AMD EPYC with AVX-512, decoding 20 ms packets and resampling
 * them takes 1/11,000 of the audio's duration from 8 to 16 kHz, 1/5,000 from 48 to 16 kHz, 1/3,600
 * from 8 to 22.05 kHz, 1/2,200 from 44.1 to 16 kHz and 1/1,500 from 24,414 Hz to 16 kHz (JDK 17).
 */
public final class Resampler {
  public static final int MIN_RATE_HZ = 8_000;
  public static final int MAX_RATE_HZ = 96_000;

  /** The highest quotient of two rates. */
  static final int MAX_RATIO = MAX_RATE_HZ / MIN_RATE_HZ;

  /** Samples that are looked at together, counted at the lower of both rates. */
  static final int BLOCK = 480;

  /** Samples at the lower rate, rounded up, that an output waits for. */
  private static final int WAIT = BandLimitingStage.TAPS / 2 + 6;

  private final int inputRateHz;
  private final int outputRateHz;

  /** A {@link #BLOCK} in input samples. */
  private final int inputBlock;

  /** None between equal rates, else one or two. */
  private final ResamplingStage[] stages;

  private long inputCount;
  private long outputCount;

  /** What comes out of the first of two stages; nothing in it outlives a call. */
  private static final ThreadLocal<float[]> BETWEEN =
      ThreadLocal.withInitial(() -> new float[2 * BLOCK + 2 * BandLimitingStage.TAPS]);

  /**
   * @throws IllegalArgumentException if a rate is outside 8,000 to 96,000 Hz
   */
  public Resampler(int inputRateHz, int outputRateHz) {
    requireRate("inputRateHz", inputRateHz);
    requireRate("outputRateHz", outputRateHz);
    this.inputRateHz = inputRateHz;
    this.outputRateHz = outputRateHz;
    int lowerRateHz = Math.min(inputRateHz, outputRateHz);
    inputBlock = (int) ((long) BLOCK * inputRateHz / lowerRateHz);
    if (inputRateHz == outputRateHz) {
      stages = new ResamplingStage[0];
    } else if (outputRateHz % inputRateHz == 0) {
      stages = new ResamplingStage[] {BandLimitingStage.up(outputRateHz / inputRateHz)};
    } else if (inputRateHz % outputRateHz == 0) {
      stages = new ResamplingStage[] {BandLimitingStage.down(inputRateHz / outputRateHz)};
    } else if (inputRateHz < outputRateHz) {
      ResamplingStage rest = fractional(2 * inputRateHz, outputRateHz, lowerRateHz);
      stages = new ResamplingStage[] {BandLimitingStage.up(2), rest};
    } else {
      ResamplingStage rest = fractional(inputRateHz, 2 * outputRateHz, lowerRateHz);
      stages = new ResamplingStage[] {rest, BandLimitingStage.down(2)};
    }
  }

  private static FractionalStage fractional(int fromHz, int toHz, int lowerRateHz) {
    int common = BigInteger.valueOf(fromHz).gcd(BigInteger.valueOf(toHz)).intValue();
    int interpolation = toHz / common;
    return new FractionalStage(
        interpolation,
        fromHz / common,
        ResamplingFilter.fractional(interpolation, lowerRateHz / (double) fromHz));
  }

  private static void requireRate(String name, int rateHz) {
    if (rateHz < MIN_RATE_HZ || rateHz > MAX_RATE_HZ) {
      throw new IllegalArgumentException(
          name + " must be from " + MIN_RATE_HZ + " to " + MAX_RATE_HZ + " Hz, got " + rateHz);
    }
  }

  /**
   * The most samples that {@link #process} gives for so many; {@code maxOutputCount(0)} is the most
   * that {@link #finish} gives.
   */
  public int maxOutputCount(int inputCount) {
    if (stages.length == 0) {
      return inputCount;
    }
    return Math.toIntExact(outputsOf(inputCount + waitInputCount()));
  }

  /** Input samples that have come, or come as silence, before all that came earlier is out. */
  private int waitInputCount() {
    return WAIT * inputBlock / BLOCK + 1;
  }

  /** How many outputs so many inputs make in the end. */
  private long outputsOf(long inputs) {
    return (inputs * outputRateHz + inputRateHz - 1) / inputRateHz;
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
    if (stages.length == 0) {
      System.arraycopy(input, offset, output, outputOffset, count);
      return count;
    }
    int written = 0;
    for (int taken = 0; taken < count; ) {
      int part = Math.min(inputBlock, count - taken);
      written += processBlock(input, offset + taken, part, output, outputOffset + written);
      taken += part;
    }
    inputCount += count;
    outputCount += written;
    return written;
  }

  private int processBlock(float[] input, int offset, int count, float[] output, int outputOffset) {
    if (stages.length == 1) {
      return stages[0].process(input, offset, count, output, outputOffset);
    }
    float[] between = BETWEEN.get();
    int betweenCount = stages[0].process(input, offset, count, between, 0);
    return stages[1].process(between, 0, betweenCount, output, outputOffset);
  }

  /**
   * Gives what is left, as if silence followed; then the resampler is as new.
   *
   * @param output receives samples from {@code outputOffset}; room for {@code maxOutputCount(0)}
   * @return how many were written
   */
  public int finish(float[] output, int outputOffset) {
    if (stages.length == 0) {
      return 0;
    }
    int due = Math.toIntExact(outputsOf(inputCount) - outputCount);
    float[] silence = new float[waitInputCount()];
    float[] rest = new float[maxOutputCount(silence.length)];
    process(silence, 0, silence.length, rest, 0);
    System.arraycopy(rest, 0, output, outputOffset, due);
    for (ResamplingStage stage : stages) {
      stage.reset();
    }
    inputCount = 0;
    outputCount = 0;
    return due;
  }

  /** Writes what {@link #readState} needs to go on as if nothing had happened. */
  public void writeState(DataOutput out) throws IOException {
    if (stages.length == 0) {
      return;
    }
    out.writeLong(inputCount);
    out.writeLong(outputCount);
    for (ResamplingStage stage : stages) {
      stage.writeState(out);
    }
  }

  /**
   * Takes over the state of a resampler of the same rates.
   *
   * @throws IOException if the state ends early or is not that of such a resampler
   */
  public void readState(DataInput in) throws IOException {
    if (stages.length == 0) {
      return;
    }
    long inputs = in.readLong();
    long outputs = in.readLong();
    if (inputs < 0
        || inputs > Long.MAX_VALUE / (2 * MAX_RATE_HZ)
        || outputs < Math.max(0, outputsOf(inputs) - maxOutputCount(0))
        || outputs > outputsOf(inputs)) {
      throw new IOException(
          "a resampler from "
              + inputRateHz
              + " to "
              + outputRateHz
              + " Hz cannot have made "
              + outputs
              + " of "
              + inputs
              + " samples");
    }
    for (ResamplingStage stage : stages) {
      stage.readState(in);
    }
    inputCount = inputs;
    outputCount = outputs;
  }

  /** Resamples a whole recording; gives {@code samples} itself if the rates are equal. */
  public static float[] resample(float[] samples, int inputRateHz, int outputRateHz) {
    Resampler resampler = new Resampler(inputRateHz, outputRateHz);
    if (inputRateHz == outputRateHz) {
      return samples;
    }
    float[] output = new float[Math.toIntExact(resampler.outputsOf(samples.length))];
    int written = resampler.process(samples, 0, samples.length, output, 0);
    resampler.finish(output, written);
    return output;
  }
}
