package dev.speechemotion.features;

import dev.speechemotion.audio.FrameSource;
import dev.speechemotion.features.frame.ChannelMemory;
import dev.speechemotion.features.frame.ChannelSpeech;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.FrameHistory;
import dev.speechemotion.features.window.WindowCutter;
import dev.speechemotion.features.window.WindowSink;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Objects;

/**
 * The path from one channel's samples to the feature vectors of its windows: resampling, framing,
 * frame features, voice activity, window statistics. Training, streaming and the command line all
 * use it, so a recording gives the same bits however it is cut into chunks, and before and after
 * {@link #writeState} and {@link #readState}.
 *
 * <p>Times count from the first sample that the analyzer is given. A frame belongs to the window in
 * which its center lies. A window is handed out with its last frame, that is when the audio has
 * gone on for about half a frame beyond its end, or at {@link #finish}.
 */
public final class ChannelAnalyzer {

  private final FeatureExtractor extractor;
  private final WindowSettings windows;
  private final int inputRateHz;

  private final FrameSource source;
  private final ChannelMemory memory;
  private final ChannelSpeech speech;
  private final WindowCutter cutter;
  private final FrameSource.FrameSink frameSink = this::acceptFrame;
  private long sampleCount;

  /** Where windows go; set only while a call hands some out. */
  private WindowSink sink;

  /**
   * @param extractor tables and scratch space; may be shared by all analyzers of a thread
   * @param inputRateHz rate of the samples that will be given, 8,000 to 96,000 Hz
   * @throws IllegalArgumentException if the rate is out of range
   */
  public ChannelAnalyzer(FeatureExtractor extractor, WindowSettings windows, int inputRateHz) {
    this.extractor = Objects.requireNonNull(extractor, "extractor");
    this.windows = Objects.requireNonNull(windows, "windows");
    this.inputRateHz = inputRateHz;
    FeatureSpec spec = extractor.spec();
    source = FrameSource.of(inputRateHz, spec.sampleRateHz(), spec.frameLength(), spec.frameHop());
    speech = new ChannelSpeech(spec);
    memory = new ChannelMemory(spec);
    cutter = new WindowCutter(spec, windows, extractor.windowVector());
  }

  public FeatureSpec spec() {
    return extractor.spec();
  }

  public int inputRateHz() {
    return inputRateHz;
  }

  /** Samples taken so far, at the input rate. */
  public long sampleCount() {
    return sampleCount;
  }

  /**
   * How many samples can come, at the input rate, of which none completes a window. There may be
   * some more.
   */
  public long samplesBeforeWindow() {
    // Rates and blocks are rounded to samples.
    return Math.max(0, (cutter.nextEndMs() - 1) * inputRateHz / 1000 - sampleCount);
  }

  /** Takes samples in [-1, 1] and hands out the windows that they complete. */
  public void accept(float[] samples, int offset, int count, WindowSink sink) {
    Objects.checkFromIndexSize(offset, count, samples.length);
    this.sink = Objects.requireNonNull(sink, "sink");
    try {
      sampleCount += count;
      source.accept(samples, offset, count, frameSink);
    } finally {
      this.sink = null;
    }
  }

  /**
   * Ends the audio: hands out what is still due, the last shorter window included. A stretch too
   * short for a single frame gives no window. The analyzer is not used again.
   */
  public void finish(WindowSink sink) {
    this.sink = Objects.requireNonNull(sink, "sink");
    try {
      source.finish(frameSink);
      long frameSamples = ceilDiv(sampleCount * extractor.spec().sampleRateHz(), inputRateHz);
      long durationMs = Math.floorDiv(sampleCount * 1000 + inputRateHz / 2, (long) inputRateHz);
      cutter.finish(frameSamples, durationMs, sink);
    } finally {
      this.sink = null;
    }
  }

  private static long ceilDiv(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  private void acceptFrame(float[] samples, int offset, long frameIndex) {
    float[] features = extractor.frameScratch();
    extractor.extract(samples, offset, memory, features, 0);
    extractor.listen(speech);
    cutter.accept(frameIndex, features, memory.loudestDb(), speech, sink);
  }

  /** The frames that are kept for windows to come. */
  public FrameHistory frames() {
    return cutter.frames();
  }

  /**
   * Writes what {@link #readState} needs to go on as if nothing had happened, all but {@link
   * #frames}.
   */
  public void writeState(DataOutput out) throws IOException {
    out.writeInt(settingsHash());
    out.writeLong(sampleCount);
    source.writeState(out);
    memory.writeState(out);
    speech.writeState(out);
    cutter.writeState(out);
  }

  /**
   * Takes over the state of an analyzer of the same spec, windows and rate, whose {@link #frames}
   * are to be read then.
   *
   * @throws IOException if the state was written by an analyzer of other settings, or is cut off
   */
  public void readState(DataInput in) throws IOException {
    if (in.readInt() != settingsHash()) {
      throw new IOException(
          "the state was written with another feature spec, windows or sampling rate than "
              + extractor.spec()
              + ", "
              + windows
              + ", "
              + inputRateHz
              + " Hz");
    }
    sampleCount = in.readLong();
    source.readState(in);
    memory.readState(in);
    speech.readState(in);
    cutter.readState(in);
  }

  /** The same in every process, unlike the hash code of a record. */
  private int settingsHash() {
    FeatureSpec spec = extractor.spec();
    int hash =
        Objects.hash(
            spec.sampleRateHz(),
            spec.fftLength(),
            spec.hopLength(),
            spec.melBands(),
            spec.mfccCount(),
            spec.chromaBins(),
            spec.contrastBands(),
            spec.contrastMinHz(),
            spec.contrastQuantile(),
            // As text: an enum constant's own hash differs between processes.
            spec.groups().toString(),
            spec.statistics().toString(),
            windows.lengthMs(),
            windows.hopMs(),
            inputRateHz);
    // What came later counts only where it is used, so that earlier states stay readable.
    if (spec.windowFrames() > 0) {
      hash = 31 * hash + spec.windowFrames();
    }
    return spec.encoderInput() ? 31 * hash + 1 : hash;
  }
}
