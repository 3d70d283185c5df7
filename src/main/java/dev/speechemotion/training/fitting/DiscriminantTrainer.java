package dev.speechemotion.training.fitting;

import dev.speechemotion.model.EncoderModels;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.TrainingStatistics;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.WindowedFeatures;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.evaluation.AdaptedClip;
import dev.speechemotion.training.evaluation.Calibrator;
import dev.speechemotion.training.evaluation.Calls;
import dev.speechemotion.training.evaluation.HeldOutAnswers;
import dev.speechemotion.training.evaluation.SiteStatistics;
import dev.speechemotion.training.linear.LabelMoments;
import dev.speechemotion.training.linear.LinearDiscriminant;
import dev.speechemotion.training.linear.NormalizedWindows;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
   * By corpus, as last heard: where corpora are left out in turn, the others stay what they are.
   */
  private final Map<String, Heard> heard = new HashMap<>();

  /**
   * Clips as a training hears them.
   *
   * @param of what they are from
   */
  private record Heard(List<WindowedFeatures> of, NormalizedWindows windows, LabelMoments moments) {
    static Heard of(List<LabeledClip> clips, List<String> labels, ModelManifest.Normalization by) {
      NormalizedWindows windows = new NormalizedWindows(clips, labels, by);
      return new Heard(
          clips.stream().map(LabeledClip::features).toList(),
          windows,
          windows.moments(clip -> clip.corpus() + "/" + clip.label()));
    }

    /** Whether the clips are the same. */
    boolean isOf(List<LabeledClip> clips) {
      return clips.size() == of.size()
          && IntStream.range(0, of.size()).allMatch(i -> clips.get(i).features() == of.get(i));
    }
  }

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
    List<ValidatedTraining> trainings = new ArrayList<>();
    for (List<LabeledClip> aside : byCorpus(clips).values()) {
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
            "%d recordings of %d speakers are too few to train on: two speakers or more are kept aside to calibrate by, with %s of the recordings at least; give another corpus, more speakers, or --validation-share 0.4"
                .formatted(
                    clips.size(), voices(clips), settings.hyperparameters().validationShare()));
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
    List<Heard> fitted = heard(clips, normalization);
    TrainingStatistics statistics = statistics(fitted);
    LinearDiscriminant map = fitted.get(0).windows().fit(statistics);
    List<LabeledClip> tested =
        settings
            .adaptation()
            .apply(aside, aside, normalization.population(), Calls.MIXED, settings.seed())
            .stream()
            .map(AdaptedClip::clip)
            .toList();
    NormalizedWindows held = new NormalizedWindows(tested, labels, normalization);
    float[] logits = held.logits(map);
    float[] ofFitted = together(fitted, windows -> windows.logits(map));
    float[] fittedLabels = together(fitted, NormalizedWindows::floatLabels);
    EpochResult result =
        new EpochResult(
            Calibrator.crossEntropy(ofFitted, fittedLabels),
            Examples.correct(ofFitted, fittedLabels) / (double) fittedLabels.length,
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
    List<Heard> fitted = heard(clips, normalization);
    TrainingStatistics statistics = statistics(fitted);
    return network(fitted.get(0).windows().fit(statistics), normalization, statistics);
  }

  /** In parts, one at least. */
  private List<Heard> heard(List<LabeledClip> clips, ModelManifest.Normalization normalization)
      throws CorpusException {
    Adaptation adaptation = settings.adaptation();
    if (adaptation.mode() != Adaptation.Mode.SITE) {
      return List.of(
          Heard.of(
              adaptation.applyInTraining(clips, clips, normalization.population(), settings.seed()),
              labels,
              normalization));
    }
    List<Heard> parts = new ArrayList<>();
    for (List<LabeledClip> corpus : byCorpus(clips).values()) {
      String name = corpus.get(0).corpus();
      Heard part = heard.get(name);
      if (part == null || !part.isOf(corpus)) {
        SiteStatistics place =
            SiteStatistics.of(corpus, normalization.mean().size(), normalization.minSpeechShare());
        part = Heard.of(corpus, labels, place.normalization(normalization));
        heard.put(name, part);
      }
      parts.add(part);
    }
    return parts;
  }

  private static Map<String, List<LabeledClip>> byCorpus(List<LabeledClip> clips) {
    return clips.stream()
        .collect(Collectors.groupingBy(LabeledClip::corpus, TreeMap::new, Collectors.toList()));
  }

  private static TrainingStatistics statistics(List<Heard> parts) {
    return LabelMoments.together(parts.stream().map(Heard::moments).toList()).statistics();
  }

  private static float[] together(List<Heard> parts, Function<NormalizedWindows, float[]> values) {
    List<float[]> all = parts.stream().map(part -> values.apply(part.windows())).toList();
    FloatBuffer together = FloatBuffer.allocate(all.stream().mapToInt(each -> each.length).sum());
    all.forEach(together::put);
    return together.array();
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
