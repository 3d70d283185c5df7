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

  /** Takes samples and hands out the frames that they complete. */
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

  /** Begins anew with frame 0. */
  public void reset() {
    heldCount = 0;
    frameIndex = 0;
  }

  /** Writes what {@link #readState} needs to go on as if nothing had happened. */
  public void writeState(DataOutput out) throws IOException {
    out.writeLong(frameIndex);
    out.writeInt(heldCount);
    for (int i = 0; i < heldCount; i++) {
      out.writeFloat(held[i]);
    }
  }

  /**
   * Takes over the state of a framer of the same lengths.
   *
   * @throws IOException if the state ends early or is not that of such a framer
   */
  public void readState(DataInput in) throws IOException {
    long readIndex = in.readLong();
    int readCount = in.readInt();
    int leastCount = readIndex == 0 ? 0 : frameLength - hopLength;
    if (readIndex < 0 || readCount < leastCount || readCount >= frameLength) {
      throw new IOException(
          "state of a framer of "
              + frameLength
              + " samples cannot hold "
              + readCount
              + " samples before frame "
              + readIndex);
    }
    for (int i = 0; i < readCount; i++) {
      held[i] = in.readFloat();
    }
    frameIndex = readIndex;
    heldCount = readCount;
  }
}
