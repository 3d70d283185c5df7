package dev.speechemotion.emotion;

/** Is told of the windows that classifiers classify. It must not change what it is given. */
@FunctionalInterface
public interface ClassifiedWindows {

  /**
   * Takes note of a window.
   *
   * @param normalized the vector as it enters the network, in deviations from the mean of the
   *     population: {@code [columns]}, or {@code [frames][columns]} with NaN behind the last frame
   * @param probabilities of the labels, from {@code offset} on
   */
  void count(float[] normalized, float[] probabilities, int offset);
}
