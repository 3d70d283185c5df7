package dev.speechemotion.training.report;

import dev.speechemotion.training.evaluation.ClassificationMetrics;
import dev.speechemotion.training.evaluation.MetricsBreakdown;
import dev.speechemotion.training.experiment.Experiment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Figures as text, the same in all that is written for people. */
final class Figures {
  /** A fold's name is shown up to this length. */
  private static final int LONG_NAME = 12;

  private Figures() {}

  static String recalls(ClassificationMetrics evaluation) {
    List<String> recalls = new ArrayList<>();
    for (int i = 0; i < evaluation.labels().size(); i++) {
      if (evaluation.clipCount(i) > 0) {
        recalls.add(format("%s %.1f %%", evaluation.labels().get(i), 100 * evaluation.recall(i)));
      }
    }
    return String.join(", ", recalls);
  }

  /** The accuracy, and where there are a few folds each one's, in their order. */
  static String accuracyByFold(Experiment.ProtocolResult result) {
    String overall = percent(result.evaluation().accuracy());
    if (result.folds().size() < 2 || result.folds().size() > 4) {
      return overall;
    }
    if (result.folds().stream().anyMatch(fold -> fold.fold().name().length() > LONG_NAME)) {
      return overall
          + result.folds().stream()
              .map(fold -> percent(fold.evaluation().accuracy()))
              .collect(Collectors.joining(", ", " (", ")"));
    }
    return overall
        + result.folds().stream()
            .map(
                fold ->
                    "%s: %s".formatted(fold.fold().name(), percent(fold.evaluation().accuracy())))
            .collect(Collectors.joining("; ", " (", ")"));
  }

  static String worst(ClassificationMetrics evaluation) {
    int worst = evaluation.worstLabel();
    return format("%s %.1f %%", evaluation.labels().get(worst), 100 * evaluation.recall(worst));
  }

  /** With its interval, where there is one. */
  static String uar(ClassificationMetrics evaluation) {
    return percent(evaluation.uar())
        + evaluation
            .uarInterval()
            .map(uar -> format(" (%.1f to %.1f)", 100 * uar.low(), 100 * uar.high()))
            .orElse("");
  }

  /** The means of the corpora's figures. */
  static String means(MetricsBreakdown.CorpusMeans means) {
    return format(
        "accuracy %.1f %%, UAR %.1f %% (chance %.1f %%; with all answers %.1f %%), least %s with %.1f %%; ECE %.3f; AUC of arousal %.1f %%, of valence %.1f %% (chance 50 %%)",
        100 * means.accuracy(),
        100 * means.uar(),
        100 * means.uarChance(),
        100 * means.uarOpen(),
        means.worst(),
        100 * means.worstUar(),
        means.ece(),
        100 * means.arousalAuc(),
        100 * means.valenceAuc());
  }

  static String percent(double share) {
    return format("%.1f %%", 100 * share);
  }

  static String seconds(int milliseconds) {
    return plain(milliseconds / 1000f);
  }

  /** 3 for 3.0, 0.2 for 0.2. */
  static String plain(float value) {
    return String.valueOf(value).replaceFirst("\\.0$", "");
  }

  static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
