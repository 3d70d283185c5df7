package dev.speechemotion.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.model.EmotionModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a model on a corpus, or a protocol with training inside. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures a model on a corpus, or a protocol with training inside.",
      "",
      "A model's figures mean something only on recordings that it was not trained on.",
      ""
    })
public final class EvaluateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--model", paramLabel = "DIR", description = "The model to measure.")
  private Path modelDirectory;

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      description =
          "In place of --model: train and test within the corpus. LAYOUT-random, LAYOUT-speaker or "
              + "tess-words.")
  private String protocolName;

  @Mixin private CorpusOptions corpusOptions;

  @Option(
      names = "--adapt",
      defaultValue = "none",
      description = "Adaptation to the speaker; only none so far.")
  private String adapt;

  @Option(
      names = "--condition",
      defaultValue = "clean",
      description =
          "What the tested recordings go through: clean, or telephone (8 kHz, G.711 mu-law) "
              + "(default: ${DEFAULT-VALUE}).")
  private String conditionName;

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "json or table (default: ${DEFAULT-VALUE}).")
  private String format;

  @Mixin private FittingOptions fittingOptions;

  @Override
  public Integer call() throws IOException {
    PrintWriter log = spec.commandLine().getErr();
    require((modelDirectory == null) != (protocolName == null), "give --model or --protocol");
    require(
        adapt.equals("none"),
        "--adapt %s is not supported by this version; use none".formatted(adapt));
    require(
        format.equals("json") || format.equals("table"),
        "--format must be json or table, got " + format);
    Condition condition = condition();
    if (modelDirectory != null) {
      require(
          corpusOptions.layout != null,
          "--layout is missing: one of " + CorpusOptions.layoutNames());
      evaluateModel(condition, log);
    } else {
      evaluateProtocol(protocol(), condition, log);
    }
    return 0;
  }

  private void require(boolean holds, String message) {
    if (!holds) {
      throw new CommandLine.ParameterException(spec.commandLine(), message);
    }
  }

  private Condition condition() {
    for (Condition condition : Condition.values()) {
      if (condition.id().equals(conditionName)) {
        return condition;
      }
    }
    throw new CommandLine.ParameterException(
        spec.commandLine(), "--condition must be clean or telephone, got " + conditionName);
  }

  private Protocol protocol() {
    Protocol protocol =
        Protocol.named(protocolName)
            .orElseThrow(
                () ->
                    new CommandLine.ParameterException(
                        spec.commandLine(),
                        "--protocol must be one of %s, got %s"
                            .formatted(
                                Protocol.all().stream().map(Protocol::name).toList(),
                                protocolName)));
    require(
        corpusOptions.layout == null || corpusOptions.layout == protocol.layout(),
        "--protocol %s is for --layout %s".formatted(protocolName, protocol.layout().id()));
    return protocol;
  }

  private void evaluateModel(Condition condition, PrintWriter log) throws IOException {
    try (EmotionModel model = EmotionModel.load(modelDirectory);
        EmotionClassifier classifier = model.newClassifier()) {
      Corpus corpus =
          load(
              corpusOptions.layout,
              new Corpus.Settings(
                  model.labels(), model.featureSpec(), model.manifest().windows(), condition),
              log);
      Evaluation evaluation = new Evaluation(model.labels());
      evaluation.addAll(classifier, corpus.clips());

      Map<String, Object> about = new LinkedHashMap<>();
      about.put("model", model.identity());
      about.put("corpus", corpus.layout().id());
      about.put("leftOut", corpus.leftOut());
      about.put("skipped", corpus.problems().size());
      about.put("duplicates", corpus.duplicates());
      print(evaluation, about, condition, "");
    }
  }

  private void evaluateProtocol(Protocol protocol, Condition condition, PrintWriter log)
      throws IOException {
    Experiment.Settings settings = fittingOptions.settings(spec.commandLine());
    Corpus corpus = load(protocol.layout(), corpusSettings(settings, Condition.CLEAN), log);
    Corpus heard =
        condition == Condition.CLEAN
            ? corpus
            : load(protocol.layout(), corpusSettings(settings, condition), log);
    Experiment.ProtocolResult result =
        new Experiment(settings, corpus, log)
            .run(
                protocol,
                corpus.clips(),
                heard.clips().stream().collect(Collectors.toMap(Clip::id, Function.identity())));

    Map<String, Object> about = new LinkedHashMap<>();
    about.put("protocol", protocol.name());
    about.put("corpus", corpus.layout().id());
    about.put("leftOut", corpus.leftOut());
    about.put("skipped", corpus.problems().size());
    about.put("duplicates", corpus.duplicates());
    List<Map<String, Object>> folds = new ArrayList<>();
    StringBuilder foldLines = new StringBuilder();
    for (Experiment.FoldResult fold : result.folds()) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("test", fold.fold().name());
      line.put("trainClips", fold.fold().train().size());
      line.put("n", fold.evaluation().clipCount());
      line.put("accuracy", fold.evaluation().accuracy());
      line.put("uar", fold.evaluation().uar());
      line.put("sharedSpeakers", fold.fold().shared(Clip::speaker));
      line.put("sharedTexts", fold.fold().shared(Clip::text));
      line.put("sharedFiles", fold.fold().shared(Clip::sha256));
      line.put("epochs", fold.epochs());
      folds.add(line);
      foldLines.append(
          String.format(
              Locale.ROOT,
              "tested on %s: trained on %d clips, %d epochs; %d clips, accuracy %.1f %%, UAR %.1f %%%n",
              fold.fold().name(),
              fold.fold().train().size(),
              fold.epochs(),
              fold.evaluation().clipCount(),
              100 * fold.evaluation().accuracy(),
              100 * fold.evaluation().uar()));
    }
    about.put("folds", folds);
    print(
        result.evaluation(),
        about,
        condition,
        "%s: %s%n%s%n".formatted(protocol.name(), protocol.meaning(), foldLines));
  }

  private static Corpus.Settings corpusSettings(Experiment.Settings settings, Condition condition) {
    return new Corpus.Settings(settings.labels(), settings.spec(), settings.windows(), condition);
  }

  private Corpus load(CorpusLayout layout, Corpus.Settings settings, PrintWriter log)
      throws IOException {
    return Corpus.load(layout, corpusOptions.data, settings, log);
  }

  private void print(
      Evaluation evaluation, Map<String, Object> about, Condition condition, String heading)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (format.equals("table")) {
      out.print(heading + evaluation.table());
    } else {
      Map<String, Object> json = json(evaluation);
      json.put("condition", condition.id());
      json.put("adapt", adapt);
      json.putAll(about);
      out.println(
          new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json));
    }
    out.flush();
  }

  /** Recall has the labels that have clips; confusion counts are {@code [actual][predicted]}. */
  private static Map<String, Object> json(Evaluation evaluation) {
    Map<String, Double> recall = new LinkedHashMap<>();
    for (int i = 0; i < evaluation.labels().size(); i++) {
      if (evaluation.clipCount(i) > 0) {
        recall.put(evaluation.labels().get(i), evaluation.recall(i));
      }
    }
    Map<String, Object> confusion = new LinkedHashMap<>();
    confusion.put("labels", evaluation.labels());
    confusion.put("counts", evaluation.counts());
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("n", evaluation.clipCount());
    json.put("accuracy", evaluation.accuracy());
    json.put("uar", evaluation.uar());
    json.put("recall", recall);
    json.put("confusion", confusion);
    json.put("ece", evaluation.ece());
    return json;
  }
}
