package dev.speechemotion.training.fitting;

import dev.speechemotion.model.EncoderModels;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.TrainingStatistics;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.AdaptedClip;
import dev.speechemotion.training.evaluation.Calibrator;
import dev.speechemotion.training.evaluation.Calls;
import dev.speechemotion.training.evaluation.HeldOutAnswers;
import dev.speechemotion.training.linear.LinearDiscriminant;
import dev.speechemotion.training.linear.NormalizedWindows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Fits one linear map behind a pretrained encoder by {@link LinearDiscriminant}, in which each
 * label of each corpus counts the same. How sure the map may be is told by strangers: each corpus
 * is kept aside once, as a place of its own.
 */
public final class DiscriminantTrainer implements Trainer {
  private final FittingSettings settings;
  private final List<String> labels;
  private final EpochSource source;

  /**
   * @param labels in the order of the map's outputs
   * @param source of what is heard; there is one epoch
   */
  public DiscriminantTrainer(FittingSettings settings, List<String> labels, EpochSource source) {
    this.settings = settings;
    this.labels = labels;
    this.source = source;
  }

  @Override
  public ValidatedTraining fit(String task, List<LabeledClip> clips) throws IOException {
    Map<String, List<LabeledClip>> byCorpus =
        clips.stream()
            .collect(Collectors.groupingBy(LabeledClip::corpus, TreeMap::new, Collectors.toList()));
    List<ValidatedTraining> trainings = new ArrayList<>();
    for (List<LabeledClip> aside : byCorpus.values()) {
      List<LabeledClip> rest =
          clips.stream().filter(clip -> !clip.corpus().equals(aside.get(0).corpus())).toList();
      if (hasAllLabels(rest) && voices(aside) > 1) {
        trainings.add(fitHeard(rest, aside));
      }
    }
    if (trainings.isEmpty()) {
      ValidationSplit split =
          ValidationSplit.once(
              clips, settings.hyperparameters().validationShare(), settings.seed());
      if (split.aside().isEmpty() || voices(split.aside()) < 2) {
        throw new CorpusException(
            "%d recordings of %d speakers are too few to train on"
                .formatted(clips.size(), voices(clips)));
      }
      trainings.add(fitHeard(split.fit(), split.aside()));
    }
    return ValidatedTraining.together(trainings);
  }

  private boolean hasAllLabels(List<LabeledClip> clips) {
    return clips.stream().map(LabeledClip::label).distinct().count() == labels.size();
  }

  private static int voices(List<LabeledClip> clips) {
    return (int) clips.stream().map(LabeledClip::voice).distinct().count();
  }

  private ValidatedTraining fitHeard(List<LabeledClip> trainingClips, List<LabeledClip> asideClips)
      throws IOException {
    List<LabeledClip> clips = source.clips(trainingClips, 1);
    List<LabeledClip> aside = source.clips(asideClips, 1);
    ModelManifest.Normalization normalization = TrainingNormalization.of(clips, settings);
    NormalizedWindows fitted = inTraining(clips, normalization);
    TrainingStatistics statistics = statistics(fitted);
    LinearDiscriminant map = fitted.fit(statistics);
    List<LabeledClip> tested =
        settings
            .adaptation()
            .apply(aside, aside, normalization.population(), Calls.MIXED, settings.seed())
            .stream()
            .map(AdaptedClip::clip)
            .toList();
    NormalizedWindows held = new NormalizedWindows(tested, labels, normalization);
    float[] logits = held.logits(map);
    float[] ofFitted = fitted.logits(map);
    EpochResult result =
        new EpochResult(
            Calibrator.crossEntropy(ofFitted, fitted.floatLabels()),
            Examples.correct(ofFitted, fitted.floatLabels()) / (double) fitted.floatLabels().length,
            Calibrator.crossEntropy(logits, held.floatLabels()),
            Examples.correct(logits, held.floatLabels()) / (double) held.floatLabels().length);
    return new ValidatedTraining(
        network(map, normalization, statistics),
        1,
        List.of(result),
        new HeldOutAnswers(logits, held.floatLabels(), held.corpora()),
        voices(asideClips));
  }

  @Override
  public FittedNetwork fitAll(String task, List<LabeledClip> all, int epochs) throws IOException {
    List<LabeledClip> clips = source.clips(all, 1);
    ModelManifest.Normalization normalization = TrainingNormalization.of(clips, settings);
    NormalizedWindows windows = inTraining(clips, normalization);
    TrainingStatistics statistics = statistics(windows);
    return network(windows.fit(statistics), normalization, statistics);
  }

  private NormalizedWindows inTraining(
      List<LabeledClip> clips, ModelManifest.Normalization normalization) throws CorpusException {
    return new NormalizedWindows(
        settings
            .adaptation()
            .applyInTraining(clips, clips, normalization.population(), settings.seed()),
        labels,
        normalization);
  }

  private static TrainingStatistics statistics(NormalizedWindows windows) {
    return windows.statistics(clip -> clip.corpus() + "/" + clip.label());
  }

  private static FittedNetwork network(
      LinearDiscriminant map,
      ModelManifest.Normalization normalization,
      TrainingStatistics statistics) {
    return new FittedNetwork(
        EncoderModels.linearHead(map.weights(), map.bias()),
        normalization,
        1,
        Optional.of(statistics));
  }
}
