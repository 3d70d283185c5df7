package dev.speechemotion.emotion;

/** Is told of the windows that classifiers hear. It must not change what it is given. */
@FunctionalInterface
public interface ClassifiedWindows {

  /**
   * Takes note of a window with enough speech.
   *
   * @param normalized the vector as it enters the network, in deviations from the mean of the
   *     population: {@code [columns]}, or {@code [frames][columns]} with NaN behind the last frame
   * @param probabilities {@code [labels]}
   */
  void count(float[] normalized, float[] probabilities);
}
