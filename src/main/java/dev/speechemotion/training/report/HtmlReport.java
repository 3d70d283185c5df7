package dev.speechemotion.training.report;

import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** A training in one HTML file, images within: {@code report.html.peb}, filled in. */
final class HtmlReport {
  private final ReportView report;

  /** By name, PNG. */
  private final Map<String, byte[]> plots;

  HtmlReport(ReportView report, Map<String, byte[]> plots) {
    this.report = report;
    this.plots = plots;
  }

  String text() throws IOException {
    Map<String, String> images = new HashMap<>();
    plots.forEach((name, png) -> images.put(name, Base64.getEncoder().encodeToString(png)));
    return Templates.text("report.html.peb", Map.of("report", report, "plots", images));
  }
}
