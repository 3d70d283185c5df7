package dev.speechemotion.model;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The fully connected network: linear layers with ReLU (and, in training, dropout) between them.
 * {@code input X: [windows, features]}, normalised; {@code output: [windows, labels]}, before the
 * softmax.
 */
final class Fcnn {
  private Fcnn() {}

  static SequentialBlock build(
      ModelManifest.Architecture architecture, int labelCount, float dropout) {
    SequentialBlock network = new SequentialBlock();
    for (int size : architecture.hidden()) {
      network.add(Linear.builder().setUnits(size).build());
      network.add(Activation.reluBlock());
      if (dropout > 0) {
        network.add(Dropout.builder().optRate(dropout).build());
      }
    }
    return network.add(Linear.builder().setUnits(labelCount).build());
  }

  /**
   * The network's parameters under the names that they have in a weights file: {@code
   * layer1.weight}, {@code layer1.bias}, {@code layer2.weight}, …
   */
  static Map<String, Parameter> parameters(SequentialBlock network) {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    int layer = 0;
    for (Block child : network.getChildren().values()) {
      if (child instanceof Linear linear) {
        layer++;
        for (Parameter parameter : linear.getDirectParameters().values()) {
          parameters.put("layer" + layer + "." + parameter.getName(), parameter);
        }
      }
    }
    return parameters;
  }

  /** The shapes that the parameters of such a network have, by name. */
  static Map<String, Shape> shapes(
      ModelManifest.Architecture architecture, int featureCount, int labelCount) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    int inputs = featureCount;
    for (int layer = 1; layer <= architecture.hidden().size() + 1; layer++) {
      int outputs =
          layer <= architecture.hidden().size() ? architecture.hidden().get(layer - 1) : labelCount;
      shapes.put("layer" + layer + ".weight", new Shape(outputs, inputs));
      shapes.put("layer" + layer + ".bias", new Shape(outputs));
      inputs = outputs;
    }
    return shapes;
  }
}
