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

  /**
   * Writes what {@link #readState} needs to go on as if nothing had happened. Samples that all come
   * from 16 bits, as those of G.711 and 16-bit PCM do unless they were resampled, take two bytes
   * each, others four.
   */
  @Override
  public void writeState(DataOutput out) throws IOException {
    boolean shorts = areAllOf16Bits();
    out.writeLong(frameIndex);
    // Earlier states begin with the count itself, and hold floats.
    out.writeInt(shorts ? ~heldCount : heldCount);
    for (int i = 0; i < heldCount; i++) {
      if (shorts) {
        out.writeShort((int) (held[i] * AudioEncoding.FULL_SCALE));
      } else {
        out.writeFloat(held[i]);
      }
    }
  }

  private boolean areAllOf16Bits() {
    for (int i = 0; i < heldCount; i++) {
      float scaled = held[i] * AudioEncoding.FULL_SCALE;
      // By bits, for -0 would come back as 0.
      if (Float.floatToRawIntBits((short) scaled) != Float.floatToRawIntBits(scaled)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Takes over the state of a framer of the same lengths.
   *
   * @throws IOException if the state ends early or is not that of such a framer
   */
  @Override
  public void readState(DataInput in) throws IOException {
    long readIndex = in.readLong();
    int begin = in.readInt();
    boolean shorts = begin < 0;
    int readCount = shorts ? ~begin : begin;
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
      held[i] = shorts ? in.readShort() / AudioEncoding.FULL_SCALE : in.readFloat();
    }
    frameIndex = readIndex;
    heldCount = readCount;
  }
}
