package dev.speechemotion.features.window;

import dev.speechemotion.features.frame.FrameValue;
import dev.speechemotion.features.spec.WindowSettings;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * {@code mfcc1.mean}, …: windows have the mean of each number of their frames. That does without
 * keeping the frames: there are sums per block, always added up from a window's first block to its
 * last, so that the same frames give the same bits.
 */
final class MeansOfFrames extends WindowVector {
  MeansOfFrames(List<FrameValue> values) {
    super(values.stream().map(value -> value.name() + ".mean").toList());
  }

  @Override
  WindowAccumulator accumulator(WindowSettings settings) {
    return new BlockSums(settings.lengthMs() / settings.hopMs(), names().size());
  }

  private static final class BlockSums implements WindowAccumulator {
    private final int rows;
    private final int columns;

    /** {@code [rows][columns]}; of a block without frames all zero. */
    private final double[] sums;

    private BlockSums(int rows, int columns) {
      this.rows = rows;
      this.columns = columns;
      sums = new double[rows * columns];
    }

    @Override
    public void add(int row, float[] features, float loudestDb, int flags) {
      int at = row * columns;
      for (int i = 0; i < columns; i++) {
        sums[at + i] += features[i];
      }
    }

    @Override
    public void drop(int row, int frames) {
      Arrays.fill(sums, row * columns, (row + 1) * columns, 0);
    }

    @Override
    public void compute(int firstRow, int frames, float[] out) {
      for (int i = 0; i < columns; i++) {
        double sum = 0;
        for (int block = 0; block < rows; block++) {
          sum += sums[(firstRow + block) % rows * columns + i];
        }
        out[i] = (float) (sum / frames);
      }
    }

    @Override
    public void writeBlock(int row, DataOutput out) throws IOException {
      for (int i = 0; i < columns; i++) {
        out.writeDouble(sums[row * columns + i]);
      }
    }

    @Override
    public void readBlock(int row, DataInput in) throws IOException {
      for (int i = 0; i < columns; i++) {
        sums[row * columns + i] = in.readDouble();
      }
    }
  }
}
