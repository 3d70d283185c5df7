package dev.speechemotion.training.report;

import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.MetricsBreakdown;
import dev.speechemotion.training.evaluation.Protocol;
import dev.speechemotion.training.experiment.Experiment;
import java.util.List;
import java.util.stream.Collectors;

/** The card of a model, in Markdown: what it is, how good it is, what it is for. */
final class ModelCard {
  private final TrainingOutcome outcome;
  private final ModelManifest manifest;
  private final Corpora corpora;
  private final List<Experiment.ProtocolResult> results;

  ModelCard(TrainingOutcome outcome) {
    this.outcome = outcome;
    manifest = outcome.manifest();
    corpora = outcome.corpora();
    results = outcome.results();
  }

  String text() {
    StringBuilder card = new StringBuilder();
    card.append(
        Figures.format(
            """
        # Model card: %s, version %s

        Recognises %d emotions (%s) in windows of speech. The network: %s, \
        on %d values, spec `%s`, over windows of %s s every %s s. Made by

            %s

        The same command on the same recordings gives the same bytes. The weights are in \
        `%s` (safetensors, SHA-256 `%s`); what they were made from is in `%s`.

        """,
            manifest.name(),
            manifest.version(),
            manifest.labels().size(),
            String.join(", ", manifest.labels()),
            outcome.network(),
            FeatureLayout.of(manifest.featureSpec()).windowFeatureCount(),
            manifest.featureSpec().name(),
            Figures.seconds(manifest.windows().lengthMs()),
            Figures.seconds(manifest.windows().hopMs()),
            manifest.training().command(),
            manifest.weights().file(),
            manifest.weights().sha256(),
            EmotionModel.MANIFEST_FILE));
    card.append("## How good it is\n\n");
    if (results.isEmpty()) {
      card.append("Not measured: it was trained with `--no-protocols`.\n\n");
    } else {
      card.append(
          Figures.format(
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
            Figures.format(
                "| `%s` | %s | %d | %s | %s | %s | %.3f | %.3f |\n",
                result.protocol().name(),
                result.protocol().meaning(),
                result.evaluation().clipCount(),
                Figures.accuracyByFold(result),
                Figures.uar(result.evaluation()),
                Figures.worst(result.evaluation()),
                result.evaluation().ece(),
                result.measurement().uncalibrated().ece()));
      }
      card.append(outcome.readingOfFigures());
      card.append("\nThe lines come from:\n\n");
      results.forEach(
          result -> card.append("    ").append(outcome.command(result.protocol())).append('\n'));
      for (Experiment.ProtocolResult result : results) {
        card.append(Figures.format("\nRecall by class, `%s`: ", result.protocol().name()));
        card.append(Figures.recalls(result.evaluation())).append(".\n");
        appendCorpora(card, result.measurement());
        appendCallTime(card, result.measurement());
      }
      card.append('\n');
    }
    card.append(
        Figures.format(
            """
        ## What it was trained on

        | corpus | clips used | speakers | licence |
        | --- | --- | --- | --- |
        %s
        Left out by label: %s. %s The weights here saw all clips. %s %s The recordings are not in the model; their licence binds those who train on them.

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
                                Protocol.Fold.values(part.clips(), LabeledClip::speaker).size(),
                                part.layout().licence()))
                .collect(Collectors.joining()),
            outcome.leftOutText(),
            outcome.epochsText(),
            outcome.augmentationText(),
            outcome.normalizationText(),
            outcome.calibrationText()));
    return card.toString();
  }

  private static void appendCorpora(StringBuilder card, MetricsBreakdown measurement) {
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
                    Figures.format(
                        "| %s | %d | %.1f %% | %s | %s |\n",
                        name,
                        evaluation.clipCount(),
                        100 * evaluation.accuracy(),
                        Figures.uar(evaluation),
                        evaluation.recalls())));
  }

  private static void appendCallTime(StringBuilder card, MetricsBreakdown measurement) {
    List<MetricsBreakdown.CallTime> stretches = measurement.curve();
    if (stretches.size() < 2) {
      return;
    }
    card.append("\nOver the time of a call: ")
        .append(
            stretches.stream()
                .map(
                    stretch ->
                        Figures.format(
                            "from %d s %.1f %% (%d clips)",
                            stretch.fromSeconds(),
                            100 * stretch.evaluation().accuracy(),
                            stretch.evaluation().clipCount()))
                .collect(Collectors.joining(", ")))
        .append(".\n");
  }
}
