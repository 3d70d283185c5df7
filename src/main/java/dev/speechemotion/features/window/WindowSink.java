package dev.speechemotion.features.window;

/** Receives the windows of a channel. */
@FunctionalInterface
public interface WindowSink {
  /**
   * Whether it looks at the vector of a window with that share of speech. Most of a listener's
   * channel is silence, whose vectors would be computed for nothing.
   */
  default boolean looksAtFeatures(float speechShare) {
    return true;
  }

  /**
   * @param beginMs begin of the window, milliseconds from the channel's first sample
   * @param endMs end of the window, exclusive
   * @param speechShare share of the window's frames that hold speech, 0 to 1; 0 where all of it is
   *     tones or noise that frames alone could not be told from speech
   * @param features {@code [windowFeatureCount]}; valid only during the call, not to be changed;
   *     without meaning where {@link #looksAtFeatures} was false
   */
  void window(long beginMs, long endMs, float speechShare, float[] features);
}
