package dev.speechemotion.model.forward;

import java.util.ArrayList;
import java.util.List;

/**
 * Linear layers with ReLU between them, in plain Java: for a window alone the way into PyTorch and
 * back costs as much again as the sums do, and leaves garbage.
 *
 * <p>Every output is summed in the same order, input by input, without fused multiply-add: the bits
 * are the same on every machine, whatever the compiler makes of the loops.
 */
public final class FullyConnected implements FittedNetwork {
  private final List<Layer> layers = new ArrayList<>();

  /** What the outputs of the last hidden layer are multiplied by: the mean of the members. */
  private final float share;

  /**
   * @param weights of each layer, {@code [outputs][inputs]}, row by row, as in a weights file
   * @param biases of each layer, {@code [outputs]}
   * @param members how many networks lie side by side in the one hidden layer; the outputs are the
   *     mean of theirs
   * @throws IllegalArgumentException if the sizes do not fit together
   */
  public FullyConnected(List<float[]> weights, List<float[]> biases, int members) {
    if (weights.isEmpty() || weights.size() != biases.size() || members < 1) {
      throw new IllegalArgumentException(
          "a network needs weights and biases of each layer, got %d and %d, and members, got %d"
              .formatted(weights.size(), biases.size(), members));
    }
    for (int i = 0; i < weights.size(); i++) {
      Layer layer = new Layer(weights.get(i), biases.get(i));
      if (i > 0 && layer.inputs() != layers.get(i - 1).outputs()) {
        throw new IllegalArgumentException(
            "layer %d takes %d values, the one before gives %d"
                .formatted(i + 1, layer.inputs(), layers.get(i - 1).outputs()));
      }
      layers.add(layer);
    }
    share = 1f / members;
  }

  @Override
  public ForwardPass newPass() {
    return new Pass();
  }

  /** Holds nothing but memory. */
  @Override
  public void close() {}

  private final class Pass implements ForwardPass {
    /** Outputs of the hidden layers. */
    private final float[][] hidden = new float[layers.size() - 1][];

    private Pass() {
      for (int i = 0; i < hidden.length; i++) {
        hidden[i] = new float[layers.get(i).outputs()];
      }
    }

    @Override
    public void run(float[] inputs, float[] logits) {
      float[] values = inputs;
      for (int i = 0; i < hidden.length; i++) {
        layers.get(i).apply(values, hidden[i]);
        values = hidden[i];
        rectify(values, i == hidden.length - 1 ? share : 1);
      }
      layers.get(hidden.length).apply(values, logits);
    }

    @Override
    public void close() {}
  }

  /** ReLU; NaN stays NaN, so that nobody takes a window of it for one that says something. */
  private static void rectify(float[] values, float share) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(0, values[i]) * share;
    }
  }

  /** One linear layer. */
  private static final class Layer {
    /**
     * {@code [input][output]}. Each input's weights are an array of their own: the compiler makes
     * vector code of the loops over them, but not of loops over parts of one large array.
     */
    private final float[][] byInput;

    private final float[] bias;

    private Layer(float[] weights, float[] bias) {
      if (bias.length == 0 || weights.length == 0 || weights.length % bias.length != 0) {
        throw new IllegalArgumentException(
            "a layer of %d outputs cannot have %d weights".formatted(bias.length, weights.length));
      }
      this.bias = bias.clone();
      byInput = new float[weights.length / bias.length][bias.length];
      for (int output = 0; output < bias.length; output++) {
        for (int input = 0; input < byInput.length; input++) {
          byInput[input][output] = weights[output * byInput.length + input];
        }
      }
    }

    private int inputs() {
      return byInput.length;
    }

    private int outputs() {
      return bias.length;
    }

    private void apply(float[] inputs, float[] outputs) {
      System.arraycopy(bias, 0, outputs, 0, bias.length);
      int input = 0;
      for (; input + 4 <= byInput.length; input += 4) {
        addFour(byInput, inputs, input, outputs);
      }
      for (; input < byInput.length; input++) {
        addOne(byInput[input], inputs[input], outputs);
      }
    }

    /** Four inputs at a time: the sums so far are read and written a fourth as often. */
    private static void addFour(float[][] byInput, float[] inputs, int first, float[] outputs) {
      float[] weights0 = byInput[first];
      float[] weights1 = byInput[first + 1];
      float[] weights2 = byInput[first + 2];
      float[] weights3 = byInput[first + 3];
      float input0 = inputs[first];
      float input1 = inputs[first + 1];
      float input2 = inputs[first + 2];
      float input3 = inputs[first + 3];
      for (int i = 0; i < outputs.length; i++) {
        outputs[i] +=
            weights0[i] * input0
                + weights1[i] * input1
                + weights2[i] * input2
                + weights3[i] * input3;
      }
    }

    private static void addOne(float[] weights, float input, float[] outputs) {
      for (int i = 0; i < outputs.length; i++) {
        outputs[i] += weights[i] * input;
      }
    }
  }
}
