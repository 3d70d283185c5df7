package dev.speechemotion.features;

import dev.speechemotion.features.frame.FrameFeatures;
import dev.speechemotion.features.frame.FrameValue;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.window.WindowVector;
import java.util.List;

/**
 * How many values the frames and windows of a spec have, and what each is. Asked of what computes
 * them, which takes about a millisecond: to be kept where it is needed often.
 *
 * @param frameFeatureNames of a frame's values in their order
 * @param windowFeatureNames of a window's
 * @param windowColumnCount number of values per window that differ in kind: those of one frame
 *     where a window's vector is its frames, else all
 */
public record FeatureLayout(
    List<String> frameFeatureNames, List<String> windowFeatureNames, int windowColumnCount) {

  public static FeatureLayout of(FeatureSpec spec) {
    FrameFeatures frame = new FrameFeatures(spec);
    return of(frame, WindowVector.of(spec, frame.values()));
  }

  static FeatureLayout of(FrameFeatures frame, WindowVector window) {
    return new FeatureLayout(
        frame.values().stream().map(FrameValue::name).toList(),
        window.names(),
        window.columnCount());
  }

  /** Number of values per frame. */
  public int frameFeatureCount() {
    return frameFeatureNames.size();
  }

  /** Number of values per window. */
  public int windowFeatureCount() {
    return windowFeatureNames.size();
  }
}
