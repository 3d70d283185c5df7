package dev.speechemotion.features.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;

/** {@code zcr}: share of a frame's samples whose sign differs from the one before. */
final class ZeroCrossings implements FrameFeature {
  /**
   * The bits of -1e-10. What is not further from 0 counts as 0, and 0 as positive; of negative
   * numbers, those further from 0 have the larger bits.
   */
  private static final int ZERO_DOWN_TO = Float.floatToRawIntBits(-1e-10f);

  private final int length;

  /** The frame, and as its bits: copied as a whole, and then counted with vector instructions. */
  private final FloatBuffer floats;

  private final IntBuffer ints;

  /** {@code [length - 1]}: the bits of each sample but the last, and of the one after it. */
  private final int[] before;

  private final int[] after;

  ZeroCrossings(int length) {
    this.length = length;
    ByteBuffer bytes = ByteBuffer.allocate(length * Float.BYTES).order(ByteOrder.nativeOrder());
    floats = bytes.asFloatBuffer();
    ints = bytes.asIntBuffer();
    before = new int[length - 1];
    after = new int[length - 1];
  }

  @Override
  public List<FrameValue> values() {
    return List.of(new FrameValue("zcr", 0, 1));
  }

  @Override
  public void compute(Frame frame, float[] out, int at) {
    out[at] = rate(frame.samples(), frame.offset());
  }

  /**
   * As {@code librosa.feature.zero_crossing_rate} without centering: the first sample counts in the
   * length, but never as a crossing.
   *
   * @param samples {@code [length]} from {@code offset}, in [-1, 1]
   * @return crossings per sample, 0 to less than 1
   */
  float rate(float[] samples, int offset) {
    floats.put(0, samples, offset, length);
    ints.get(0, before);
    ints.get(1, after);
    return (float) crossings(before, after) / length;
  }

  private static int crossings(int[] before, int[] after) {
    int crossings = 0;
    for (int i = 0; i < before.length; i++) {
      // The top bit of each side is set exactly where the sample lies below 0.
      int negativeBefore = before[i] & ~(before[i] - ZERO_DOWN_TO);
      int negativeAfter = after[i] & ~(after[i] - ZERO_DOWN_TO);
      crossings += (negativeBefore ^ negativeAfter) >>> 31;
    }
    return crossings;
  }
}
