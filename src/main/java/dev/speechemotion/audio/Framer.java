package dev.speechemotion.audio;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Cuts one channel into overlapping frames: frame {@code i} holds samples {@code i * hopLength} to
 * {@code i * hopLength + frameLength - 1}. There is no padding, and the frames do not depend on how
 * the samples were cut into chunks.
 */
public final class Framer implements FrameSource {

  private final int frameLength;
  private final int hopLength;

  /** The begin of the next frame; of it, {@link #heldCount} samples have come. */
  private final float[] held;

  private int heldCount;
  private long frameIndex;

  /**
   * @throws IllegalArgumentException unless {@code 0 < hopLength <= frameLength}
   */
  public Framer(int frameLength, int hopLength) {
    if (hopLength <= 0 || hopLength > frameLength) {
      throw new IllegalArgumentException(
          "hopLength must be from 1 to frameLength (" + frameLength + "), got " + hopLength);
    }
    this.frameLength = frameLength;
    this.hopLength = hopLength;
    this.held = new float[frameLength];
  }

  @Override
  public void accept(float[] samples, int offset, int count, FrameSink sink) {
    int end = offset + count;
    int next = offset;
    // Frames that begin in earlier samples are put together in the buffer.
    while (heldCount > next - offset) {
      int missing = frameLength - heldCount;
      if (missing > end - next) {
        hold(samples, next, end);
        return;
      }
      System.arraycopy(samples, next, held, heldCount, missing);
      next += missing;
      sink.frame(held, 0, frameIndex++);
      heldCount = frameLength - hopLength;
      System.arraycopy(held, hopLength, held, 0, heldCount);
    }
    // From here on all that is held lies in these samples too, so frames need no copy.
    int begin = next - heldCount;
    heldCount = 0;
    while (frameLength <= end - begin) {
      sink.frame(samples, begin, frameIndex++);
      begin += hopLength;
    }
    hold(samples, begin, end);
  }

  private void hold(float[] samples, int from, int to) {
    System.arraycopy(samples, from, held, heldCount, to - from);
    heldCount += to - from;
  }

  /** There is no padding, so what is left is dropped. */
  @Override
  public void finish(FrameSink sink) {}

  @Override
  public void writeState(DataOutput out) throws IOException {
    out.writeLong(frameIndex);
    StoredSamples.write(held, heldCount, out);
  }

  /**
   * Takes over the state of a framer of the same lengths.
   *
   * @throws IOException if the state ends early or is not that of such a framer
   */
  @Override
  public void readState(DataInput in) throws IOException {
    frameIndex = in.readLong();
    int least = frameIndex == 0 ? 0 : frameLength - hopLength;
    // No count is right before a frame that cannot be.
    heldCount = StoredSamples.read(held, frameIndex < 0 ? frameLength : least, frameLength - 1, in);
  }
}
