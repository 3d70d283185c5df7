package dev.speechemotion.training.fitting;

import dev.speechemotion.model.EncoderModels;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.AdaptedClip;
import dev.speechemotion.training.evaluation.Calibrator;
import dev.speechemotion.training.evaluation.Calls;
import dev.speechemotion.training.evaluation.HeldOutAnswers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Fits one linear map behind a pretrained encoder by {@link LinearDiscriminant}, in which each
 * label of each corpus counts the same. How sure the map may be is told by strangers: each corpus
 * is kept aside once, as a place of its own.
 */
public final class DiscriminantTrainer implements Trainer {
  private static final double SHRINKAGE = 0.5;

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
    Vectors fitted = inTraining(clips, normalization);
    LinearDiscriminant map = fit(fitted);
    List<LabeledClip> tested =
        settings
            .adaptation()
            .apply(aside, aside, normalization.population(), Calls.MIXED, settings.seed())
            .stream()
            .map(AdaptedClip::clip)
            .toList();
    Vectors held = new Vectors(tested, normalization);
    float[] logits = held.logits(map);
    float[] ofFitted = fitted.logits(map);
    EpochResult result =
        new EpochResult(
            Calibrator.crossEntropy(ofFitted, fitted.floatLabels()),
            Examples.correct(ofFitted, fitted.floatLabels()) / (double) fitted.labels.length,
            Calibrator.crossEntropy(logits, held.floatLabels()),
            Examples.correct(logits, held.floatLabels()) / (double) held.labels.length);
    return new ValidatedTraining(
        network(map, normalization),
        1,
        List.of(result),
        new HeldOutAnswers(logits, held.floatLabels(), held.corpora()),
        voices(asideClips));
  }

  @Override
  public FittedNetwork fitAll(String task, List<LabeledClip> all, int epochs) throws IOException {
    List<LabeledClip> clips = source.clips(all, 1);
    ModelManifest.Normalization normalization = TrainingNormalization.of(clips, settings);
    return network(fit(inTraining(clips, normalization)), normalization);
  }

  private Vectors inTraining(List<LabeledClip> clips, ModelManifest.Normalization normalization)
      throws CorpusException {
    return new Vectors(
        settings
            .adaptation()
            .applyInTraining(clips, clips, normalization.population(), settings.seed()),
        normalization);
  }

  private LinearDiscriminant fit(Vectors vectors) {
    return LinearDiscriminant.fit(
        vectors.values, vectors.labels, vectors.masses(), labels.size(), SHRINKAGE);
  }

  private static FittedNetwork network(
      LinearDiscriminant map, ModelManifest.Normalization normalization) {
    return new FittedNetwork(EncoderModels.linearHead(map.weights(), map.bias()), normalization, 1);
  }

  /** The windows of clips, normalized. */
  private final class Vectors {
    private final float[][] values;
    private final int[] labels;

    /** Corpus of each, and its corpus and label. */
    private final String[] corpora;

    private final String[] groups;

    Vectors(List<LabeledClip> clips, ModelManifest.Normalization by) {
      float[] mean = by.meanArray();
      float[] deviation = by.deviationArray();
      int count = clips.stream().mapToInt(clip -> clip.windows().size()).sum();
      values = new float[count][mean.length];
      labels = new int[count];
      corpora = new String[count];
      groups = new String[count];
      int at = 0;
      for (LabeledClip clip : clips) {
        for (float[] window : clip.windows()) {
          for (int i = 0; i < mean.length; i++) {
            values[at][i] =
                ModelManifest.Normalization.limited(
                    (window[i] - mean[i]) / deviation[i], by.limit());
          }
          labels[at] = DiscriminantTrainer.this.labels.indexOf(clip.label());
          corpora[at] = clip.corpus();
          groups[at++] = clip.corpus() + "/" + clip.label();
        }
      }
    }

    String[] corpora() {
      return corpora;
    }

    float[] floatLabels() {
      float[] same = new float[labels.length];
      for (int i = 0; i < same.length; i++) {
        same[i] = labels[i];
      }
      return same;
    }

    /** Each group counts the same. */
    double[] masses() {
      Map<String, Long> counts =
          Arrays.stream(groups)
              .collect(Collectors.groupingBy(group -> group, Collectors.counting()));
      return Arrays.stream(groups).mapToDouble(group -> 1.0 / counts.get(group)).toArray();
    }

    float[] logits(LinearDiscriminant map) {
      int labelCount = DiscriminantTrainer.this.labels.size();
      float[] logits = new float[values.length * labelCount];
      for (int i = 0; i < values.length; i++) {
        map.logits(values[i], logits, i * labelCount);
      }
      return logits;
    }
  }
}
