package dev.speechemotion.app.commands;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.streams.call.CallSettings;
import dev.speechemotion.streams.results.AlertRule;
import dev.speechemotion.training.CorpusOptions;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Labels;
import dev.speechemotion.training.corpus.Progress;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.evaluation.AdaptedClip;
import dev.speechemotion.training.evaluation.Calls;
import dev.speechemotion.training.experiment.AdaptedTest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what alert rules find and how often they are wrong, on labeled recordings. */
@Command(
    name = "alerts",
    sortOptions = false,
    description = {
      "Measures what alert rules find and how often they are wrong, on labeled recordings.",
      "",
      "Each speaker's recordings of each label become calls, of about three minutes at most, which"
          + " are followed as the stream follows a channel, with its default settings. A"
          + " recording of an unknown speaker is a call by itself. The figures"
          + " mean something only on recordings that the model was not trained on.",
      ""
    })
final class AlertsCommand implements Callable<Integer> {
  /** Hundredths. */
  private static final int LOWEST = 20;

  private static final int HIGHEST = 95;
  private static final int STEP = 5;

  private static final CallSettings SETTINGS = CallSettings.DEFAULT;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description = "The model whose probabilities the rules watch.")
  private Path modelDirectory;

  @Mixin private CorpusOptions corpusOptions;

  @Option(
      names = "--condition",
      defaultValue = "clean",
      description =
          "What the recordings go through: clean, telephone (8 kHz, G.711 mu-law), pauses (2.5 s of"
              + " a quiet line before and behind), noise:SNR (pink noise, SNR in dB), or several,"
              + " such as pauses+telephone (default: ${DEFAULT-VALUE}).")
  private String conditionName;

  @Option(
      names = "--adapt",
      paramLabel = "MODE",
      description =
          "Adaptation without labels: none, site (to the other half of each corpus's speakers) or"
              + " running (to what the call has told so far). Default: the model's own.")
  private Optional<String> adapt = Optional.empty();

  @Option(
      names = "--emotion",
      defaultValue = "angry",
      description = "What the rules watch (default: ${DEFAULT-VALUE}).")
  private String emotion;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "How long the probability must hold (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--most-false",
      defaultValue = "2",
      paramLabel = "N",
      description =
          "The most false alerts in an hour of other speech, in the mean of the corpora, that a"
              + " threshold may have to be chosen (default: ${DEFAULT-VALUE}).")
  private double mostFalse;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of orders and halves (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--format",
      defaultValue = "table",
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  private OutputFormat format;

  @Override
  public Integer call() throws IOException {
    PrintWriter log = spec.commandLine().getErr();
    List<Corpora.Source> sources =
        corpusOptions.sources(spec.commandLine(), seed, Optional.empty());
    if (!(mostFalse >= 0) || seconds < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--most-false must be 0 or above and --seconds 1 or above, got %s and %d"
              .formatted(mostFalse, seconds));
    }
    List<AlertRule> rules;
    Condition condition;
    try {
      rules = rules();
      condition = Condition.parse(conditionName);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    Optional<Adaptation.Mode> asked = adapt.map(this::mode);
    try (EmotionModel model = EmotionModel.load(EmotionModel.find(modelDirectory))) {
      if (!model.labels().contains(rules.get(0).emotion())) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "--emotion must be one of " + model.labels() + ", got " + emotion);
      }
      Adaptation adaptation = Adaptation.of(model.manifest().normalization(), asked);
      Corpora corpora =
          Corpora.load(sources, Corpus.Settings.of(model, condition), corpusOptions.cache(), log);
      requireEmotion(corpora);
      corpora.warnOfHeardInTraining(model.manifest(), log);
      Map<String, AlertTrial> trials = new LinkedHashMap<>();
      List<Corpus> parts = corpora.parts();
      try (Progress progress = Progress.ofShares("following calls")) {
        for (Corpus part : parts) {
          AlertTrial trial = new AlertTrial(model.manifest().windows(), rules, SETTINGS);
          follow(corpora.clips(part), adaptation, model, trial);
          if (trial.ownCalls() == 0) {
            throw new CorpusException(
                "%s has no call of %s as long as the %d s of the rules: it cannot be measured there; longer recordings do, recordings whose speaker is known, which become one call, or less --seconds"
                    .formatted(part.name(), emotion, seconds));
          }
          trials.put(part.name(), trial);
          progress.reach((double) trials.size() / parts.size());
        }
      }
      print(rules, trials, adaptation, condition, model);
    }
    return 0;
  }

  private void requireEmotion(Corpora corpora) throws CorpusException {
    for (Corpus part : corpora.parts()) {
      if (corpora.clips(part).stream()
          .noneMatch(clip -> clip.label().equals(Labels.canonical(emotion)))) {
        throw new CorpusException(
            "%s has no recordings of %s: what is found cannot be measured there"
                .formatted(part.name(), emotion));
      }
      if (corpora.clips(part).stream()
          .allMatch(clip -> clip.label().equals(Labels.canonical(emotion)))) {
        throw new CorpusException(
            "%s has recordings of %s alone: false alerts cannot be measured there"
                .formatted(part.name(), emotion));
      }
    }
  }

  private List<AlertRule> rules() {
    List<AlertRule> rules = new ArrayList<>();
    for (int percent = LOWEST; percent <= HIGHEST; percent += STEP) {
      rules.add(
          AlertRule.parse(
              String.format(Locale.ROOT, "%s >= %.2f for %ds", emotion, percent / 100.0, seconds)));
    }
    return rules;
  }

  private Adaptation.Mode mode(String name) {
    return Adaptation.Mode.named(name)
        .filter(mode -> mode != Adaptation.Mode.SPEAKER)
        .orElseThrow(
            () ->
                new CommandLine.ParameterException(
                    spec.commandLine(), "--adapt must be none, site or running, got " + name));
  }

  /** Follows the calls of a corpus. */
  private void follow(
      List<LabeledClip> all, Adaptation adaptation, EmotionModel model, AlertTrial trial)
      throws IOException {
    List<LabeledClip> clips =
        all.stream().map(clip -> clip.heardBy(model.manifest().detector())).toList();
    if (adaptation.mode() == Adaptation.Mode.RUNNING) {
      // From a cold start in each call, in the order in which the adaptation hears the clips.
      try (EmotionClassifier classifier = model.newHeadClassifier()) {
        for (List<LabeledClip> call : AlertTrial.deal(clips, seed)) {
          trial.add(
              classifier,
              adaptation.apply(call, model.manifest().normalization().population(), seed).stream()
                  .map(AdaptedClip::clip)
                  .toList());
        }
      }
      return;
    }
    new AdaptedTest(adaptation, model.statistics(), Optional.empty(), Calls.ONE_MOOD, 1, seed)
        .run(
            model,
            clips,
            clips,
            (classifier, uncalibrated, heard) -> {
              for (List<LabeledClip> call :
                  AlertTrial.deal(heard.stream().map(AdaptedClip::clip).toList(), seed)) {
                trial.add(classifier, call);
              }
            });
  }

  private void print(
      List<AlertRule> rules,
      Map<String, AlertTrial> trials,
      Adaptation adaptation,
      Condition condition,
      EmotionModel model)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (format == OutputFormat.TABLE) {
      out.print(table(rules, trials));
    } else {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("model", model.identity());
      json.put("adapt", adaptation.mode().id());
      json.put("condition", condition.id());
      json.put("emotion", rules.get(0).emotion());
      json.put("seconds", seconds);
      json.put("mostFalseAlertsPerHour", mostFalse);
      chosen(rules, trials).ifPresent(rule -> json.put("chosen", rule.text()));
      json.put(
          "meanOfCorpora", rules.stream().map(rule -> withRule(rule, mean(rule, trials))).toList());
      Map<String, Object> corpora = new LinkedHashMap<>();
      trials.forEach(
          (name, trial) -> {
            Map<String, Object> corpus = new LinkedHashMap<>();
            corpus.put("calls", trial.ownCalls());
            corpus.put("otherHours", trial.otherHours());
            corpus.put(
                "rules", rules.stream().map(rule -> withRule(rule, trial.outcome(rule))).toList());
            corpora.put(name, corpus);
          });
      json.put("corpora", corpora);
      out.println(
          new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json));
    }
    out.flush();
  }

  private static Map<String, Object> withRule(AlertRule rule, AlertTrial.Outcome outcome) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rule", rule.text());
    put(json, "falseAlertsPerHour", outcome.falseAlertsPerHour());
    json.put("falseAlertsPerHourByLabel", outcome.falseAlertsPerHourByLabel());
    put(json, "falseWindowShare", outcome.falseWindowShare());
    put(json, "windowRecall", outcome.windowRecall());
    put(json, "callRecall", outcome.callRecall());
    return json;
  }

  /** JSON has no NaN: where there is nothing to tell there is no figure. */
  private static void put(Map<String, Object> json, String name, double figure) {
    if (!Double.isNaN(figure)) {
      json.put(name, figure);
    }
  }

  private String table(List<AlertRule> rules, Map<String, AlertTrial> trials) {
    StringBuilder text = new StringBuilder();
    trials.forEach(
        (name, trial) ->
            text.append(
                format(
                    "%-12s %4d %s calls, %.2f h of other speech%n",
                    name, trial.ownCalls(), emotion, trial.otherHours())));
    text.append(
        format(
            "%nmeans of the corpora; false alerts in an hour of other speech, and where most; found: of %s windows and calls, %%%n%-24s%8s  %-20s%14s%9s%8s%n",
            emotion, "rule", "false", "most", "windows false", "windows", "calls"));
    for (AlertRule rule : rules) {
      AlertTrial.Outcome mean = mean(rule, trials);
      Map.Entry<String, AlertTrial> worst = worst(rule, trials);
      text.append(
          format(
              "%-24s%8.1f  %-20s%13.1f%%%8.1f%%%7.1f%%%n",
              rule.text(),
              mean.falseAlertsPerHour(),
              format(
                  "%s %.1f", worst.getKey(), worst.getValue().outcome(rule).falseAlertsPerHour()),
              100 * mean.falseWindowShare(),
              100 * mean.windowRecall(),
              100 * mean.callRecall()));
    }
    if (isTooLittle(trials)) {
      text.append(
          format(
              "%nno threshold is chosen: in %.2f h of other speech one false alert would be more than %s an hour; give more recordings%n",
              otherHours(trials), mostFalse));
      return text.toString();
    }
    text.append(
        format(
            "%nlowest with at most %s false alerts an hour from there on: %s%s%n",
            mostFalse,
            chosen(rules, trials).map(AlertRule::text).orElse("none"),
            chosen(rules, trials)
                .filter(rule -> !(mean(rule, trials).callRecall() > 0))
                .map(rule -> ", which finds nothing")
                .orElse("")));
    chosen(rules, trials)
        .ifPresent(
            rule ->
                trials.forEach(
                    (name, trial) -> {
                      AlertTrial.Outcome outcome = trial.outcome(rule);
                      text.append(
                          format(
                              "%-12s false %.1f, found %.1f %% of the windows, %.1f %% of the calls; false by label %s%n",
                              name,
                              outcome.falseAlertsPerHour(),
                              100 * outcome.windowRecall(),
                              100 * outcome.callRecall(),
                              rounded(outcome.falseAlertsPerHourByLabel())));
                    }));
    return text.toString();
  }

  private static String rounded(Map<String, Double> byLabel) {
    List<String> parts = new ArrayList<>();
    byLabel.forEach((label, value) -> parts.add(format("%s %.1f", label, value)));
    return String.join(", ", parts);
  }

  private static Map.Entry<String, AlertTrial> worst(
      AlertRule rule, Map<String, AlertTrial> trials) {
    return trials.entrySet().stream()
        .max(
            (a, b) ->
                Double.compare(
                    a.getValue().outcome(rule).falseAlertsPerHour(),
                    b.getValue().outcome(rule).falseAlertsPerHour()))
        .orElseThrow();
  }

  /** Whether no false alert would tell nothing. */
  private boolean isTooLittle(Map<String, AlertTrial> trials) {
    return mostFalse > 0 && otherHours(trials) * mostFalse < 1;
  }

  private static double otherHours(Map<String, AlertTrial> trials) {
    return trials.values().stream().mapToDouble(AlertTrial::otherHours).sum();
  }

  /** The lowest threshold that has no more false alerts than it may, as all higher ones. */
  private Optional<AlertRule> chosen(List<AlertRule> rules, Map<String, AlertTrial> trials) {
    Optional<AlertRule> chosen = Optional.empty();
    if (isTooLittle(trials)) {
      return chosen;
    }
    for (int i = rules.size() - 1; i >= 0; i--) {
      if (!(mean(rules.get(i), trials).falseAlertsPerHour() <= mostFalse)) {
        break;
      }
      chosen = Optional.of(rules.get(i));
    }
    return chosen;
  }

  /** The means of the corpora's figures, each corpus weighing the same, without those it lacks. */
  private static AlertTrial.Outcome mean(AlertRule rule, Map<String, AlertTrial> trials) {
    List<AlertTrial.Outcome> outcomes =
        trials.values().stream().map(trial -> trial.outcome(rule)).toList();
    Map<String, Double> byLabel = new LinkedHashMap<>();
    outcomes.stream()
        .flatMap(outcome -> outcome.falseAlertsPerHourByLabel().keySet().stream())
        .distinct()
        .sorted()
        .forEach(
            label ->
                byLabel.put(
                    label,
                    mean(
                        outcomes,
                        outcome ->
                            outcome.falseAlertsPerHourByLabel().getOrDefault(label, Double.NaN))));
    return new AlertTrial.Outcome(
        mean(outcomes, AlertTrial.Outcome::falseAlertsPerHour),
        byLabel,
        mean(outcomes, AlertTrial.Outcome::falseWindowShare),
        mean(outcomes, AlertTrial.Outcome::windowRecall),
        mean(outcomes, AlertTrial.Outcome::callRecall));
  }

  private static double mean(
      List<AlertTrial.Outcome> outcomes, ToDoubleFunction<AlertTrial.Outcome> figure) {
    return outcomes.stream()
        .mapToDouble(figure)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
