package dev.speechemotion.training.fitting;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Optimizer;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.Network;
import dev.speechemotion.model.Torch;
import dev.speechemotion.model.WeightsFile;
import dev.speechemotion.training.corpus.Progress;
import dev.speechemotion.training.corpus.TeacherAnswers;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Random;

/**
 * One fit of a network: cross-entropy, Adam, epoch by epoch until whoever looks at each says that
 * it is enough. The same settings and clips give the same weights.
 */
final class NetworkFit {
  /** Mean loss and share of windows recognized on the way through an epoch's examples. */
  record Pass(double loss, double accuracy) {}

  /** Looks at the network after each epoch. */
  interface AfterEpoch {
    /**
     * @param epoch from 1
     * @param network as it would be saved now; valid until this returns
     * @param manager for what is computed meanwhile
     * @return whether the fit goes on
     */
    boolean goesOn(int epoch, Pass pass, Network network, NDManager manager);
  }

  private static final byte[] NEW = {};

  private final FittingSettings settings;
  private final ModelManifest.Hyperparameters hyper;
  private final List<String> labels;
  private final PrintWriter log;

  /** Whether targets are probabilities, and not labels. */
  private final boolean taught;

  NetworkFit(
      FittingSettings settings, List<String> labels, TeacherAnswers answers, PrintWriter log) {
    this.settings = settings;
    this.labels = labels;
    this.log = log;
    hyper = settings.hyperparameters();
    taught = answers != TeacherAnswers.NOTHING;
  }

  /**
   * Fits a network.
   *
   * @param task in words, for people
   * @param maxEpochs at most so many
   */
  void run(String task, EpochExamples epochExamples, int maxEpochs, AfterEpoch afterEpoch)
      throws IOException {
    run(task, epochExamples, maxEpochs, NEW, afterEpoch);
  }

  /**
   * Goes on with a network.
   *
   * @param start its weights file; {@link #NEW} for a new one
   */
  void run(
      String task, EpochExamples epochExamples, int maxEpochs, byte[] start, AfterEpoch afterEpoch)
      throws IOException {
    Engine engine = Torch.start();
    engine.setRandomSeed((int) settings.seed());
    Random random = new Random(settings.seed());
    try (Model model = Model.newInstance(task, Device.cpu(), Torch.ENGINE)) {
      Network network = newNetwork();
      network.block().setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
      model.setBlock(network.block());
      LearningRate rate = new LearningRate(hyper);
      try (Trainer trainer = model.newTrainer(config(rate));
          Progress progress = new Progress(task, maxEpochs, log);
          WeightAverage average =
              new WeightAverage(network, hyper.averagedEpochs(), this::newNetwork)) {
        if (start.length > 0) {
          WeightsFile.load(start, network, trainer.getManager());
        }
        trainer.initialize(network.inputShapes(hyper.batchSize()));
        boolean goesOn = true;
        for (int epoch = 1; goesOn && epoch <= maxEpochs; epoch++) {
          Examples examples = epochExamples.of(epoch);
          int[] order =
              hyper.balanced() ? examples.balancedOrder(random) : examples.shuffledOrder(random);
          Pass pass = pass(epoch, trainer, network, examples, order, rate, random);
          if (!Double.isFinite(pass.loss())) {
            throw new IllegalStateException(
                "%s: the loss is no longer a number after epoch %d; choose a lower --learning-rate"
                    .formatted(task, epoch));
          }
          Network averaged = average.add(trainer.getManager());
          goesOn = afterEpoch.goesOn(epoch, pass, averaged, trainer.getManager());
          progress.step();
        }
      }
    }
  }

  private Network newNetwork() {
    return Network.forTraining(settings.architecture(), settings.spec(), labels.size());
  }

  private DefaultTrainingConfig config(LearningRate rate) {
    Loss loss =
        hyper.labelSmoothing() == 0 && !taught
            ? Loss.softmaxCrossEntropyLoss()
            : new SoftmaxCrossEntropyLoss("SmoothedLoss", 1, -1, false, true);
    return new DefaultTrainingConfig(loss)
        .optDevices(new Device[] {Device.cpu()})
        .optOptimizer(
            Optimizer.adamW()
                .optLearningRateTracker(rate)
                .optWeightDecays(hyper.weightDecay())
                .build());
  }

  /** Trains on each example of an epoch once. */
  private Pass pass(
      int epoch,
      Trainer trainer,
      Network network,
      Examples examples,
      int[] order,
      LearningRate rate,
      Random random) {
    int batchSize = hyper.batchSize();
    double loss = 0;
    double correct = 0;
    for (int from = 0; from < examples.count(); from += batchSize) {
      int to = Math.min(from + batchSize, examples.count());
      try (NDManager manager = trainer.getManager().newSubManager()) {
        float[] actual = repeated(examples.labels(order, from, to), network.members());
        NDArray target =
            taught
                ? manager.create(
                    repeated(
                        examples.targets(order, from, to, labels.size(), hyper.labelSmoothing()),
                        network.members()),
                    new Shape(actual.length, labels.size()))
                : target(manager.create(actual));
        NDList inputs =
            network.inputs(
                manager, examples.variedFeatures(order, from, to, hyper, random), to - from);
        try (GradientCollector gradients = trainer.newGradientCollector()) {
          NDList output = trainer.forward(inputs);
          NDArray batchLoss = trainer.getLoss().evaluate(new NDList(target), output);
          gradients.backward(batchLoss);
          loss += batchLoss.getFloat() * (to - from);
          correct +=
              Examples.correct(output.singletonOrThrow().toFloatArray(), actual)
                  / (double) network.members();
          output.attach(manager);
          batchLoss.attach(manager);
        }
        if (hyper.clipNorm() > 0) {
          clipGradient(network, hyper.clipNorm());
        }
        rate.at(epoch - 1 + from / (double) examples.count());
        trainer.step();
      }
    }
    return new Pass(loss / examples.count(), correct / examples.count());
  }

  /** The labels, or with smoothing a row of probabilities for each (Szegedy et al. 2016). */
  private NDArray target(NDArray rows) {
    float smoothing = hyper.labelSmoothing();
    return smoothing == 0
        ? rows
        : rows.oneHot(labels.size()).mul(1 - smoothing).add(smoothing / labels.size());
  }

  private static float[] repeated(float[] values, int times) {
    float[] repeated = new float[values.length * times];
    for (int at = 0; at < repeated.length; at += values.length) {
      System.arraycopy(values, 0, repeated, at, values.length);
    }
    return repeated;
  }

  /** Shortens the gradient of all weights together to the norm, if it is longer. */
  static void clipGradient(Network network, float norm) {
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
}
