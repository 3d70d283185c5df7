package dev.speechemotion.training.report;

import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.ClassificationMetrics;
import dev.speechemotion.training.evaluation.FeatureImportance;
import dev.speechemotion.training.evaluation.MetricsBreakdown;
import dev.speechemotion.training.evaluation.Protocol;
import dev.speechemotion.training.experiment.Experiment;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A training in one HTML file, images within. */
final class HtmlReport {
  private final TrainingOutcome outcome;
  private final ModelManifest manifest;
  private final Corpora corpora;
  private final List<Experiment.ProtocolResult> results;

  /** By name, PNG. */
  private final Map<String, byte[]> plots;

  HtmlReport(TrainingOutcome outcome, Map<String, byte[]> plots) {
    this.outcome = outcome;
    this.plots = plots;
    manifest = outcome.manifest();
    corpora = outcome.corpora();
    results = outcome.results();
  }

  String text() {
    StringBuilder html = new StringBuilder();
    html.append(
        Figures.format(
            """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>%1$s: training report</title>
        <style>
        body { font: 15px/1.5 sans-serif; color: #222; max-width: 1100px; margin: 2em auto; padding: 0 1em; }
        h1, h2 { line-height: 1.2; } h2 { margin-top: 2em; border-bottom: 1px solid #ccc; }
        table { border-collapse: collapse; margin: 1em 0; }
        th, td { border: 1px solid #ccc; padding: 0.25em 0.7em; text-align: left; vertical-align: top; }
        th { background: #f6f6f6; } td { overflow-wrap: break-word; font-variant-numeric: tabular-nums; }
        img { max-width: 100%%; } code { background: #f3f3f3; padding: 0 0.2em; overflow-wrap: anywhere; }
        .bad { background: #fbe3e0; }
        </style>
        </head>
        <body>
        <h1>Training report: %1$s, version %2$s</h1>
        <p><code>%3$s</code></p>
        """,
            escaped(manifest.name()),
            escaped(manifest.version()),
            escaped(manifest.training().command())));
    if (!results.isEmpty()) {
      appendResults(html);
    }
    appendData(html);
    if (!results.isEmpty()) {
      appendSplits(html);
    }
    appendCurves(html);
    if (!results.isEmpty()) {
      html.append("<h2>Confusion matrices</h2>\n")
          .append(image("Clips by actual and predicted label", TrainingReport.CONFUSION));
      html.append("<h2>Precision, recall and F1 by class</h2>\n")
          .append(image("Precision, recall and F1 of each class", TrainingReport.PER_CLASS));
      results.forEach(result -> appendPerClass(html, result));
      html.append("<h2>Calibration</h2>\n<p>")
          .append(escaped(outcome.calibrationText()))
          .append(
              " Points on the diagonal are probabilities that can be taken at their word.</p>\n")
          .append(
              image(
                  "Accuracy by confidence, with and without calibration",
                  TrainingReport.RELIABILITY));
    }
    if (plots.containsKey(TrainingReport.CALL_TIME)) {
      appendCallTime(html);
    }
    if (outcome.importance().isPresent()) {
      appendImportance(html);
    }
    appendModel(html);
    html.append("</body>\n</html>\n");
    return html.toString();
  }

  private void appendResults(StringBuilder html) {
    html.append("<h2>Results by protocol</h2>\n<table>\n");
    html.append(
        row(
            "th",
            "protocol",
            "tested on",
            "clips",
            "accuracy",
            "UAR",
            "worst class",
            "ECE",
            "without calibration"));
    for (Experiment.ProtocolResult result : results) {
      html.append(
          row(
              "td",
              result.protocol().name(),
              result.protocol().meaning(),
              String.valueOf(result.evaluation().clipCount()),
              Figures.accuracyByFold(result),
              Figures.uar(result.evaluation()),
              Figures.worst(result.evaluation()),
              Figures.format("%.3f", result.evaluation().ece()),
              Figures.format("%.3f", result.measurement().uncalibrated().ece())));
    }
    html.append("</table>\n<p>")
        .append(inline(outcome.readingOfFigures().strip()))
        .append(
            Figures.format(
                " Chance is %.1f %%. UAR: unweighted average recall, with its 95 %% interval by the"
                    + " bootstrap over speakers where there are five or more; ECE: expected"
                    + " calibration error.</p>\n",
                100.0 / manifest.labels().size()));
    html.append("<p>The same figures, and what follows of each protocol, come from:</p>\n<ul>\n");
    for (Experiment.ProtocolResult result : results) {
      html.append("<li><code>")
          .append(escaped(outcome.command(result.protocol())))
          .append("</code></li>\n");
    }
    html.append("</ul>\n");
    for (Experiment.ProtocolResult result : results) {
      Map<String, ClassificationMetrics> byCorpus = result.measurement().byCorpus();
      if (byCorpus.size() < 2) {
        continue;
      }
      html.append("<h3>")
          .append(escaped(result.protocol().name()))
          .append(", by corpus</h3>\n<table>\n");
      List<String> header = new ArrayList<>(List.of("corpus", "clips", "accuracy", "UAR"));
      manifest.labels().forEach(label -> header.add(label + ", recall"));
      html.append(row("th", header.toArray(new String[0])));
      byCorpus.forEach(
          (name, evaluation) -> {
            List<String> cells =
                new ArrayList<>(
                    List.of(
                        name,
                        String.valueOf(evaluation.clipCount()),
                        Figures.percent(evaluation.accuracy()),
                        Figures.uar(evaluation)));
            for (int i = 0; i < evaluation.labels().size(); i++) {
              cells.add(evaluation.clipCount(i) == 0 ? "-" : Figures.percent(evaluation.recall(i)));
            }
            html.append(row("td", cells.toArray(new String[0])));
          });
      html.append("</table>\n");
    }
  }

  private void appendCurves(StringBuilder html) {
    html.append("<h2>Learning curves</h2>\n")
        .append(image("Loss and accuracy by epoch", TrainingReport.LEARNING_CURVE))
        .append(
            Figures.format(
                "<p>%s The curves are those of that training; the model was then trained on all"
                    + " clips for as many epochs. %s</p>\n",
                inline(outcome.epochsText()), escaped(outcome.augmentationText())));
    if (!results.isEmpty()) {
      html.append(image("Validation loss by epoch, for each fold", TrainingReport.FOLD_CURVES))
          .append("<p>The trainings of the protocols, ")
          .append(outcome.testedEpochText())
          .append(".</p>\n");
    }
  }

  private void appendCallTime(StringBuilder html) {
    html.append(
            "<h2>Accuracy over call time</h2>\n<p>Each test speaker's clips in random order as one"
                + " call, from a cold start. What a corpus has few clips of is left away; the mix"
                + " of corpora changes along the call, so compare within one.</p>\n")
        .append(
            image("Accuracy by seconds of call heard, for each corpus", TrainingReport.CALL_TIME));
    for (Experiment.ProtocolResult result : results) {
      List<MetricsBreakdown.CallTime> curve = result.measurement().curve();
      if (curve.size() < 2) {
        continue;
      }
      html.append("<h3>").append(escaped(result.protocol().name())).append("</h3>\n<table>\n");
      html.append(row("th", "from second", "clips", "speakers", "accuracy", "UAR", "worst class"));
      for (MetricsBreakdown.CallTime stretch : curve) {
        ClassificationMetrics evaluation = stretch.evaluation();
        html.append(
            row(
                "td",
                String.valueOf(stretch.fromSeconds()),
                String.valueOf(evaluation.clipCount()),
                String.valueOf(evaluation.voiceCount()),
                Figures.percent(evaluation.accuracy()),
                Figures.uar(evaluation),
                Figures.worst(evaluation)));
      }
      html.append("</table>\n");
    }
  }

  private void appendImportance(StringBuilder html) {
    FeatureImportance importance = outcome.importance().orElseThrow().importance();
    html.append("<h2>Feature importance</h2>\n")
        .append(image("Drop of UAR by family of features", TrainingReport.IMPORTANCE))
        .append(
            Figures.format(
                "<p>How far the UAR of %s falls when a family's values are taken from another test"
                    + " window, drawn at random (permutation importance, %d clips, mean of three"
                    + " draws). It says what the networks lean on, not what there is to know: what"
                    + " two families tell alike counts for neither. By the training itself,"
                    + " <code>%s</code>.</p>\n<table>\n",
                escaped(outcome.importance().orElseThrow().protocol().name()),
                importance.clipCount(),
                escaped(manifest.training().command())));
    html.append(row("th", "family", "values", "UAR", "drop, points"));
    html.append(row("td", "all as they are", "", Figures.percent(importance.uar()), ""));
    for (FeatureImportance.Family family : importance.families()) {
      html.append(
          row(
              "td",
              family.name(),
              String.valueOf(family.features()),
              Figures.percent(family.uar()),
              Figures.format("%.1f", 100 * family.drop())));
    }
    html.append("</table>\n");
  }

  private void appendModel(StringBuilder html) {
    html.append("<h2>The model: what it is, size and speed</h2>\n<table>\n");
    pair(html, "labels", String.join(", ", manifest.labels()));
    pair(
        html,
        "features",
        "%s: %d values, windows of %s s every %s s"
            .formatted(
                manifest.featureSpec().name(),
                FeatureLayout.of(manifest.featureSpec()).windowFeatureCount(),
                Figures.seconds(manifest.windows().lengthMs()),
                Figures.seconds(manifest.windows().hopMs())));
    pair(
        html,
        "network",
        outcome.network() + ", dropout " + Figures.plain(manifest.architecture().dropout()));
    pair(
        html,
        "fitting",
        fields(manifest.training().hyperparameters()) + ", seed " + manifest.training().seed());
    pair(html, "augmentation", outcome.augmentationText());
    pair(html, "normalization", outcome.normalizationText());
    pair(
        html,
        "weights",
        Figures.format(
            "%,d parameters, %,d bytes, SHA-256 %s",
            outcome.parameters(), manifest.weights().bytes(), manifest.weights().sha256()));
    pair(
        html,
        "speed",
        Figures.format(
            "%.1f µs for a window, median of %d calls with one window each on one thread (Java %s,"
                + " %s, %s), measured at the end of the training",
            outcome.inferenceTime().medianMicros(),
            outcome.inferenceTime().calls(),
            System.getProperty("java.version"),
            System.getProperty("os.name"),
            System.getProperty("os.arch")));
    html.append("</table>\n");
  }

  /** A record's fields and values, without its name. */
  private static String fields(Record settings) {
    return settings
        .toString()
        .replaceFirst("^\\w+\\[", "")
        .replaceFirst("]$", "")
        .replace("=", " ");
  }

  private void appendData(StringBuilder html) {
    html.append("<h2>Data</h2>\n");
    corpora.parts().forEach(corpus -> appendData(html, corpus));
  }

  private void appendData(StringBuilder html, Corpus corpus) {
    List<LabeledClip> clips = corpora.clips(corpus);
    List<String> speakers = new ArrayList<>(Protocol.Fold.values(clips, LabeledClip::speaker));
    double seconds = clips.stream().mapToDouble(LabeledClip::durationSeconds).sum();
    int windows = clips.stream().mapToInt(clip -> clip.windows().size()).sum();
    html.append("<p>")
        .append(
            escaped(
                Figures.format(
                    "%s, licence %s: %d clips of %d speakers, %.1f minutes, %d windows; content SHA-256 %s. "
                        + "%d duplicates dropped. Left out by label: %s.",
                    corpus.layout().title(),
                    corpus.layout().licence(),
                    clips.size(),
                    speakers.size(),
                    seconds / 60,
                    windows,
                    corpus.sha256(),
                    corpus.duplicates(),
                    corpus.leftOutText())))
        .append("</p>\n<table>\n");
    List<String> header = new ArrayList<>(List.of("speaker"));
    header.addAll(manifest.labels());
    html.append(row("th", header.toArray(new String[0])));
    for (String speaker : speakers) {
      List<String> cells = new ArrayList<>(List.of(speaker.isEmpty() ? "unknown" : speaker));
      for (String label : manifest.labels()) {
        cells.add(
            String.valueOf(
                clips.stream()
                    .filter(clip -> clip.speaker().equals(speaker) && clip.label().equals(label))
                    .count()));
      }
      html.append(row("td", cells.toArray(new String[0])));
    }
    html.append("</table>\n");
    if (!corpus.problems().isEmpty()) {
      html.append("<p>Skipped files:</p>\n<ul>\n");
      corpus.problems().forEach(line -> html.append("<li>" + escaped(line) + "</li>\n"));
      html.append("</ul>\n");
    }
  }

  private void appendSplits(StringBuilder html) {
    html.append(
        """
        <h2>Split proof</h2>
        <p>What the training and the test part of each fold have in common. Training stops with an error if a file is on
        both sides, in a words protocol a word, in a speaker protocol a speaker; ✓ marks where that is held. Files with
        the same content are dropped before the recordings are parted. Only then, and in the training part alone, are
        recordings changed, if at all.</p>
        <table>
        """);
    html.append(
        row(
            "th",
            "protocol",
            "tested on",
            "training clips",
            "test clips",
            "files in common",
            "speakers in common",
            "texts in common",
            "epochs",
            "accuracy"));
    for (Experiment.ProtocolResult result : results) {
      for (Experiment.FoldResult fold : result.folds()) {
        html.append(
            row(
                "td",
                result.protocol().name(),
                fold.fold().name(),
                String.valueOf(fold.fold().train().size()),
                String.valueOf(fold.fold().test().size()),
                shared(fold, LabeledClip::sha256, true),
                shared(fold, LabeledClip::voice, result.protocol().separatesSpeakers()),
                shared(fold, LabeledClip::text, result.protocol().separatesTexts()),
                String.valueOf(fold.epochs()),
                Figures.percent(fold.evaluation().accuracy())));
      }
    }
    html.append("</table>\n");
  }

  private static String shared(
      Experiment.FoldResult fold, Function<LabeledClip, String> property, boolean mustBeNone) {
    int shared = fold.fold().shared(property);
    return mustBeNone ? shared + " ✓" : String.valueOf(shared);
  }

  private static void appendPerClass(StringBuilder html, Experiment.ProtocolResult result) {
    ClassificationMetrics evaluation = result.evaluation();
    html.append("<h3>").append(escaped(result.protocol().name())).append("</h3>\n<table>\n");
    html.append(row("th", "class", "clips", "precision", "recall", "F1"));
    for (int i = 0; i < evaluation.labels().size(); i++) {
      boolean present = evaluation.clipCount(i) > 0;
      html.append(
          row(
              i == evaluation.worstLabel() ? "td class=\"bad\"" : "td",
              evaluation.labels().get(i),
              String.valueOf(evaluation.clipCount(i)),
              present ? Figures.percent(evaluation.precision(i)) : "-",
              present ? Figures.percent(evaluation.recall(i)) : "-",
              present ? Figures.percent(evaluation.f1(i)) : "-"));
    }
    html.append("</table>\n");
  }

  private static void pair(StringBuilder html, String name, String value) {
    html.append("<tr><th>%s</th><td>%s</td></tr>\n".formatted(escaped(name), escaped(value)));
  }

  private static String row(String element, String... cells) {
    StringBuilder row = new StringBuilder("<tr>");
    String end = element.split(" ")[0];
    for (String cell : cells) {
      row.append('<').append(element).append('>').append(escaped(cell)).append("</");
      row.append(end).append('>');
    }
    return row.append("</tr>\n").toString();
  }

  private String image(String description, String plot) {
    return "<img alt=\"%s\" src=\"data:image/png;base64,%s\">\n"
        .formatted(escaped(description), Base64.getEncoder().encodeToString(plots.get(plot)));
  }

  /** A sentence of Markdown, in which only code is marked. */
  private static String inline(String text) {
    return escaped(text).replaceAll("`(.*?)`", "<code>$1</code>");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
