package dev.speechemotion.streams.call;

import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.window.WindowSink;
import dev.speechemotion.streams.models.OpenModel;
import dev.speechemotion.streams.state.StateInput;
import dev.speechemotion.streams.state.StateOutput;
import java.io.DataInput;
import java.io.IOException;
import java.util.Optional;

/** Makes windows of a segment's audio, for the model that classifies them. */
final class SegmentAnalyzer {
  private static final int MAX_BYTES = 16 << 20;

  /** The stored form, as its model is known only after it has been read. */
  static final class Stored {
    private final long fingerprint;
    private final byte[] state;

    private Stored(long fingerprint, byte[] state) {
      this.fingerprint = fingerprint;
      this.state = state;
    }

    static Stored read(DataInput in) throws IOException {
      long fingerprint = in.readLong();
      int length = in.readInt();
      if (length < 0 || length > MAX_BYTES) {
        throw new IOException("it has " + length + " analyzer bytes, more than " + MAX_BYTES);
      }
      byte[] state = new byte[length];
      in.readFully(state);
      return new Stored(fingerprint, state);
    }

    /** Whether there was no analyzer. */
    boolean isEmpty() {
      return state.length == 0;
    }

    /** The analyzer with that model; empty if there was none, or one of other features. */
    Optional<SegmentAnalyzer> open(OpenModel model, int sampleRateHz, CallRecords records)
        throws IOException {
      if (isEmpty() || model.fingerprint() != fingerprint) {
        return Optional.empty();
      }
      SegmentAnalyzer opened = new SegmentAnalyzer(model, sampleRateHz);
      StateInput in = new StateInput(state);
      opened.analyzer.readState(in);
      opened.frames.read(in, records);
      return Optional.of(opened);
    }
  }

  /**
   * Audio of so long is analyzed at once, unless a window may end: of a thousand channels that take
   * turns each finds its memory far from the processor, every time. What comes out is the same.
   */
  private static final int AT_ONCE_MS = 100;

  private static final WindowSink NONE_DUE =
      (beginMs, endMs, speechShare, features) -> {
        throw new IllegalStateException("a window ends at " + endMs + " ms, and was not expected");
      };

  private OpenModel model;
  private final ChannelAnalyzer analyzer;

  /** Samples that the analyzer has not been given yet. */
  private final float[] waiting;

  private int waitingCount;
  private final StoredFrames frames;

  /** Spent on features since the last lap, without the time since {@link #sinceNanos}. */
  private long nanos;

  private long sinceNanos;

  SegmentAnalyzer(OpenModel model, int sampleRateHz) {
    this.model = model;
    analyzer = model.newAnalyzer(sampleRateHz);
    waiting = new float[sampleRateHz * AT_ONCE_MS / 1_000];
    frames = new StoredFrames(analyzer.frames());
  }

  OpenModel model() {
    return model;
  }

  /**
   * Goes over to another model, if that takes the same features.
   *
   * @return whether it does
   */
  boolean follow(OpenModel offered) {
    if (offered == model) {
      return true;
    }
    boolean sameFeatures = offered.hasFeaturesOf(model);
    if (sameFeatures) {
      model = offered;
    }
    return sameFeatures;
  }

  /** Takes samples, and hands out the windows that they complete. */
  void accept(float[] samples, int offset, int count, WindowSink windows) {
    if (waitingCount + count <= waiting.length
        && waitingCount + count <= analyzer.samplesBeforeWindow()) {
      System.arraycopy(samples, offset, waiting, waitingCount, count);
      waitingCount += count;
      return;
    }
    sinceNanos = System.nanoTime();
    analyzeWaiting(windows);
    analyzer.accept(samples, offset, count, windows);
    nanos += System.nanoTime() - sinceNanos;
  }

  /** Time spent since the last lap, nanoseconds; for whoever is being handed a window. */
  long lap() {
    long now = System.nanoTime();
    long lap = nanos + now - sinceNanos;
    nanos = 0;
    sinceNanos = now;
    return lap;
  }

  private void analyzeWaiting(WindowSink windows) {
    int count = waitingCount;
    waitingCount = 0;
    analyzer.accept(waiting, 0, count, windows);
  }

  /** Hands out the windows that are still due. */
  void finish(WindowSink windows) {
    sinceNanos = System.nanoTime();
    analyzeWaiting(windows);
    analyzer.finish(windows);
  }

  /**
   * Writes what {@link Stored} reads.
   *
   * @param records of the call, for the frames
   * @param scratch for a record
   */
  static void writeState(
      StateOutput out, CallRecords records, StateOutput scratch, Optional<SegmentAnalyzer> analyzer)
      throws IOException {
    out.writeLong(analyzer.map(each -> each.model.fingerprint()).orElse(0L));
    int at = out.size();
    out.writeInt(0);
    if (analyzer.isPresent()) {
      analyzer.get().analyzeWaiting(NONE_DUE);
      analyzer.get().analyzer.writeState(out);
      analyzer.get().frames.write(out, records, scratch);
      out.setInt(at, out.size() - at - Integer.BYTES);
    }
  }
}
