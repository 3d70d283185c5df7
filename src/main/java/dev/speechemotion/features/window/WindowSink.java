package dev.speechemotion.features.window;

/** Receives the windows of a channel. */
@FunctionalInterface
public interface WindowSink {
  /**
   * @param beginMs begin of the window, milliseconds from the channel's first sample
   * @param endMs end of the window, exclusive
   * @param speechShare share of the window's frames that hold speech, 0 to 1; 0 where all of it is
   *     tones or noise that frames alone could not be told from speech
   * @param features {@code [windowFeatureCount]}; valid only during the call, not to be changed
   */
  void window(long beginMs, long endMs, float speechShare, float[] features);
}
