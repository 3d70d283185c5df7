package dev.speechemotion.training.report;

import dev.speechemotion.training.evaluation.ClassificationMetrics;
import dev.speechemotion.training.experiment.Experiment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a training gave, for people: {@code model-card.md}, {@code report.html} (one file, images
 * within) and the plots as PNG.
 */
public final class TrainingReport {
  static final String LEARNING_CURVE = "learning-curve";
  static final String FOLD_CURVES = "fold-curves";
  static final String CONFUSION = "confusion-matrix";
  static final String PER_CLASS = "per-class";
  static final String RELIABILITY = "reliability";
  static final String CALL_TIME = "call-time";
  static final String IMPORTANCE = "feature-importance";

  static final String CARD = "model-card.md";
  static final String REPORT = "report.html";

  private static final List<String> PLOTS =
      List.of(
          LEARNING_CURVE, FOLD_CURVES, CONFUSION, PER_CLASS, RELIABILITY, CALL_TIME, IMPORTANCE);

  private TrainingReport() {}

  /** The files, by their names. */
  public static Map<String, byte[]> files(TrainingOutcome outcome) throws IOException {
    List<Experiment.ProtocolResult> results = outcome.results();
    Map<String, byte[]> plots = new LinkedHashMap<>();
    plots.put(LEARNING_CURVE, Charts.learningCurve(outcome.stopped().curve()));
    if (!results.isEmpty()) {
      plots.put(
          FOLD_CURVES,
          Charts.foldCurves(results.stream().filter(Experiment.ProtocolResult::isClean).toList()));
      plots.put(CONFUSION, Charts.confusionMatrices(results));
      plots.put(PER_CLASS, Charts.perClass(results));
      plots.put(RELIABILITY, Charts.reliability(results));
    }
    List<Experiment.ProtocolResult> calls =
        results.stream().filter(result -> result.measurement().curve().size() > 1).toList();
    if (!calls.isEmpty()) {
      plots.put(CALL_TIME, Charts.callTime(calls));
    }
    if (outcome.importance().isPresent()) {
      plots.put(IMPORTANCE, Charts.importance(outcome.importance().get().importance().families()));
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    plots.forEach((plot, image) -> files.put(fileOf(plot), image));
    ReportView report = ReportView.of(outcome);
    files.put(CARD, new ModelCard(report).text().getBytes(StandardCharsets.UTF_8));
    files.put(REPORT, new HtmlReport(report, plots).text().getBytes(StandardCharsets.UTF_8));
    return files;
  }

  /**
   * Deletes plots of an earlier training, which would be taken for this one's.
   *
   * @param written the names of this one's
   */
  public static void removeOthers(Path directory, Set<String> written) throws IOException {
    for (String plot : PLOTS) {
      if (!written.contains(fileOf(plot))) {
        Files.deleteIfExists(directory.resolve(fileOf(plot)));
      }
    }
  }

  private static String fileOf(String plot) {
    return plot + ".png";
  }

  /** The protocols' figures as plain text. */
  public static String protocolTable(List<Experiment.ProtocolResult> results) {
    if (results.isEmpty()) {
      return "";
    }
    StringBuilder text =
        new StringBuilder(
            Figures.format(
                "%-24s%8s%10s%8s%8s  %-18s%8s%8s\n",
                "protocol", "clips", "accuracy", "UAR", "chance", "worst recall", "ECE", "before"));
    for (Experiment.ProtocolResult result : results) {
      ClassificationMetrics evaluation = result.evaluation();
      int worst = evaluation.worstLabel();
      text.append(
          Figures.format(
              "%-24s%8d%9.1f%%%7.1f%%%7.1f%%  %-18s%8.3f%8.3f\n",
              result.name(),
              evaluation.clipCount(),
              100 * evaluation.accuracy(),
              100 * evaluation.uar(),
              100 * evaluation.uarChance(),
              Figures.format(
                  "%s %.1f%%", evaluation.labels().get(worst), 100 * evaluation.recall(worst)),
              evaluation.ece(),
              result.measurement().uncalibrated().ece()));
    }
    return text.toString();
  }
}
