package dev.speechemotion.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.speechemotion.model.forward.FittedNetwork;
import dev.speechemotion.model.forward.FullyConnected;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The fully connected network: linear layers with ReLU (and, in training, dropout) between them; or
 * several members of one hidden layer each, which lie side by side in it.
 *
 * <p>{@code input X: [windows, features]}, normalized; {@code output: [windows, labels]}, before
 * the softmax, the mean of the members'. In training the output is {@code [members * windows,
 * labels]}, member by member, as each is to be right by itself: in what they do not know they then
 * differ, and their mean is right more often than any of them (Lakshminarayanan et al. 2017,
 * "Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles").
 */
final class Fcnn extends AbstractBlock implements Network {
  private final Map<String, Shape> shapes;

  /** Weight and bias of each layer. */
  private final List<Parameter> ofLayers = new ArrayList<>();

  private final int featureCount;
  private final int members;
  private final int labelCount;
  private final float dropRate;

  Fcnn(Architecture architecture, int featureCount, int labelCount, float dropRate) {
    this.featureCount = featureCount;
    this.labelCount = labelCount;
    this.dropRate = dropRate;
    members = architecture.members();
    shapes = shapes(architecture, featureCount, labelCount);
    for (String name : shapes.keySet()) {
      ofLayers.add(
          addParameter(
              Parameter.builder()
                  .setName(name)
                  .setType(name.endsWith("bias") ? Parameter.Type.BIAS : Parameter.Type.WEIGHT)
                  .build()));
    }
  }

  /**
   * Such a network for use, with the weights of a file; needs no PyTorch.
   *
   * @throws ModelException if the file is malformed or of another network
   */
  static FittedNetwork fitted(
      Architecture architecture, int featureCount, int labelCount, byte[] file)
      throws ModelException {
    List<float[]> weights = new ArrayList<>();
    List<float[]> biases = new ArrayList<>();
    WeightsFile.decodeNetwork(file, shapes(architecture, featureCount, labelCount))
        .forEach((name, array) -> (name.endsWith("bias") ? biases : weights).add(array));
    return new FullyConnected(weights, biases, architecture.members());
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
    NDArray x = inputs.singletonOrThrow();
    Device device = x.getDevice();
    int output = ofLayers.size() - 2;
    for (int i = 0; i < output; i += 2) {
      NDArray weight = store.getValue(ofLayers.get(i), device, training);
      NDArray bias = store.getValue(ofLayers.get(i + 1), device, training);
      x = Activation.relu(Linear.linear(x, weight, bias).singletonOrThrow());
      if (training && dropRate > 0) {
        x = Dropout.dropout(x, dropRate, true).singletonOrThrow();
      }
    }
    NDArray weight = store.getValue(ofLayers.get(output), device, training);
    NDArray bias = store.getValue(ofLayers.get(output + 1), device, training);
    if (members == 1) {
      return Linear.linear(x, weight, bias);
    }
    if (!training) {
      return Linear.linear(x.mul(1f / members), weight, bias);
    }
    NDArray byMember = x.reshape(x.getShape().get(0), members, -1).transpose(1, 0, 2);
    NDArray weights = weight.reshape(labelCount, members, -1).transpose(1, 2, 0);
    return new NDList(byMember.matMul(weights).add(bias).reshape(-1, labelCount));
  }

  @Override
  protected void prepare(Shape[] inputs) {
    ofLayers.forEach(parameter -> parameter.setShape(shapes.get(parameter.getName())));
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    return new Shape[] {new Shape(inputs[0].get(0), labelCount)};
  }

  @Override
  public Block block() {
    return this;
  }

  @Override
  public int members() {
    return members;
  }

  @Override
  public Map<String, Parameter> parameters() {
    Map<String, Parameter> named = new LinkedHashMap<>();
    ofLayers.forEach(parameter -> named.put(parameter.getName(), parameter));
    return named;
  }

  @Override
  public Map<String, Shape> shapes() {
    return shapes;
  }

  @Override
  public Shape[] inputShapes(int windows) {
    return new Shape[] {new Shape(windows, featureCount)};
  }

  @Override
  public NDList inputs(NDManager manager, float[] features, int windows) {
    return new NDList(manager.create(features, new Shape(windows, featureCount)));
  }

  /**
   * The shapes that the parameters of such a network have, by the names that they have in a weights
   * file: {@code layer1.weight}, {@code layer1.bias}, {@code layer2.weight}, …
   */
  private static Map<String, Shape> shapes(
      Architecture architecture, int featureCount, int labelCount) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    int inputs = featureCount;
    for (int layer = 1; layer <= architecture.hidden().size() + 1; layer++) {
      int outputs =
          layer <= architecture.hidden().size()
              ? architecture.members() * architecture.hidden().get(layer - 1)
              : labelCount;
      shapes.put("layer" + layer + ".weight", new Shape(outputs, inputs));
      shapes.put("layer" + layer + ".bias", new Shape(outputs));
      inputs = outputs;
    }
    return shapes;
  }
}
