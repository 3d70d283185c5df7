package dev.speechemotion.training.labeling;

import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.TrainingStatistics;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.ClassificationMetrics;
import dev.speechemotion.training.evaluation.SiteStatistics;
import dev.speechemotion.training.evaluation.TestedClasses;
import dev.speechemotion.training.linear.SelfTraining;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What labeled recordings of a place give, beyond its unlabeled ones, on speakers and sentences
 * that are not among them: of each corpus, half of the speakers are the place. All of their clips
 * tell what it is like; some of them, in half of the corpus's texts, are labeled. The other
 * speakers are tested on the other texts.
 */
public final class LabelingTrial {
  /**
   * What it gave on one corpus.
   *
   * @param speakers of the labeled clips
   * @param strength see {@link HeadRefit#strength}
   * @param uarBefore of the head as trained on the tested clips, 0 to 1, among the corpus's labels
   * @param uarOpenBefore the same among all labels
   */
  public record Result(
      String corpus,
      int labeled,
      int speakers,
      int tested,
      int strength,
      double uarBefore,
      double uarAfter,
      double uarOpenBefore,
      double uarOpenAfter,
      double eceBefore,
      double eceAfter) {}

  private final TrainingStatistics training;
  private final ModelManifest manifest;
  private final int labeledPerClass;
  private final int callers;
  private final long seed;

  /**
   * @param labeledPerClass clips of each label that are labeled, at most
   * @param callers speakers of the place, at most
   * @param seed of the halves and of the clips that are labeled
   * @throws CorpusException if the model has not kept what is to be known of its training
   */
  public LabelingTrial(EmotionModel model, int labeledPerClass, int callers, long seed)
      throws CorpusException {
    training = SelfTraining.statistics(model);
    manifest = model.manifest();
    this.labeledPerClass = labeledPerClass;
    this.callers = callers;
    this.seed = seed;
  }

  /**
   * Labels and tests, corpus by corpus.
   *
   * @param clips of corpora that the model was not trained on
   */
  public List<Result> run(List<LabeledClip> clips) throws CorpusException {
    Map<String, List<LabeledClip>> byCorpus =
        clips.stream()
            .collect(Collectors.groupingBy(LabeledClip::corpus, TreeMap::new, Collectors.toList()));
    List<Result> results = new ArrayList<>();
    for (List<LabeledClip> ofCorpus : byCorpus.values()) {
      results.add(ofCorpus(ofCorpus));
    }
    return results;
  }

  private Result ofCorpus(List<LabeledClip> clips) throws CorpusException {
    String corpus = clips.get(0).corpus();
    Random random = new Random(seed);
    List<String> speakers = half(clips, LabeledClip::speaker, random);
    Set<String> texts = new HashSet<>(half(clips, LabeledClip::text, random));
    Set<String> placeSpeakers =
        new HashSet<>(speakers.subList(0, Math.min(callers, speakers.size())));
    boolean textsKnown =
        clips.stream().noneMatch(clip -> texts.contains("") || clip.text().isEmpty());
    List<LabeledClip> place =
        clips.stream().filter(clip -> placeSpeakers.contains(clip.speaker())).toList();
    List<LabeledClip> labeled =
        drawn(
            place.stream().filter(clip -> !textsKnown || texts.contains(clip.text())).toList(),
            random);
    List<LabeledClip> tested =
        clips.stream()
            .filter(clip -> !speakers.contains(clip.speaker()))
            .filter(clip -> !textsKnown || !texts.contains(clip.text()))
            .toList();
    if (labeled.isEmpty() || tested.isEmpty()) {
      throw new CorpusException(
          "%s has too few speakers or texts for --labeled-per-class".formatted(corpus));
    }
    ModelManifest.Normalization normalization = manifest.normalization();
    ModelManifest.Normalization bySite =
        SiteStatistics.of(place, normalization.mean().size(), normalization.minSpeechShare())
            .normalization(normalization);
    HeadRefit refit =
        new HeadRefit(
            training,
            Optional.of(SelfTraining.ofClips(training, place, bySite)),
            manifest.labels(),
            bySite,
            manifest.calibration(),
            labeled);
    TestedClasses classes = TestedClasses.of(clips);
    ClassificationMetrics before = new ClassificationMetrics(manifest.labels());
    before.addAll(refit.headAsTrained(), tested, classes);
    ClassificationMetrics after = new ClassificationMetrics(manifest.labels());
    after.addAll(refit.head(), tested, classes);
    return new Result(
        corpus,
        labeled.size(),
        refit.speakers(),
        tested.size(),
        refit.strength(),
        before.uar(),
        after.uar(),
        before.uarOpen(),
        after.uarOpen(),
        before.ece(),
        after.ece());
  }

  private static List<String> half(
      List<LabeledClip> clips, Function<LabeledClip, String> value, Random random) {
    List<String> values = new ArrayList<>(new TreeSet<>(clips.stream().map(value).toList()));
    Collections.shuffle(values, random);
    return values.subList(0, (values.size() + 1) / 2);
  }

  private List<LabeledClip> drawn(List<LabeledClip> clips, Random random) {
    List<LabeledClip> shuffled = new ArrayList<>(clips);
    Collections.shuffle(shuffled, random);
    Map<String, Integer> counts = new HashMap<>();
    return shuffled.stream()
        .filter(clip -> counts.merge(clip.label(), 1, Integer::sum) <= labeledPerClass)
        .toList();
  }

  /** The results and their mean, for people. */
  public static String table(List<Result> results) {
    StringBuilder text = new StringBuilder();
    text.append(
        "UAR on other speakers and texts, %, by the head before and fitted again on labeled clips\n");
    text.append(
        String.format(
            "%-14s%9s%10s%8s%10s%8s%8s%8s%18s%18s%n",
            "corpus",
            "labeled",
            "speakers",
            "tested",
            "strength",
            "before",
            "after",
            "gain",
            "all labels",
            "ECE"));
    for (Result each : results) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-14s%9d%10d%8d%10s%8.1f%8.1f%+8.1f%9.1f%9.1f%9.3f%9.3f%n",
              each.corpus,
              each.labeled,
              each.speakers,
              each.tested,
              each.strength == HeadRefit.KEPT ? "kept" : each.strength,
              100 * each.uarBefore,
              100 * each.uarAfter,
              100 * (each.uarAfter - each.uarBefore),
              100 * each.uarOpenBefore,
              100 * each.uarOpenAfter,
              each.eceBefore,
              each.eceAfter));
    }
    double before = results.stream().mapToDouble(Result::uarBefore).average().orElseThrow();
    double after = results.stream().mapToDouble(Result::uarAfter).average().orElseThrow();
    text.append(
        String.format(
            Locale.ROOT,
            "%-51s%8.1f%8.1f%+8.1f%9.1f%9.1f%9.3f%9.3f%n",
            "mean",
            100 * before,
            100 * after,
            100 * (after - before),
            100 * results.stream().mapToDouble(Result::uarOpenBefore).average().orElseThrow(),
            100 * results.stream().mapToDouble(Result::uarOpenAfter).average().orElseThrow(),
            results.stream().mapToDouble(Result::eceBefore).average().orElseThrow(),
            results.stream().mapToDouble(Result::eceAfter).average().orElseThrow()));
    return text.toString();
  }
}
