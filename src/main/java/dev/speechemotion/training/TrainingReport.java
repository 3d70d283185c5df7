package dev.speechemotion.training;

import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a training gave, for people: {@code model-card.md}, {@code report.html} (one file, images
 * within) and the plots as PNG.
 */
final class TrainingReport {
  private final ModelManifest manifest;
  private final Corpora corpora;
  private final List<Experiment.ProtocolResult> results;
  private final FcnnTrainer.Fitted stopped;

  /**
   * @param stopped the training that found out when to stop; its curve is shown
   */
  TrainingReport(
      ModelManifest manifest,
      Corpora corpora,
      List<Experiment.ProtocolResult> results,
      FcnnTrainer.Fitted stopped) {
    this.manifest = manifest;
    this.corpora = corpora;
    this.results = results;
    this.stopped = stopped;
  }

  void write(Path directory) throws IOException {
    byte[] learningCurve = Charts.learningCurve(stopped.curve());
    Files.write(directory.resolve("learning-curve.png"), learningCurve);
    byte[] confusion = null;
    byte[] perClass = null;
    byte[] reliability = null;
    if (results.isEmpty()) {
      // Those of an earlier training would be taken for this one's.
      Files.deleteIfExists(directory.resolve("confusion-matrix.png"));
      Files.deleteIfExists(directory.resolve("per-class.png"));
      Files.deleteIfExists(directory.resolve("reliability.png"));
    } else {
      confusion = Charts.confusionMatrices(results);
      perClass = Charts.perClass(results);
      Files.write(directory.resolve("confusion-matrix.png"), confusion);
      Files.write(directory.resolve("per-class.png"), perClass);
      reliability = Charts.reliability(results);
      Files.write(directory.resolve("reliability.png"), reliability);
    }
    Files.writeString(directory.resolve("model-card.md"), modelCard());
    Files.writeString(
        directory.resolve("report.html"), html(learningCurve, confusion, perClass, reliability));
  }

  /** The protocols' figures as plain text. */
  static String protocolTable(List<Experiment.ProtocolResult> results) {
    if (results.isEmpty()) {
      return "";
    }
    StringBuilder text =
        new StringBuilder(
            format(
                "%-18s%8s%10s%8s  %-18s%8s%8s\n",
                "protocol", "clips", "accuracy", "UAR", "worst recall", "ECE", "before"));
    for (Experiment.ProtocolResult result : results) {
      Evaluation evaluation = result.evaluation();
      int worst = evaluation.worstLabel();
      text.append(
          format(
              "%-18s%8d%9.1f%%%7.1f%%  %-18s%8.3f%8.3f\n",
              result.protocol().name(),
              evaluation.clipCount(),
              100 * evaluation.accuracy(),
              100 * evaluation.uar(),
              format("%s %.1f%%", evaluation.labels().get(worst), 100 * evaluation.recall(worst)),
              evaluation.ece(),
              result.measurement().uncalibrated().ece()));
    }
    return text.toString();
  }

  private String modelCard() {
    StringBuilder card = new StringBuilder();
    card.append(
        format(
            """
        # Model card: %s, version %s

        Recognises %d emotions (%s) in windows of speech. The network: %s, \
        on %d features, spec `%s`, over windows of %s s every %s s. Made by

            %s

        The same command on the same recordings gives the same bytes. The weights are in \
        `%s` (safetensors, SHA-256 `%s`); what they were made from is in `%s`.

        """,
            manifest.name(),
            manifest.version(),
            manifest.labels().size(),
            String.join(", ", manifest.labels()),
            network(),
            manifest.featureSpec().windowFeatureCount(),
            manifest.featureSpec().name(),
            seconds(manifest.windows().lengthMs()),
            seconds(manifest.windows().hopMs()),
            manifest.training().command(),
            manifest.weights().file(),
            manifest.weights().sha256(),
            EmotionModel.MANIFEST_FILE));
    card.append("## How good it is\n\n");
    if (results.isEmpty()) {
      card.append("Not measured: it was trained with `--no-protocols`.\n\n");
    } else {
      card.append(
          format(
              """
          Each line is from trainings with the same settings on a part of the recordings, tested on the rest. \
          Chance is %.1f %%. UAR is the unweighted average recall (in brackets, where there are five speakers or \
          more, the 95 %% interval by the bootstrap over speakers), ECE the expected calibration error with and \
          without calibration.

          | protocol | tested on | clips | accuracy | UAR | worst class's recall | ECE | without |
          | --- | --- | --- | --- | --- | --- | --- | --- |
          """,
              100.0 / manifest.labels().size()));
      for (Experiment.ProtocolResult result : results) {
        card.append(
            format(
                "| `%s` | %s | %d | %s | %s | %s | %.3f | %.3f |\n",
                result.protocol().name(),
                result.protocol().meaning(),
                result.evaluation().clipCount(),
                accuracyByFold(result),
                uar(result.evaluation()),
                worst(result.evaluation()),
                result.evaluation().ece(),
                result.measurement().uncalibrated().ece()));
      }
      card.append(readingOfFigures());
      for (Experiment.ProtocolResult result : results) {
        card.append(format("\nRecall by class, `%s`: ", result.protocol().name()));
        card.append(recalls(result.evaluation())).append(".\n");
        appendCorpora(card, result.measurement());
        appendCallTime(card, result.measurement());
      }
      card.append('\n');
    }
    card.append(
        format(
            """
        ## What it was trained on

        | corpus | clips used | speakers | licence |
        | --- | --- | --- | --- |
        %s
        Left out by label: %s. %d epochs, as many as were best in a training that kept %s aside to decide when \
        to stop; the weights here saw all clips. %s The recordings are not in the model; their licence binds those who train on them.

        ## What it is for, and what not

        - For trying out the stream and as a baseline. The emotions are acted, by few voices, in a quiet room; \
        people on the telephone sound different.
        - It judges how a voice sounds in a few seconds, not what a person feels. Do not base decisions about a \
        person on it.
        - %s
        - Level, bandwidth and room of the recordings are part of the features. On recordings made otherwise, such as \
        telephone audio for a model trained on wide-band audio, everything may be taken for one class. Measure with \
        `evaluate --model` on recordings of yours, and with `--condition telephone`, before you believe it.

        ## Lawful use

        Inferring emotions of people at work or in education is prohibited in the European Union outside medical \
        and safety uses (Regulation (EU) 2024/1689, Article 5(1)(f)); other uses of emotion recognition carry duties \
        of information (Article 50(3)), and voice recordings are personal data. Agents' channels are therefore not analysed \
        unless that is switched on. Find out what your law asks before you do.
        """,
            corpora.parts().stream()
                .map(
                    part ->
                        "| %s | %d | %d | %s |\n"
                            .formatted(
                                part.layout().title(),
                                corpora.clips(part).size(),
                                Protocol.Fold.values(part.clips(), Clip::speaker).size(),
                                part.layout().licence()))
                .collect(Collectors.joining()),
            leftOutText(),
            manifest.training().epochs(),
            keptAside(),
            normalizationText(),
            calibrationText()));
    return card.toString();
  }

  private String leftOutText() {
    return corpora.parts().stream()
        .map(part -> (corpora.parts().size() > 1 ? part.name() + ": " : "") + part.leftOutText())
        .collect(Collectors.joining("; "));
  }

  private String keptAside() {
    return stopped.validationVoices() > 0
        ? stopped.validationVoices() == 1 ? "one speaker" : stopped.validationVoices() + " speakers"
        : format(
            "%.0f %% of the clips", 100 * manifest.training().hyperparameters().validationShare());
  }

  private String normalizationText() {
    ModelManifest.Normalization normalization = manifest.normalization();
    return normalization.adapt().equals(ModelManifest.Normalization.RUNNING)
        ? "Features are adapted to each call and channel: mean and deviation of what was heard so far, shrunk towards the training's (n0 = %s windows; windows with less than %s %% of speech don't count)."
            .formatted(
                plain(normalization.n0()), plain(Math.round(100 * normalization.minVoicedShare())))
        : "Features are normalised by mean and deviation of the training clips.";
  }

  private String calibrationText() {
    String heldOut =
        stopped.validationVoices() > 0
            ? keptAside() + " kept aside, whom the fitted network had not heard"
            : "clips that were kept aside, of speakers that were trained on: the probabilities are too high for new voices";
    return format(
        "Probabilities are calibrated with a temperature of %.2f, fitted on %s. Results with a confidence below %.2f are called uncertain.",
        manifest.calibration().temperature(), heldOut, manifest.calibration().uncertainBelow());
  }

  private static void appendCorpora(StringBuilder card, Measurement measurement) {
    if (measurement.byCorpus().size() < 2) {
      return;
    }
    card.append(
        "\n| corpus | clips | accuracy | UAR | recall by class, % |\n| --- | --- | --- | --- | --- |\n");
    measurement
        .byCorpus()
        .forEach(
            (name, evaluation) ->
                card.append(
                    format(
                        "| %s | %d | %.1f %% | %s | %s |\n",
                        name,
                        evaluation.clipCount(),
                        100 * evaluation.accuracy(),
                        uar(evaluation),
                        evaluation.recalls())));
  }

  private static void appendCallTime(StringBuilder card, Measurement measurement) {
    List<Measurement.CallTime> stretches = measurement.curve();
    if (stretches.size() < 2) {
      return;
    }
    card.append("\nOver the time of a call: ")
        .append(
            stretches.stream()
                .map(
                    stretch ->
                        format(
                            "from %d s %.1f %% (%d clips)",
                            stretch.fromSeconds(),
                            100 * stretch.evaluation().accuracy(),
                            stretch.evaluation().clipCount()))
                .collect(Collectors.joining(", ")))
        .append(".\n");
  }

  private static String uar(Evaluation evaluation) {
    return percent(evaluation.uar())
        + evaluation
            .uarInterval()
            .map(uar -> format(" (%.1f to %.1f)", 100 * uar.low(), 100 * uar.high()))
            .orElse("");
  }

  /** What a reader must know who sees the figures side by side. */
  private String readingOfFigures() {
    Set<Protocol.Kind> kinds =
        results.stream().map(result -> result.protocol().kind()).collect(Collectors.toSet());
    if (kinds.contains(Protocol.Kind.POOLED_SPEAKER)) {
      return "\nAll of these test on voices that the model has never heard; `cross-corpus` also on a room, a"
          + " microphone and a language that it has never heard.\n";
    }
    if (!kinds.contains(Protocol.Kind.SPEAKER)) {
      return "\nThe speakers of the test clips were heard in training, so this says nothing about a voice"
          + " that is new.\n";
    }
    return "\nOnly the speaker protocol says what to expect of a voice that the model has never heard; the"
        + " others test on voices that it knows.\n";
  }

  private String html(byte[] learningCurve, byte[] confusion, byte[] perClass, byte[] reliability) {
    StringBuilder html = new StringBuilder();
    html.append(
        format(
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
        th, td { border: 1px solid #ccc; padding: 0.25em 0.7em; text-align: left; }
        td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
        img { max-width: 100%%; } code { background: #f3f3f3; padding: 0 0.2em; overflow-wrap: anywhere; }
        td:not(:nth-child(2)) { white-space: nowrap; }
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
      html.append("<h2>Results by protocol</h2>\n");
      html.append("<table>\n")
          .append(
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
                accuracyByFold(result),
                uar(result.evaluation()),
                worst(result.evaluation()),
                format("%.3f", result.evaluation().ece()),
                format("%.3f", result.measurement().uncalibrated().ece())));
      }
      html.append("</table>\n<p>")
          .append(escaped(readingOfFigures().strip()))
          .append(format(" Chance is %.1f %%.</p>\n", 100.0 / manifest.labels().size()));
    }
    appendData(html);
    if (!results.isEmpty()) {
      appendSplits(html);
    }
    html.append("<h2>Learning curve</h2>\n")
        .append(image("Loss and accuracy by epoch", learningCurve))
        .append(
            format(
                "<p>A training with %s kept aside; epoch %d was best. The model was then trained on"
                    + " all clips for as many epochs.</p>\n",
                keptAside(), stopped.epochs()));
    if (!results.isEmpty()) {
      html.append("<h2>Confusion matrices</h2>\n")
          .append(image("Clips by actual and predicted label", confusion))
          .append("<h2>Precision, recall and F1 by class</h2>\n")
          .append(image("Precision, recall and F1 of each class", perClass));
      results.forEach(result -> appendPerClass(html, result));
      html.append("<h2>Calibration</h2>\n<p>")
          .append(escaped(calibrationText()))
          .append(
              " Points on the diagonal are probabilities that can be taken at their word.</p>\n")
          .append(image("Accuracy by confidence, with and without calibration", reliability));
    }
    html.append("<h2>The model</h2>\n<table>\n");
    ModelManifest.Hyperparameters hyper = manifest.training().hyperparameters();
    pair(html, "labels", String.join(", ", manifest.labels()));
    pair(
        html,
        "features",
        "%s: %d values, windows of %s s every %s s"
            .formatted(
                manifest.featureSpec().name(),
                manifest.featureSpec().windowFeatureCount(),
                seconds(manifest.windows().lengthMs()),
                seconds(manifest.windows().hopMs())));
    pair(html, "network", network() + ", dropout " + plain(manifest.architecture().dropout()));
    pair(
        html,
        "fitting",
        "AdamW, learning rate %s (%s, rising for %d epochs), gradients of at most %s, weights averaged over %d, batches of %d, at most %d epochs, patience %d, seed %d"
            .formatted(
                plain(hyper.learningRate()),
                hyper.schedule(),
                hyper.warmUpEpochs(),
                hyper.clipNorm() == 0 ? "any length" : "length " + plain(hyper.clipNorm()),
                hyper.averagedEpochs(),
                hyper.batchSize(),
                hyper.maxEpochs(),
                hyper.patience(),
                manifest.training().seed()));
    pair(
        html,
        "weights",
        manifest.weights().bytes() + " bytes, SHA-256 " + manifest.weights().sha256());
    html.append("</table>\n</body>\n</html>\n");
    return html.toString();
  }

  /** The network in words. */
  private String network() {
    ModelManifest.Architecture architecture = manifest.architecture();
    return architecture.ofFrames()
        ? "convolutions of %s channels, a bidirectional LSTM of %d units each way, attention"
            .formatted(joined(architecture.channels()), architecture.hidden().get(0))
        : "fully connected layers of %d, %s, %d, ReLU"
            .formatted(
                manifest.featureSpec().windowFeatureCount(),
                joined(architecture.hidden()),
                manifest.labels().size());
  }

  private static String joined(List<Integer> sizes) {
    return sizes.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  private void appendData(StringBuilder html) {
    html.append("<h2>Data</h2>\n");
    corpora.parts().forEach(corpus -> appendData(html, corpus));
  }

  private void appendData(StringBuilder html, Corpus corpus) {
    List<Clip> clips = corpora.clips(corpus);
    List<String> speakers = new ArrayList<>(Protocol.Fold.values(clips, Clip::speaker));
    double seconds = clips.stream().mapToDouble(Clip::durationSeconds).sum();
    int windows = clips.stream().mapToInt(clip -> clip.windows().size()).sum();
    html.append("<p>")
        .append(
            escaped(
                format(
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
        both sides, in a words protocol a word, in a speaker protocol a speaker.</p>
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
                String.valueOf(fold.fold().shared(Clip::sha256)),
                String.valueOf(fold.fold().shared(Clip::voice)),
                String.valueOf(fold.fold().shared(Clip::text)),
                String.valueOf(fold.epochs()),
                percent(fold.evaluation().accuracy())));
      }
    }
    html.append("</table>\n");
  }

  private static void appendPerClass(StringBuilder html, Experiment.ProtocolResult result) {
    Evaluation evaluation = result.evaluation();
    html.append("<h3>").append(escaped(result.protocol().name())).append("</h3>\n<table>\n");
    html.append(row("th", "class", "clips", "precision", "recall", "F1"));
    for (int i = 0; i < evaluation.labels().size(); i++) {
      boolean present = evaluation.clipCount(i) > 0;
      html.append(
          row(
              i == evaluation.worstLabel() ? "td class=\"bad\"" : "td",
              evaluation.labels().get(i),
              String.valueOf(evaluation.clipCount(i)),
              present ? percent(evaluation.precision(i)) : "-",
              present ? percent(evaluation.recall(i)) : "-",
              present ? percent(evaluation.f1(i)) : "-"));
    }
    html.append("</table>\n");
  }

  private static String recalls(Evaluation evaluation) {
    List<String> recalls = new ArrayList<>();
    for (int i = 0; i < evaluation.labels().size(); i++) {
      if (evaluation.clipCount(i) > 0) {
        recalls.add(format("%s %.1f %%", evaluation.labels().get(i), 100 * evaluation.recall(i)));
      }
    }
    return String.join(", ", recalls);
  }

  /** The accuracy, and where there are a few folds each one's, in their order. */
  private static String accuracyByFold(Experiment.ProtocolResult result) {
    String overall = percent(result.evaluation().accuracy());
    if (result.folds().size() < 2 || result.folds().size() > 4) {
      return overall;
    }
    return overall
        + result.folds().stream()
            .map(
                fold ->
                    "%s: %s".formatted(fold.fold().name(), percent(fold.evaluation().accuracy())))
            .collect(Collectors.joining("; ", " (", ")"));
  }

  private static String worst(Evaluation evaluation) {
    int worst = evaluation.worstLabel();
    return format("%s %.1f %%", evaluation.labels().get(worst), 100 * evaluation.recall(worst));
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

  private static String image(String description, byte[] png) {
    return "<img alt=\"%s\" src=\"data:image/png;base64,%s\">\n"
        .formatted(escaped(description), Base64.getEncoder().encodeToString(png));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static String percent(double share) {
    return format("%.1f %%", 100 * share);
  }

  private static String seconds(int milliseconds) {
    return plain(milliseconds / 1000f);
  }

  /** 3 for 3.0, 0.2 for 0.2. */
  private static String plain(float value) {
    return String.valueOf(value).replaceFirst("\\.0$", "");
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
