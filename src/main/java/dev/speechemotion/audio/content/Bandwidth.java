package dev.speechemotion.audio.content;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * Says of a channel whether it holds more than a telephone line carries. Its sampling rate does not
 * say so: contact centers export calls resampled to 16, 44.1 or 48 kHz.
 *
 * <p>Above 4 kHz a line carries nothing, but resampling may put images of what lies below there:
 * always weaker than what they are images of. In a sibilant there is more above than below. So a
 * channel is wide-band where some blocks of its speech have at least half as much power around 6
 * kHz as around 1.6 kHz. Where none has, it may be taken for a telephone's: little is lost.
 */
public final class Bandwidth {
  /** Channels with a lower rate have no room for more than a line carries. */
  public static final int LEAST_RATE_HZ = 16_000;

  private static final double LOW_FROM_HZ = 1_000;
  private static final double LOW_TO_HZ = 2_500;
  private static final double HIGH_FROM_HZ = 5_500;
  private static final double HIGH_TO_HZ = 7_000;

  private static final int BLOCKS_PER_SECOND = 31;

  /** One in so many blocks of speech at least is a sibilant's; of actors' speech one in eight. */
  private static final int BLOCKS_PER_SIBILANT = 64;

  private static final int LEAST_SIBILANTS = 2;

  /** Half a second of speech. */
  private static final int LEAST_BLOCKS = 16;

  /** Images, even of samples that are simply repeated, have less of what they are images of. */
  private static final double LEAST_HIGH = 0.5;

  /** -85 dB of full scale: above the noise that rounding to 16 bits makes. */
  private static final double LEAST_POWER = 3e-9;

  private final int blockLength;
  private final BandPass low;
  private final BandPass high;
  private final VoiceActivity activity = new VoiceActivity(BLOCKS_PER_SECOND);

  /** Of the block in work. */
  private int position;

  private double sum;
  private double squares;
  private double lowPower;
  private double highPower;

  private int speechBlocks;
  private int sibilants;

  /**
   * @throws IllegalArgumentException if the rate is below {@link #LEAST_RATE_HZ}
   */
  public Bandwidth(int rateHz) {
    if (rateHz < LEAST_RATE_HZ) {
      throw new IllegalArgumentException(
          "rateHz must be at least " + LEAST_RATE_HZ + ", got " + rateHz);
    }
    blockLength = rateHz / BLOCKS_PER_SECOND;
    low = new BandPass(LOW_FROM_HZ, LOW_TO_HZ, rateHz);
    high = new BandPass(HIGH_FROM_HZ, HIGH_TO_HZ, rateHz);
  }

  /**
   * The rate that says what a recording holds: its own, or a telephone's where a channel that
   * speaks holds no more than that.
   *
   * @param channels of the recording, samples in [-1, 1]
   */
  public static int rateOf(List<float[]> channels, int rateHz) {
    if (rateHz < LEAST_RATE_HZ) {
      return rateHz;
    }
    boolean narrow = false;
    for (float[] channel : channels) {
      Bandwidth bandwidth = new Bandwidth(rateHz);
      bandwidth.accept(channel, 0, channel.length);
      narrow |= bandwidth.isKnown() && !bandwidth.isWide();
    }
    return narrow ? LEAST_RATE_HZ / 2 : rateHz;
  }

  /** Takes samples in [-1, 1]. */
  public void accept(float[] samples, int offset, int count) {
    for (int i = offset; i < offset + count; i++) {
      double sample = samples[i];
      double lowSample = low.filter(sample);
      double highSample = high.filter(sample);
      sum += sample;
      squares += sample * sample;
      lowPower += lowSample * lowSample;
      highPower += highSample * highSample;
      if (++position == blockLength) {
        endBlock();
      }
    }
  }

  private void endBlock() {
    double mean = sum / blockLength;
    // Near speech is enough, for a sibilant may be weak.
    if (activity.accept((float) Math.max(0, squares / blockLength - mean * mean))) {
      speechBlocks++;
      if (highPower > LEAST_HIGH * lowPower && highPower > LEAST_POWER * blockLength) {
        sibilants++;
      }
    }
    position = 0;
    sum = 0;
    squares = 0;
    lowPower = 0;
    highPower = 0;
  }

  /** Whether there was enough speech to tell. */
  public boolean isKnown() {
    return isWide() || speechBlocks >= LEAST_BLOCKS;
  }

  /** Whether there was more in the speech so far than a telephone line carries. */
  public boolean isWide() {
    return sibilants >= LEAST_SIBILANTS && sibilants * BLOCKS_PER_SIBILANT >= speechBlocks;
  }

  public void writeState(DataOutput out) throws IOException {
    low.writeState(out);
    high.writeState(out);
    activity.writeState(out);
    out.writeInt(position);
    out.writeDouble(sum);
    out.writeDouble(squares);
    out.writeDouble(lowPower);
    out.writeDouble(highPower);
    out.writeInt(speechBlocks);
    out.writeInt(sibilants);
  }

  /**
   * Takes over the state of another one of the same rate.
   *
   * @throws IOException if the state ends early or is not that of such a one
   */
  public void readState(DataInput in) throws IOException {
    low.readState(in);
    high.readState(in);
    activity.readState(in);
    position = in.readInt();
    if (position < 0 || position >= blockLength) {
      throw new IOException("a block of " + blockLength + " samples cannot hold " + position);
    }
    sum = in.readDouble();
    squares = in.readDouble();
    lowPower = in.readDouble();
    highPower = in.readDouble();
    speechBlocks = in.readInt();
    sibilants = in.readInt();
  }

  /** Two second-order sections, after R. Bristow-Johnson's cookbook: 1 in the middle. */
  private static final class BandPass {
    private final double gain;
    private final double a1;
    private final double a2;

    /** Of each section, the last two sums that its output is made of. */
    private double first1;

    private double first2;
    private double second1;
    private double second2;

    BandPass(double fromHz, double toHz, int rateHz) {
      double angle = 2 * Math.PI * Math.sqrt(fromHz * toHz) / rateHz;
      double alpha = StrictMath.sin(angle) * (toHz - fromHz) / Math.sqrt(fromHz * toHz) / 2;
      gain = alpha / (1 + alpha);
      a1 = -2 * StrictMath.cos(angle) / (1 + alpha);
      a2 = (1 - alpha) / (1 + alpha);
    }

    double filter(double sample) {
      double first = sample - a1 * first1 - a2 * first2;
      double between = gain * (first - first2);
      first2 = first1;
      first1 = first;
      double second = between - a1 * second1 - a2 * second2;
      double result = gain * (second - second2);
      second2 = second1;
      second1 = second;
      return result;
    }

    void writeState(DataOutput out) throws IOException {
      out.writeDouble(first1);
      out.writeDouble(first2);
      out.writeDouble(second1);
      out.writeDouble(second2);
    }

    void readState(DataInput in) throws IOException {
      first1 = in.readDouble();
      first2 = in.readDouble();
      second1 = in.readDouble();
      second2 = in.readDouble();
    }
  }
}
