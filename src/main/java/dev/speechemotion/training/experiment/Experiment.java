package dev.speechemotion.training.experiment;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelException;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.PretrainedEncoder;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Progress;
import dev.speechemotion.training.corpus.TeacherAnswers;
import dev.speechemotion.training.evaluation.AdaptedClip;
import dev.speechemotion.training.evaluation.Calibrator;
import dev.speechemotion.training.evaluation.Calls;
import dev.speechemotion.training.evaluation.ClassificationMetrics;
import dev.speechemotion.training.evaluation.MetricsBreakdown;
import dev.speechemotion.training.evaluation.Protocol;
import dev.speechemotion.training.evaluation.TestedClasses;
import dev.speechemotion.training.fitting.DiscriminantTrainer;
import dev.speechemotion.training.fitting.EpochResult;
import dev.speechemotion.training.fitting.EpochSource;
import dev.speechemotion.training.fitting.FittedNetwork;
import dev.speechemotion.training.fitting.FittingSettings;
import dev.speechemotion.training.fitting.NetworkTrainer;
import dev.speechemotion.training.fitting.Trainer;
import dev.speechemotion.training.fitting.ValidatedTraining;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Trainings with the same settings on the same corpora: those of the protocols, and the last. */
public final class Experiment {
  /**
   * What is told apart, from which features, by what network.
   *
   * @param calls how tested speakers' clips are dealt into calls
   * @param selfTraining whether linear heads teach themselves at tested places, as {@code adapt}
   *     does
   * @param siteDraws see {@link AdaptedTest}
   */
  public record Settings(
      List<String> labels,
      WindowSettings windows,
      FittingSettings fitting,
      float uncertainBelow,
      Calls calls,
      boolean selfTraining,
      int siteDraws) {
    public FeatureSpec spec() {
      return fitting.spec();
    }

    /** The same, with heads that stay as they are at tested places. */
    public Settings withoutSelfTraining() {
      return new Settings(labels, windows, fitting, uncertainBelow, calls, false, siteDraws);
    }
  }

  /** Looks at each network of a protocol and the clips that it is tested on. */
  @FunctionalInterface
  public interface TestListener {
    void tested(EmotionClassifier classifier, List<LabeledClip> clips);
  }

  /**
   * What one training of a protocol gave.
   *
   * @param curve of the training that kept a part of the clips aside; {@code epochs} was best
   */
  public record FoldResult(
      Protocol.Fold fold,
      ClassificationMetrics evaluation,
      int epochs,
      Calibrator.Calibration calibration,
      List<EpochResult> curve) {
    /** What the best epoch gave on the part that was kept aside. */
    public EpochResult validation() {
      return curve.get(epochs - 1);
    }
  }

  /**
   * What is tested in place of a protocol's clips.
   *
   * @param condition that they were heard in
   * @param clips by key; a clip of the protocol that is not among them is not tested. They are also
   *     all that is known of the places that are tested
   * @param listener told of each test
   */
  public record Tested(Condition condition, Map<String, LabeledClip> clips, TestListener listener) {
    /** Of clips as they were heard, by their keys. */
    public static Tested of(Condition condition, List<LabeledClip> heard, TestListener listener) {
      return new Tested(
          condition,
          heard.stream().collect(Collectors.toMap(LabeledClip::key, Function.identity())),
          listener);
    }
  }

  /**
   * What a protocol gave: over all folds together, and for each.
   *
   * @param condition that the tested clips were heard in
   */
  public record ProtocolResult(
      Protocol protocol,
      Condition condition,
      MetricsBreakdown measurement,
      List<FoldResult> folds) {
    /** Whether the tested clips were heard as they are. */
    public boolean isClean() {
      return condition.equals(Condition.CLEAN);
    }

    /** The protocol's, and the condition unless it is clean. */
    public String name() {
      return protocol.name() + (isClean() ? "" : " " + condition.id());
    }

    /** Over all folds. */
    public ClassificationMetrics evaluation() {
      return measurement.calibrated();
    }

    public ModelManifest.Metrics metrics() {
      ClassificationMetrics evaluation = evaluation();
      int worst = evaluation.worstLabel();
      return new ModelManifest.Metrics(
          evaluation.clipCount(),
          rounded(evaluation.accuracy()),
          rounded(evaluation.uar()),
          evaluation.labels().get(worst),
          rounded(evaluation.recall(worst)),
          rounded(evaluation.ece()));
    }

    private static double rounded(double value) {
      return Math.round(value * 10_000) / 10_000.0;
    }
  }

  private static final String WEIGHTS_FILE = "weights.safetensors";

  private final Settings settings;
  private final List<String> labels;
  private final Trainer trainer;
  private final Optional<PretrainedEncoder> encoder;
  private final PrintWriter log;

  /**
   * @param source of what its trainings hear
   * @param encoder whose vectors the clips have; empty where they have windows' features
   * @throws CorpusException if the corpora have fewer than two of the labels
   */
  public Experiment(
      Settings settings,
      Corpora corpora,
      EpochSource source,
      Optional<PretrainedEncoder> encoder,
      PrintWriter log)
      throws CorpusException {
    this(settings, corpora, source, TeacherAnswers.NOTHING, encoder, log);
  }

  /**
   * @param taught what is learned in place of labels
   */
  public Experiment(
      Settings settings,
      Corpora corpora,
      EpochSource source,
      TeacherAnswers taught,
      Optional<PretrainedEncoder> encoder,
      PrintWriter log)
      throws CorpusException {
    this.settings = settings;
    this.encoder = encoder;
    this.log = log;
    labels = corpora.labelsPresent(settings.labels());
    if (labels.size() < settings.labels().size()) {
      log.printf(
          "no recordings of %s%n",
          settings.labels().stream().filter(label -> !labels.contains(label)).toList());
    }
    if (labels.size() < 2) {
      throw new CorpusException("recordings of at least two labels are needed, found " + labels);
    }
    trainer =
        settings.fitting().architecture().linear()
            ? new DiscriminantTrainer(settings.fitting(), labels, source)
            : new NetworkTrainer(settings.fitting(), labels, source, taught, log);
  }

  /** The labels that are told apart. */
  public List<String> labels() {
    return labels;
  }

  public Trainer trainer() {
    return trainer;
  }

  /**
   * Trains and tests on every fold.
   *
   * <p>Where whole voices were kept aside to decide when to stop, the network that is tested is
   * fitted again on them too, for as many epochs: so is the model that is saved in the end.
   *
   * @param clips what is parted
   * @param others heard in every training, never tested
   * @param tested what each training is tested on
   * @return a result for each that is tested, in their order
   */
  public List<ProtocolResult> run(
      Protocol protocol, List<LabeledClip> clips, List<LabeledClip> others, List<Tested> tested)
      throws IOException {
    List<ProtocolResult> results = tested.stream().map(each -> empty(protocol, each)).toList();
    List<Protocol.Fold> folds = protocol.folds(clips, others, settings.fitting().seed());
    // Networks show their epochs, of each fold.
    boolean showsNone = settings.fitting().architecture().linear();
    try (Progress progress = new Progress(protocol.name() + ", folds", folds.size(), log)) {
      for (Protocol.Fold fold : folds) {
        run(protocol, fold, tested, results);
        if (showsNone) {
          progress.step();
        }
      }
    }
    return results;
  }

  private ProtocolResult empty(Protocol protocol, Tested tested) {
    // Of whole corpora: a fold may lack a label that its corpus has.
    TestedClasses classes = TestedClasses.of(List.copyOf(tested.clips().values()));
    return new ProtocolResult(
        protocol,
        tested.condition(),
        new MetricsBreakdown(labels, settings.uncertainBelow(), classes),
        new ArrayList<>());
  }

  /** Adds what a fold gives to the results. */
  private void run(
      Protocol protocol, Protocol.Fold fold, List<Tested> tested, List<ProtocolResult> results)
      throws IOException {
    String task = "%s, testing %s".formatted(protocol.name(), shortened(fold.name()));
    ValidatedTraining stopped = trainer.fit(task, fold.train());
    FittedNetwork fitted =
        stopped.validationVoices() > 0
            ? trainer.fitAll(task + " again", fold.train(), stopped.epochs())
            : stopped.network();
    Calibrator.Calibration calibration = stopped.calibration();
    AdaptedTest adapted =
        new AdaptedTest(
            settings.fitting().adaptation(),
            settings.selfTraining() ? fitted.statistics() : Optional.empty(),
            Optional.empty(),
            settings.calls(),
            settings.siteDraws(),
            settings.fitting().seed());
    try (EmotionModel model = model(fitted, calibration)) {
      for (int i = 0; i < tested.size(); i++) {
        ClassificationMetrics evaluation =
            test(adapted, model, fold, tested.get(i), results.get(i).measurement());
        results
            .get(i)
            .folds()
            .add(new FoldResult(fold, evaluation, fitted.epochs(), calibration, stopped.curve()));
      }
    }
  }

  /**
   * Tests the network of a fold.
   *
   * @param pooled takes what it gives, too
   */
  private ClassificationMetrics test(
      AdaptedTest adapted,
      EmotionModel model,
      Protocol.Fold fold,
      Tested tested,
      MetricsBreakdown pooled)
      throws IOException {
    ClassificationMetrics evaluation = new ClassificationMetrics(labels);
    List<LabeledClip> test =
        fold.test().stream()
            .filter(clip -> tested.clips().containsKey(clip.key()))
            .map(clip -> tested.clips().get(clip.key()))
            .toList();
    adapted.run(
        model,
        test,
        List.copyOf(tested.clips().values()),
        (classifier, uncalibrated, heard) -> {
          pooled.add(classifier, uncalibrated, heard);
          List<LabeledClip> withoutTimes = heard.stream().map(AdaptedClip::clip).toList();
          evaluation.addAll(classifier, withoutTimes, pooled.classes());
          tested.listener().tested(classifier, withoutTimes);
        });
    return evaluation;
  }

  private static String shortened(String name) {
    return name.length() <= 40 ? name : name.substring(0, 40) + "…";
  }

  private EmotionModel model(FittedNetwork fitted, Calibrator.Calibration calibration)
      throws ModelException {
    ModelManifest manifest =
        manifest("fold", "0", fitted, calibration, "none", List.of(), Map.of());
    return encoder.isPresent()
        ? EmotionModel.of(manifest, fitted.weights(), encoder.get())
        : EmotionModel.of(manifest, fitted.weights());
  }

  /** The manifest of a network of this experiment. */
  public ModelManifest manifest(
      String name,
      String version,
      FittedNetwork fitted,
      Calibrator.Calibration calibration,
      String command,
      List<ModelManifest.Corpus> corpora,
      Map<String, ModelManifest.Metrics> metrics) {
    FittingSettings fitting = settings.fitting();
    return new ModelManifest(
        ModelManifest.FORMAT_VERSION,
        name,
        version,
        fitting.architecture(),
        labels,
        settings.spec(),
        settings.windows(),
        fitted.normalization(),
        new ModelManifest.Calibration(
            calibration.temperature(), calibration.doubt(), settings.uncertainBelow()),
        ModelManifest.Weights.of(WEIGHTS_FILE, fitted.weights()),
        encoder.map(PretrainedEncoder::entry).stream().toList(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        new ModelManifest.Training(
            command, fitting.seed(), fitting.hyperparameters(), corpora, fitted.epochs(), metrics));
  }
}
