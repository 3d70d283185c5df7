package dev.speechemotion.features;

import dev.speechemotion.features.frame.ChannelMemory;
import dev.speechemotion.features.frame.ChannelSpeech;
import dev.speechemotion.features.frame.FrameFeatures;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.window.WindowVector;
import java.util.Objects;

/**
 * Computes the features of one frame. Holds tables and scratch space, and nothing that outlives a
 * call: one instance serves any number of channels, from one thread at a time.
 */
public final class FeatureExtractor {
  private final FeatureSpec spec;
  private final FrameFeatures frameFeatures;
  private final WindowVector windowVector;
  private final FeatureLayout layout;
  private final int frameFeatureCount;

  /** For frames of no channel. */
  private final ChannelMemory alone;

  /** Scratch space of the analyzers that share this extractor; there may be thousands. */
  private final float[] frame;

  public FeatureExtractor(FeatureSpec spec) {
    this.spec = Objects.requireNonNull(spec, "spec");
    frameFeatures = new FrameFeatures(spec);
    windowVector = WindowVector.of(spec, frameFeatures.values());
    layout = FeatureLayout.of(frameFeatures, windowVector);
    frameFeatureCount = layout.frameFeatureCount();
    alone = new ChannelMemory(spec);
    frame = new float[frameFeatureCount];
  }

  public FeatureSpec spec() {
    return spec;
  }

  /** What the values of frames and windows are. */
  public FeatureLayout layout() {
    return layout;
  }

  /**
   * Computes the values of a frame as if it were the first of its channel.
   *
   * @see #extract(float[], int, ChannelMemory, float[], int)
   */
  public void extract(float[] samples, int offset, float[] features, int featuresOffset) {
    alone.forget();
    extract(samples, offset, alone, features, featuresOffset);
  }

  /**
   * Computes the values of a frame, in the order of {@link FeatureLayout#frameFeatureNames()}.
   *
   * @param samples {@code [frameLength]} from {@code offset}, in [-1, 1]
   * @param memory of the frame's channel, which goes on by this frame; of this extractor's spec
   * @param features {@code [frameFeatureCount]} from {@code featuresOffset}
   * @throws IndexOutOfBoundsException if an array is too short
   */
  public void extract(
      float[] samples, int offset, ChannelMemory memory, float[] features, int featuresOffset) {
    Objects.checkFromIndexSize(offset, spec.frameLength(), samples.length);
    Objects.checkFromIndexSize(featuresOffset, frameFeatureCount, features.length);
    frameFeatures.compute(samples, offset, memory, features, featuresOffset);
  }

  /** Gives the frame that was just extracted to its channel's speech. */
  void listen(ChannelSpeech speech) {
    frameFeatures.listen(speech);
  }

  /** Room for the features of a frame, {@code [frameFeatureCount]}. */
  float[] frameScratch() {
    return frame;
  }

  WindowVector windowVector() {
    return windowVector;
  }
}
