package dev.speechemotion.audio.resampling;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * One change of rate of a {@link Resampler}, with the samples of one channel that it still needs.
 * Output sample 0 lies at the time of input sample 0; before that is silence.
 */
abstract class ResamplingStage {
  /** Held and new samples, one after the other; nothing in it outlives a call. */
  private static final ThreadLocal<float[]> JOINED =
      ThreadLocal.withInitial(
          () -> new float[Resampler.MAX_RATIO * (Resampler.BLOCK + BandLimitingStage.TAPS)]);

  /** Samples of silence before the first. */
  private final int before;

  /** Input from the first sample that the next output depends on; fewer than it depends on. */
  private final float[] held;

  private int heldCount;

  /** What {@link #filter} has no more use for, from the first sample on. */
  protected int passed;

  /**
   * @param span input samples that an output depends on
   * @param before how many of them lie before the time of the first output
   */
  ResamplingStage(int span, int before) {
    this.before = before;
    held = new float[span - 1];
    heldCount = before;
  }

  /**
   * @param input {@code count} samples from {@code offset}, at most a {@link Resampler#BLOCK}
   * @param output receives from {@code outputOffset} what is determined by now
   * @return how many were written
   */
  final int process(float[] input, int offset, int count, float[] output, int outputOffset) {
    float[] joined = JOINED.get();
    System.arraycopy(held, 0, joined, 0, heldCount);
    System.arraycopy(input, offset, joined, heldCount, count);
    int joinedCount = heldCount + count;
    int written = filter(joined, joinedCount, output, outputOffset);
    heldCount = joinedCount - passed;
    System.arraycopy(joined, passed, held, 0, heldCount);
    return written;
  }

  /** Sets {@link #passed} and gives how many samples were written. */
  abstract int filter(float[] samples, int count, float[] output, int outputOffset);

  void reset() {
    Arrays.fill(held, 0, before, 0);
    heldCount = before;
  }

  void writeState(DataOutput out) throws IOException {
    out.writeInt(heldCount);
    for (int i = 0; i < heldCount; i++) {
      out.writeFloat(held[i]);
    }
  }

  /**
   * @throws IOException if the state ends early or is not that of such a stage
   */
  void readState(DataInput in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > held.length) {
      throw new IOException(
          "a resampler of up to " + held.length + " samples cannot hold " + count);
    }
    for (int i = 0; i < count; i++) {
      held[i] = in.readFloat();
    }
    heldCount = count;
  }
}
