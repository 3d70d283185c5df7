package dev.speechemotion.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.Map;

/** A network of any kind: what training and use need of it. */
public interface Network {

  /** The network for training, with dropout. */
  static Network forTraining(Architecture architecture, FeatureSpec spec, int labelCount) {
    return architecture.type().network(architecture, spec, labelCount, architecture.dropout());
  }

  /** The network for use, without dropout. */
  static Network forInference(Architecture architecture, FeatureSpec spec, int labelCount) {
    return architecture.type().network(architecture, spec, labelCount, 0);
  }

  /** The layers; their output is {@code [windows, labels]}, before the softmax. */
  Block block();

  /**
   * How many networks it consists of: in training its output has a row of each of them for each
   * window, member by member.
   */
  int members();

  /** Its parameters under the names that they have in a weights file. */
  Map<String, Parameter> parameters();

  /** The shapes of its parameters; that of the output's bias is the last. */
  Map<String, Shape> shapes();

  /** The shapes of its inputs for so many windows. */
  Shape[] inputShapes(int windows);

  /**
   * Its inputs for windows.
   *
   * @param features {@code [windows][windowFeatureCount]}, or behind a pretrained encoder {@code
   *     [windows][EncoderPooling.LENGTH]}, normalized; NaN where a window has no more frames, which
   *     is left away as far as no window of the batch has any there
   */
  NDList inputs(NDManager manager, float[] features, int windows);
}
