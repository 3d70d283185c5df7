package dev.speechemotion.training.fitting;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.speechemotion.model.Network;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The weights after the last epochs, and a network that has their mean. */
final class WeightAverage implements AutoCloseable {
  private final Network network;
  private final int epochs;
  private final Supplier<Network> likeIt;
  private final Deque<Map<String, float[]>> last = new ArrayDeque<>();
  private Optional<NDManager> managerOfAveraged = Optional.empty();

  /**
   * @param network that is being fitted
   * @param epochs over how many the mean is; with 1 it is the network itself
   * @param likeIt makes a network of the same architecture
   */
  WeightAverage(Network network, int epochs, Supplier<Network> likeIt) {
    this.network = network;
    this.epochs = epochs;
    this.likeIt = likeIt;
  }

  /**
   * Takes those that the network has, and gives a network with the mean, in which running means and
   * variances count like weights; valid until the next call.
   */
  Network add(NDManager parent) {
    if (epochs == 1) {
      return network;
    }
    Map<String, float[]> weights = new LinkedHashMap<>();
    network
        .parameters()
        .forEach((name, parameter) -> weights.put(name, parameter.getArray().toFloatArray()));
    last.addLast(weights);
    if (last.size() > epochs) {
      last.removeFirst();
    }
    close();
    NDManager manager = parent.newSubManager();
    managerOfAveraged = Optional.of(manager);
    Network averaged = likeIt.get();
    averaged
        .parameters()
        .forEach(
            (name, parameter) ->
                parameter.setArray(
                    manager.create(
                        mean(name), network.parameters().get(name).getArray().getShape())));
    averaged.block().freezeParameters(true);
    averaged.block().initialize(manager, DataType.FLOAT32, averaged.inputShapes(1));
    return averaged;
  }

  private float[] mean(String name) {
    double[] sums = new double[last.getLast().get(name).length];
    for (Map<String, float[]> weights : last) {
      float[] values = weights.get(name);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += values[i];
      }
    }
    float[] means = new float[sums.length];
    for (int i = 0; i < sums.length; i++) {
      means[i] = (float) (sums[i] / last.size());
    }
    return means;
  }

  @Override
  public void close() {
    managerOfAveraged.ifPresent(NDManager::close);
  }
}
