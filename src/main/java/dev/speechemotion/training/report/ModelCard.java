package dev.speechemotion.training.report;

import java.io.IOException;
import java.util.Map;

/**
 * The card of a model, in Markdown: what it is, how good it is, what it is for. {@code
 * model-card.md.peb}, filled in.
 */
final class ModelCard {
  private final ReportView report;

  ModelCard(ReportView report) {
    this.report = report;
  }

  String text() throws IOException {
    return Templates.text("model-card.md.peb", Map.of("report", report));
  }
}
