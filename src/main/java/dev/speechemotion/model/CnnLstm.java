package dev.speechemotion.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The network over log-mel frames: convolutions of 3 by 3 with batch normalization and ReLU, each
 * of which halves the bands, the first two also time; a bidirectional LSTM over what they leave of
 * time, and a mean over time by learned weights (attention). The first convolution halves by its
 * stride, which is cheaper where there is most to compute, the others by the maximum of neighbors.
 *
 * <p>{@code inputs X: [windows, frames, bands]}, normalized, and {@code M: [windows, frames]}, 1
 * for a frame and 0 where a window has no more; {@code output: [windows, labels]}, before the
 * softmax. What X holds where M is 0 must be 0, and does not count, nor how much there is of it:
 * every layer's output is 0 there, to which neither the convolutions nor the LSTM, which have no
 * biases, add anything.
 */
final class CnnLstm extends AbstractBlock implements Network {
  /** Frames that become one step of the LSTM. */
  private static final int FRAMES_PER_STEP = 4;

  private static final float MASKED = 1e9f;

  /** Weights of the gates for input and state, in DJL's order. */
  private static final List<String> LSTM_PARAMETERS =
      List.of(
          "lstm.forward.input", "lstm.forward.state", "lstm.backward.input", "lstm.backward.state");

  private final Architecture architecture;

  /** The most that a window can have. */
  private final int maxFrames;

  private final int bands;
  private final int labelCount;
  private final int units;
  private final List<Block> convolutions = new ArrayList<>();
  private final List<Block> norms = new ArrayList<>();
  private final Block lstm;
  private final Block attention;
  private final Block output;

  /** Empty where nothing is switched off. */
  private final Optional<Block> dropout;

  CnnLstm(Architecture architecture, int maxFrames, int bands, int labelCount, float dropRate) {
    Torch.limitInstructions();
    this.architecture = architecture;
    this.maxFrames = maxFrames;
    this.bands = bands;
    this.labelCount = labelCount;
    units = architecture.hidden().get(0);
    for (int channels : architecture.channels()) {
      int layer = convolutions.size() + 1;
      convolutions.add(
          addChildBlock(
              "conv" + layer,
              Conv2d.builder()
                  .setFilters(channels)
                  .setKernelShape(new Shape(3, 3))
                  .optPadding(new Shape(1, 1))
                  .optStride(layer == 1 ? new Shape(2, 2) : new Shape(1, 1))
                  .optBias(false)
                  .build()));
      norms.add(addChildBlock("norm" + layer, BatchNorm.builder().build()));
    }
    lstm =
        addChildBlock(
            "lstm",
            LSTM.builder()
                .setStateSize(units)
                .setNumLayers(1)
                .optBatchFirst(true)
                .optBidirectional(true)
                .optHasBiases(false)
                .build());
    attention = addChildBlock("attention", Linear.builder().setUnits(1).optBias(false).build());
    output = addChildBlock("output", Linear.builder().setUnits(labelCount).build());
    dropout =
        dropRate > 0
            ? Optional.of(addChildBlock("dropout", Dropout.builder().optRate(dropRate).build()))
            : Optional.empty();
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameters, NDList inputs, boolean training, PairList<String, Object> params) {
    NDArray x = inputs.get(0).expandDims(1);
    NDArray mask = inputs.get(1);
    for (int i = 0; i < convolutions.size(); i++) {
      x = convolutions.get(i).forward(parameters, new NDList(x), training).singletonOrThrow();
      x = norms.get(i).forward(parameters, new NDList(x), training).singletonOrThrow();
      x = Activation.relu(x);
      if (i == 0) {
        // The stride takes every other frame and its neighbors.
        mask = mask.get(new NDIndex(":, 0::2"));
      } else {
        Shape pool = new Shape(i == 1 ? 2 : 1, 2);
        x = Pool.maxPool2d(x, pool, pool, new Shape(0, 0), false);
        if (i == 1) {
          // Of a pair both must count: an odd one at the end is left away.
          mask = mask.get(new NDIndex(":, 1::2"));
        }
      }
      x = x.mul(mask.expandDims(1).expandDims(3));
    }
    Shape shape = x.getShape();
    x = x.transpose(0, 2, 1, 3).reshape(shape.get(0), shape.get(2), shape.get(1) * shape.get(3));
    x = dropped(parameters, x, training);
    NDArray steps = lstm.forward(parameters, new NDList(x), training).get(0);
    NDArray scores = attention.forward(parameters, new NDList(steps), training).singletonOrThrow();
    NDArray weights = scores.add(mask.expandDims(2).sub(1).mul(MASKED)).softmax(1);
    NDArray pooled = dropped(parameters, steps.mul(weights).sum(new int[] {1}), training);
    return output.forward(parameters, new NDList(pooled), training);
  }

  private NDArray dropped(ParameterStore parameters, NDArray x, boolean training) {
    return dropout.isEmpty()
        ? x
        : dropout.get().forward(parameters, new NDList(x), training).singletonOrThrow();
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
    int channels = 1;
    int height = bands;
    for (int i = 0; i < convolutions.size(); i++) {
      convolutions
          .get(i)
          .initialize(manager, type, new Shape(1, channels, FRAMES_PER_STEP, height));
      channels = (int) convolutions.get(i).getParameters().valueAt(0).getArray().getShape().get(0);
      norms.get(i).initialize(manager, type, new Shape(1, channels, FRAMES_PER_STEP, height));
      height = halved(height, i);
    }
    lstm.initialize(manager, type, new Shape(1, 1, (long) channels * height));
    attention.initialize(manager, type, new Shape(1, 1, 2L * units));
    output.initialize(manager, type, new Shape(1, 2L * units));
    if (dropout.isPresent()) {
      dropout.get().initialize(manager, type, new Shape(1, 1));
    }
  }

  /** Bands that a convolution leaves; a stride of 2 leaves the odd one, pooling does not. */
  private static int halved(int bands, int convolution) {
    return convolution == 0 ? (bands + 1) / 2 : bands / 2;
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
    return 1;
  }

  /** {@code conv1.weight}, …, {@code norm1.gamma}, …, the last {@code output.bias}. */
  @Override
  public Map<String, Parameter> parameters() {
    Map<String, Parameter> named = new LinkedHashMap<>();
    for (int i = 0; i < convolutions.size(); i++) {
      add("conv" + (i + 1), convolutions.get(i), named);
      add("norm" + (i + 1), norms.get(i), named);
    }
    List<Parameter> ofLstm = lstm.getDirectParameters().values();
    for (int i = 0; i < LSTM_PARAMETERS.size(); i++) {
      named.put(LSTM_PARAMETERS.get(i), ofLstm.get(i));
    }
    add("attention", attention, named);
    add("output", output, named);
    return named;
  }

  private static void add(String prefix, Block block, Map<String, Parameter> named) {
    for (Parameter parameter : block.getDirectParameters().values()) {
      named.put(prefix + "." + parameter.getName(), parameter);
    }
  }

  @Override
  public Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    int inputs = 1;
    int height = bands;
    for (int i = 0; i < architecture.channels().size(); i++) {
      int channels = architecture.channels().get(i);
      shapes.put("conv" + (i + 1) + ".weight", new Shape(channels, inputs, 3, 3));
      for (String name : List.of("gamma", "beta", "runningMean", "runningVar")) {
        shapes.put("norm" + (i + 1) + "." + name, new Shape(channels));
      }
      inputs = channels;
      height = halved(height, i);
    }
    int units = architecture.hidden().get(0);
    for (String name : LSTM_PARAMETERS) {
      shapes.put(
          name, new Shape(4L * units, name.endsWith("input") ? (long) inputs * height : units));
    }
    shapes.put("attention.weight", new Shape(1, 2L * units));
    shapes.put("output.weight", new Shape(labelCount, 2L * units));
    shapes.put("output.bias", new Shape(labelCount));
    return shapes;
  }

  @Override
  public Shape[] inputShapes(int windows) {
    return new Shape[] {new Shape(windows, maxFrames, bands), new Shape(windows, maxFrames)};
  }

  @Override
  public NDList inputs(NDManager manager, float[] features, int windows) {
    int frames = FRAMES_PER_STEP;
    for (int window = 0; window < windows; window++) {
      frames = Math.max(frames, frames(features, window));
    }
    float[] x = new float[windows * frames * bands];
    float[] mask = new float[windows * frames];
    for (int window = 0; window < windows; window++) {
      int count = frames(features, window);
      System.arraycopy(
          features, window * maxFrames * bands, x, window * frames * bands, count * bands);
      // One step is the least that there can be; frames that it lacks are like the training's mean.
      int counting = Math.max(count, FRAMES_PER_STEP);
      Arrays.fill(mask, window * frames, window * frames + counting, 1);
    }
    return new NDList(
        manager.create(x, new Shape(windows, frames, bands)),
        manager.create(mask, new Shape(windows, frames)));
  }

  /** Number of frames that a window has. */
  private int frames(float[] features, int window) {
    int at = window * maxFrames * bands;
    int frames = 0;
    while (frames < maxFrames && !Float.isNaN(features[at + frames * bands])) {
      frames++;
    }
    return frames;
  }
}
