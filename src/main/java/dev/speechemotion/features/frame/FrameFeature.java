package dev.speechemotion.features.frame;

import java.util.List;

/** Some of a frame's numbers: what they are, and how they come about. */
interface FrameFeature {

  /** Its numbers in their order. */
  List<FrameValue> values();

  /**
   * Computes the numbers of a frame.
   *
   * @param out has those of earlier features from {@link Frame#valuesAt()} on; receives {@link
   *     #values()} from {@code at} on
   */
  void compute(Frame frame, float[] out, int at);
}
