package dev.speechemotion.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.norm.LayerNorm;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The front and the first two layers of the encoder of Whisper tiny (A. Radford et al., "Robust
 * Speech Recognition via Large-Scale Weak Supervision", 2023): two convolutions over log-mel frames
 * with GELU, of which the second makes a token of two frames, positions, and transformer layers
 * with normalization before attention and before the feed-forward part.
 *
 * <p>The weights never change. One instance serves all threads, each with an {@link NDManager} of
 * its own.
 */
final class SpeechEncoder implements AutoCloseable {
  static final int LAYERS = 2;
  static final int WIDTH = 384;
  static final int BANDS = 80;

  /** So many tokens have positions: 8 s. */
  static final int MOST_TOKENS = 400;

  private static final int HEADS = 6;
  private static final int HEAD_WIDTH = WIDTH / HEADS;
  private static final int INNER_WIDTH = 4 * WIDTH;
  private static final int KERNEL = 3;
  private static final float EPSILON = 1e-5f;

  /**
   * A map of {@value #KERNEL} neighbors: with a step of 1 or 2 a convolution over frames; with a
   * step of {@value #KERNEL}, where the neighbors are the thirds of a token, a linear map. All are
   * computed as convolutions, for PyTorch gives those to oneDNN, which knows AVX-512 on every
   * processor that has it, and products of matrices to MKL, which knows it on Intel's alone: 0.7 ms
   * in place of 1.2 for query, key and value of 150 tokens on one core of an AMD EPYC.
   *
   * @param weight {@code [outputs, inputs of a neighbor, 1, 3]}
   * @param bias {@code [outputs]}
   */
  private record Affine(NDArray weight, NDArray bias, int step, int padding) {

    /**
     * @param x {@code [n, inputs]}
     * @return {@code [n / step, outputs]}
     */
    NDArray of(NDArray x) {
      long inputs = weight.getShape().get(1);
      return Conv2d.conv2d(
              // The memory is as it was: channels lie side by side.
              x.reshape(1, 1, -1, inputs).transpose(0, 3, 1, 2),
              weight,
              bias,
              new Shape(1, step),
              new Shape(0, padding),
              new Shape(1, 1),
              1)
          .singletonOrThrow()
          .transpose(0, 2, 3, 1)
          .reshape(-1, bias.getShape().get(0));
    }
  }

  /** Weight and bias of a layer normalization. */
  private record Norm(NDArray weight, NDArray bias) {
    NDArray of(NDArray x) {
      return LayerNorm.layerNorm(x, new Shape(WIDTH), weight, bias, EPSILON).singletonOrThrow();
    }
  }

  /**
   * @param attended query, key and value in one
   */
  private record Layer(
      Norm norm1, Affine attended, Affine out, Norm norm2, Affine up, Affine down) {}

  private final NDManager manager;
  private final Affine conv1;
  private final Affine conv2;
  private final NDArray positions;
  private final List<Layer> layers = new ArrayList<>();

  /**
   * Starts PyTorch if it is not running.
   *
   * @param weights the file, 16-bit floats
   * @throws ModelException if the file is not one of such an encoder, or PyTorch does not start
   */
  static SpeechEncoder of(byte[] weights) throws ModelException {
    Torch.startForModel();
    NDManager manager = NDManager.newBaseManager(Device.cpu(), Torch.ENGINE);
    try {
      return new SpeechEncoder(weights, manager);
    } catch (ModelException | RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /**
   * @param manager is closed with the encoder
   */
  SpeechEncoder(byte[] weights, NDManager manager) throws ModelException {
    this.manager = manager;
    Map<String, float[]> arrays = decode(weights);
    conv1 = convolution(arrays, "conv1", BANDS, 1);
    conv2 = convolution(arrays, "conv2", WIDTH, 2);
    positions = manager.create(arrays.get("positions"), new Shape(MOST_TOKENS, WIDTH));
    for (int layer = 1; layer <= LAYERS; layer++) {
      String prefix = "layer" + layer + ".";
      layers.add(
          new Layer(
              norm(arrays, prefix + "norm1"),
              attended(arrays, prefix),
              linear(arrays, prefix + "out", WIDTH, WIDTH),
              norm(arrays, prefix + "norm2"),
              linear(arrays, prefix + "up", INNER_WIDTH, WIDTH),
              linear(arrays, prefix + "down", WIDTH, INNER_WIDTH)));
    }
  }

  /** The arrays of the file. */
  static Map<String, float[]> decode(byte[] weights) throws ModelException {
    return WeightsFile.decodeHalves(weights, shapes());
  }

  /** Of each array of the file. */
  static Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("conv1.weight", new Shape(WIDTH, BANDS, KERNEL));
    shapes.put("conv1.bias", new Shape(WIDTH));
    shapes.put("conv2.weight", new Shape(WIDTH, WIDTH, KERNEL));
    shapes.put("conv2.bias", new Shape(WIDTH));
    shapes.put("positions", new Shape(MOST_TOKENS, WIDTH));
    for (int layer = 1; layer <= LAYERS; layer++) {
      String prefix = "layer" + layer + ".";
      for (String norm : List.of("norm1", "norm2")) {
        shapes.put(prefix + norm + ".weight", new Shape(WIDTH));
        shapes.put(prefix + norm + ".bias", new Shape(WIDTH));
      }
      for (String projection : List.of("query", "key", "value", "out")) {
        shapes.put(prefix + projection + ".weight", new Shape(WIDTH, WIDTH));
      }
      for (String projection : List.of("query", "value", "out", "down")) {
        shapes.put(prefix + projection + ".bias", new Shape(WIDTH));
      }
      shapes.put(prefix + "up.weight", new Shape(INNER_WIDTH, WIDTH));
      shapes.put(prefix + "up.bias", new Shape(INNER_WIDTH));
      shapes.put(prefix + "down.weight", new Shape(WIDTH, INNER_WIDTH));
    }
    return shapes;
  }

  private Affine convolution(Map<String, float[]> arrays, String name, int inputs, int step) {
    NDArray byNeighbor;
    try (NDManager meanwhile = manager.newSubManager()) {
      // In memory, too, the inputs are to lie side by side.
      byNeighbor =
          meanwhile
              .create(arrays.get(name + ".weight"), new Shape(WIDTH, inputs, KERNEL))
              .transpose(0, 2, 1)
              .duplicate();
      byNeighbor.attach(manager);
    }
    return new Affine(
        byNeighbor.expandDims(1).transpose(0, 3, 1, 2),
        manager.create(arrays.get(name + ".bias"), new Shape(WIDTH)),
        step,
        1);
  }

  private Norm norm(Map<String, float[]> arrays, String name) {
    return new Norm(
        manager.create(arrays.get(name + ".weight"), new Shape(WIDTH)),
        manager.create(arrays.get(name + ".bias"), new Shape(WIDTH)));
  }

  private Affine linear(Map<String, float[]> arrays, String name, int outputs, int inputs) {
    return linear(arrays.get(name + ".weight"), arrays.get(name + ".bias"), outputs, inputs);
  }

  private Affine linear(float[] weight, float[] bias, int outputs, int inputs) {
    NDArray byThird = manager.create(weight, new Shape(outputs, 1, KERNEL, inputs / KERNEL));
    return new Affine(
        byThird.transpose(0, 3, 1, 2), manager.create(bias, new Shape(outputs)), KERNEL, 0);
  }

  /** The key has no bias. The query is divided by the root of the head's width already here. */
  private Affine attended(Map<String, float[]> arrays, String prefix) {
    float[] weight = new float[3 * WIDTH * WIDTH];
    float[] bias = new float[3 * WIDTH];
    float scale = (float) (1 / Math.sqrt(HEAD_WIDTH));
    float[] query = arrays.get(prefix + "query.weight");
    float[] queryBias = arrays.get(prefix + "query.bias");
    for (int i = 0; i < query.length; i++) {
      weight[i] = scale * query[i];
    }
    for (int i = 0; i < queryBias.length; i++) {
      bias[i] = scale * queryBias[i];
    }
    int size = WIDTH * WIDTH;
    System.arraycopy(arrays.get(prefix + "key.weight"), 0, weight, size, size);
    System.arraycopy(arrays.get(prefix + "value.weight"), 0, weight, 2 * size, size);
    System.arraycopy(arrays.get(prefix + "value.bias"), 0, bias, 2 * WIDTH, WIDTH);
    return linear(weight, bias, 3 * WIDTH, WIDTH);
  }

  /**
   * What each layer gives.
   *
   * @param frames {@code [2 * tokens][80]} from {@code offset}, log-mel
   * @param window whose arrays are freed by the caller
   * @return by layer, {@code [tokens, 384]}
   */
  List<NDArray> encode(float[] frames, int offset, int tokens, NDManager window) {
    int count = 2 * tokens * BANDS;
    FloatBuffer there = FloatBuffer.wrap(frames, offset, count);
    NDArray x = window.create(there, new Shape(2L * tokens, BANDS), DataType.FLOAT32);
    x = Activation.gelu(conv1.of(x));
    x = Activation.gelu(conv2.of(x));
    x = x.add(positions.get(window, new NDIndex("0:{}", tokens)));
    List<NDArray> outputs = new ArrayList<>();
    for (Layer layer : layers) {
      NDArray attended = layer.attended.of(layer.norm1.of(x));
      x = x.add(layer.out.of(attention(attended, tokens)));
      NDArray inner = Activation.gelu(layer.up.of(layer.norm2.of(x)));
      x = x.add(layer.down.of(inner));
      outputs.add(x);
    }
    return outputs;
  }

  private static NDArray attention(NDArray attended, int tokens) {
    NDArray heads = attended.reshape(tokens, 3, HEADS, HEAD_WIDTH).transpose(1, 2, 0, 3);
    NDArray weights = heads.get(0).matMul(heads.get(1).transpose(0, 2, 1)).softmax(-1);
    return weights.matMul(heads.get(2)).transpose(1, 0, 2).reshape(tokens, WIDTH);
  }

  /** For the arrays of a thread. */
  NDManager newThreadManager() {
    return manager.newSubManager();
  }

  @Override
  public void close() {
    manager.close();
  }
}
