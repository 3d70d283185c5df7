package dev.speechemotion.features.window;

import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Statistics of frame features over the overlapping windows of one channel, each of a number of
 * blocks of {@code hopMs}. Means alone do without keeping the frames: there are sums per block,
 * always added up from a window's first block to its last, so that the same frames give the same
 * bits. For more than means, a {@link FrameRing} keeps the frames of the window that has not ended;
 * where a window's vector is its frames, a {@link FrameWindow} does.
 *
 * <p>Positions are in samples at the spec's rate. Block {@code b} begins at {@code b * hopMs} of
 * media time, rounded to a sample; a frame belongs to the block in which its centre lies.
 */
public final class WindowStatistics {
  private final FeatureSpec spec;
  private final WindowSettings settings;
  private final int blocksPerWindow;
  private final int featureCount;

  /**
   * {@code [blocksPerWindow][featureCount]}; block {@code b} is row {@code b % blocksPerWindow}.
   */
  private final double[] sums;

  private final int[] frames;
  private final int[] voicedFrames;

  /** Null where a window's vector is not its frames. */
  private final FrameWindow frameWindow;

  /** Null where the spec has means alone or frames. Where either is there are no sums. */
  private final FrameRing ring;

  private final WindowSummary summary;

  /** The next window due is the one that begins with this block. */
  private long nextWindow;

  /**
   * @param summary of the same spec; null where that has means alone
   */
  public WindowStatistics(FeatureSpec spec, WindowSettings settings, WindowSummary summary) {
    this.spec = spec;
    this.summary = summary;
    this.settings = settings;
    blocksPerWindow = settings.lengthMs() / settings.hopMs();
    ring = spec.extended() ? new FrameRing(spec, settings, summary.codes()) : null;
    frameWindow = spec.windowFrames() > 0 ? new FrameWindow(spec, settings) : null;
    featureCount = ring == null && frameWindow == null ? spec.frameFeatureCount() : 0;
    sums = new double[blocksPerWindow * featureCount];
    frames = new int[blocksPerWindow];
    voicedFrames = new int[blocksPerWindow];
  }

  /**
   * Takes a frame, and hands out the windows that no later frame belongs to.
   *
   * @param frameIndex number of the frame, from 0; they come in order
   * @param features {@code [frameFeatureCount]}
   * @param loudest the channel's loudest by this frame, dB
   * @param voiced whether it counts as speech
   * @param active whether it holds speech itself
   * @param values scratch space for the windows' values, {@code [windowFeatureCount]}
   */
  public void accept(
      long frameIndex,
      float[] features,
      float loudest,
      boolean voiced,
      boolean active,
      float[] values,
      WindowSink sink) {
    long begin = frameIndex * spec.hopLength();
    long centre = begin + spec.fftLength() / 2;
    emitEndingBy(centre, values, sink);
    int row = row(centreBlock(centre));
    int at = row * featureCount;
    for (int i = 0; i < featureCount; i++) {
      sums[at + i] += features[i];
    }
    if (ring != null) {
      ring.add(
          features, loudest, (voiced ? FrameRing.SPEECH : 0) | (active ? FrameRing.ACTIVE : 0));
    }
    if (frameWindow != null) {
      frameWindow.add(features);
    }
    frames[row]++;
    if (voiced) {
      voicedFrames[row]++;
    }
    // A window is complete with its last frame, not only when the next one comes; but never before
    // the audio has reached its end.
    emitEndingBy(Math.min(centre + spec.hopLength(), begin + spec.fftLength()), values, sink);
  }

  /**
   * Hands out what is due at the end of the audio: the windows that it reaches the end of, and a
   * last shorter one if there is a frame that no earlier window held.
   *
   * @param sampleCount length of the audio, samples at the spec's rate
   * @param durationMs the same in milliseconds: where the last window ends
   */
  public void finish(long sampleCount, long durationMs, float[] values, WindowSink sink) {
    emitEndingBy(sampleCount, values, sink);
    // All blocks but the next window's last one were in an earlier window, if there was one.
    if (nextWindow == 0 || frames[row(nextWindow + blocksPerWindow - 1)] > 0) {
      emit(durationMs, values, sink);
    }
  }

  private void emitEndingBy(long position, float[] values, WindowSink sink) {
    while (blockBegin(nextWindow + blocksPerWindow) <= position) {
      emit(nextWindow * settings.hopMs() + settings.lengthMs(), values, sink);
      // The block that only this window needed makes room for the one after the next window's end.
      int row = row(nextWindow);
      Arrays.fill(sums, row * featureCount, (row + 1) * featureCount, 0);
      if (ring != null) {
        ring.drop(frames[row]);
      }
      if (frameWindow != null) {
        frameWindow.drop(frames[row]);
      }
      frames[row] = 0;
      voicedFrames[row] = 0;
      nextWindow++;
    }
  }

  /** Hands out the window that begins with block {@code nextWindow}, unless it has no frame. */
  private void emit(long endMs, float[] values, WindowSink sink) {
    int count = 0;
    int voiced = 0;
    for (int row = 0; row < blocksPerWindow; row++) {
      count += frames[row];
      voiced += voicedFrames[row];
    }
    if (count == 0) {
      return;
    }
    if (ring != null) {
      summary.compute(ring, values);
    }
    if (frameWindow != null) {
      frameWindow.values(values);
    }
    for (int i = 0; i < featureCount; i++) {
      double sum = 0;
      for (int block = 0; block < blocksPerWindow; block++) {
        sum += sums[row(nextWindow + block) * featureCount + i];
      }
      values[i] = (float) (sum / count);
    }
    sink.window(nextWindow * settings.hopMs(), endMs, (float) voiced / count, values);
  }

  private int row(long block) {
    return (int) (block % blocksPerWindow);
  }

  /** First sample of a block: {@code block * hopMs} rounded to the nearest sample. */
  private long blockBegin(long block) {
    return (block * settings.hopMs() * spec.sampleRateHz() + 500) / 1000;
  }

  /** The block that a sample lies in. */
  private long centreBlock(long position) {
    // The quotient is at most one block off, for the blocks begin at rounded samples.
    long block = position * 1000 / ((long) settings.hopMs() * spec.sampleRateHz());
    return blockBegin(block + 1) <= position ? block + 1 : block;
  }

  public void writeState(DataOutput out) throws IOException {
    out.writeLong(nextWindow);
    for (int row = 0; row < blocksPerWindow; row++) {
      out.writeInt(frames[row]);
      out.writeInt(voicedFrames[row]);
      // The rows of blocks that have no frame yet are all zero.
      for (int i = 0; frames[row] > 0 && i < featureCount; i++) {
        out.writeDouble(sums[row * featureCount + i]);
      }
    }
    if (ring != null) {
      ring.writeState(out);
    }
    if (frameWindow != null) {
      frameWindow.writeState(out);
    }
  }

  public void readState(DataInput in) throws IOException {
    nextWindow = in.readLong();
    for (int row = 0; row < blocksPerWindow; row++) {
      frames[row] = in.readInt();
      voicedFrames[row] = in.readInt();
      for (int i = 0; i < featureCount; i++) {
        sums[row * featureCount + i] = frames[row] > 0 ? in.readDouble() : 0;
      }
    }
    if (ring != null) {
      ring.readState(in);
      requireFrames(ring.count());
    }
    if (frameWindow != null) {
      frameWindow.readState(in);
      requireFrames(frameWindow.count());
    }
  }

  private void requireFrames(int kept) throws IOException {
    if (kept != Arrays.stream(frames).sum()) {
      throw new IOException("blocks of " + Arrays.toString(frames) + " frames cannot be " + kept);
    }
  }
}
