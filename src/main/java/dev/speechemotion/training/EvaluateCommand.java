package dev.speechemotion.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.speechemotion.emotion.SpeechDetector;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.PretrainedEncoder;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.WindowEncoder;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.evaluation.Calls;
import dev.speechemotion.training.evaluation.ClassificationMetrics;
import dev.speechemotion.training.evaluation.MetricsBreakdown;
import dev.speechemotion.training.evaluation.Protocol;
import dev.speechemotion.training.evaluation.SiteSample;
import dev.speechemotion.training.evaluation.TestedClasses;
import dev.speechemotion.training.experiment.AdaptedTest;
import dev.speechemotion.training.experiment.Experiment;
import dev.speechemotion.training.experiment.TaughtNetwork;
import dev.speechemotion.training.labeling.LabelingTrial;
import dev.speechemotion.training.linear.SelfTraining;
import dev.speechemotion.training.report.UnheardCorpora;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private static final String NO_TEACHER = "none";
  private static final String SELF = "self";

  private static final String CARD = "--card";
  private static final String CONDITION = "--condition";

  private static final String FITTING_OPTIONS = "fittingOptions";

  /** Those of trainings that also say how a model is tested. */
  private static final Set<String> WITH_MODEL =
      Set.of("--adapt", "--calls", "--site-draws", "--seed");

  @Spec private CommandSpec spec;

  @Option(names = "--model", paramLabel = "DIR", description = "The model to measure.")
  private Optional<Path> modelDirectory = Optional.empty();

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      description =
          "In place of --model: train and test. LAYOUT-random, LAYOUT-speaker or tess-words within one"
              + " corpus, others being heard in training alone; pooled-speaker or cross-corpus with"
              + " several.")
  private Optional<String> protocolName = Optional.empty();

  @Mixin private CorpusOptions corpusOptions;

  @Option(
      names = CONDITION,
      defaultValue = "clean",
      description =
          "What the tested recordings go through: clean, telephone (8 kHz, G.711 mu-law), pauses"
              + " (2.5 s of a quiet line before and behind), noise:SNR (pink noise, SNR in dB), or"
              + " several, such as pauses+telephone (default: ${DEFAULT-VALUE}).")
  private String conditionName;

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "json or table (default: ${DEFAULT-VALUE}).")
  private String format;

  @Option(
      names = "--labeled-per-class",
      paramLabel = "N",
      description =
          "With --model and --adapt site: what 'adapt --labels' gives with N labeled recordings of"
              + " each label. They are drawn by --seed from half of each corpus's speakers and texts,"
              + " and the other half is tested.")
  private Optional<Integer> labeledPerClass = Optional.empty();

  @Option(
      names = "--site-callers",
      paramLabel = "K",
      description =
          "With --model and --adapt site: the place's statistics, and with --labeled-per-class its"
              + " labeled recordings, are of K speakers of the other half, at most, drawn by --seed"
              + " (default: all).")
  private Optional<Integer> siteCallers = Optional.empty();

  @Option(
      names = "--site-windows",
      paramLabel = "N",
      description =
          "The same with N windows of speech, at most, of recordings drawn by --seed (default: all).")
  private Optional<Integer> siteWindows = Optional.empty();

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description =
          "With --adapt site, what heads learn from at a tested place, as with 'adapt': none, self,"
              + " or with --model a model's directory (default: self where the head can, else none).")
  private Optional<String> teacher = Optional.empty();

  @Option(
      names = CARD,
      description =
          "With --model: tests the recordings as they are and through a telephone line, and writes what"
              + " that gives into the model's card and report, before all other figures. Neither the"
              + " model nor its teacher may have been trained on the corpora.")
  private boolean card;

  @Mixin(name = FITTING_OPTIONS)
  private FittingOptions fittingOptions;

  @Override
  public Integer call() throws IOException {
    PrintWriter log = spec.commandLine().getErr();
    require(
        modelDirectory.isPresent() != protocolName.isPresent(),
        "give either --model or --protocol");
    format = format.toLowerCase(Locale.ROOT);
    require(
        format.equals("json") || format.equals("table"),
        "--format must be json or table, got " + format);
    Condition condition;
    try {
      condition = Condition.parse(conditionName);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    if (modelDirectory.isPresent()) {
      requireNoneOfTrainings();
    }
    boolean siteOfModel =
        modelDirectory.isPresent()
            && fittingOptions.mode(spec.commandLine()).equals(Optional.of(Adaptation.Mode.SITE));
    require(
        labeledPerClass.isEmpty() || siteOfModel,
        "--labeled-per-class needs --model and --adapt site");
    require(labeledPerClass.orElse(1) > 0, "--labeled-per-class must be 1 or above");
    require(
        siteSample().equals(SiteSample.ALL) || siteOfModel,
        "--site-callers and --site-windows need --model and --adapt site");
    require(
        siteWindows.isEmpty() || labeledPerClass.isEmpty(),
        "--site-windows does not go with --labeled-per-class");
    require(
        teacher.isEmpty()
            || fittingOptions.mode(spec.commandLine()).equals(Optional.of(Adaptation.Mode.SITE)),
        "--teacher needs --adapt site");
    require(
        teacher.isEmpty() || modelDirectory.isPresent() || !hasTeacher(),
        "--protocol takes --teacher none or self, and trains no teacher");
    requireForCard();
    if (modelDirectory.isPresent()) {
      evaluateModel(modelDirectory.get(), condition, log);
    } else {
      evaluateProtocol(protocol(protocolName.orElseThrow()), condition, log);
    }
    return 0;
  }

  private void require(boolean holds, String message) {
    if (!holds) {
      throw new CommandLine.ParameterException(spec.commandLine(), message);
    }
  }

  private SiteSample siteSample() {
    require(siteCallers.orElse(1) > 0, "--site-callers must be 1 or above");
    require(siteWindows.orElse(1) > 0, "--site-windows must be 1 or above");
    return new SiteSample(
        siteCallers.orElse(SiteSample.ALL.callers()), siteWindows.orElse(SiteSample.ALL.windows()));
  }

  private Protocol protocol(String name) {
    return Protocol.named(name)
        .orElseThrow(
            () ->
                new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--protocol must be one of %s, got %s"
                        .formatted(Protocol.all().stream().map(Protocol::name).toList(), name)));
  }

  private void requireForCard() {
    require(!card || modelDirectory.isPresent(), "--card needs --model");
    require(
        !card || labeledPerClass.isEmpty() && siteSample().equals(SiteSample.ALL),
        "--card takes a whole place: no --labeled-per-class, --site-callers, or --site-windows");
    require(
        !card || !spec.commandLine().getParseResult().hasMatchedOption(CONDITION),
        "--card tests clean recordings and a telephone line: no --condition");
    require(!card || format.equals("table"), "--card goes with --format table alone");
  }

  private void evaluateModel(Path directory, Condition condition, PrintWriter log)
      throws IOException {
    List<Corpora.Source> sources =
        corpusOptions.sources(spec.commandLine(), fittingOptions.seed, Optional.empty());
    Path found = EmotionModel.find(directory);
    try (EmotionModel model = EmotionModel.load(found)) {
      if (card) {
        UnheardCorpora.requireWritable(found);
      }
      Corpora corpora = load(sources, Corpus.Settings.of(model, condition), log);
      if (card) {
        requireUnheard(corpora, model.manifest());
        warnOfOwn(corpora, model.manifest(), log);
      } else {
        corpora.warnOfHeardInTraining(model.manifest(), log);
      }
      if (labeledPerClass.isPresent()) {
        print(
            new LabelingTrial(
                    model, labeledPerClass.get(), siteSample().callers(), fittingOptions.seed)
                .run(corpora.clips()));
      } else if (card) {
        Corpora line = load(sources, Corpus.Settings.of(model, Condition.TELEPHONE), log);
        List<UnheardCorpora.Measured> measured =
            List.of(
                new UnheardCorpora.Measured(
                    Condition.CLEAN, evaluateModel(model, sources, corpora, Condition.CLEAN, log)),
                new UnheardCorpora.Measured(
                    Condition.TELEPHONE,
                    evaluateModel(model, sources, line, Condition.TELEPHONE, log)));
        UnheardCorpora.write(
            found, model.manifest(), measured, adapted(model), "evaluate " + GivenOptions.of(spec));
        spec.commandLine().getOut().printf("written to the card of %s%n", found);
        spec.commandLine().getOut().flush();
      } else {
        evaluateModel(model, sources, corpora, condition, log);
      }
    }
  }

  /** What a model knows of a tested place, in words. */
  private String adapted(EmotionModel model) {
    return switch (adaptation(model).mode()) {
      case NONE -> "It is not adapted to them.";
      case RUNNING -> "Each speaker's recordings are a call, to which it adapts from a cold start.";
      case SPEAKER -> "Features are normalized by all recordings of a speaker.";
      case SITE ->
          "It is adapted to each as to a place, by recordings of the other half of its speakers without labels%s."
              .formatted(
                  hasTeacher()
                      ? ", of which %s has taught it".formatted(teacher.orElseThrow())
                      : teachesItself(model) ? ", of which its head has taught itself" : "");
    };
  }

  private Adaptation adaptation(EmotionModel model) {
    return Adaptation.of(model.manifest().normalization(), fittingOptions.mode(spec.commandLine()));
  }

  private boolean teachesItself(EmotionModel model) {
    return !teacher.equals(Optional.of(NO_TEACHER)) && model.statistics().isPresent();
  }

  private static void requireUnheard(Corpora corpora, ModelManifest model) throws CorpusException {
    List<String> heard = corpora.heardInTrainingOf(model);
    if (!heard.isEmpty()) {
      throw new CorpusException(
          "%s was trained on %s: --card is for corpora that it has not heard"
              .formatted(model.name(), String.join(", ", heard)));
    }
  }

  /** Of recordings in no known corpus, it is not known one by one which a model was trained on. */
  private static void warnOfOwn(Corpora corpora, ModelManifest model, PrintWriter log) {
    if (corpora.holdOwn() || Corpora.holdOwn(model)) {
      log.printf(
          "careful: which single recordings %s was trained on is not known: none of those that are tested may be among them%n",
          model.name());
      log.flush();
    }
  }

  private MetricsBreakdown evaluateModel(
      EmotionModel model,
      List<Corpora.Source> sources,
      Corpora corpora,
      Condition condition,
      PrintWriter log)
      throws IOException {
    if (!hasTeacher()) {
      if (teacher.equals(Optional.of(SELF))) {
        SelfTraining.statistics(model); // Says what is wrong if it cannot.
      }
      return evaluateModel(
          model, corpora, condition, Optional.empty(), teachesItself(model) ? SELF : NO_TEACHER);
    }
    try (EmotionModel teaching =
        EmotionModel.load(EmotionModel.find(Path.of(teacher.orElseThrow())))) {
      if (card) {
        requireUnheard(corpora, teaching.manifest());
      }
      Map<String, LabeledClip> asTeacherHears =
          load(sources, Corpus.Settings.of(teaching, condition), log).clips().stream()
              .collect(Collectors.toMap(LabeledClip::key, Function.identity()));
      TaughtNetwork taught =
          new TaughtNetwork(model, teaching, clip -> asTeacherHears.get(clip.key()), log);
      return evaluateModel(
          model, corpora, condition, Optional.of(taught), teaching.identity().toString());
    }
  }

  /** So that nobody takes figures for something that they are not. */
  private void requireNoneOfTrainings() {
    List<String> ofTrainings =
        spec.mixins().get(FITTING_OPTIONS).options().stream()
            .map(CommandLine.Model.OptionSpec::longestName)
            .filter(name -> !WITH_MODEL.contains(name))
            .filter(name -> spec.commandLine().getParseResult().hasMatchedOption(name))
            .toList();
    require(
        ofTrainings.isEmpty(),
        "%s: of trainings, and so of --protocol; with --model the model says it%s"
            .formatted(
                String.join(", ", ofTrainings),
                ofTrainings.contains("--also-through")
                    ? ", and --condition what the tested recordings go through"
                    : ""));
  }

  private boolean hasTeacher() {
    return teacher.filter(name -> !name.equals(NO_TEACHER) && !name.equals(SELF)).isPresent();
  }

  private MetricsBreakdown evaluateModel(
      EmotionModel model,
      Corpora corpora,
      Condition condition,
      Optional<TaughtNetwork> taught,
      String taughtBy)
      throws IOException {
    Adaptation adaptation = adaptation(model).with(siteSample());
    Calls calls = fittingOptions.calls(spec.commandLine());
    MetricsBreakdown measurement =
        new MetricsBreakdown(
            model.labels(),
            model.manifest().calibration().uncertainBelow(),
            TestedClasses.of(corpora.clips()));
    new AdaptedTest(
            adaptation,
            taughtBy.equals(SELF) ? model.statistics() : Optional.empty(),
            taught,
            calls,
            fittingOptions.siteDraws(spec.commandLine()),
            fittingOptions.seed)
        .run(model, corpora.clips(), corpora.clips(), measurement::add);

    Map<String, Object> about = new LinkedHashMap<>();
    about.put("model", model.identity());
    siteCallers.ifPresent(callers -> about.put("siteCallers", callers));
    siteWindows.ifPresent(windows -> about.put("siteWindows", windows));
    if (adaptation.mode() == Adaptation.Mode.SITE) {
      about.put("teacher", taughtBy);
    }
    about.putAll(corpora.about());
    Map<String, Double> silenced = silenced(model, corpora);
    if (!silenced.isEmpty()) {
      about.put("takenForNoSpeech", silenced);
    }
    String tested =
        "%s version %s, %s, adapt %s%s, %s%n%n"
            .formatted(
                model.identity().name(),
                model.identity().version(),
                condition.id(),
                adaptation.mode().id(),
                adaptation.mode() == Adaptation.Mode.SITE ? " by teacher " + taughtBy : "",
                calls.id());
    print(measurement, about, condition, adaptation, calls, tested + heading(silenced));
    return measurement;
  }

  /**
   * By corpus, the share of windows with enough speech in which the model's detector hears none;
   * empty if it has no detector. They are tested all the same.
   */
  private static Map<String, Double> silenced(EmotionModel model, Corpora corpora) {
    Map<String, Double> shares = new LinkedHashMap<>();
    if (model.manifest().detector().isPresent()) {
      SpeechDetector detector = model.manifest().detector().get();
      for (Corpus corpus : corpora.parts()) {
        int windows = 0;
        int heard = 0;
        for (LabeledClip clip : corpora.clips(corpus)) {
          for (float[] window : clip.windowsOfSpeech()) {
            windows++;
            heard += detector.hears(window, 0) ? 1 : 0;
          }
        }
        if (windows > 0) {
          shares.put(corpus.name(), Math.round(10_000.0 * (windows - heard) / windows) / 10_000.0);
        }
      }
    }
    return shares;
  }

  private static String heading(Map<String, Double> silenced) {
    return silenced.isEmpty()
        ? ""
        : "windows of speech taken for none: %s%n%n"
            .formatted(
                silenced.entrySet().stream()
                    .map(
                        each ->
                            String.format(
                                Locale.ROOT, "%s %.1f %%", each.getKey(), 100 * each.getValue()))
                    .collect(Collectors.joining(", ")));
  }

  private void evaluateProtocol(Protocol protocol, Condition condition, PrintWriter log)
      throws IOException {
    Experiment.Settings asked = fittingOptions.settings(spec.commandLine());
    Experiment.Settings settings =
        teacher.equals(Optional.of(NO_TEACHER)) ? asked.withoutSelfTraining() : asked;
    Optional<PretrainedEncoder> encoder = fittingOptions.encoder(settings);
    try {
      evaluateProtocol(protocol, condition, settings, encoder, log);
    } finally {
      encoder.ifPresent(PretrainedEncoder::close);
    }
  }

  private void evaluateProtocol(
      Protocol protocol,
      Condition condition,
      Experiment.Settings settings,
      Optional<PretrainedEncoder> encoder,
      PrintWriter log)
      throws IOException {
    List<Corpora.Source> sources =
        corpusOptions.sources(spec.commandLine(), fittingOptions.seed, protocol.layout());
    require(
        sources.stream().anyMatch(source -> protocol.tests(source.layout())),
        "--protocol %s needs a corpus in this layout".formatted(protocol.name()));
    Corpus.Settings clean = corpusSettings(settings, Condition.CLEAN, encoder);
    Corpora corpora = load(sources, clean, log);
    Corpora heard =
        condition.equals(Condition.CLEAN)
            ? corpora
            : load(sources, corpusSettings(settings, condition, encoder), log);
    List<LabeledClip> tested = new ArrayList<>();
    List<LabeledClip> others = new ArrayList<>();
    List<String> namesOfOthers = new ArrayList<>();
    for (Corpus corpus : corpora.parts()) {
      boolean isTested = protocol.tests(corpus.layout());
      (isTested ? tested : others).addAll(corpora.clips(corpus));
      if (!isTested) {
        namesOfOthers.add(corpus.name());
      }
    }
    Experiment.ProtocolResult result =
        new Experiment(
                settings,
                corpora,
                fittingOptions.source(
                    spec.commandLine(), sources, clean, corpusOptions.cache(), log),
                encoder,
                log)
            .run(
                protocol,
                tested,
                others,
                List.of(Experiment.Tested.of(condition, heard.clips(), (classifier, clips) -> {})))
            .get(0);

    Map<String, Object> about = new LinkedHashMap<>();
    about.put("protocol", protocol.name());
    about.put("alsoTrainedOn", namesOfOthers);
    about.putAll(corpora.about());
    List<Map<String, Object>> folds = new ArrayList<>();
    StringBuilder foldLines = new StringBuilder();
    for (Experiment.FoldResult fold : result.folds()) {
      ClassificationMetrics evaluation = fold.evaluation();
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("test", fold.fold().name());
      line.put("trainClips", fold.fold().train().size());
      line.put("n", evaluation.clipCount());
      line.put("accuracy", evaluation.accuracy());
      line.put("uar", evaluation.uar());
      line.put("uarChance", evaluation.uarChance());
      line.put("sharedSpeakers", fold.fold().shared(LabeledClip::voice));
      line.put("sharedTexts", fold.fold().shared(LabeledClip::text));
      line.put("sharedFiles", fold.fold().shared(LabeledClip::sha256));
      line.put("epochs", fold.epochs());
      line.put("temperature", fold.calibration().temperature());
      line.put("doubt", fold.calibration().doubt());
      line.put("validationLoss", fold.validation().validationLoss());
      line.put("validationAccuracy", fold.validation().validationAccuracy());
      folds.add(line);
      foldLines.append(
          String.format(
              Locale.ROOT,
              "tested on %s: trained on %d clips, %d epochs (validation loss %.3f, accuracy %.1f %%), temperature %.2f, doubt %.2f; %d clips, accuracy %.1f %%, UAR %.1f %% (chance %.1f %%); recall %s%n",
              fold.fold().name(),
              fold.fold().train().size(),
              fold.epochs(),
              fold.validation().validationLoss(),
              100 * fold.validation().validationAccuracy(),
              fold.calibration().temperature(),
              fold.calibration().doubt(),
              evaluation.clipCount(),
              100 * evaluation.accuracy(),
              100 * evaluation.uar(),
              100 * evaluation.uarChance(),
              evaluation.recalls()));
    }
    about.put("folds", folds);
    if (settings.fitting().adaptation().mode() == Adaptation.Mode.SITE) {
      about.put("teacher", settings.selfTraining() && encoder.isPresent() ? SELF : NO_TEACHER);
    }
    print(
        result.measurement(),
        about,
        condition,
        settings.fitting().adaptation(),
        settings.calls(),
        "%s: %s%s%n%s%n"
            .formatted(
                protocol.name(),
                protocol.meaning(),
                namesOfOthers.isEmpty()
                    ? ""
                    : "; all trainings also heard " + String.join(", ", namesOfOthers),
                foldLines));
  }

  private static Corpus.Settings corpusSettings(
      Experiment.Settings settings, Condition condition, Optional<PretrainedEncoder> encoder) {
    return new Corpus.Settings(
        settings.labels(),
        settings.spec(),
        settings.windows(),
        condition,
        encoder.map(WindowEncoder::of));
  }

  private Corpora load(List<Corpora.Source> sources, Corpus.Settings settings, PrintWriter log)
      throws IOException {
    return Corpora.load(sources, settings, corpusOptions.cache(), log);
  }

  private void print(List<LabelingTrial.Result> results) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (format.equals("table")) {
      out.print(LabelingTrial.table(results));
    } else {
      out.println(
          new ObjectMapper()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .writeValueAsString(results));
    }
    out.flush();
  }

  private void print(
      MetricsBreakdown measurement,
      Map<String, Object> about,
      Condition condition,
      Adaptation adaptation,
      Calls calls,
      String heading)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (format.equals("table")) {
      out.print(heading + measurement.calibrated().table() + measurement.details());
    } else {
      Map<String, Object> json = measurement.json();
      json.put("condition", condition.id());
      json.put("adapt", adaptation.mode().id());
      json.put("calls", calls.id());
      json.putAll(about);
      out.println(
          new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json));
    }
    out.flush();
  }
}
