package dev.speechemotion.training;

import java.util.List;

/** What analysing a recording gives. */
final class WindowedFeatures {
  private final double durationSeconds;
  private final List<float[]> windows;
  private final float[] voicedShares;

  /**
   * @param windows {@code [window][feature]}, at least one
   * @param voicedShares {@code [window]}, share of speech, 0 to 1
   */
  WindowedFeatures(double durationSeconds, List<float[]> windows, float[] voicedShares) {
    if (windows.isEmpty() || windows.size() != voicedShares.length) {
      throw new IllegalArgumentException(
          "a clip needs at least one window, and a share of speech for each, got %d and %d"
              .formatted(windows.size(), voicedShares.length));
    }
    this.durationSeconds = durationSeconds;
    this.windows = List.copyOf(windows);
    this.voicedShares = voicedShares;
  }

  double durationSeconds() {
    return durationSeconds;
  }

  /** {@code [window][feature]}. */
  List<float[]> windows() {
    return windows;
  }

  /** {@code [window]}; not a copy. */
  float[] voicedShares() {
    return voicedShares;
  }
}
