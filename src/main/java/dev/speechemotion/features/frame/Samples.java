package dev.speechemotion.features.frame;

import java.util.List;

/**
 * {@code sample1}, …: a frame's samples themselves. What the encoder takes cannot be computed frame
 * by frame, for it depends on where the window begins and ends.
 */
final class Samples implements FrameFeature {
  private final int length;

  Samples(int length) {
    this.length = length;
  }

  @Override
  public List<FrameValue> values() {
    return FrameValue.numbered("sample", length, -1, 1);
  }

  @Override
  public void compute(Frame frame, float[] out, int at) {
    System.arraycopy(frame.samples(), frame.offset(), out, at, length);
  }
}
