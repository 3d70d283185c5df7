package dev.speechemotion.training.fitting;

import ai.djl.ndarray.NDManager;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.Network;
import dev.speechemotion.model.WeightsFile;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.TeacherAnswers;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains networks of the same settings: on a part of the clips, to find out for how many epochs and
 * how sure the network may be, or on all of them, when that is known.
 */
public final class NetworkTrainer implements Trainer {
  private final FittingSettings settings;
  private final List<String> labels;
  private final EpochSource source;
  private final TeacherAnswers taught;
  private final NetworkFit fit;

  /**
   * @param labels in the order of the network's outputs
   */
  public NetworkTrainer(
      FittingSettings settings, List<String> labels, EpochSource source, PrintWriter log) {
    this(settings, labels, source, TeacherAnswers.NOTHING, log);
  }

  /**
   * @param labels in the order of the network's outputs
   * @param taught what is learned in place of labels
   */
  public NetworkTrainer(
      FittingSettings settings,
      List<String> labels,
      EpochSource source,
      TeacherAnswers taught,
      PrintWriter log) {
    this.settings = settings;
    this.labels = labels;
    this.source = source;
    this.taught = taught;
    fit = new NetworkFit(settings, labels, taught, log);
  }

  /**
   * Fits on the clips but a validation part, until that part's loss has not improved for as many
   * epochs as patience allows; gives the weights of the best epoch. With a patience of 0 it goes on
   * to the last epoch and gives that one's, and the validation part only calibrates. Where there
   * are several validation folds, it does so for each, and gives what they say together; the
   * weights are then those of one, which heard no more voices than each of the others.
   */
  @Override
  public ValidatedTraining fit(String task, List<LabeledClip> clips) throws IOException {
    ModelManifest.Hyperparameters hyper = settings.hyperparameters();
    List<ValidationSplit> folds =
        hyper.validationFolds() > 1
            ? ValidationSplit.folds(clips, hyper.validationFolds(), settings.seed())
            : List.of();
    if (folds.isEmpty()) {
      folds = List.of(ValidationSplit.once(clips, hyper.validationShare(), settings.seed()));
    }
    List<ValidatedTraining> trainings = new ArrayList<>();
    for (ValidationSplit split : folds) {
      if (split.fit().isEmpty() || split.aside().isEmpty()) {
        throw new CorpusException(
            "%d recordings are too few to train on: each label needs two or more"
                .formatted(clips.size()));
      }
      String name =
          folds.size() == 1
              ? task
              : "%s, validation %d of %d".formatted(task, trainings.size() + 1, folds.size());
      trainings.add(fit(name, split));
    }
    return trainings.size() == 1 ? trainings.get(0) : ValidatedTraining.together(trainings);
  }

  private ValidatedTraining fit(String task, ValidationSplit split) throws IOException {
    ModelManifest.Normalization normalization = normalization(split.fit());
    Examples aside =
        new Examples(
            settings
                .adaptation()
                .applyInTraining(
                    split.aside(), split.fit(), normalization.population(), settings.seed()),
            labels,
            normalization);
    ModelManifest.Hyperparameters hyper = settings.hyperparameters();
    EarlyStopping stopping = new EarlyStopping(aside, hyper.patience());
    fit(task, split.fit(), normalization, hyper.maxEpochs(), stopping);
    return stopping.training(normalization, hyper.maxEpochs(), split.voices());
  }

  @Override
  public FittedNetwork fitAll(String task, List<LabeledClip> clips, int epochs) throws IOException {
    ModelManifest.Normalization normalization = normalization(clips);
    LastEpoch last = new LastEpoch(epochs);
    fit(task, clips, normalization, epochs, last);
    return new FittedNetwork(last.weights, normalization, epochs);
  }

  private void fit(
      String task,
      List<LabeledClip> clips,
      ModelManifest.Normalization normalization,
      int maxEpochs,
      NetworkFit.AfterEpoch afterEpoch)
      throws IOException {
    try (EpochExamples examples =
        new EpochExamples(settings, labels, normalization, source, clips, taught, maxEpochs)) {
      fit.run(task, examples, maxEpochs, afterEpoch);
    }
  }

  /**
   * Of clips as they are and as the first epoch has them: where recordings are changed, the
   * population is that of both, so that a call over a bad line does not begin far from it.
   */
  private ModelManifest.Normalization normalization(List<LabeledClip> clips) throws IOException {
    List<LabeledClip> first = source.clips(clips, 1);
    if (first == clips) {
      return TrainingNormalization.of(clips, settings);
    }
    List<LabeledClip> both = new ArrayList<>(clips);
    both.addAll(first);
    return TrainingNormalization.of(both, settings);
  }

  /** Keeps the weights after the last epoch. */
  private static final class LastEpoch implements NetworkFit.AfterEpoch {
    private final int epochs;
    private byte[] weights = new byte[0];

    LastEpoch(int epochs) {
      this.epochs = epochs;
    }

    @Override
    public boolean goesOn(int epoch, NetworkFit.Pass pass, Network network, NDManager manager) {
      if (epoch == epochs) {
        weights = WeightsFile.encode(network);
      }
      return true;
    }
  }
}
