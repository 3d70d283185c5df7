package dev.speechemotion.features.window;

import dev.speechemotion.features.frame.FrameValue;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.util.List;

/**
 * What a spec's windows have instead of their frames. Tables and scratch space, shared by all
 * channels of a thread; what a channel has is its {@link WindowAccumulator}.
 */
public abstract sealed class WindowVector
    permits MeansOfFrames, SummaryOfFrames, FramesThemselves, EncoderFrames {
  private final List<String> names;
  private final float[] scratch;

  WindowVector(List<String> names) {
    this.names = List.copyOf(names);
    scratch = new float[names.size()];
  }

  /**
   * @param values a frame's numbers, of the same spec
   */
  public static WindowVector of(FeatureSpec spec, List<FrameValue> values) {
    if (spec.encoderInput()) {
      return new EncoderFrames(spec);
    }
    if (spec.windowFrames() > 0) {
      return new FramesThemselves(spec, values);
    }
    return spec.extended() ? new SummaryOfFrames(spec, values) : new MeansOfFrames(values);
  }

  /** Of a window's values in their order. */
  public final List<String> names() {
    return names;
  }

  /** Number of values that differ in kind: where a window is its frames, those of one. */
  public int columnCount() {
    return names.size();
  }

  /** How many of a channel's frames a window needs. */
  int leastFrames() {
    return 1;
  }

  /** Room for the values of a window. */
  final float[] scratch() {
    return scratch;
  }

  /** For a channel's windows. */
  abstract WindowAccumulator accumulator(WindowSettings settings);
}
