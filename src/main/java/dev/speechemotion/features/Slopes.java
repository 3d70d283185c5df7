package dev.speechemotion.features;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Slopes of values over the last nine frames: of the straight line through them that has the least
 * squared error, {@code sum_k k x[t - 4 + k] / sum_k k^2} for k from -4 to 4. In the middle frame
 * that is {@code librosa.feature.delta}'s default; here it is said of the last frame, so that no
 * frame waits for later ones.
 */
final class Slopes {
  static final int REACH = 4;
  static final int FRAMES = 2 * REACH + 1;

  /** {@code sum_k k^2}. */
  static final int SQUARES = REACH * (REACH + 1) * (2 * REACH + 1) / 3;

  private final int count;

  /** {@code [FRAMES][count]}; the oldest frame is row {@code next}. */
  private final float[] rows;

  private int next;
  private boolean begun;

  Slopes(int count) {
    this.count = count;
    rows = new float[FRAMES * count];
  }

  void forget() {
    begun = false;
    next = 0;
  }

  /**
   * Takes the next frame; the first one counts for all before it.
   *
   * @param values {@code [count]} from {@code offset}
   * @param out receives {@code [count]} from {@code outOffset}, per frame
   */
  void accept(float[] values, int offset, float[] out, int outOffset) {
    int copies = begun ? 1 : FRAMES;
    begun = true;
    for (int i = 0; i < copies; i++) {
      System.arraycopy(values, offset, rows, next * count, count);
      next = (next + 1) % FRAMES;
    }
    for (int i = 0; i < count; i++) {
      float sum = 0;
      int row = next;
      for (int k = -REACH; k <= REACH; k++) {
        sum += k * rows[row * count + i];
        row = row + 1 == FRAMES ? 0 : row + 1;
      }
      out[outOffset + i] = sum / SQUARES;
    }
  }

  void writeState(DataOutput out) throws IOException {
    out.writeBoolean(begun);
    for (int i = 0; begun && i < rows.length; i++) {
      out.writeFloat(rows[(next * count + i) % rows.length]);
    }
  }

  void readState(DataInput in) throws IOException {
    begun = in.readBoolean();
    next = 0;
    for (int i = 0; begun && i < rows.length; i++) {
      rows[i] = in.readFloat();
    }
  }
}
