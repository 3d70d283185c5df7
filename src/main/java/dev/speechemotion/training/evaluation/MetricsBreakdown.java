package dev.speechemotion.training.evaluation;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** All that is measured on test clips: over all, by corpus, over the time of calls. */
public final class MetricsBreakdown {
  /** A stretch of call time and how well the clips that began in it were recognized. */
  public record CallTime(int fromSeconds, ClassificationMetrics evaluation) {}

  private static final int[] CALL_TIMES_SECONDS = {0, 10, 30, 60, 120, 300, 600};

  private final List<String> labels;
  private final float uncertainBelow;
  private final TestedClasses classes;
  private final ClassificationMetrics calibrated;
  private final ClassificationMetrics uncalibrated;
  private final Map<String, ClassificationMetrics> byCorpus = new TreeMap<>();
  private final List<CallTime> curve;
  private final Map<String, List<CallTime>> curveByCorpus = new TreeMap<>();

  /**
   * @param classes what may be answered
   */
  public MetricsBreakdown(List<String> labels, float uncertainBelow, TestedClasses classes) {
    this.labels = List.copyOf(labels);
    this.classes = classes;
    this.uncertainBelow = uncertainBelow;
    calibrated = new ClassificationMetrics(labels);
    uncalibrated = new ClassificationMetrics(labels);
    curve = newCurve();
  }

  /** What may be answered. */
  public TestedClasses classes() {
    return classes;
  }

  private List<CallTime> newCurve() {
    List<CallTime> stretches = new ArrayList<>();
    for (int seconds : CALL_TIMES_SECONDS) {
      stretches.add(new CallTime(seconds, new ClassificationMetrics(labels)));
    }
    return stretches;
  }

  /**
   * Classifies clips.
   *
   * @param classifier gives probabilities as they are reported
   * @param uncalibrated the same with a temperature of 1
   */
  public void add(
      EmotionClassifier classifier, EmotionClassifier uncalibrated, List<AdaptedClip> heard) {
    this.uncalibrated.addAll(uncalibrated, heard.stream().map(AdaptedClip::clip).toList(), classes);
    for (AdaptedClip item : heard) {
      ClassificationMetrics.classify(
          classifier,
          List.of(item.clip()),
          (clip, probabilities) -> add(item, probabilities.clone()));
    }
  }

  private void add(AdaptedClip heard, float[] probabilities) {
    LabeledClip clip = heard.clip();
    boolean[] answerable = classes.answerable(clip.corpus(), labels);
    calibrated.add(clip.label(), clip.voice(), probabilities, answerable);
    byCorpus
        .computeIfAbsent(clip.corpus(), name -> new ClassificationMetrics(labels))
        .add(clip.label(), clip.voice(), probabilities, answerable);
    int stretch = CALL_TIMES_SECONDS.length - 1;
    while (heard.callSeconds() < CALL_TIMES_SECONDS[stretch]) {
      stretch--;
    }
    curve.get(stretch).evaluation().add(clip.label(), clip.voice(), probabilities, answerable);
    curveByCorpus
        .computeIfAbsent(clip.corpus(), name -> newCurve())
        .get(stretch)
        .evaluation()
        .add(clip.label(), clip.voice(), probabilities, answerable);
  }

  public ClassificationMetrics calibrated() {
    return calibrated;
  }

  public ClassificationMetrics uncalibrated() {
    return uncalibrated;
  }

  public Map<String, ClassificationMetrics> byCorpus() {
    return byCorpus;
  }

  /**
   * The means of the corpora's figures, each corpus weighing the same.
   *
   * @param worst the corpus with the lowest UAR
   * @param arousalAuc of the corpora that have one; NaN if none has
   * @param valenceAuc of the corpora that have one; NaN if none has
   * @param certainHalfAccuracy accuracy of each corpus's half with the higher confidence
   * @param uncertainShare share of the clips that are called uncertain
   * @param certainAccuracy accuracy of the others, of the corpora that have such
   */
  public record CorpusMeans(
      double accuracy,
      double uar,
      double uarChance,
      double uarOpen,
      double ece,
      double arousalAuc,
      double valenceAuc,
      double certainHalfAccuracy,
      double uncertainShare,
      double certainAccuracy,
      String worst,
      double worstUar) {}

  /** Over the corpora; empty if there is only one. */
  public Optional<CorpusMeans> corpusMeans() {
    if (byCorpus.size() < 2) {
      return Optional.empty();
    }
    Map.Entry<String, ClassificationMetrics> worst =
        Collections.min(
            byCorpus.entrySet(), Comparator.comparingDouble(corpus -> corpus.getValue().uar()));
    return Optional.of(
        new CorpusMeans(
            mean(ClassificationMetrics::accuracy),
            mean(ClassificationMetrics::uar),
            mean(ClassificationMetrics::uarChance),
            mean(ClassificationMetrics::uarOpen),
            mean(ClassificationMetrics::ece),
            mean(corpus -> corpus.arousalAuc().orElse(Double.NaN)),
            mean(corpus -> corpus.valenceAuc().orElse(Double.NaN)),
            mean(ClassificationMetrics::certainHalfAccuracy),
            mean(corpus -> corpus.uncertainShare(uncertainBelow)),
            mean(corpus -> corpus.certainAccuracy(uncertainBelow)),
            worst.getKey(),
            worst.getValue().uar()));
  }

  private double mean(ToDoubleFunction<ClassificationMetrics> figure) {
    return byCorpus.values().stream()
        .mapToDouble(figure)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  /** In words, how much of what is more certain is right. */
  public String certainty(ClassificationMetrics evaluation) {
    return certainty(
        evaluation.certainHalfAccuracy(),
        evaluation.accuracy(),
        evaluation.uncertainShare(uncertainBelow),
        evaluation.certainAccuracy(uncertainBelow));
  }

  /** The same of the means of the corpora. */
  public String certainty(CorpusMeans means) {
    return certainty(
        means.certainHalfAccuracy(),
        means.accuracy(),
        means.uncertainShare(),
        means.certainAccuracy());
  }

  private String certainty(
      double certainHalf, double all, double uncertainShare, double certainAccuracy) {
    return format(
        "%.1f %% of the half with the higher confidence, %.1f %% of all; uncertain (confidence below %.2f) are %.1f %%%s",
        100 * certainHalf,
        100 * all,
        uncertainBelow,
        100 * uncertainShare,
        Double.isNaN(certainAccuracy)
            ? ""
            : format(", of the others %.1f %% are right", 100 * certainAccuracy));
  }

  /** What {@link ClassificationMetrics#table} does not show, for people. */
  public String details() {
    StringBuilder text = new StringBuilder();
    text.append(
        format(
            "%nECE %.3f, %.3f without calibration; right: %s%n",
            calibrated.ece(), uncalibrated.ece(), certainty(calibrated)));
    if (byCorpus.size() > 1) {
      text.append(System.lineSeparator());
      byCorpus.forEach(
          (name, evaluation) ->
              text.append(line(name, evaluation))
                  .append(
                      format(
                          "%-12sworst %s %.1f %%, UAR with all answers %.1f %%, ECE %.3f; AUC %s%n%-12sright: %s%n",
                          "",
                          labels.get(evaluation.worstLabel()),
                          100 * evaluation.recall(evaluation.worstLabel()),
                          100 * evaluation.uarOpen(),
                          evaluation.ece(),
                          evaluation.aucs(),
                          "",
                          certainty(evaluation))));
      CorpusMeans means = corpusMeans().orElseThrow();
      text.append(
          format(
              "%nmean of the corpora: accuracy %.1f %%, UAR %.1f %% (chance %.1f %%; least %s %.1f %%), with all answers %.1f %%, ECE %.3f, AUC of arousal %.1f %%, of valence %.1f %% (chance 50 %%); right: %s%n",
              100 * means.accuracy(),
              100 * means.uar(),
              100 * means.uarChance(),
              means.worst(),
              100 * means.worstUar(),
              100 * means.uarOpen(),
              means.ece(),
              100 * means.arousalAuc(),
              100 * means.valenceAuc(),
              certainty(means)));
    }
    List<CallTime> stretches = curve();
    if (stretches.size() > 1) {
      text.append(format("%nclips that began so long after their call:%n"));
      for (int i = 0; i < stretches.size(); i++) {
        String from = stretches.get(i).fromSeconds() + " s";
        text.append(line("from " + from, stretches.get(i).evaluation()));
      }
    }
    return text.toString();
  }

  private static String line(String name, ClassificationMetrics evaluation) {
    return format(
        "%-12s%5d clips, accuracy %.1f %%, UAR %.1f %% (chance %.1f %%)%s; recall %s%n",
        name,
        evaluation.clipCount(),
        100 * evaluation.accuracy(),
        100 * evaluation.uar(),
        100 * evaluation.uarChance(),
        evaluation
            .uarInterval()
            .map(uar -> format(" (%.1f to %.1f)", 100 * uar.low(), 100 * uar.high()))
            .orElse(""),
        evaluation.recalls());
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  /**
   * For programs. Recall has the labels that have clips; counts are {@code [actual][predicted]}. An
   * AUC is left out where there is none.
   */
  public Map<String, Object> json() {
    Map<String, Object> json = ranked(calibrated);
    Map<String, Object> confusion = new LinkedHashMap<>();
    confusion.put("labels", labels);
    confusion.put("counts", calibrated.counts());
    json.put("confusion", confusion);
    json.put("eceUncalibrated", uncalibrated.ece());
    Map<String, Object> corpora = new LinkedHashMap<>();
    byCorpus.forEach((name, evaluation) -> corpora.put(name, ranked(evaluation)));
    json.put("corpora", corpora);
    corpusMeans().ifPresent(means -> json.put("meanOfCorpora", means));
    if (curve().size() > 1) {
      json.put(
          "callTime",
          curve().stream()
              .map(
                  stretch -> {
                    Map<String, Object> figures = new LinkedHashMap<>();
                    figures.put("fromSeconds", stretch.fromSeconds());
                    figures.putAll(figures(stretch.evaluation()));
                    return figures;
                  })
              .toList());
    }
    return json;
  }

  /** With those that take all answers of the clips together. */
  private Map<String, Object> ranked(ClassificationMetrics evaluation) {
    Map<String, Object> json = figures(evaluation);
    json.put("ece", evaluation.ece());
    json.put("certainHalfAccuracy", evaluation.certainHalfAccuracy());
    Map<String, Object> uncertain = new LinkedHashMap<>();
    uncertain.put("below", uncertainBelow);
    uncertain.put("share", evaluation.uncertainShare(uncertainBelow));
    double certainAccuracy = evaluation.certainAccuracy(uncertainBelow);
    uncertain.put("accuracyOfOthers", Double.isNaN(certainAccuracy) ? null : certainAccuracy);
    json.put("uncertain", uncertain);
    Map<String, Double> auc = new LinkedHashMap<>();
    for (int i = 0; i < evaluation.labels().size(); i++) {
      String label = evaluation.labels().get(i);
      evaluation.auc(i).ifPresent(value -> auc.put(label, value));
    }
    json.put("auc", auc);
    evaluation.arousalAuc().ifPresent(value -> json.put("arousalAuc", value));
    evaluation.valenceAuc().ifPresent(value -> json.put("valenceAuc", value));
    json.put("aucChance", 0.5);
    return json;
  }

  private static Map<String, Object> figures(ClassificationMetrics evaluation) {
    Map<String, Double> recall = new LinkedHashMap<>();
    for (int i = 0; i < evaluation.labels().size(); i++) {
      if (evaluation.clipCount(i) > 0) {
        recall.put(evaluation.labels().get(i), evaluation.recall(i));
      }
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("n", evaluation.clipCount());
    json.put("speakers", evaluation.voiceCount());
    json.put("accuracy", evaluation.accuracy());
    json.put("accuracyOpen", evaluation.accuracyOpen());
    json.put("uar", evaluation.uar());
    json.put("uarChance", evaluation.uarChance());
    json.put("uarOpen", evaluation.uarOpen());
    json.put("uarOpenChance", 1.0 / evaluation.labels().size());
    evaluation.accuracyInterval().ifPresent(interval -> json.put("accuracy95", interval));
    evaluation.uarInterval().ifPresent(interval -> json.put("uar95", interval));
    json.put("recall", recall);
    return json;
  }

  /** The stretches of call time that have clips. */
  public List<CallTime> curve() {
    return curve.stream().filter(stretch -> stretch.evaluation().clipCount() > 0).toList();
  }

  /** The same for each corpus, with the stretches that have none of its clips. */
  public Map<String, List<CallTime>> curveByCorpus() {
    return curveByCorpus;
  }

  /** Confidence below which a clip is called uncertain. */
  public float uncertainBelow() {
    return uncertainBelow;
  }
}
