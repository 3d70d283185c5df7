package dev.speechemotion.training.tuning;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.speechemotion.model.EncoderPooling;
import dev.speechemotion.model.PretrainedEncoder;
import dev.speechemotion.model.Torch;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Progress;
import dev.speechemotion.training.evaluation.SiteStatistics;
import dev.speechemotion.training.linear.LinearDiscriminant;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Goes on with the training of the pretrained encoder's layers, on batches in which each label of
 * each corpus is as likely: what its means over a window become, normalized by the place, is to
 * tell the labels apart by a linear map, which begins as the one that was fitted behind the encoder
 * as it is. It is short and slow, so that the encoder keeps what it knows of other voices.
 *
 * <p>The same recordings, batches and seed give the same weights.
 */
public final class EncoderTuning {
  /** Reads the frames of a recording again, as they were heard for the vectors of a clip. */
  @FunctionalInterface
  public interface Frames {
    /**
     * @return by window, {@code [frames][80]}, NaN behind the last frame
     */
    List<float[]> of(LabeledClip clip) throws IOException;
  }

  private static final int BATCH = 32;
  private static final float LEARNING_RATE = 2e-5f;
  private static final int WARM_UP = 50;

  /** The map learns slower by this factor. */
  private static final float OF_HEAD = 0.3f;

  private static final float WEIGHT_DECAY = 0.01f;

  /** A discriminant is surer than it is right; so its loss begins near the lowest. */
  private static final float TEMPERATURE = 1 / 0.35f;

  private static final float SMOOTHING = 0.1f;

  /** Share of the values that do not enter the map. */
  private static final double DROPPED = 0.2;

  /** Length to which a longer gradient is shortened. */
  private static final double LONGEST_GRADIENT = 1;

  /** A label without examples has a bias of its own, which no gradient comes from. */
  private static final float LEAST_BIAS = -50;

  private final List<String> labels;
  private final int batches;
  private final long seed;
  private final PrintWriter log;

  /**
   * @param labels in the order of the head's outputs
   */
  public EncoderTuning(List<String> labels, int batches, long seed, PrintWriter log) {
    this.labels = labels;
    this.batches = batches;
    this.seed = seed;
    this.log = log;
  }

  /**
   * A window that is learned from.
   *
   * @param at where in the clip's windows, 0 to below 1
   * @param seed of what varies it
   */
  private record Drawn(LabeledClip clip, double at, long seed) {}

  /**
   * The encoder after it.
   *
   * @param encoder as it is; not closed
   * @param clips with its vectors
   * @param head fitted on them by place
   * @param places of the clips' corpora
   */
  public PretrainedEncoder tuned(
      PretrainedEncoder encoder,
      List<LabeledClip> clips,
      LinearDiscriminant head,
      Map<String, SiteStatistics> places,
      Frames frames)
      throws IOException {
    List<List<LabeledClip>> cells = cells(clips);
    SplittableRandom random = new SplittableRandom(seed);
    Torch.start();
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), Torch.ENGINE);
        Progress progress = new Progress("fine-tuning the encoder", batches, log)) {
      NDList weights = encoder.weights(manager);
      TunableEncoder network = new TunableEncoder(weights);
      Map<String, NDArray> learned = network.tunable();
      int[] columns = columns();
      NDArray map = manager.create(mapOf(head, columns)).transpose().duplicate();
      NDArray bias = manager.create(biasOf(head));
      Map<String, NDArray> ofHead = new LinkedHashMap<>();
      ofHead.put("map", map);
      ofHead.put("bias", bias);
      ofHead.values().forEach(array -> array.setRequiresGradient(true));
      Rate rate = new Rate(LEARNING_RATE, batches);
      Optimizer optimizer =
          Optimizer.adamW().optLearningRateTracker(rate).optWeightDecays(WEIGHT_DECAY).build();
      Rate headRate = new Rate(OF_HEAD * LEARNING_RATE, batches);
      Optimizer headOptimizer =
          Optimizer.adamW().optLearningRateTracker(headRate).optWeightDecays(0).build();
      double[] losses = new double[batches];
      for (int batch = 0; batch < batches; batch++) {
        rate.at(batch);
        headRate.at(batch);
        List<Drawn> drawn = drawn(cells, random);
        List<float[]> windows = windows(drawn, frames);
        try (NDManager ofBatch = manager.newSubManager()) {
          NDArray mean = ofBatch.create(placed(drawn, places, columns, true));
          NDArray deviation = ofBatch.create(placed(drawn, places, columns, false));
          NDArray kept = ofBatch.create(kept(columns.length, random), mean.getShape());
          NDArray target = ofBatch.create(targets(drawn));
          try (GradientCollector gradients =
              Engine.getEngine(Torch.ENGINE).newGradientCollector()) {
            NDArray values = network.pooled(windows, ofBatch).sub(mean).div(deviation).mul(kept);
            NDArray batchLoss =
                values.matMul(map).add(bias).logSoftmax(-1).mul(target).sum().div(-BATCH);
            gradients.backward(batchLoss);
            losses[batch] = batchLoss.getFloat();
          }
          if (!Double.isFinite(losses[batch])) {
            throw new IllegalStateException(
                "fine-tuning: the loss is no longer a number after batch " + (batch + 1));
          }
        }
        shortenGradient(learned);
        update(optimizer, learned);
        update(headOptimizer, ofHead);
        progress.step();
      }
      int few = Math.max(1, batches / 10);
      log.printf(
          Locale.ROOT,
          "fine-tuning the encoder: loss %.3f in the first tenth of the batches, %.3f in the last%n",
          mean(losses, 0, few),
          mean(losses, batches - few, batches));
      return encoder.with(weights, "fine-tuned for " + batches + " batches");
    }
  }

  private static double mean(double[] values, int from, int to) {
    return Arrays.stream(values, from, to).average().orElseThrow();
  }

  /** The clips of each label of each corpus, in alphabetical order. */
  private static List<List<LabeledClip>> cells(List<LabeledClip> clips) {
    Map<String, List<LabeledClip>> cells = new TreeMap<>();
    for (LabeledClip clip : clips) {
      cells
          .computeIfAbsent(clip.corpus() + "/" + clip.label(), cell -> new ArrayList<>())
          .add(clip);
    }
    return List.copyOf(cells.values());
  }

  private static List<Drawn> drawn(List<List<LabeledClip>> cells, SplittableRandom random) {
    List<Drawn> drawn = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      List<LabeledClip> cell = cells.get(random.nextInt(cells.size()));
      drawn.add(
          new Drawn(cell.get(random.nextInt(cell.size())), random.nextDouble(), random.nextLong()));
    }
    return drawn;
  }

  /** Each varied; on all cores. */
  private static List<float[]> windows(List<Drawn> drawn, Frames frames) throws IOException {
    try {
      return drawn.parallelStream()
          .map(
              each -> {
                try {
                  List<float[]> windows = frames.of(each.clip());
                  float[] window = windows.get((int) (each.at() * windows.size()));
                  int most = window.length / EncoderPooling.BANDS;
                  return LogMelVariation.of(
                      present(window),
                      EncoderPooling.BANDS,
                      most,
                      new SplittableRandom(each.seed()));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Without what is behind the last frame. */
  private static float[] present(float[] window) {
    int length = 0;
    while (length < window.length && !Float.isNaN(window[length])) {
      length += EncoderPooling.BANDS;
    }
    return Arrays.copyOf(window, length);
  }

  /** Which of {@link EncoderPooling#names} the network gives, in its order. */
  private static int[] columns() {
    List<String> names = EncoderPooling.names();
    return IntStream.range(0, names.size())
        .filter(i -> !names.get(i).contains(".deviation"))
        .toArray();
  }

  private static float[][] mapOf(LinearDiscriminant head, int[] columns) {
    float[][] map = new float[head.bias().length][columns.length];
    for (int label = 0; label < map.length; label++) {
      for (int i = 0; i < columns.length; i++) {
        map[label][i] = head.weights()[label][columns[i]] / TEMPERATURE;
      }
    }
    return map;
  }

  private static float[] biasOf(LinearDiscriminant head) {
    float[] bias = head.bias().clone();
    for (int label = 0; label < bias.length; label++) {
      bias[label] = Math.max(LEAST_BIAS, bias[label] / TEMPERATURE);
    }
    return bias;
  }

  /** {@code [drawn][column]}, mean or deviation of each one's place. */
  private static float[][] placed(
      List<Drawn> drawn, Map<String, SiteStatistics> places, int[] columns, boolean mean) {
    float[][] values = new float[drawn.size()][columns.length];
    for (int d = 0; d < values.length; d++) {
      SiteStatistics place = places.get(drawn.get(d).clip().corpus());
      for (int i = 0; i < columns.length; i++) {
        values[d][i] = (float) (mean ? place.mean(columns[i]) : place.deviation(columns[i]));
      }
    }
    return values;
  }

  private static float[] kept(int columns, SplittableRandom random) {
    float[] kept = new float[BATCH * columns];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = random.nextDouble() < DROPPED ? 0 : (float) (1 / (1 - DROPPED));
    }
    return kept;
  }

  private float[][] targets(List<Drawn> drawn) {
    float[][] targets = new float[drawn.size()][labels.size()];
    for (int d = 0; d < targets.length; d++) {
      Arrays.fill(targets[d], SMOOTHING / labels.size());
      targets[d][labels.indexOf(drawn.get(d).clip().label())] += 1 - SMOOTHING;
    }
    return targets;
  }

  private static void shortenGradient(Map<String, NDArray> weights) {
    try (NDList gradients = new NDList()) {
      double squares = 0;
      for (NDArray weight : weights.values()) {
        NDArray gradient = weight.getGradient();
        gradients.add(gradient);
        try (NDArray square = gradient.square();
            NDArray sum = square.sum()) {
          squares += sum.getFloat();
        }
      }
      double length = Math.sqrt(squares);
      if (length > LONGEST_GRADIENT) {
        gradients.forEach(gradient -> gradient.muli(LONGEST_GRADIENT / length));
      }
    }
  }

  /** One step, after which the gradients are 0. */
  private static void update(Optimizer optimizer, Map<String, NDArray> weights) {
    weights.forEach(
        (name, weight) -> {
          try (NDArray gradient = weight.getGradient()) {
            optimizer.update(name, weight, gradient);
            gradient.muli(0);
          }
        });
  }

  /** Rises, stays, and falls to 0 in the second half. */
  private static final class Rate implements Tracker {
    private final float highest;
    private final int batches;
    private float rate;

    Rate(float highest, int batches) {
      this.highest = highest;
      this.batches = batches;
    }

    void at(int batch) {
      double rise = Math.min(1, (batch + 1.0) / Math.min(WARM_UP, Math.max(1, batches / 4)));
      double fall = Math.min(1, 2 * (1 - batch / (double) batches));
      rate = (float) (highest * Math.min(rise, fall));
    }

    @Override
    public float getNewValue(int update) {
      return rate;
    }
  }
}
