package dev.speechemotion.features.window;

import dev.speechemotion.audio.content.VoiceMotion;
import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.frame.ChannelSpeech;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Cuts a channel's frames into overlapping windows, each of a number of blocks of {@code hopMs},
 * and hands out their vectors.
 *
 * <p>Positions are in samples at the spec's rate. Block {@code b} begins at {@code b * hopMs} of
 * media time, rounded to a sample; a frame belongs to the block in which its center lies.
 */
public final class WindowCutter {
  private final FeatureSpec spec;
  private final WindowSettings settings;
  private final WindowVector vector;
  private final WindowAccumulator accumulator;
  private final int blocksPerWindow;

  /**
   * {@code [blocksPerWindow]}, frames of each block, and those that hold speech; block {@code b} is
   * row {@code b % blocksPerWindow}.
   */
  private final int[] frames;

  private final int[] speechFrames;

  /** Of each block, the frames near a voice, and those that are steady and moving. */
  private final int[] nearVoiceFrames;

  private final int[] steadyFrames;
  private final int[] movingFrames;

  /** The next window due is the one that begins with this block. */
  private long nextWindow;

  /**
   * @param vector of the same spec
   * @throws IllegalArgumentException if windows hold more frames than can be kept
   */
  public WindowCutter(FeatureSpec spec, WindowSettings settings, WindowVector vector) {
    this.spec = spec;
    this.settings = settings;
    this.vector = vector;
    accumulator = vector.accumulator(settings);
    blocksPerWindow = settings.lengthMs() / settings.hopMs();
    frames = new int[blocksPerWindow];
    speechFrames = new int[blocksPerWindow];
    nearVoiceFrames = new int[blocksPerWindow];
    steadyFrames = new int[blocksPerWindow];
    movingFrames = new int[blocksPerWindow];
  }

  /**
   * Takes a frame, and hands out the windows that no later frame belongs to.
   *
   * @param frameIndex number of the frame, from 0; they come in order
   * @param features {@code [frameFeatureCount]}
   * @param loudestDb the channel's loudest by this frame
   * @param speech of the channel, which the frame has been given to
   */
  public void accept(
      long frameIndex, float[] features, float loudestDb, ChannelSpeech speech, WindowSink sink) {
    long begin = frameIndex * spec.frameHop();
    long center = begin + spec.frameLength() / 2;
    emitEndingBy(center, sink);
    int row = row(blockOf(center));
    int flags =
        (speech.holdsSpeech() ? WindowFrames.SPEECH : 0)
            | (speech.isActive() ? WindowFrames.ACTIVE : 0);
    accumulator.add(row, features, loudestDb, flags);
    frames[row]++;
    count(row, speech);
    // A window is complete with its last frame, not only when the next one comes; but never before
    // the audio has reached its end.
    emitEndingBy(Math.min(center + spec.frameHop(), begin + spec.frameLength()), sink);
  }

  private void count(int row, ChannelSpeech speech) {
    if (speech.holdsSpeech()) {
      speechFrames[row]++;
    }
    if (speech.isNearVoice()) {
      nearVoiceFrames[row]++;
    }
    switch (speech.moved()) {
      case STEADY -> steadyFrames[row]++;
      case MOVING -> movingFrames[row]++;
      case NOT_COMPARED -> {
        // It says nothing.
      }
    }
  }

  /**
   * Hands out what is due at the end of the audio: the windows that it reaches the end of, and a
   * last shorter one if there is a frame that no earlier window held.
   *
   * @param sampleCount length of the audio, samples at the spec's rate
   * @param durationMs the same in milliseconds: where the last window ends
   */
  public void finish(long sampleCount, long durationMs, WindowSink sink) {
    emitEndingBy(sampleCount, sink);
    // All blocks but the next window's last one were in an earlier window, if there was one.
    if (nextWindow == 0 || frames[row(nextWindow + blocksPerWindow - 1)] > 0) {
      emit(durationMs, sink);
    }
  }

  /**
   * Where the next window ends, milliseconds; it is not handed out before audio has come so far.
   */
  public long nextEndMs() {
    return nextWindow * settings.hopMs() + settings.lengthMs();
  }

  private void emitEndingBy(long position, WindowSink sink) {
    while (blockBegin(nextWindow + blocksPerWindow) <= position) {
      emit(nextEndMs(), sink);
      // The block that only this window needed makes room for the one after the next window's end.
      int row = row(nextWindow);
      accumulator.drop(row, frames[row]);
      frames[row] = 0;
      speechFrames[row] = 0;
      nearVoiceFrames[row] = 0;
      steadyFrames[row] = 0;
      movingFrames[row] = 0;
      nextWindow++;
    }
  }

  /** Hands out the window that begins with block {@code nextWindow}, unless it is too short. */
  private void emit(long endMs, WindowSink sink) {
    int count = 0;
    int speech = 0;
    int nearVoice = 0;
    int steady = 0;
    int moving = 0;
    for (int row = 0; row < blocksPerWindow; row++) {
      count += frames[row];
      speech += speechFrames[row];
      nearVoice += nearVoiceFrames[row];
      steady += steadyFrames[row];
      moving += movingFrames[row];
    }
    if (count < vector.leastFrames()) {
      return;
    }
    // Tones and noise may have counted as speech, frame by frame.
    float share = VoiceMotion.isVoice(nearVoice, steady, moving) ? (float) speech / count : 0;
    float[] values = vector.scratch();
    if (sink.looksAtFeatures(share)) {
      accumulator.compute(row(nextWindow), count, values);
    }
    sink.window(nextWindow * settings.hopMs(), endMs, share, values);
  }

  private int row(long block) {
    return (int) (block % blocksPerWindow);
  }

  /** First sample of a block: {@code block * hopMs} rounded to the nearest sample. */
  private long blockBegin(long block) {
    return (block * settings.hopMs() * spec.sampleRateHz() + 500) / 1000;
  }

  /** The block that a sample lies in. */
  private long blockOf(long position) {
    // The quotient is at most one block off, for the blocks begin at rounded samples.
    long block = position * 1000 / ((long) settings.hopMs() * spec.sampleRateHz());
    return blockBegin(block + 1) <= position ? block + 1 : block;
  }

  /** The frames that are kept; none where sums will do. */
  public FrameHistory frames() {
    return accumulator;
  }

  /** Writes all but {@link #frames}. */
  public void writeState(DataOutput out) throws IOException {
    out.writeLong(nextWindow);
    for (int row = 0; row < blocksPerWindow; row++) {
      out.writeInt(frames[row]);
      out.writeInt(speechFrames[row]);
      out.writeInt(nearVoiceFrames[row]);
      out.writeInt(steadyFrames[row]);
      out.writeInt(movingFrames[row]);
      if (frames[row] > 0) {
        accumulator.writeBlock(row, out);
      }
    }
    accumulator.writeRest(out);
  }

  /**
   * Takes over the state of another one of the same spec and settings, whose {@link #frames} are to
   * be read then.
   *
   * @throws IOException if the state ends early or is not that of such a one
   */
  public void readState(DataInput in) throws IOException {
    nextWindow = in.readLong();
    for (int row = 0; row < blocksPerWindow; row++) {
      accumulator.drop(row, frames[row]);
      frames[row] = in.readInt();
      speechFrames[row] = in.readInt();
      nearVoiceFrames[row] = in.readInt();
      steadyFrames[row] = in.readInt();
      movingFrames[row] = in.readInt();
      if (frames[row] > 0) {
        accumulator.readBlock(row, in);
      }
    }
    accumulator.readRest(Arrays.stream(frames).sum(), in);
  }

  static void requireFrames(int expected, int kept) throws IOException {
    if (kept != expected) {
      throw new IOException("blocks of " + expected + " frames cannot be " + kept);
    }
  }
}
