package dev.speechemotion.audio;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Takes a constant offset out of one channel before frames are made of it: analog lines and cheap
 * converters have one, and sign changes, levels and spectra would show it. Audio without one comes
 * through bit for bit.
 *
 * <p>Audio has an offset if its mean is beyond {@link #LEAST} on the same side in three quarters of
 * a second of blocks on end: in recordings without one, rumble and breath swing to either side
 * within that time. The mean of those blocks is taken off from then on, and follows the mean of the
 * blocks that come. So that it is taken off from the first sample where it is there from the first
 * sample, the beginning is held back until a block says otherwise: mostly the first one.
 */
final class OffsetRemoval implements FrameSource {
  /** 0.1 % of full scale. */
  private static final double LEAST = 0.001;

  private static final double BLOCK_SECONDS = 0.064;

  /** Blocks on end that make an offset. */
  private static final int BLOCKS = 12;

  /** As many do if the audio ends. */
  private static final int LEAST_BLOCKS = 4;

  /** The mean is that of so many blocks: four seconds. */
  private static final int MOST_BLOCKS = 64;

  private static final float[] NOTHING = {};

  /** What the offset has been taken from; nothing in it outlives a call. */
  private static final ThreadLocal<float[]> CORRECTED = ThreadLocal.withInitial(() -> NOTHING);

  private final Framer framer;
  private final int blockLength;

  /** The samples so far, while it is not known what to take off. */
  private float[] held = NOTHING;

  private int heldCount;
  private boolean holding = true;

  /** The mean of so many blocks; both 0 where there is no offset. */
  private double mean;

  private int blocks;

  /** Taken off: the mean in steps of 16 bits, so that such samples stay such samples. */
  private float offset;

  /** Of the block in work. */
  private int position;

  private double weightedSum;

  /** Blocks on end with a mean beyond the least, below 0 if on that side; and their means' sum. */
  private int streak;

  private double streakSum;

  OffsetRemoval(Framer framer, int rateHz) {
    this.framer = framer;
    blockLength = (int) Math.round(rateHz * BLOCK_SECONDS);
  }

  @Override
  public void accept(float[] samples, int offset, int count, FrameSink sink) {
    for (int done = 0; done < count; ) {
      int length = Math.min(count - done, blockLength - position);
      measure(samples, offset + done, length);
      if (holding) {
        hold(samples, offset + done, length);
      } else {
        pass(samples, offset + done, length, sink);
      }
      done += length;
      if (position == blockLength) {
        judge();
        if (holding && Math.abs(streak) * blockLength < heldCount) {
          release(sink);
        }
      }
    }
  }

  /** Adds to the block's mean, with weights that rise and fall: a voice's periods hardly count. */
  private void measure(float[] samples, int offset, int length) {
    double sum = weightedSum;
    double from = position + 0.5;
    for (int i = 0; i < length; i++) {
      double at = from + i;
      sum += Math.min(at, blockLength - at) * samples[offset + i];
    }
    weightedSum = sum;
    position += length;
  }

  private void judge() {
    double half = blockLength / 2;
    double weights = half * half + (blockLength % 2) * (half + 0.5);
    double beyond = weightedSum / weights - mean;
    position = 0;
    weightedSum = 0;
    int side = beyond > LEAST ? 1 : beyond < -LEAST ? -1 : 0;
    if (side * streak <= 0) {
      streak = 0;
      streakSum = 0;
    }
    streak += side;
    streakSum += side == 0 ? 0 : beyond;
    if (Math.abs(streak) == BLOCKS) {
      takeOff();
    } else if (blocks > 0) {
      blocks = Math.min(blocks + 1, MOST_BLOCKS);
      follow(beyond / blocks);
    }
  }

  private void takeOff() {
    blocks = Math.abs(streak);
    follow(streakSum / blocks);
    streak = 0;
    streakSum = 0;
  }

  private void follow(double change) {
    mean += change;
    offset = (float) Math.rint(mean * AudioEncoding.FULL_SCALE) / AudioEncoding.FULL_SCALE;
  }

  private void hold(float[] samples, int from, int length) {
    if (held.length < heldCount + length) {
      held = Arrays.copyOf(held, heldCount + blockLength);
    }
    System.arraycopy(samples, from, held, heldCount, length);
    heldCount += length;
  }

  private void release(FrameSink sink) {
    holding = false;
    pass(held, 0, heldCount, sink);
    held = NOTHING;
    heldCount = 0;
  }

  private void pass(float[] samples, int from, int length, FrameSink sink) {
    if (offset == 0) {
      framer.accept(samples, from, length, sink);
      return;
    }
    float[] corrected = CORRECTED.get();
    if (corrected.length < length) {
      corrected = new float[length];
      CORRECTED.set(corrected);
    }
    for (int i = 0; i < length; i++) {
      corrected[i] = samples[from + i] - offset;
    }
    framer.accept(corrected, 0, length, sink);
  }

  @Override
  public void finish(FrameSink sink) {
    if (holding) {
      if (Math.abs(streak) >= LEAST_BLOCKS) {
        takeOff();
      }
      release(sink);
    }
    framer.finish(sink);
  }

  @Override
  public void writeState(DataOutput out) throws IOException {
    out.writeDouble(mean);
    out.writeByte(blocks);
    out.writeShort(position);
    out.writeDouble(weightedSum);
    out.writeByte(streak);
    out.writeDouble(streakSum);
    out.writeBoolean(holding);
    if (holding) {
      StoredSamples.write(held, heldCount, out);
    }
    framer.writeState(out);
  }

  /**
   * Takes over the state of another one of the same rate and lengths.
   *
   * @throws IOException if the state ends early or is not that of such a one
   */
  @Override
  public void readState(DataInput in) throws IOException {
    mean = 0;
    follow(in.readDouble());
    blocks = in.readByte();
    position = in.readUnsignedShort();
    weightedSum = in.readDouble();
    streak = in.readByte();
    streakSum = in.readDouble();
    holding = in.readBoolean();
    heldCount = 0;
    held = NOTHING;
    if (position >= blockLength || Math.abs(streak) >= BLOCKS) {
      throw new IOException(
          "blocks of %d samples cannot end at %d, %d of them on end"
              .formatted(blockLength, position, streak));
    }
    if (holding) {
      held = new float[BLOCKS * blockLength];
      heldCount = StoredSamples.read(held, 0, held.length - 1, in);
    }
    framer.readState(in);
  }
}
