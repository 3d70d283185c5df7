package dev.speechemotion.training.fitting;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.Network;
import dev.speechemotion.model.Torch;
import dev.speechemotion.model.WeightsFile;
import dev.speechemotion.training.augmentation.SpecAugment;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Progress;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.evaluation.Calibrator;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;

/**
 * Fits the network: cross-entropy, Adam, early stopping. Every window of a clip is an example with
 * the clip's label. The same settings and clips give the same weights.
 */
public final class FcnnTrainer {
  /**
   * What the network is to be and how it is fitted.
   *
   * @param limit of what enters the network, {@link ModelManifest.Normalization#limit}
   */
  public record Settings(
      ModelManifest.Architecture architecture,
      FeatureSpec spec,
      ModelManifest.Hyperparameters hyperparameters,
      Adaptation adaptation,
      float limit,
      long seed) {
    public Settings {
      ModelManifest.Normalization.requireLimit(limit);
    }
  }

  /** Loss and share of windows recognised; those of the validation part are NaN without one. */
  public record Epoch(
      double loss, double accuracy, double validationLoss, double validationAccuracy) {}

  /** A fitted network. */
  public static final class Fitted {
    private final byte[] weights;
    private final ModelManifest.Normalization normalization;
    private final int epochs;
    private final List<Epoch> curve;

    /** Null without a validation part. */
    private final Calibrator.Answers answers;

    private final int validationVoices;

    private Fitted(
        byte[] weights,
        ModelManifest.Normalization normalization,
        int epochs,
        List<Epoch> curve,
        Calibrator.Answers answers,
        int validationVoices) {
      this.weights = weights;
      this.normalization = normalization;
      this.epochs = epochs;
      this.curve = curve;
      this.answers = answers;
      this.validationVoices = validationVoices;
    }

    /**
     * What several trainings give together that kept other voices aside: the mean of their epochs
     * and curves, what all of them answered, and the first one's weights.
     */
    private static Fitted together(List<Fitted> trainings) {
      Fitted first = trainings.get(0);
      Calibrator.Answers answers = first.answers;
      for (Fitted other : trainings.subList(1, trainings.size())) {
        answers = answers.and(other.answers);
      }
      List<Epoch> curve = new ArrayList<>();
      int longest = trainings.stream().mapToInt(one -> one.curve.size()).max().orElseThrow();
      for (int epoch = 0; epoch < longest; epoch++) {
        int index = epoch;
        List<Epoch> epochs =
            trainings.stream()
                .filter(one -> one.curve.size() > index)
                .map(one -> one.curve.get(index))
                .toList();
        curve.add(
            new Epoch(
                mean(epochs, Epoch::loss),
                mean(epochs, Epoch::accuracy),
                mean(epochs, Epoch::validationLoss),
                mean(epochs, Epoch::validationAccuracy)));
      }
      return new Fitted(
          first.weights,
          first.normalization,
          (int) Math.round(mean(trainings, Fitted::epochs)),
          curve,
          answers,
          trainings.stream().mapToInt(Fitted::validationVoices).sum());
    }

    private static <T> double mean(List<T> of, ToDoubleFunction<T> value) {
      return of.stream().mapToDouble(value).average().orElseThrow();
    }

    /** In safetensors format. */
    public byte[] weights() {
      return weights;
    }

    ModelManifest.Normalization normalization() {
      return normalization;
    }

    /** Number of epochs that the weights have seen. */
    public int epochs() {
      return epochs;
    }

    public List<Epoch> curve() {
      return curve;
    }

    /** Fitted on the validation part. */
    public Calibrator.Calibration calibration() {
      if (answers == null) {
        return Calibrator.Calibration.NONE;
      }
      Calibrator.Calibration fitted = Calibrator.fit(answers);
      // What fits voices that were trained on is no reason to be surer of new ones.
      return validationVoices > 0
          ? fitted
          : new Calibrator.Calibration(Math.max(1, fitted.temperature()), fitted.doubt());
    }

    /** How many voices were kept aside as a whole; 0 if the validation part has known voices. */
    public int validationVoices() {
      return validationVoices;
    }
  }

  /** Windows as they come from the clips; varied and normalised where a batch is made of them. */
  private static final class Examples {
    private final List<float[]> windows = new ArrayList<>();
    private final float[] labels;

    /** Corpus and label of each. */
    private final String[] groups;

    private final float[] mean;
    private final float[] deviation;
    private final float limit;

    Examples(List<LabeledClip> clips, List<String> labelNames, ModelManifest.Normalization by) {
      int count = clips.stream().mapToInt(clip -> clip.windows().size()).sum();
      mean = by.meanArray();
      deviation = by.deviationArray();
      limit = by.limit();
      labels = new float[count];
      groups = new String[count];
      for (LabeledClip clip : clips) {
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

    /** Corpus of each. */
    String[] corpora() {
      return Arrays.stream(groups)
          .map(group -> group.substring(0, group.lastIndexOf('/')))
          .toArray(String[]::new);
    }

    /**
     * Features {@code [row][windowFeatureCount]}, normalised.
     *
     * @param hyper how they are varied; null: not at all
     */
    float[] features(
        int[] order, int from, int to, ModelManifest.Hyperparameters hyper, Random random) {
      int featureCount = windows.get(0).length;
      int columns = mean.length;
      float[] x = new float[(to - from) * featureCount];
      for (int i = from; i < to; i++) {
        float[] window = windows.get(order[i]);
        int at = (i - from) * featureCount;
        if (hyper != null && hyper.warp() > 0) {
          SpecAugment.warp(window, columns, SpecAugment.factor(hyper.warp(), random), x, at);
        } else {
          System.arraycopy(window, 0, x, at, featureCount);
        }
        int row = 0;
        for (; row < featureCount && !Float.isNaN(x[at + row]); row += columns) {
          for (int k = 0; k < columns; k++) {
            x[at + row + k] =
                ModelManifest.Normalization.limited(
                    (x[at + row + k] - mean[k]) / deviation[k], limit);
          }
        }
        if (hyper != null && hyper.specAugment()) {
          SpecAugment.mask(x, at, row / columns, columns, random);
        }
      }
      return x;
    }

    float[] labels(int[] order, int from, int to) {
      float[] y = new float[to - from];
      for (int i = from; i < to; i++) {
        y[i - from] = labels[order[i]];
      }
      return y;
    }
  }

  /** In place of the deviation of a feature that is left out: whatever it is, it enters as 0. */
  private static final float LEFT_OUT = 1e9f;

  /** Windows of the validation part that go through the network together. */
  private static final int EVALUATED_AT_ONCE = 64;

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
   * epochs as patience allows; gives the weights of the best epoch. With a patience of 0 it goes on
   * to the last epoch and gives that one's, and the validation part only calibrates. Where there
   * are several validation folds, it does so for each, and gives what they say together; the
   * weights are then those of one, which heard no more voices than each of the others.
   */
  public Fitted fit(String task, List<LabeledClip> clips) throws IOException {
    ModelManifest.Hyperparameters hyper = settings.hyperparameters();
    List<ValidationSplit> folds =
        hyper.validationFolds() > 1
            ? ValidationSplit.folds(clips, hyper.validationFolds(), settings.seed())
            : List.of();
    if (folds.isEmpty()) {
      folds = List.of(ValidationSplit.once(clips, hyper.validationShare(), settings.seed()));
    }
    List<Fitted> fitted = new ArrayList<>();
    for (ValidationSplit parts : folds) {
      if (parts.fit().isEmpty() || parts.aside().isEmpty()) {
        throw new CorpusException(
            "%d recordings are too few to train on: each label needs two or more"
                .formatted(clips.size()));
      }
      String name =
          folds.size() == 1
              ? task
              : "%s, validation %d of %d".formatted(task, fitted.size() + 1, folds.size());
      fitted.add(run(name, parts.fit(), parts.aside(), hyper.maxEpochs(), parts.voices()));
    }
    return fitted.size() == 1 ? fitted.get(0) : Fitted.together(fitted);
  }

  /** Fits on all of the clips for a number of epochs. */
  public Fitted fitAll(String task, List<LabeledClip> clips, int epochs) throws IOException {
    return run(task, clips, List.of(), epochs, 0);
  }

  /**
   * What a new listener needs: the same as training's own fit, but with the mean of the speakers'
   * means and the deviation within speakers where vectors are adapted to who speaks.
   */
  ModelManifest.Normalization normalizationFor(List<LabeledClip> clips) throws IOException {
    Adaptation adaptation = settings.adaptation();
    ModelManifest.Normalization all =
        adaptation.mode() == Adaptation.Mode.NONE
            ? PopulationStatistics.overall(clips, settings.spec().windowColumnCount())
            : PopulationStatistics.withinVoices(
                Adaptation.byVoice(clips), settings.spec().windowColumnCount());
    return new ModelManifest.Normalization(
        all.mean(),
        leavingOut(all.deviation()),
        adaptation.mode() == Adaptation.Mode.RUNNING
            ? ModelManifest.Normalization.RUNNING
            : ModelManifest.Normalization.NONE,
        adaptation.n0(),
        adaptation.mode() == Adaptation.Mode.NONE || adaptation.n0Factor() == 0
            ? List.of()
            : PopulationStatistics.priorWindows(
                Adaptation.byVoice(clips), all, adaptation.n0Factor()),
        adaptation.minVoicedShare(),
        settings.limit());
  }

  private List<Float> leavingOut(List<Float> deviations) {
    List<String> names = settings.spec().windowFeatureNames();
    List<Float> left = new ArrayList<>(deviations);
    for (int i = 0; i < left.size(); i++) {
      if (settings.hyperparameters().without().stream().anyMatch(names.get(i)::startsWith)) {
        left.set(i, LEFT_OUT);
      }
    }
    return left;
  }

  /**
   * The clips as the network gets them in training. With {@code running}, each speaker's clips are
   * presented twice: as a call from a cold start, in an order that each epoch has of its own, and
   * as at the end of a very long call, so that the network knows the beginning of calls and what
   * they come to.
   */
  private List<LabeledClip> presented(List<LabeledClip> clips, Population population, int epoch)
      throws IOException {
    List<LabeledClip> presented = new ArrayList<>();
    Adaptation adaptation = settings.adaptation();
    adaptation
        .apply(clips, population, settings.seed() + epoch)
        .forEach(heard -> presented.add(heard.clip()));
    if (adaptation.mode() == Adaptation.Mode.RUNNING) {
      adaptation
          .with(Adaptation.Mode.SPEAKER)
          .apply(clips, population, settings.seed())
          .forEach(heard -> presented.add(heard.clip()));
    }
    return presented;
  }

  /**
   * Clips as they are and as the first epoch has them: where recordings are changed, the population
   * is that of both, so that a call over a bad line does not begin far from it.
   */
  private List<LabeledClip> asHeard(List<LabeledClip> train) throws IOException {
    List<LabeledClip> first = source.clips(train, 1);
    if (first == train) {
      return train;
    }
    List<LabeledClip> both = new ArrayList<>(train);
    both.addAll(first);
    return both;
  }

  private Fitted run(
      String task,
      List<LabeledClip> train,
      List<LabeledClip> validation,
      int maxEpochs,
      int validationVoices)
      throws IOException {
    ModelManifest.Normalization normalization = normalizationFor(asHeard(train));
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
      Network network =
          Network.forTraining(settings.architecture(), settings.spec(), labels.size());
      network.block().setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
      model.setBlock(network.block());
      Steps steps = new Steps();
      DefaultTrainingConfig config =
          new DefaultTrainingConfig(
                  hyper.labelSmoothing() == 0
                      ? Loss.softmaxCrossEntropyLoss()
                      : new SoftmaxCrossEntropyLoss("SmoothedLoss", 1, -1, false, true))
              .optDevices(new Device[] {Device.cpu()})
              .optOptimizer(
                  Optimizer.adamW()
                      .optLearningRateTracker(steps)
                      .optWeightDecays(hyper.weightDecay())
                      .build());
      try (Trainer trainer = model.newTrainer(config);
          Progress progress = new Progress(task, maxEpochs, log);
          Ahead ahead = new Ahead(train);
          LastWeights last = new LastWeights(network, hyper.averagedEpochs())) {
        trainer.initialize(network.inputShapes(hyper.batchSize()));
        Network averaged = network;
        List<LabeledClip> heard = null;
        Examples examples = null;
        List<Epoch> curve = new ArrayList<>();
        byte[] best = null;
        float[] bestLogits = new float[0];
        double bestLoss = Double.POSITIVE_INFINITY;
        int bestEpoch = 0;
        for (int epoch = 1; epoch <= maxEpochs; epoch++) {
          List<LabeledClip> before = heard;
          heard = ahead.clips(epoch, maxEpochs);
          if (heard != before || settings.adaptation().mode() == Adaptation.Mode.RUNNING) {
            examples = new Examples(presented(heard, population, epoch), labels, normalization);
          }
          int[] order =
              hyper.balanced()
                  ? balancedOrder(examples.groups, random)
                  : order(examples.count(), random);
          double[] fitted = epoch(trainer, network, examples, order, steps.epoch(epoch), random);
          if (!Double.isFinite(fitted[0])) {
            throw new IllegalStateException(
                "%s: the loss is no longer a number after epoch %d; choose a lower --learning-rate"
                    .formatted(task, epoch));
          }
          averaged = last.add(trainer.getManager());
          float[] logits =
              stop.count() == 0 ? new float[0] : logits(trainer.getManager(), averaged, stop);
          double loss =
              stop.count() == 0 ? Double.NaN : Calibrator.crossEntropy(logits, stop.labels);
          curve.add(
              new Epoch(
                  fitted[0],
                  fitted[1],
                  loss,
                  stop.count() == 0
                      ? Double.NaN
                      : correct(logits, stop.labels) / (double) stop.count()));
          progress.step();
          if (loss < bestLoss || hyper.patience() == 0 && stop.count() > 0) {
            bestLoss = loss;
            bestEpoch = epoch;
            bestLogits = logits;
            best = WeightsFile.encode(averaged);
          } else if (epoch - bestEpoch >= hyper.patience() && stop.count() > 0) {
            break;
          }
        }
        return best == null
            ? new Fitted(WeightsFile.encode(averaged), normalization, maxEpochs, curve, null, 0)
            : new Fitted(
                best,
                normalization,
                bestEpoch,
                curve,
                new Calibrator.Answers(bestLogits, stop.labels, stop.corpora()),
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
    private final List<LabeledClip> train;
    private Future<List<LabeledClip>> next;

    Ahead(List<LabeledClip> train) {
      this.train = train;
      ask(1);
    }

    private void ask(int epoch) {
      next = thread.submit(() -> source.clips(train, epoch));
    }

    List<LabeledClip> clips(int epoch, int maxEpochs) throws IOException {
      try {
        List<LabeledClip> clips = next.get();
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

  /** Trains on each example once; gives the mean loss and the share recognised on the way. */
  private double[] epoch(
      Trainer trainer,
      Network network,
      Examples examples,
      int[] order,
      Steps steps,
      Random random) {
    ModelManifest.Hyperparameters hyper = settings.hyperparameters();
    int batchSize = hyper.batchSize();
    double loss = 0;
    double correct = 0;
    for (int from = 0; from < examples.count(); from += batchSize) {
      int to = Math.min(from + batchSize, examples.count());
      try (NDManager manager = trainer.getManager().newSubManager()) {
        float[] actual = repeated(examples.labels(order, from, to), network.members());
        NDList inputs =
            network.inputs(manager, examples.features(order, from, to, hyper, random), to - from);
        try (GradientCollector gradients = trainer.newGradientCollector()) {
          NDList output = trainer.forward(inputs);
          NDArray batchLoss =
              trainer.getLoss().evaluate(new NDList(target(manager.create(actual))), output);
          gradients.backward(batchLoss);
          loss += batchLoss.getFloat() * (to - from);
          correct +=
              correct(output.singletonOrThrow().toFloatArray(), actual)
                  / (double) network.members();
          output.attach(manager);
          batchLoss.attach(manager);
        }
        if (hyper.clipNorm() > 0) {
          clip(network, hyper.clipNorm());
        }
        steps.at(from / (double) examples.count());
        trainer.step();
      }
    }
    return new double[] {loss / examples.count(), correct / examples.count()};
  }

  /** Shortens the gradient of all weights together to the norm, if it is longer. */
  static void clip(Network network, float norm) {
    try (NDList gradients = new NDList()) {
      double squares = 0;
      for (Parameter parameter : network.parameters().values()) {
        if (parameter.requiresGradient()) {
          NDArray gradient = parameter.getArray().getGradient();
          gradients.add(gradient);
          try (NDArray square = gradient.square();
              NDArray sum = square.sum()) {
            squares += sum.getFloat();
          }
        }
      }
      double length = Math.sqrt(squares);
      if (length > norm) {
        gradients.forEach(gradient -> gradient.muli(norm / length));
      }
    }
  }

  /** The learning rate over the training. */
  private final class Steps implements Tracker {
    private int epoch;
    private float rate;

    /** The steps of an epoch, from 1. */
    Steps epoch(int epoch) {
      this.epoch = epoch;
      return this;
    }

    /** The next step is where so much of the epoch, 0 to 1, is done. */
    void at(double done) {
      rate = rate(settings.hyperparameters(), epoch - 1 + done);
    }

    @Override
    public float getNewValue(int update) {
      return rate;
    }
  }

  /**
   * The learning rate.
   *
   * @param epochs how many are done
   */
  static float rate(ModelManifest.Hyperparameters hyper, double epochs) {
    double rate = hyper.learningRate();
    if (epochs < hyper.warmUpEpochs()) {
      // Not quite 0 at the first step.
      return (float) (rate * (epochs + 0.01) / (hyper.warmUpEpochs() + 0.01));
    }
    if (hyper.schedule().equals(ModelManifest.Hyperparameters.COSINE)) {
      double falling = Math.max(1, hyper.maxEpochs() - hyper.warmUpEpochs());
      double done = Math.min(1, (epochs - hyper.warmUpEpochs()) / falling);
      rate *= 0.5 * (1 + Math.cos(Math.PI * done));
    }
    return (float) rate;
  }

  /** The weights after the last epochs, and a network that has their mean. */
  private final class LastWeights implements AutoCloseable {
    private final Network network;
    private final int epochs;
    private final Deque<Map<String, float[]>> last = new ArrayDeque<>();
    private NDManager manager;

    LastWeights(Network network, int epochs) {
      this.network = network;
      this.epochs = epochs;
    }

    /**
     * Takes those that the network has, and gives a network with the mean, in which running means
     * and variances count like weights; valid until the next call.
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
      manager = parent.newSubManager();
      Network averaged =
          Network.forTraining(settings.architecture(), settings.spec(), labels.size());
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
      if (manager != null) {
        manager.close();
      }
    }
  }

  /** The labels, or with smoothing a row of probabilities for each (Szegedy et al. 2016). */
  private NDArray target(NDArray rows) {
    float smoothing = settings.hyperparameters().labelSmoothing();
    return smoothing == 0
        ? rows
        : rows.oneHot(labels.size()).mul(1 - smoothing).add(smoothing / labels.size());
  }

  /** The network's outputs, {@code [row][labels]}, row by row. */
  private static float[] logits(NDManager parent, Network network, Examples examples) {
    int[] order = new int[examples.count()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    float[] logits = new float[0];
    for (int from = 0; from < order.length; from += EVALUATED_AT_ONCE) {
      int to = Math.min(order.length, from + EVALUATED_AT_ONCE);
      try (NDManager manager = parent.newSubManager()) {
        NDList output =
            network
                .block()
                .forward(
                    new ParameterStore(manager, false),
                    network.inputs(
                        manager, examples.features(order, from, to, null, null), to - from),
                    false);
        output.attach(manager);
        float[] some = output.singletonOrThrow().toFloatArray();
        logits = Arrays.copyOf(logits, logits.length + some.length);
        System.arraycopy(some, 0, logits, logits.length - some.length, some.length);
      }
    }
    return logits;
  }

  private static float[] repeated(float[] values, int times) {
    float[] repeated = new float[values.length * times];
    for (int at = 0; at < repeated.length; at += values.length) {
      System.arraycopy(values, 0, repeated, at, values.length);
    }
    return repeated;
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
}
