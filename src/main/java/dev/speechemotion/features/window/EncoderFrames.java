package dev.speechemotion.features.window;

import dev.speechemotion.features.encoder.CenteredFrame;
import dev.speechemotion.features.encoder.MelRows;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * {@code logmel1@1}, {@code logmel2@1}, …: windows have the frames that the pretrained encoder
 * takes, all bands of the first frame, then those of the second; NaN where a window has no more.
 *
 * <p>A frame's center lies at a multiple of the hop. What of it is before the window's begin or
 * behind its end is the window's own audio mirrored there. So the first two frames and the last one
 * are the window's alone, and the others are shared by all windows that they lie in.
 */
final class EncoderFrames extends WindowVector {
  private static final int FIRST_FRAMES = 2;

  private final FeatureSpec spec;
  private final int capacity;
  private final int bands;
  private final int tokenLength;
  private final int halfFrame;
  private final int frameLength;

  /** Samples before a token that its frames reach back to. */
  private final int reach;

  private final CenteredFrame centeredFrame;
  private final float[] mirrored;

  EncoderFrames(FeatureSpec spec) {
    super(
        IntStream.rangeClosed(1, spec.windowFrames())
            .boxed()
            .flatMap(
                frame ->
                    IntStream.rangeClosed(1, spec.melBands())
                        .mapToObj(band -> "logmel" + band + "@" + frame))
            .toList());
    this.spec = spec;
    capacity = spec.windowFrames();
    bands = spec.melBands();
    tokenLength = spec.frameLength();
    frameLength = spec.fftLength();
    halfFrame = frameLength / 2;
    reach = spec.hopLength() + halfFrame;
    centeredFrame = new CenteredFrame(spec);
    mirrored = new float[frameLength];
  }

  @Override
  public int columnCount() {
    return bands;
  }

  /** Two tokens: in less audio a frame would be mirrored at both ends. */
  @Override
  int leastFrames() {
    return 2;
  }

  @Override
  WindowAccumulator accumulator(WindowSettings settings) {
    spec.requireFit(settings);
    return new Tokens(settings.lengthMs() / settings.hopMs());
  }

  private final class Tokens implements WindowAccumulator {
    private final int blocks;

    /**
     * The frames that are shared, frame {@code j} of the channel in row {@code j % capacity}; the
     * first two frames of a window that begins with a block, for each block; and the last frame of
     * the window that ends.
     */
    private final MelRows rows;

    /** {@code [reach + tokenLength]}, up to the end of the last token. */
    private final float[] recent = new float[reach + tokenLength];

    /** Of each block, its samples' sum and sum of squares, and its tokens so far. */
    private final double[] sums;

    private final double[] squares;
    private final int[] tokens;

    /** Tokens of the channel, and those of the blocks that are kept. */
    private long total;

    private int kept;
    private final int[] order;

    private Tokens(int blocks) {
      this.blocks = blocks;
      rows = new MelRows(capacity + FIRST_FRAMES * blocks + 1, bands);
      sums = new double[blocks];
      squares = new double[blocks];
      tokens = new int[blocks];
      order = new int[rows.rowCount()];
    }

    private int firstFrameRow(int block, int frame) {
      return capacity + FIRST_FRAMES * block + frame;
    }

    private int lastFrameRow() {
      return capacity + FIRST_FRAMES * blocks;
    }

    /** The first frame of the blocks that are kept. */
    private long firstFrame() {
      return 2 * (total - kept);
    }

    /** The last frame that the audio so far reaches the end of. */
    private long lastFrame() {
      return 2 * total - 2;
    }

    @Override
    public void add(int block, float[] samples, float loudestDb, int flags) {
      System.arraycopy(recent, tokenLength, recent, 0, reach);
      System.arraycopy(samples, 0, recent, reach, tokenLength);
      double sum = sums[block];
      double square = squares[block];
      for (int i = reach; i < recent.length; i++) {
        double sample = recent[i];
        sum += sample;
        square += sample * sample;
      }
      sums[block] = sum;
      squares[block] = square;
      tokens[block]++;
      total++;
      kept++;
      // Two frames more have ended; not those that begin before the channel does.
      addShared(lastFrame() - 1, 0);
      addShared(lastFrame(), spec.hopLength());
      if (tokens[block] == 2) {
        addFirstFrames(block, reach - tokenLength);
      }
    }

    private void addShared(long frame, int from) {
      if (frame >= Math.max(FIRST_FRAMES, firstFrame())) {
        centeredFrame.compute(recent, from, rows, (int) (frame % capacity));
      }
    }

    /** Of a window whose samples begin {@code from} there. */
    private void addFirstFrames(int block, int from) {
      for (int frame = 0; frame < FIRST_FRAMES; frame++) {
        int missing = halfFrame - frame * spec.hopLength();
        for (int i = 0; i < missing; i++) {
          mirrored[i] = recent[from + missing - i];
        }
        System.arraycopy(recent, from, mirrored, missing, frameLength - missing);
        centeredFrame.compute(mirrored, 0, rows, firstFrameRow(block, frame));
      }
    }

    /** Of a window that ends with the audio so far. */
    private void addLastFrame() {
      int there = spec.hopLength() + halfFrame;
      int end = recent.length;
      System.arraycopy(recent, end - there, mirrored, 0, there);
      for (int i = 0; i < frameLength - there; i++) {
        mirrored[there + i] = recent[end - 2 - i];
      }
      centeredFrame.compute(mirrored, 0, rows, lastFrameRow());
    }

    @Override
    public void drop(int block, int count) {
      kept -= count;
      sums[block] = 0;
      squares[block] = 0;
      tokens[block] = 0;
    }

    @Override
    public void compute(int firstBlock, int count, float[] out) {
      addLastFrame();
      int frames = 2 * count;
      for (int frame = 0; frame < FIRST_FRAMES; frame++) {
        order[frame] = firstFrameRow(firstBlock, frame);
      }
      for (int frame = FIRST_FRAMES; frame < frames - 1; frame++) {
        order[frame] = (int) ((firstFrame() + frame) % capacity);
      }
      order[frames - 1] = lastFrameRow();
      double sum = 0;
      double square = 0;
      for (int block = 0; block < blocks; block++) {
        sum += sums[(firstBlock + block) % blocks];
        square += squares[(firstBlock + block) % blocks];
      }
      double samples = (double) count * tokenLength;
      double mean = sum / samples;
      double variance = Math.max(0, square / samples - mean * mean);
      centeredFrame.normalize(rows, order, frames, mean, variance, out);
      Arrays.fill(out, frames * bands, capacity * bands, Float.NaN);
    }

    @Override
    public void writeBlock(int block, DataOutput out) throws IOException {
      out.writeInt(tokens[block]);
      out.writeDouble(sums[block]);
      out.writeDouble(squares[block]);
    }

    @Override
    public void readBlock(int block, DataInput in) throws IOException {
      tokens[block] = in.readInt();
      sums[block] = in.readDouble();
      squares[block] = in.readDouble();
    }

    @Override
    public void writeRest(DataOutput out) throws IOException {
      out.writeLong(total);
      for (int i = tokenLength; i < recent.length; i++) {
        out.writeFloat(recent[i]);
      }
      rows.writeRows(order, orderOfFirst(), out);
    }

    @Override
    public void readRest(int count, DataInput in) throws IOException {
      WindowCutter.requireFrames(count, Arrays.stream(tokens).sum());
      total = in.readLong();
      if (total < count || count > capacity / 2) {
        throw new IOException("of " + total + " tokens, windows cannot hold " + count);
      }
      kept = count;
      for (int i = tokenLength; i < recent.length; i++) {
        recent[i] = in.readFloat();
      }
      rows.readRows(order, orderOfFirst(), in);
    }

    /** Fills {@link #order} with the rows of the windows' first frames that there are. */
    private int orderOfFirst() {
      int count = 0;
      for (int block = 0; block < blocks; block++) {
        for (int frame = 0; frame < FIRST_FRAMES && tokens[block] >= 2; frame++) {
          order[count++] = firstFrameRow(block, frame);
        }
      }
      return count;
    }

    /** Not the first two of what is kept: they are those of its window alone. */
    @Override
    public long first() {
      return firstFrame() + FIRST_FRAMES;
    }

    @Override
    public long end() {
      return Math.max(first(), lastFrame() + 1);
    }

    @Override
    public void write(long from, long to, DataOutput out) throws IOException {
      rows.writeRows(order, orderOf(from, to), out);
    }

    @Override
    public void read(long from, long to, DataInput in) throws IOException {
      WindowAccumulator.requireStretch(from, to, capacity);
      rows.readRows(order, orderOf(from, to), in);
    }

    /** Fills {@link #order} with the rows of frames that are shared. */
    private int orderOf(long from, long to) {
      int count = (int) (to - from);
      for (int i = 0; i < count; i++) {
        order[i] = (int) ((from + i) % capacity);
      }
      return count;
    }
  }
}
