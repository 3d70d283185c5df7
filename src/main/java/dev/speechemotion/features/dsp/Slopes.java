package dev.speechemotion.features.dsp;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Slopes of values over the last nine frames: of the straight line through them that has the least
 * squared error, {@code sum_k k x[t - 4 + k] / sum_k k^2} for k from -4 to 4. In the middle frame
 * that is {@code librosa.feature.delta}'s default; here it is said of the last frame, so that no
 * frame waits for later ones.
 */
public final class Slopes {
  public static final int REACH = 4;
  static final int FRAMES = 2 * REACH + 1;

  /** {@code sum_k k^2}. */
  public static final int SQUARES = REACH * (REACH + 1) * (2 * REACH + 1) / 3;

  private final int count;

  /** {@code [FRAMES][count]}; the oldest frame is row {@code next}. */
  private final float[] rows;

  private int next;
  private boolean begun;

  public Slopes(int count) {
    this.count = count;
    rows = new float[FRAMES * count];
  }

  public void forget() {
    begun = false;
    next = 0;
  }

  /**
   * Takes the next frame; the first one counts for all before it.
   *
   * @param values {@code [count]} from {@code offset}
   * @param out receives {@code [count]} from {@code outOffset}, per frame
   */
  public void accept(float[] values, int offset, float[] out, int outOffset) {
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

  public void writeState(DataOutput out) throws IOException {
    out.writeBoolean(begun);
    for (int i = 0; begun && i < rows.length; i++) {
      out.writeFloat(rows[(next * count + i) % rows.length]);
    }
  }

  public void readState(DataInput in) throws IOException {
    begun = in.readBoolean();
    next = 0;
    for (int i = 0; begun && i < rows.length; i++) {
      rows[i] = in.readFloat();
    }
  }
}
