package dev.speechemotion.audio;

import dev.speechemotion.audio.resampling.Resampler;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Frames of resampled audio. */
final class ResamplingFramer implements FrameSource {
  /** Samples resampled at a time: bounds the scratch space. */
  private static final int AT_ONCE = 4096;

  /** What comes out of the resampler; nothing in it outlives a call. */
  private static final ThreadLocal<float[]> RESAMPLED = ThreadLocal.withInitial(() -> new float[0]);

  private final Resampler resampler;
  private final OffsetRemoval frames;
  private final int mostAtOnce;

  ResamplingFramer(Resampler resampler, OffsetRemoval frames) {
    this.resampler = resampler;
    this.frames = frames;
    mostAtOnce = resampler.maxOutputCount(AT_ONCE);
  }

  @Override
  public void accept(float[] samples, int offset, int count, FrameSink sink) {
    float[] resampled = scratch();
    for (int done = 0; done < count; done += AT_ONCE) {
      int length = Math.min(AT_ONCE, count - done);
      int resampledCount = resampler.process(samples, offset + done, length, resampled, 0);
      frames.accept(resampled, 0, resampledCount, sink);
    }
  }

  @Override
  public void finish(FrameSink sink) {
    float[] resampled = scratch();
    frames.accept(resampled, 0, resampler.finish(resampled, 0), sink);
    frames.finish(sink);
  }

  private float[] scratch() {
    float[] resampled = RESAMPLED.get();
    if (resampled.length < mostAtOnce) {
      resampled = new float[mostAtOnce];
      RESAMPLED.set(resampled);
    }
    return resampled;
  }

  @Override
  public void writeState(DataOutput out) throws IOException {
    resampler.writeState(out);
    frames.writeState(out);
  }

  @Override
  public void readState(DataInput in) throws IOException {
    resampler.readState(in);
    frames.readState(in);
  }
}
