package dev.speechemotion.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.model.Fcnn;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.Torch;
import dev.speechemotion.model.WeightsFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Fits the network: cross-entropy, Adam, early stopping. Every window of a clip is an example with
 * the clip's label. The same settings and clips give the same weights.
 */
final class FcnnTrainer {
  /** What the network is to be and how it is fitted. */
  record Settings(
      ModelManifest.Architecture architecture,
      ModelManifest.Hyperparameters hyperparameters,
      Adaptation adaptation,
      long seed) {}

  /** Loss and share of windows recognised; those of the validation part are NaN without one. */
  record Epoch(double loss, double accuracy, double validationLoss, double validationAccuracy) {}

  /** A fitted network. */
  static final class Fitted {
    private final byte[] weights;
    private final ModelManifest.Normalization normalization;
    private final int epochs;
    private final List<Epoch> curve;
    private final float temperature;
    private final int validationVoices;

    private Fitted(
        byte[] weights,
        ModelManifest.Normalization normalization,
        int epochs,
        List<Epoch> curve,
        float temperature,
        int validationVoices) {
      this.weights = weights;
      this.normalization = normalization;
      this.epochs = epochs;
      this.curve = curve;
      this.temperature = temperature;
      this.validationVoices = validationVoices;
    }

    /** In safetensors format. */
    byte[] weights() {
      return weights;
    }

    ModelManifest.Normalization normalization() {
      return normalization;
    }

    /** Number of epochs that the weights have seen. */
    int epochs() {
      return epochs;
    }

    List<Epoch> curve() {
      return curve;
    }

    /** Fitted on the validation part; 1 without one. */
    float temperature() {
      return temperature;
    }

    /** How many voices were kept aside as a whole; 0 if the validation part has known voices. */
    int validationVoices() {
      return validationVoices;
    }
  }

  /** Windows as they come from the clips; normalised where a batch is made of them. */
  private static final class Examples {
    private final List<float[]> windows = new ArrayList<>();
    private final float[] labels;

    /** Corpus and label of each. */
    private final String[] groups;

    private final float[] mean;
    private final float[] deviation;

    Examples(List<Clip> clips, List<String> labelNames, ModelManifest.Normalization by) {
      int count = clips.stream().mapToInt(clip -> clip.windows().size()).sum();
      mean = by.meanArray();
      deviation = by.deviationArray();
      labels = new float[count];
      groups = new String[count];
      for (Clip clip : clips) {
        for (float[] window : clip.windows()) {
          labels[windows.size()] = labelNames.indexOf(clip.label());
          groups[windows.size()] = clip.corpus() + "/" + clip.label();
          windows.add(window);
        }
      }
    }

    int count() {
      return labels.length;
    }

    /**
     * Features {@code [rows, features]} and labels {@code [rows]} of the rows from one to another.
     */
    NDList batch(NDManager manager, int[] order, int from, int to) {
      int featureCount = mean.length;
      float[] x = new float[(to - from) * featureCount];
      float[] y = new float[to - from];
      for (int i = from; i < to; i++) {
        float[] window = windows.get(order[i]);
        for (int k = 0; k < featureCount; k++) {
          x[(i - from) * featureCount + k] = (window[k] - mean[k]) / deviation[k];
        }
        y[i - from] = labels[order[i]];
      }
      return new NDList(manager.create(x, new Shape(to - from, featureCount)), manager.create(y));
    }
  }

  private final Settings settings;
  private final List<String> labels;
  private final EpochSource source;
  private final PrintWriter log;

  FcnnTrainer(Settings settings, List<String> labels, EpochSource source, PrintWriter log) {
    this.settings = settings;
    this.labels = labels;
    this.source = source;
    this.log = log;
  }

  /**
   * Fits on the clips but a validation part, until that part's loss has not improved for as many
   * epochs as patience allows; gives the weights of the best epoch.
   */
  Fitted fit(String task, List<Clip> clips) throws IOException {
    Validation parts =
        new Validation(clips, settings.hyperparameters().validationShare(), settings.seed());
    if (parts.fit().isEmpty() || parts.aside().isEmpty()) {
      throw new CorpusException(
          "%d recordings are too few to train on: each label needs two or more"
              .formatted(clips.size()));
    }
    return run(
        task, parts.fit(), parts.aside(), settings.hyperparameters().maxEpochs(), parts.voices());
  }

  /** Fits on all of the clips for a number of epochs. */
  Fitted fitAll(String task, List<Clip> clips, int epochs) throws IOException {
    return run(task, clips, List.of(), epochs, 0);
  }

  /**
   * What a new listener needs: the same as training's own fit, but with the mean of the speakers'
   * means and the deviation within speakers where vectors are adapted to who speaks.
   */
  ModelManifest.Normalization normalizationFor(List<Clip> clips) throws IOException {
    Adaptation adaptation = settings.adaptation();
    ModelManifest.Normalization all =
        adaptation.mode() == Adaptation.Mode.NONE
            ? normalization(clips)
            : normalizationWithin(Adaptation.byVoice(clips));
    return new ModelManifest.Normalization(
        all.mean(),
        all.deviation(),
        adaptation.mode() == Adaptation.Mode.RUNNING
            ? ModelManifest.Normalization.RUNNING
            : ModelManifest.Normalization.NONE,
        adaptation.n0(),
        adaptation.minVoicedShare());
  }

  /**
   * The clips as the network gets them in training. With {@code running}, each speaker's clips are
   * presented twice: as a call in random order from a cold start, and as at the end of a very long
   * call, so that the network knows the beginning of calls and what they come to.
   */
  private List<Clip> presented(List<Clip> clips, Population population) throws IOException {
    List<Clip> presented = new ArrayList<>();
    Adaptation adaptation = settings.adaptation();
    adaptation
        .apply(clips, population, settings.seed())
        .forEach(heard -> presented.add(heard.clip()));
    if (adaptation.mode() == Adaptation.Mode.RUNNING) {
      adaptation
          .with(Adaptation.Mode.SPEAKER)
          .apply(clips, population, settings.seed())
          .forEach(heard -> presented.add(heard.clip()));
    }
    return presented;
  }

  private Fitted run(
      String task, List<Clip> train, List<Clip> validation, int maxEpochs, int validationVoices)
      throws IOException {
    ModelManifest.Normalization normalization = normalizationFor(train);
    Population population = normalization.population();
    Examples stop =
        new Examples(
            settings.adaptation().apply(validation, population, settings.seed()).stream()
                .map(Adaptation.Heard::clip)
                .toList(),
            labels,
            normalization);
    ModelManifest.Hyperparameters hyper = settings.hyperparameters();
    Engine engine = Torch.start();
    engine.setRandomSeed((int) settings.seed());
    Random random = new Random(settings.seed());

    try (Model model = Model.newInstance(task, Device.cpu(), Torch.ENGINE)) {
      SequentialBlock network = Fcnn.forTraining(settings.architecture(), labels.size());
      network.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
      model.setBlock(network);
      DefaultTrainingConfig config =
          new DefaultTrainingConfig(
                  hyper.labelSmoothing() == 0
                      ? Loss.softmaxCrossEntropyLoss()
                      : new SoftmaxCrossEntropyLoss("SmoothedLoss", 1, -1, false, true))
              .optDevices(new Device[] {Device.cpu()})
              .optOptimizer(
                  Optimizer.adamW()
                      .optLearningRateTracker(Tracker.fixed(hyper.learningRate()))
                      .optWeightDecays(hyper.weightDecay())
                      .build());
      try (Trainer trainer = model.newTrainer(config);
          Progress progress = new Progress(task, maxEpochs, log);
          Ahead ahead = new Ahead(train)) {
        trainer.initialize(new Shape(hyper.batchSize(), normalization.mean().size()));
        List<Clip> heard = null;
        Examples examples = null;
        List<Epoch> curve = new ArrayList<>();
        byte[] best = null;
        float[] bestLogits = new float[0];
        double bestLoss = Double.POSITIVE_INFINITY;
        int bestEpoch = 0;
        for (int epoch = 1; epoch <= maxEpochs; epoch++) {
          List<Clip> before = heard;
          heard = ahead.clips(epoch, maxEpochs);
          if (heard != before) {
            examples = new Examples(presented(heard, population), labels, normalization);
          }
          int[] order =
              hyper.balanced()
                  ? balancedOrder(examples.groups, random)
                  : order(examples.count(), random);
          double[] fitted = epoch(trainer, examples, order);
          float[] logits = stop.count() == 0 ? new float[0] : logits(trainer, stop);
          double loss =
              stop.count() == 0 ? Double.NaN : Temperature.crossEntropy(logits, stop.labels, 1);
          curve.add(
              new Epoch(
                  fitted[0],
                  fitted[1],
                  loss,
                  stop.count() == 0
                      ? Double.NaN
                      : correct(logits, stop.labels) / (double) stop.count()));
          progress.step();
          if (loss < bestLoss) {
            bestLoss = loss;
            bestEpoch = epoch;
            bestLogits = logits;
            best = WeightsFile.encode(network);
          } else if (epoch - bestEpoch >= hyper.patience() && stop.count() > 0) {
            break;
          }
        }
        return best == null
            ? new Fitted(WeightsFile.encode(network), normalization, maxEpochs, curve, 1, 0)
            : new Fitted(
                best,
                normalization,
                bestEpoch,
                curve,
                temperature(Temperature.fit(bestLogits, stop.labels), validationVoices),
                validationVoices);
      }
    }
  }

  /** Has the source make the next epoch's clips while the network is fitted on this one's. */
  private final class Ahead implements AutoCloseable {
    private final ExecutorService thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "epoch-source");
              thread.setDaemon(true);
              return thread;
            });
    private final List<Clip> train;
    private Future<List<Clip>> next;

    Ahead(List<Clip> train) {
      this.train = train;
      ask(1);
    }

    private void ask(int epoch) {
      next = thread.submit(() -> source.clips(train, epoch));
    }

    List<Clip> clips(int epoch, int maxEpochs) throws IOException {
      try {
        List<Clip> clips = next.get();
        if (epoch < maxEpochs) {
          ask(epoch + 1);
        }
        return clips;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the training was interrupted");
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException cause) {
          throw cause;
        }
        throw new IllegalStateException(e.getCause());
      }
    }

    @Override
    public void close() {
      thread.shutdownNow();
    }
  }

  /** What fits voices that were trained on is no reason to be surer of new ones. */
  private static float temperature(float fitted, int validationVoices) {
    return validationVoices > 0 ? fitted : Math.max(1, fitted);
  }

  /** Trains on each example once; gives the mean loss and the share recognised on the way. */
  private double[] epoch(Trainer trainer, Examples examples, int[] order) {
    int batchSize = settings.hyperparameters().batchSize();
    double loss = 0;
    double correct = 0;
    for (int from = 0; from < examples.count(); from += batchSize) {
      int to = Math.min(from + batchSize, examples.count());
      try (NDManager manager = trainer.getManager().newSubManager()) {
        NDList batch = examples.batch(manager, order, from, to);
        try (GradientCollector gradients = trainer.newGradientCollector()) {
          NDList output = trainer.forward(new NDList(batch.get(0)));
          NDArray batchLoss = trainer.getLoss().evaluate(new NDList(target(batch.get(1))), output);
          gradients.backward(batchLoss);
          loss += batchLoss.getFloat() * (to - from);
          correct += correct(output.singletonOrThrow().toFloatArray(), batch.get(1).toFloatArray());
          output.attach(manager);
          batchLoss.attach(manager);
        }
        trainer.step();
      }
    }
    return new double[] {loss / examples.count(), correct / examples.count()};
  }

  /** The labels, or with smoothing a row of probabilities for each (Szegedy et al. 2016). */
  private NDArray target(NDArray rows) {
    float smoothing = settings.hyperparameters().labelSmoothing();
    return smoothing == 0
        ? rows
        : rows.oneHot(labels.size()).mul(1 - smoothing).add(smoothing / labels.size());
  }

  /** The network's outputs, {@code [row][labels]}, row by row. */
  private static float[] logits(Trainer trainer, Examples examples) {
    int[] order = new int[examples.count()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    try (NDManager manager = trainer.getManager().newSubManager()) {
      NDList batch = examples.batch(manager, order, 0, order.length);
      NDList output = trainer.evaluate(new NDList(batch.get(0)));
      output.attach(manager);
      return output.singletonOrThrow().toFloatArray();
    }
  }

  private static long correct(float[] scores, float[] actual) {
    int labelCount = scores.length / actual.length;
    long correct = 0;
    for (int row = 0; row < actual.length; row++) {
      int best = EmotionScores.indexOfMax(scores, row * labelCount, labelCount);
      if (best == (int) actual[row]) {
        correct++;
      }
    }
    return correct;
  }

  /**
   * As many examples as there are, drawn so that each label of each corpus comes up as often as any
   * other.
   */
  static int[] balancedOrder(String[] groups, Random random) {
    Map<String, List<Integer>> byGroup = new TreeMap<>();
    for (int i = 0; i < groups.length; i++) {
      byGroup.computeIfAbsent(groups[i], name -> new ArrayList<>()).add(i);
    }
    List<List<Integer>> members = List.copyOf(byGroup.values());
    int[] order = new int[groups.length];
    for (int i = 0; i < order.length; i++) {
      List<Integer> group = members.get(random.nextInt(members.size()));
      order[i] = group.get(random.nextInt(group.size()));
    }
    return order;
  }

  private static int[] order(int count, Random random) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /**
   * The mean of the speakers' means, and the root of the mean of their variances: every speaker
   * weighs the same.
   */
  static ModelManifest.Normalization normalizationWithin(Map<String, List<Clip>> byVoice) {
    int featureCount = byVoice.values().iterator().next().get(0).windows().get(0).length;
    double[] means = new double[featureCount];
    double[] variances = new double[featureCount];
    for (List<Clip> ofVoice : byVoice.values()) {
      ModelManifest.Normalization own = normalization(ofVoice);
      for (int i = 0; i < featureCount; i++) {
        means[i] += own.mean().get(i) / byVoice.size();
        variances[i] += Math.pow(own.deviation().get(i), 2) / byVoice.size();
      }
    }
    List<Float> mean = new ArrayList<>();
    List<Float> deviation = new ArrayList<>();
    for (int i = 0; i < featureCount; i++) {
      mean.add((float) means[i]);
      deviation.add((float) Math.sqrt(variances[i]));
    }
    return new ModelManifest.Normalization(mean, deviation);
  }

  /** Mean and deviation of every feature over all windows. */
  static ModelManifest.Normalization normalization(List<Clip> clips) {
    int featureCount = clips.get(0).windows().get(0).length;
    double[] sums = new double[featureCount];
    double[] squares = new double[featureCount];
    int count = 0;
    for (Clip clip : clips) {
      for (float[] window : clip.windows()) {
        for (int i = 0; i < featureCount; i++) {
          sums[i] += window[i];
        }
        count++;
      }
    }
    for (Clip clip : clips) {
      for (float[] window : clip.windows()) {
        for (int i = 0; i < featureCount; i++) {
          double distance = window[i] - sums[i] / count;
          squares[i] += distance * distance;
        }
      }
    }
    List<Float> mean = new ArrayList<>();
    List<Float> deviation = new ArrayList<>();
    for (int i = 0; i < featureCount; i++) {
      mean.add((float) (sums[i] / count));
      double value = Math.sqrt(squares[i] / count);
      // A feature that never changes tells nothing; it stays near 0 whatever comes later.
      deviation.add(value < 1e-6 ? 1f : (float) value);
    }
    return new ModelManifest.Normalization(mean, deviation);
  }
}
