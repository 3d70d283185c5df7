package dev.speechemotion.model;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.model.forward.FittedNetwork;
import dev.speechemotion.model.forward.TorchNetwork;
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

  /**
   * The network with the weights of a file, run by PyTorch; to be called once.
   *
   * @throws ModelException if the file is malformed or of another network, or PyTorch does not
   *     start
   */
  default FittedNetwork onTorch(byte[] weights) throws ModelException {
    Torch.startForModel();
    Model model = Model.newInstance("emotions", Device.cpu(), Torch.ENGINE);
    try {
      NDManager manager = model.getNDManager();
      WeightsFile.load(weights, this, manager);
      // Without this PyTorch keeps a graph for gradients at every call.
      block().freezeParameters(true);
      block().initialize(manager, DataType.FLOAT32, inputShapes(1));
      model.setBlock(block());
      return new TorchNetwork(model, (own, values) -> inputs(own, values, 1));
    } catch (ModelException | RuntimeException e) {
      model.close();
      throw e;
    }
  }
}
