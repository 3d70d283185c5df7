package dev.speechemotion.training.tuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import dev.speechemotion.model.EncoderPooling;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The pretrained encoder of many windows at once, with gradients of its layers' weights. The
 * convolutions and positions stay as they are: what they learned of sound holds for any voice, and
 * oneDNN's gradients of convolutions cannot be relied on everywhere.
 *
 * <p>It computes what {@link EncoderPooling} does, in another order of sums.
 */
final class TunableEncoder {
  private static final String LAYER = "layer";
  private static final int HEADS = 6;
  private static final int KERNEL = 3;
  private static final float EPSILON = 1e-5f;

  /** Added to what a token would give of one that is not there. */
  private static final float ABSENT = -1e9f;

  private final Map<String, NDArray> weights = new LinkedHashMap<>();
  private final int bands;
  private final int width;
  private final int layers;

  /**
   * @param weights whose layers' arrays get gradients; not a copy
   */
  TunableEncoder(NDList weights) {
    for (NDArray array : weights) {
      this.weights.put(array.getName(), array);
      if (array.getName().startsWith(LAYER)) {
        array.setRequiresGradient(true);
      }
    }
    Shape first = of("conv1.weight").getShape();
    width = (int) first.get(0);
    bands = (int) first.get(1);
    layers =
        (int) weights.stream().filter(array -> array.getName().endsWith("norm1.weight")).count();
  }

  /** The arrays that have gradients, by their names. */
  Map<String, NDArray> tunable() {
    Map<String, NDArray> tunable = new LinkedHashMap<>(weights);
    tunable.keySet().removeIf(name -> !name.startsWith(LAYER));
    return tunable;
  }

  /** How many numbers {@link #pooled} gives of a window. */
  int outputs() {
    return 2 * layers * width;
  }

  /**
   * Pools windows.
   *
   * @param windows log-mel of each, {@code [2 * tokens][80]}
   * @return {@code [windows, outputs]}: of each layer, the mean over all tokens and that over the
   *     audible ones
   */
  NDArray pooled(List<float[]> windows, NDManager manager) {
    int count = windows.size();
    int frames = windows.stream().mapToInt(window -> window.length).max().orElseThrow() / bands;
    int tokens = frames / 2;
    float[] x = new float[count * frames * bands];
    float[] absent = new float[count * tokens];
    float[] shares = new float[count * 2 * tokens];
    for (int w = 0; w < count; w++) {
      float[] window = windows.get(w);
      System.arraycopy(window, 0, x, w * frames * bands, window.length);
      int present = window.length / (2 * bands);
      boolean[] audible = EncoderPooling.audible(window, 0, present);
      int audibleCount = 0;
      for (boolean each : audible) {
        audibleCount += each ? 1 : 0;
      }
      for (int token = 0; token < tokens; token++) {
        if (token < present) {
          shares[2 * w * tokens + token] = 1f / present;
          shares[(2 * w + 1) * tokens + token] = audible[token] ? 1f / audibleCount : 0;
        } else {
          absent[w * tokens + token] = ABSENT;
        }
      }
    }
    NDArray h = front(manager.create(x, new Shape(count, 1, frames, bands)), tokens);
    NDArray mask = manager.create(absent, new Shape(count, 1, 1, tokens));
    NDArray pooling = manager.create(shares, new Shape(count, 2, tokens));
    NDList outputs = new NDList();
    for (int layer = 1; layer <= layers; layer++) {
      String name = LAYER + layer + ".";
      NDArray attended = attention(norm(h, name + "norm1"), name, mask);
      h = h.add(linear(attended, name + "out"));
      NDArray inner = Activation.gelu(linear(norm(h, name + "norm2"), name + "up"));
      h = h.add(linear(inner, name + "down"));
      outputs.add(pooling.matMul(h).reshape(count, 2L * width));
    }
    return NDArrays.concat(outputs, 1);
  }

  /**
   * What does not change.
   *
   * @param x {@code [windows, 1, frames, bands]}
   * @return {@code [windows, tokens, width]}
   */
  private NDArray front(NDArray x, int tokens) {
    NDArray h = Activation.gelu(convolution(x.transpose(0, 3, 1, 2), "conv1", 1));
    h = Activation.gelu(convolution(h, "conv2", 2));
    h = h.transpose(0, 2, 3, 1).squeeze(1);
    return h.add(of("positions").get(new NDIndex("0:{}", tokens)));
  }

  private NDArray convolution(NDArray x, String name, int step) {
    return Conv2d.conv2d(
            x,
            of(name + ".weight").reshape(width, -1, 1, KERNEL),
            of(name + ".bias"),
            new Shape(1, step),
            new Shape(0, 1),
            new Shape(1, 1),
            1)
        .singletonOrThrow();
  }

  private NDArray attention(NDArray x, String name, NDArray mask) {
    NDArray query = heads(linear(x, name + "query"));
    NDArray key = heads(x.matMul(of(name + "key.weight").transpose()));
    NDArray value = heads(linear(x, name + "value"));
    double scale = 1 / Math.sqrt(width / (double) HEADS);
    NDArray scores = query.matMul(key.transpose(0, 1, 3, 2)).mul((float) scale).add(mask);
    return scores.softmax(-1).matMul(value).transpose(0, 2, 1, 3).reshape(x.getShape());
  }

  /**
   * @param x {@code [windows, tokens, width]}
   * @return {@code [windows, heads, tokens, width / heads]}
   */
  private NDArray heads(NDArray x) {
    Shape shape = x.getShape();
    return x.reshape(shape.get(0), shape.get(1), HEADS, width / HEADS).transpose(0, 2, 1, 3);
  }

  private NDArray linear(NDArray x, String name) {
    return Linear.linear(x, of(name + ".weight"), of(name + ".bias")).singletonOrThrow();
  }

  private NDArray norm(NDArray x, String name) {
    return LayerNorm.layerNorm(
            x, new Shape(width), of(name + ".weight"), of(name + ".bias"), EPSILON)
        .singletonOrThrow();
  }

  private NDArray of(String name) {
    return weights.get(name);
  }
}
