package dev.speechemotion.training;

import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a model from a corpus of recordings. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a model from a corpus of recordings.",
      "",
      "Before the model itself come the protocols: trainings on a part of the corpus that are "
          + "tested on the rest. The model is then trained on all of the corpus. The model "
          + "directory gets the model, a model card and a report.",
      ""
    })
public final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CorpusOptions corpusOptions;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "The model directory to write, such as models/tess-fcnn.")
  private Path out;

  @Option(
      names = "--name",
      description = "The model's name (default: the layout's name and -fcnn).")
  private String name;

  @Option(
      names = "--model-version",
      defaultValue = "1",
      description = "The model's version (default: ${DEFAULT-VALUE}).")
  private String version;

  @Option(names = "--no-protocols", description = "Train the model only.")
  private boolean noProtocols;

  @Mixin private FittingOptions fittingOptions;

  @Override
  public Integer call() throws IOException {
    PrintWriter log = spec.commandLine().getErr();
    if (corpusOptions.layout == null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--layout is missing: one of " + CorpusOptions.layoutNames());
    }
    Experiment.Settings settings = fittingOptions.settings(spec.commandLine());
    train(settings, log);
    return 0;
  }

  private void train(Experiment.Settings settings, PrintWriter log) throws IOException {
    long begin = System.nanoTime();
    Corpus corpus =
        Corpus.load(
            corpusOptions.layout,
            corpusOptions.data,
            new Corpus.Settings(
                settings.labels(), settings.spec(), settings.windows(), Condition.CLEAN),
            log);
    // Before anything that takes long, so that a place that cannot be written is known at once.
    Files.createDirectories(out);
    log.printf("analysed %d clips in %.1f s%n", corpus.clips().size(), secondsSince(begin));

    Experiment experiment = new Experiment(settings, corpus, log);
    List<Experiment.ProtocolResult> results = new ArrayList<>();
    if (!noProtocols) {
      Map<String, Clip> clips =
          corpus.clips().stream().collect(Collectors.toMap(Clip::id, Function.identity()));
      for (Protocol protocol : Protocol.reportedFor(corpus)) {
        long protocolBegin = System.nanoTime();
        Experiment.ProtocolResult result = experiment.run(protocol, corpus.clips(), clips);
        results.add(result);
        log.printf(
            Locale.ROOT,
            "%s: accuracy %.1f %%, UAR %.1f %% (%.1f s)%n",
            protocol.name(),
            100 * result.evaluation().accuracy(),
            100 * result.evaluation().uar(),
            secondsSince(protocolBegin));
      }
    }

    long fitBegin = System.nanoTime();
    FcnnTrainer.Fitted stopped = experiment.trainer().fit("training", corpus.clips());
    FcnnTrainer.Fitted fitted =
        experiment.trainer().fitAll("training on all", corpus.clips(), stopped.epochs());
    log.printf(
        "trained %d epochs on all clips (%.1f s)%n", fitted.epochs(), secondsSince(fitBegin));

    Map<String, ModelManifest.Metrics> metrics = new TreeMap<>();
    results.forEach(result -> metrics.put(result.protocol().name(), result.metrics()));
    ModelManifest manifest =
        experiment.manifest(
            modelName(),
            version,
            fitted,
            command(),
            List.of(
                new ModelManifest.Corpus(
                    corpus.layout().title(),
                    corpus.clips().size(),
                    corpus.sha256(),
                    corpus.layout().licence())),
            metrics);
    EmotionModel.save(out, manifest, fitted.weights());
    new TrainingReport(manifest, corpus, results, stopped).write(out);

    PrintWriter console = spec.commandLine().getOut();
    console.print(TrainingReport.protocolTable(results));
    console.printf("model written to %s%n", out);
    console.flush();
  }

  private String modelName() {
    return name == null ? corpusOptions.layout.id() + "-fcnn" : name;
  }

  /** The command line, but for the place that is written to, which is no part of the model. */
  private String command() {
    StringBuilder command = new StringBuilder("train");
    for (OptionSpec option : spec.options()) {
      if (option.inherited()
          || option.longestName().equals("--out")
          || !spec.commandLine().getParseResult().hasMatchedOption(option)) {
        continue;
      }
      command.append(' ').append(option.longestName());
      if (option.arity().max() > 0) {
        String value = String.join(",", option.originalStringValues());
        command.append(' ').append(value.matches("[\\w./:,-]+") ? value : "'" + value + "'");
      }
    }
    return command.append(" --out models/").append(modelName()).toString();
  }

  private static double secondsSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / 1e9;
  }
}
