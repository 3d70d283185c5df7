package dev.speechemotion.training;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.EncoderPooling;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.NetworkType;
import dev.speechemotion.model.PretrainedEncoder;
import dev.speechemotion.model.TrainingStatistics;
import dev.speechemotion.model.WeightsFile;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.FeatureCache;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Labels;
import dev.speechemotion.training.corpus.WindowEncoder;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.evaluation.Calibrator;
import dev.speechemotion.training.evaluation.FeatureImportance;
import dev.speechemotion.training.evaluation.InferenceTime;
import dev.speechemotion.training.evaluation.Protocol;
import dev.speechemotion.training.evaluation.SiteStatistics;
import dev.speechemotion.training.experiment.ConditionedCopies;
import dev.speechemotion.training.experiment.Experiment;
import dev.speechemotion.training.experiment.Teacher;
import dev.speechemotion.training.fitting.EpochSource;
import dev.speechemotion.training.fitting.FittedNetwork;
import dev.speechemotion.training.fitting.ValidatedTraining;
import dev.speechemotion.training.linear.LinearDiscriminant;
import dev.speechemotion.training.linear.LinearHead;
import dev.speechemotion.training.report.TrainingOutcome;
import dev.speechemotion.training.report.TrainingReport;
import dev.speechemotion.training.tuning.EncoderTuning;
import dev.speechemotion.training.tuning.RecordedFrames;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
  private static final int MOST_BATCHES = 100_000;

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
      description = "The model's name (default: the layouts' names and the architecture).")
  private Optional<String> name = Optional.empty();

  @Option(
      names = "--model-version",
      defaultValue = "1",
      description = "The model's version (default: ${DEFAULT-VALUE}).")
  private String version;

  @Option(names = "--no-protocols", description = "Train the model only.")
  private boolean noProtocols;

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      split = ",",
      description = "Protocols to report (default: all that the corpora allow).")
  private List<String> protocolNames = List.of();

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description = {
        "A model whose answers are learned in place of labels, and of recordings without a label"
            + " (--layout speechocean762) as well. Protocols are not run, for what the teacher has"
            + " heard cannot be left out: measure on corpora that neither has heard."
      })
  private Optional<Path> teacher = Optional.empty();

  @Option(
      names = "--fine-tune",
      defaultValue = "0",
      paramLabel = "BATCHES",
      description = {
        "With --architecture encoder and --adapt site: the layers of the pretrained encoder"
            + " learn from so many batches of 32 windows before the linear map is fitted; 0: they"
            + " stay as they are (default: ${DEFAULT-VALUE}). Protocols are not run, for what the"
            + " encoder has heard cannot be left out: measure on corpora that it has not heard."
      })
  private int fineTune;

  @Mixin private FittingOptions fittingOptions;

  private List<Corpora.Source> sources;
  private NetworkType architecture;

  /** Where the model goes. */
  private OutFolder folder;

  /** The teacher in words. */
  private Optional<String> taughtBy = Optional.empty();

  @Override
  public Integer call() throws IOException {
    PrintWriter log = spec.commandLine().getErr();
    name.ifPresent(given -> GivenOptions.requireName(spec, "--name", given));
    GivenOptions.requireName(spec, "--model-version", version);
    requireProtocols();
    sources = corpusOptions.sources(spec.commandLine(), fittingOptions.seed, Optional.empty());
    Experiment.Settings settings = fittingOptions.settings(spec.commandLine());
    if (settings.fitting().adaptation().mode() == Adaptation.Mode.SPEAKER) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--adapt speaker is only for evaluate: a stream does not know the rest of the call; use running");
    }
    if (teacher.isPresent() && settings.fitting().architecture().linear()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--teacher teaches networks, not a linear map behind an encoder");
    }
    requireFineTune(settings);
    // One that cannot be read is told of before any work is done.
    taughtBy = nameOfTeacher();
    Optional<PretrainedEncoder> encoder = fittingOptions.encoder(settings);
    architecture = settings.fitting().architecture().type();
    boolean there = Files.exists(out);
    folder =
        OutFolder.require(
            out,
            List.of(),
            "model %1$s of the same command (that of another one is replaced with --name %1$s)"
                .formatted(modelName()),
            earlier ->
                earlier.name().equals(modelName())
                    && earlier.sites().isEmpty()
                    && (name.isPresent() || earlier.training().command().equals(command())));
    try {
      train(settings, encoder, log);
    } catch (UncheckedIOException e) {
      removeOut(there, e);
      throw e.getCause();
    } catch (IOException | RuntimeException e) {
      removeOut(there, e);
      throw e;
    } finally {
      encoder.ifPresent(PretrainedEncoder::close);
    }
    return 0;
  }

  /** None that would not be run. */
  private void requireProtocols() {
    String without =
        noProtocols ? "--no-protocols" : teacher.isPresent() ? "--teacher" : "--fine-tune";
    if (!protocolNames.isEmpty() && (noProtocols || teacher.isPresent() || fineTune > 0)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "%s runs no protocols: leave --protocol away".formatted(without));
    }
  }

  private void requireFineTune(Experiment.Settings settings) {
    if (fineTune < 0 || fineTune > MOST_BATCHES) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--fine-tune must be from 0 to %d, got %d".formatted(MOST_BATCHES, fineTune));
    }
    boolean fits =
        settings.fitting().architecture().linear()
            && settings.fitting().adaptation().mode() == Adaptation.Mode.SITE;
    if (fineTune > 0 && !fits) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--fine-tune needs --architecture encoder and --adapt site, without --hidden");
    }
  }

  /** Of a folder that was not there before, nothing is left unless it holds a model. */
  private void removeOut(boolean wasThere, Exception failure) {
    if (!wasThere && !Files.exists(out.resolve(EmotionModel.MANIFEST_FILE))) {
      try {
        Files.deleteIfExists(out);
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }

  private void makeFolder() throws IOException {
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw new IOException(
          "the folder %s cannot be made (%s): name another one with --out".formatted(out, e), e);
    }
  }

  private void train(
      Experiment.Settings settings, Optional<PretrainedEncoder> encoder, PrintWriter log)
      throws IOException {
    long begin = System.nanoTime();
    Corpus.Settings clean =
        new Corpus.Settings(
            settings.labels(),
            settings.spec(),
            settings.windows(),
            Condition.CLEAN,
            encoder.map(WindowEncoder::of));
    FeatureCache cache = corpusOptions.cache();
    Corpus.Settings heard = teacher.isPresent() ? clean.andUnlabeled() : clean;
    Corpora corpora = Corpora.load(sources, heard, cache, log);
    List<LabeledClip> labeled = labeled(corpora);
    // Before anything that takes long, so that a place that cannot be written is known at once.
    makeFolder();
    log.printf("analyzed %d clips in %.1f s%n", corpora.clips().size(), secondsSince(begin));

    List<Protocol> protocols = protocols(corpora);

    Experiment experiment = experiment(settings, corpora, heard, encoder, cache, log);
    // What one of the encoder's values is, nobody can say.
    Optional<TrainingOutcome.ProtocolImportance> importance =
        mostHonest(encoder.isPresent() ? List.of() : protocols)
            .map(
                protocol ->
                    new TrainingOutcome.ProtocolImportance(
                        protocol,
                        new FeatureImportance(
                            experiment.labels(), settings.spec(), settings.fitting().seed())));
    List<Experiment.ProtocolResult> results =
        results(experiment, protocols, corpora, heard, importance, log);

    long fitBegin = System.nanoTime();
    ValidatedTraining stopped = experiment.trainer().fit("training", labeled);
    Stage stage = new Stage(experiment, corpora, encoder);
    if (fineTune == 0) {
      fitAndSave(stage, settings, stopped, results, importance, fitBegin, log);
      return;
    }
    try (PretrainedEncoder tuned = fineTuned(stage, settings, clean, cache, log)) {
      Corpus.Settings heardTuned = clean.through(WindowEncoder.of(tuned));
      Corpora again = Corpora.load(sources, heardTuned, cache, log);
      Experiment last = experiment(settings, again, heardTuned, Optional.of(tuned), cache, log);
      fitAndSave(
          new Stage(last, again, Optional.of(tuned)),
          settings,
          stopped,
          results,
          importance,
          fitBegin,
          log);
    }
  }

  /** What is trained with. */
  private record Stage(
      Experiment experiment, Corpora corpora, Optional<PretrainedEncoder> encoder) {}

  /**
   * The encoder after it has learned from what the corpora's clips were heard as.
   *
   * @param clean how the corpora were read
   */
  private PretrainedEncoder fineTuned(
      Stage stage,
      Experiment.Settings settings,
      Corpus.Settings clean,
      FeatureCache cache,
      PrintWriter log)
      throws IOException {
    long begin = System.nanoTime();
    List<Condition> through = fittingOptions.alsoThrough(spec.commandLine());
    List<LabeledClip> clips =
        fittingOptions
            .source(spec.commandLine(), sources, clean, cache, log)
            .clips(stage.corpora().clips(), 1);
    FittedNetwork before =
        stage.experiment().trainer().fitAll("before fine-tuning", stage.corpora().clips(), 1);
    List<String> labels = stage.experiment().labels();
    LinearDiscriminant head =
        LinearHead.fitted(
                labels,
                before.normalization(),
                new ModelManifest.Calibration(1, 0, settings.uncertainBelow()),
                before.statistics().orElseThrow())
            .map();
    PretrainedEncoder tuned =
        new EncoderTuning(labels, fineTune, settings.fitting().seed(), log)
            .tuned(
                stage.encoder().orElseThrow(),
                clips,
                head,
                SiteStatistics.byCorpus(
                    clips, EncoderPooling.LENGTH, settings.fitting().adaptation().minSpeechShare()),
                new RecordedFrames(clean, clip -> ConditionedCopies.conditionOf(clip, through)));
    log.printf("fine-tuned the encoder by %d batches (%.1f s)%n", fineTune, secondsSince(begin));
    return tuned;
  }

  /** Fits the model's network on all clips and writes the model. */
  private void fitAndSave(
      Stage stage,
      Experiment.Settings settings,
      ValidatedTraining stopped,
      List<Experiment.ProtocolResult> results,
      Optional<TrainingOutcome.ProtocolImportance> importance,
      long fitBegin,
      PrintWriter log)
      throws IOException {
    Corpora corpora = stage.corpora();
    Optional<PretrainedEncoder> encoder = stage.encoder();
    FittedNetwork fitted =
        stage.experiment().trainer().fitAll("training on all", labeled(corpora), stopped.epochs());
    log.printf(
        "trained %d epochs on all clips (%.1f s)%n", fitted.epochs(), secondsSince(fitBegin));

    Map<String, ModelManifest.Metrics> metrics = new TreeMap<>();
    results.forEach(result -> metrics.put(result.name(), result.metrics()));
    ModelManifest manifest =
        stage
            .experiment()
            .manifest(
                modelName(),
                version,
                fitted,
                // What a teacher says is calibrated, by strangers; labels of its pupils' voices are
                // not.
                teacher.isPresent() ? Calibrator.Calibration.NONE : stopped.calibration(),
                command(),
                corpora.parts().stream()
                    .map(
                        corpus ->
                            new ModelManifest.Corpus(
                                corpus.layout().title(),
                                corpora.clips(corpus).size(),
                                corpus.sha256(),
                                corpus.layout().license()))
                    .toList(),
                metrics);
    InferenceTime time = inferenceTime(manifest, fitted.weights(), encoder, corpora);
    Optional<byte[]> statistics = Optional.empty();
    if (encoder.isPresent() && fitted.statistics().isPresent()) {
      statistics = Optional.of(fitted.statistics().get().encode());
      manifest = manifest.keeping(TrainingStatistics.entry(statistics.get()));
    }
    Map<String, byte[]> report =
        TrainingReport.files(
            new TrainingOutcome(
                manifest,
                corpora,
                results,
                stopped,
                settings.fitting().adaptation().mode(),
                settings.calls(),
                fittingOptions.augmentation(spec.commandLine()),
                fittingOptions.alsoThrough(spec.commandLine()),
                fineTune,
                taughtBy,
                importance,
                time,
                WeightsFile.parameterCount(fitted.weights()),
                GivenOptions.of(
                    spec, "--name", "--model-version", "--no-protocols", "--protocol")));
    folder.requireUnchanged();
    EmotionModel.save(out, manifest, fitted.weights(), encoder, statistics, report);
    TrainingReport.removeOthers(out, report.keySet());

    PrintWriter console = spec.commandLine().getOut();
    console.print(TrainingReport.protocolTable(results));
    console.printf("model written to %s%n", out);
    console.flush();
  }

  private static List<LabeledClip> labeled(Corpora corpora) {
    return corpora.clips().stream().filter(clip -> !clip.label().equals(Labels.UNLABELED)).toList();
  }

  private Experiment experiment(
      Experiment.Settings settings,
      Corpora corpora,
      Corpus.Settings heard,
      Optional<PretrainedEncoder> encoder,
      FeatureCache cache,
      PrintWriter log)
      throws IOException {
    EpochSource source = fittingOptions.source(spec.commandLine(), sources, heard, cache, log);
    if (teacher.isEmpty()) {
      return new Experiment(settings, corpora, source, encoder, log);
    }
    try (EmotionModel model = EmotionModel.load(EmotionModel.find(teacher.get()))) {
      Teacher teaches =
          new Teacher(
              model,
              corpora.labelsPresent(settings.labels()),
              sources,
              settings.fitting().seed(),
              cache,
              log);
      return new Experiment(
          settings,
          corpora,
          teaches.alsoUnlabeled(source, corpora.clips()),
          teaches.taught(),
          encoder,
          log);
    }
  }

  private Optional<String> nameOfTeacher() throws IOException {
    if (teacher.isEmpty()) {
      return Optional.empty();
    }
    try (EmotionModel model = EmotionModel.load(EmotionModel.find(teacher.get()))) {
      ModelManifest manifest = model.manifest();
      return Optional.of(
          "%s version %s (weights `%s`)"
              .formatted(manifest.name(), manifest.version(), manifest.weights().sha256()));
    }
  }

  /**
   * What training and testing by each protocol gives; by {@code cross-corpus}, a telephone line is
   * tested too.
   *
   * @param heard how the corpora were read
   */
  private List<Experiment.ProtocolResult> results(
      Experiment experiment,
      List<Protocol> protocols,
      Corpora corpora,
      Corpus.Settings heard,
      Optional<TrainingOutcome.ProtocolImportance> importance,
      PrintWriter log)
      throws IOException {
    List<Experiment.ProtocolResult> results = new ArrayList<>();
    for (Protocol protocol : protocols) {
      long begin = System.nanoTime();
      List<LabeledClip> parted = new ArrayList<>();
      List<LabeledClip> others = new ArrayList<>();
      for (Corpus part : corpora.parts()) {
        (protocol.tests(part.layout()) ? parted : others).addAll(corpora.clips(part));
      }
      List<Experiment.Tested> tested = new ArrayList<>();
      tested.add(
          Experiment.Tested.of(
              Condition.CLEAN,
              corpora.clips(),
              importance
                  .filter(measured -> measured.protocol().equals(protocol))
                  .<Experiment.TestListener>map(measured -> measured.importance()::add)
                  .orElse((classifier, clips) -> {})));
      if (protocol.kind() == Protocol.Kind.CROSS_CORPUS) {
        Corpora line =
            Corpora.load(sources, heard.in(Condition.TELEPHONE), corpusOptions.cache(), log);
        tested.add(
            Experiment.Tested.of(Condition.TELEPHONE, line.clips(), (classifier, clips) -> {}));
      }
      for (Experiment.ProtocolResult result : experiment.run(protocol, parted, others, tested)) {
        results.add(result);
        log.printf(
            Locale.ROOT,
            "%s: accuracy %.1f %%, UAR %.1f %%, chance %.1f %%%n",
            result.name(),
            100 * result.evaluation().accuracy(),
            100 * result.evaluation().uar(),
            100 * result.evaluation().uarChance());
      }
      log.printf(Locale.ROOT, "%s took %.1f s%n", protocol.name(), secondsSince(begin));
    }
    return results;
  }

  /** Those that are asked for, or all that the corpora allow. */
  private List<Protocol> protocols(Corpora corpora) {
    if (noProtocols || teacher.isPresent() || fineTune > 0) {
      return List.of();
    }
    List<Protocol> possible = Protocol.reportedFor(corpora);
    List<String> unknown = new ArrayList<>(protocolNames);
    possible.forEach(protocol -> unknown.remove(protocol.name()));
    if (!unknown.isEmpty()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--protocol: these corpora are not measured by %s; choose among %s"
              .formatted(
                  String.join(", ", unknown), possible.stream().map(Protocol::name).toList()));
    }
    return possible.stream()
        .filter(protocol -> protocolNames.isEmpty() || protocolNames.contains(protocol.name()))
        .toList();
  }

  /** One that tests voices that were not heard, where there is one; empty without protocols. */
  private static Optional<Protocol> mostHonest(List<Protocol> protocols) {
    return protocols.stream()
        .filter(Protocol::separatesSpeakers)
        .findFirst()
        .or(() -> protocols.stream().findFirst());
  }

  /** Of the model as it will be saved, on windows of the corpora. */
  private InferenceTime inferenceTime(
      ModelManifest manifest, byte[] weights, Optional<PretrainedEncoder> encoder, Corpora corpora)
      throws IOException {
    try (EmotionModel model =
            encoder.isPresent()
                ? EmotionModel.of(manifest, weights, encoder.get())
                : EmotionModel.of(manifest, weights);
        EmotionClassifier classifier = model.newClassifier()) {
      List<float[]> windows = new ArrayList<>();
      if (architecture.pretrained()) {
        // Clips have what the encoder said; how long it takes does not depend on what it hears.
        windows.addAll(Collections.nCopies(20, new float[classifier.featureCount()]));
      } else {
        for (LabeledClip clip : corpora.clips().subList(0, Math.min(100, corpora.clips().size()))) {
          windows.addAll(clip.windows());
        }
      }
      return InferenceTime.measure(classifier, windows);
    }
  }

  private String modelName() {
    return name.orElseGet(
        () ->
            sources.stream()
                    .map(source -> source.layout().id())
                    .distinct()
                    .collect(Collectors.joining("-"))
                + "-"
                + architecture);
  }

  /** The command line, but for the places that are written to, which are no part of the model. */
  private String command() {
    return "train "
        + GivenOptions.of(spec)
        + " --out "
        + GivenOptions.quoted("models/" + modelName());
  }

  private static double secondsSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / 1e9;
  }
}
