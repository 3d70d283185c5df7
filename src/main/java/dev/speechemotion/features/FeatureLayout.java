package dev.speechemotion.features;

import dev.speechemotion.features.frame.FrameFeatures;
import dev.speechemotion.features.frame.FrameValue;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.window.WindowVector;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many values the frames and windows of a spec have, and what each is. Asked of what computes
 * them; that takes about a millisecond and half a megabyte, so the answer is kept.
 *
 * @param frameFeatureNames of a frame's values in their order
 * @param windowFeatureNames of a window's
 * @param windowColumnCount number of values per window that differ in kind: those of one frame
 *     where a window's vector is its frames, else all
 */
public record FeatureLayout(
    List<String> frameFeatureNames, List<String> windowFeatureNames, int windowColumnCount) {

  private static final Map<FeatureSpec, FeatureLayout> KNOWN = new ConcurrentHashMap<>();

  public static FeatureLayout of(FeatureSpec spec) {
    return KNOWN.computeIfAbsent(
        spec,
        unknown -> {
          FrameFeatures frame = new FrameFeatures(unknown);
          return of(frame, WindowVector.of(unknown, frame.values()));
        });
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
