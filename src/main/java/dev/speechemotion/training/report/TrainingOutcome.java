package dev.speechemotion.training.report;

import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.augmentation.Augmentation;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.evaluation.Calls;
import dev.speechemotion.training.evaluation.FeatureImportance;
import dev.speechemotion.training.evaluation.InferenceTime;
import dev.speechemotion.training.evaluation.Protocol;
import dev.speechemotion.training.experiment.Experiment;
import dev.speechemotion.training.fitting.ValidatedTraining;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All that a training gave, and the words for it that card and report share.
 *
 * @param results of the protocols; empty if none was run
 * @param stopped the training that found out when to stop
 * @param adaptation what the network was told of who spoke, or where
 * @param calls how tested speakers' clips were dealt into calls
 * @param augmentation what the training part went through
 * @param alsoThrough what the training part was also heard in
 * @param fineTuned batches that the encoder's layers learned from; 0: they are as they were
 * @param teacher whose answers were learned in place of labels: name, version and hash of its
 *     weights
 * @param importance of features, by the test clips of a protocol; empty if not measured
 * @param inferenceTime of the saved network
 * @param parameters how many numbers the network's weights are
 * @param options of the training that {@code evaluate} takes as well
 */
public record TrainingOutcome(
    ModelManifest manifest,
    Corpora corpora,
    List<Experiment.ProtocolResult> results,
    ValidatedTraining stopped,
    Adaptation.Mode adaptation,
    Calls calls,
    Augmentation augmentation,
    List<Condition> alsoThrough,
    int fineTuned,
    Optional<String> teacher,
    Optional<ProtocolImportance> importance,
    InferenceTime inferenceTime,
    int parameters,
    String options) {

  /** What the networks of a protocol depend on. */
  public record ProtocolImportance(Protocol protocol, FeatureImportance importance) {}

  /** The command that gives a protocol's figures. */
  String command(Experiment.ProtocolResult result) {
    return "evaluate --protocol "
        + result.protocol().name()
        + (result.isClean() ? "" : " --condition " + result.condition().id())
        + " "
        + options;
  }

  /** The network in words. */
  String network() {
    return manifest
        .architecture()
        .inWords(
            FeatureLayout.of(manifest.featureSpec()).windowFeatureCount(),
            manifest.labels().size());
  }

  /** What was left out, by label. */
  String leftOutText() {
    return corpora.parts().stream()
        .map(part -> (corpora.parts().size() > 1 ? part.name() + ": " : "") + part.leftOutText())
        .collect(Collectors.joining("; "));
  }

  String keptAside() {
    int folds = manifest.training().hyperparameters().validationFolds();
    if (stopped.validationVoices() > 0 && folds > 1) {
      return "each of the %d speakers once".formatted(stopped.validationVoices());
    }
    return stopped.validationVoices() > 0
        ? stopped.validationVoices() == 1 ? "one speaker" : stopped.validationVoices() + " speakers"
        : Figures.format(
            "%.0f %% of the clips", 100 * manifest.training().hyperparameters().validationShare());
  }

  /** Whether trainings stopped by what was kept aside, not at an epoch that was given. */
  private boolean stoppedEarly() {
    return manifest.training().hyperparameters().patience() > 0;
  }

  /** How long the model was trained, and what a part of the clips was kept aside for. */
  String epochsText() {
    int epochs = manifest.training().epochs();
    int folds = manifest.training().hyperparameters().validationFolds();
    String trainings = folds > 1 ? folds + " trainings" : "a training";
    if (teacher.isPresent()) {
      return "%d epochs. What was learned are the answers of model %s, in place of labels."
          .formatted(epochs, teacher.get());
    }
    if (manifest.architecture().linear()) {
      return "It is fitted at once, without epochs; %s that kept %s aside calibrated the probabilities."
          .formatted(trainings, keptAside());
    }
    return stoppedEarly()
        ? "%d epochs, as many as were best%s in %s that kept %s aside to decide when to stop."
            .formatted(epochs, folds > 1 ? " in the mean" : "", trainings, keptAside())
        : "%d epochs, as many as `--epochs` says; %s that kept %s aside calibrated the probabilities."
            .formatted(epochs, trainings, keptAside());
  }

  /** After which epoch the trainings of the protocols were tested. */
  String testedEpochText() {
    return stoppedEarly()
        ? "tested after the epoch whose loss was least on what was kept aside of the training part"
        : "tested after the last epoch; what was kept aside of the training part only calibrated";
  }

  String normalizationText() {
    ModelManifest.Normalization normalization = manifest.normalization();
    String limit =
        normalization.limit() == 0
            ? ""
            : " What is further than %s deviations from the training's mean counts as %s."
                .formatted(
                    Figures.plain(normalization.limit()), Figures.plain(normalization.limit()));
    return (normalization.adaptedTo().isPresent()
            ? "Features are adapted to each call and channel: mean and deviation of what was heard so far, shrunk towards the training's (n0 = %s windows%s; windows with less than %s %% of speech don't count)."
                .formatted(
                    Figures.plain(normalization.n0()),
                    n0ByFeatureText(normalization.n0ByFeature()),
                    Figures.plain(Math.round(100 * normalization.minSpeechShare())))
            : adaptation == Adaptation.Mode.SITE
                ? "Features are normalized by mean and deviation of the place, all of its speakers together: in training each corpus's own, in tests those of the other half of the tested corpus's speakers, without labels. As it is saved, the model has the mean of the training corpora's."
                : "Features are normalized by mean and deviation of the training clips.")
        + limit
        + withoutText();
  }

  private String withoutText() {
    List<String> without = manifest.training().hyperparameters().without();
    return without.isEmpty()
        ? ""
        : " The network is told nothing of values whose names begin with %s."
            .formatted(String.join(", ", without));
  }

  private static String n0ByFeatureText(List<Float> n0ByFeature) {
    if (n0ByFeature.isEmpty()) {
      return "";
    }
    List<Float> sorted = n0ByFeature.stream().sorted().toList();
    return Figures.format(
        ", for the mean by feature %.1f to %.1f, median %.1f",
        sorted.get(0), sorted.get(sorted.size() - 1), sorted.get(sorted.size() / 2));
  }

  String calibrationText() {
    if (teacher.isPresent()) {
      return Figures.format(
          "Probabilities are as the network learned them from its teacher's, which are calibrated. Results with a confidence below %.2f are called uncertain.",
          manifest.calibration().uncertainBelow());
    }
    String heldOut =
        stopped.validationVoices() > 0
            ? keptAside()
                + " kept aside, by networks that had not heard them"
                + (fineTuned > 0 ? ", behind the encoder as it was before" : "")
            : "clips that were kept aside, of speakers that were trained on: the probabilities are too high for new voices";
    return Figures.format(
        "Probabilities are calibrated with a temperature of %.2f and a doubt of %.2f, fitted on %s. Results with a confidence below %.2f are called uncertain.",
        manifest.calibration().temperature(),
        manifest.calibration().doubt(),
        heldOut,
        manifest.calibration().uncertainBelow());
  }

  /** What a reader must know who sees the figures side by side. */
  String readingOfFigures() {
    Set<Protocol.Kind> kinds =
        results.stream().map(result -> result.protocol().kind()).collect(Collectors.toSet());
    return "\n"
        + meaningOf(kinds)
        + (kinds.contains(Protocol.Kind.CROSS_CORPUS)
            ? ""
            : " `cross-corpus`, which tests on a place that was never heard, was not measured; it takes two corpora of speech.")
        + (calls == Calls.MIXED ? "" : " " + callsText())
        + "\n";
  }

  private static String meaningOf(Set<Protocol.Kind> kinds) {
    if (kinds.contains(Protocol.Kind.POOLED_SPEAKER)
        || kinds.contains(Protocol.Kind.CROSS_CORPUS)) {
      return "All of these test on voices that the model has never heard"
          + (kinds.contains(Protocol.Kind.CROSS_CORPUS)
              ? "; `cross-corpus` also on a room, a microphone and a language that it has never heard"
              : "")
          + ".";
    }
    if (!kinds.contains(Protocol.Kind.SPEAKER)) {
      return "The speakers of the test clips were heard in training, so this says nothing about a voice"
          + " that is new.";
    }
    return "Only the speaker protocol says what to expect of a voice that the model has never heard; the"
        + " others test on voices that it knows.";
  }

  private String callsText() {
    return calls == Calls.ONE_MOOD
        ? "Tested speakers have one mood in a call."
        : "Tested speakers are neutral for seven tenths of a call and have one other mood in it; neutral clips are drawn for that.";
  }

  String augmentationText() {
    return fineTuningText()
        + changesText()
        + (alsoThrough.isEmpty()
            ? ""
            : " Each was also heard in other conditions (%s), as in a corpus of its own."
                .formatted(
                    alsoThrough.stream().map(Condition::id).collect(Collectors.joining(", "))));
  }

  private String fineTuningText() {
    return fineTuned == 0
        ? ""
        : "The layers of the pretrained encoder learned too, from %d batches of 32 windows in which bands and time were stretched, bands masked, and the noise floor raised. "
            .formatted(fineTuned);
  }

  private String changesText() {
    if (augmentation.parts().isEmpty()) {
      return "Training recordings were not changed.";
    }
    return Figures.format(
        "Training recordings, and no others, were changed anew in each epoch, in %d versions: %s.",
        augmentation.versions(),
        augmentation.parts().stream()
            .sorted()
            .map(part -> part.name().toLowerCase(Locale.ROOT) + " (" + part.meaning() + ")")
            .collect(Collectors.joining(", ")));
  }
}
