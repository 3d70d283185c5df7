package dev.speechemotion.training.report;

import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.ClassificationMetrics;
import dev.speechemotion.training.evaluation.FeatureImportance;
import dev.speechemotion.training.evaluation.MetricsBreakdown;
import dev.speechemotion.training.evaluation.Protocol;
import dev.speechemotion.training.experiment.Experiment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a training gave, as report and model card show it: figures are formatted, nothing is
 * escaped. The templates read it by the names of its components.
 *
 * @param labels that are told apart
 * @param chance accuracy of who guesses, %
 * @param protocols empty if none was run
 * @param reading what to know of the protocols' figures; code in it is marked as in Markdown
 * @param testedEpoch after which epoch the protocols' trainings were tested
 * @param leftOut recordings by label that nobody asked for
 * @param epochs how long the model was trained; code in it is marked as in Markdown
 * @param importance null if not measured
 */
record ReportView(
    String name,
    String version,
    String command,
    List<String> labels,
    String chance,
    Model model,
    List<Tested> protocols,
    String reading,
    String testedEpoch,
    List<Part> corpora,
    String leftOut,
    String epochs,
    String augmentation,
    String normalization,
    String calibration,
    Dependence importance) {

  /** What a class or a stretch without clips has for a figure. */
  private static final String NONE = "-";

  /**
   * The model.
   *
   * @param network in words
   * @param spec name of the features
   * @param values features of a window
   * @param fitting what it was trained with
   * @param manifestFile that tells what the weights were made from
   */
  record Model(
      String network,
      String dropout,
      String spec,
      int values,
      String windowSeconds,
      String hopSeconds,
      String fitting,
      long seed,
      String parameters,
      Weights weights,
      String manifestFile,
      Pace speed) {}

  /** The file of the weights. */
  record Weights(String file, String bytes, String sha256) {}

  /**
   * How long a window takes, and on what.
   *
   * @param micros median over the calls, microseconds
   */
  record Pace(String micros, int calls, String java, String system, String machine) {}

  /**
   * A protocol and what it gave over all its folds, or what a model as it is was tested on.
   *
   * @param command that gives the same figures; empty if it is that of others too
   * @param accuracy with each fold's, where there are a few
   * @param chance UAR of who guesses
   * @param openUar UAR where labels that a tested corpus lacks are answers as well
   * @param uncalibratedEce ECE without calibration
   * @param aucs of each class, arousal and valence, %; empty if there is none
   * @param recalls of all classes that have clips
   * @param certainty how much of what is more certain is right, in words
   * @param means of the corpora's figures, in words; empty if it tested on one corpus
   * @param byCorpus empty if it tested on one corpus
   * @param callTime empty if no clip began later in a call than another
   */
  record Tested(
      String name,
      String meaning,
      String command,
      int clips,
      String accuracy,
      String uar,
      String chance,
      String openUar,
      String worst,
      String ece,
      String uncalibratedEce,
      String aucs,
      String recalls,
      String certainty,
      String means,
      List<OfClass> classes,
      List<OfCorpus> byCorpus,
      List<Stretch> callTime,
      List<Fold> folds) {}

  /**
   * What was tested of a class.
   *
   * @param worst whether no other has a lower recall
   */
  record OfClass(
      String label, int clips, String precision, String recall, String f1, boolean worst) {}

  /**
   * What was tested of a corpus.
   *
   * @param chance UAR of who guesses among the corpus's labels
   * @param openUar UAR where others are answers as well
   * @param aucs of each class, arousal and valence, %
   * @param certainHalf accuracy of the half of the clips with the higher confidence
   * @param uncertain share of the clips that are called uncertain
   * @param certain accuracy of the others
   * @param recalls of each label, in their order
   * @param recallsText the same in a line
   */
  record OfCorpus(
      String name,
      int clips,
      String accuracy,
      String uar,
      String chance,
      String openUar,
      String worst,
      String ece,
      String aucs,
      String certainHalf,
      String uncertain,
      String certain,
      List<String> recalls,
      String recallsText) {}

  /** The clips that began in a stretch of call time. */
  record Stretch(
      int fromSeconds, int clips, int speakers, String accuracy, String uar, String worst) {}

  /**
   * A fold of a protocol.
   *
   * @param sharedFiles how many are on both sides, and whether that is held to be none
   */
  record Fold(
      String name,
      int trainingClips,
      int testClips,
      String sharedFiles,
      String sharedSpeakers,
      String sharedTexts,
      int epochs,
      String accuracy) {}

  /**
   * A corpus.
   *
   * @param clips those that were used
   * @param speakersRead how many speak in it, also in what an earlier corpus has too
   * @param speakers of the clips that were used
   * @param problems a line for each file that was skipped
   */
  record Part(
      String title,
      String license,
      int clips,
      int speakersRead,
      List<Speaker> speakers,
      String minutes,
      int windows,
      String sha256,
      int duplicates,
      String leftOut,
      List<String> problems) {}

  /**
   * A speaker's clips.
   *
   * @param clips of each label, in their order
   */
  record Speaker(String name, List<Long> clips) {}

  /**
   * What the results depend on.
   *
   * @param of the protocol whose test clips tell
   */
  record Dependence(String of, int clips, String uar, List<Family> families) {}

  /**
   * A family of features.
   *
   * @param drop of the UAR, points
   */
  record Family(String name, int values, String uar, String drop) {}

  static ReportView of(TrainingOutcome outcome) {
    ModelManifest manifest = outcome.manifest();
    return new ReportView(
        manifest.name(),
        manifest.version(),
        manifest.training().command(),
        manifest.labels(),
        Figures.format("%.1f", 100.0 / manifest.labels().size()),
        model(outcome),
        outcome.results().stream().map(result -> tested(result, outcome.command(result))).toList(),
        outcome.readingOfFigures().strip(),
        outcome.testedEpochText(),
        outcome.corpora().parts().stream()
            .map(part -> part(part, outcome.corpora().clips(part), manifest.labels()))
            .toList(),
        outcome.leftOutText(),
        outcome.epochsText(),
        outcome.augmentationText(),
        outcome.normalizationText(),
        outcome.calibrationText(),
        outcome.importance().map(ReportView::dependence).orElse(null));
  }

  private static Model model(TrainingOutcome outcome) {
    ModelManifest manifest = outcome.manifest();
    return new Model(
        outcome.network(),
        Figures.plain(manifest.architecture().dropout()),
        manifest.featureSpec().name(),
        FeatureLayout.of(manifest.featureSpec()).windowFeatureCount(),
        Figures.seconds(manifest.windows().lengthMs()),
        Figures.seconds(manifest.windows().hopMs()),
        fields(manifest.training().hyperparameters()),
        manifest.training().seed(),
        Figures.format("%,d", outcome.parameters()),
        new Weights(
            manifest.weights().file(),
            Figures.format("%,d", manifest.weights().bytes()),
            manifest.weights().sha256()),
        EmotionModel.MANIFEST_FILE,
        new Pace(
            Figures.format("%.1f", outcome.inferenceTime().medianMicros()),
            outcome.inferenceTime().calls(),
            System.getProperty("java.version"),
            System.getProperty("os.name"),
            System.getProperty("os.arch")));
  }

  /** A record's fields and values, without its name. */
  private static String fields(Record settings) {
    return settings
        .toString()
        .replaceFirst("^\\w+\\[", "")
        .replaceFirst("]$", "")
        .replace("=", " ");
  }

  private static Tested tested(Experiment.ProtocolResult result, String command) {
    return tested(
        result.name(),
        meaning(result.protocol().meaning(), result.condition()),
        command,
        result.measurement(),
        Figures.accuracyByFold(result),
        result.folds().stream().map(fold -> fold(result.protocol(), fold)).toList());
  }

  /** Of a model that is tested as it is. */
  static Tested unheard(UnheardCorpora.Measured measured) {
    return tested(
        measured.condition().equals(Condition.CLEAN) ? "as recorded" : measured.condition().id(),
        meaning("corpora that were never heard in training", measured.condition()),
        "",
        measured.measurement(),
        Figures.percent(measured.measurement().calibrated().accuracy()),
        List.of());
  }

  private static String meaning(String clean, Condition condition) {
    return condition.equals(Condition.CLEAN)
        ? clean
        : "the same, heard as `--condition %s` has it".formatted(condition.id());
  }

  private static Tested tested(
      String name,
      String meaning,
      String command,
      MetricsBreakdown measurement,
      String accuracy,
      List<Fold> folds) {
    ClassificationMetrics evaluation = measurement.calibrated();
    List<OfCorpus> byCorpus = new ArrayList<>();
    measurement
        .byCorpus()
        .forEach(
            (corpus, part) -> byCorpus.add(ofCorpus(corpus, part, measurement.uncertainBelow())));
    List<Stretch> callTime = measurement.curve().stream().map(ReportView::stretch).toList();
    return new Tested(
        name,
        meaning,
        command,
        evaluation.clipCount(),
        accuracy,
        Figures.uar(evaluation),
        Figures.percent(evaluation.uarChance()),
        Figures.percent(evaluation.uarOpen()),
        Figures.worst(evaluation),
        Figures.format("%.3f", evaluation.ece()),
        Figures.format("%.3f", measurement.uncalibrated().ece()),
        evaluation.aucs(),
        Figures.recalls(evaluation),
        measurement.certainty(evaluation),
        measurement
            .corpusMeans()
            .map(means -> Figures.means(means) + "; right: " + measurement.certainty(means))
            .orElse(""),
        classes(evaluation),
        byCorpus.size() < 2 ? List.of() : byCorpus,
        callTime.size() < 2 ? List.of() : callTime,
        folds);
  }

  private static List<OfClass> classes(ClassificationMetrics evaluation) {
    List<OfClass> classes = new ArrayList<>();
    for (int i = 0; i < evaluation.labels().size(); i++) {
      boolean present = evaluation.clipCount(i) > 0;
      classes.add(
          new OfClass(
              evaluation.labels().get(i),
              evaluation.clipCount(i),
              present ? Figures.percent(evaluation.precision(i)) : NONE,
              present ? Figures.percent(evaluation.recall(i)) : NONE,
              present ? Figures.percent(evaluation.f1(i)) : NONE,
              i == evaluation.worstLabel()));
    }
    return classes;
  }

  private static OfCorpus ofCorpus(
      String name, ClassificationMetrics evaluation, float uncertainBelow) {
    double certainAccuracy = evaluation.certainAccuracy(uncertainBelow);
    return new OfCorpus(
        name,
        evaluation.clipCount(),
        Figures.percent(evaluation.accuracy()),
        Figures.uar(evaluation),
        Figures.percent(evaluation.uarChance()),
        Figures.percent(evaluation.uarOpen()),
        Figures.worst(evaluation),
        Figures.format("%.3f", evaluation.ece()),
        evaluation.aucs(),
        Figures.percent(evaluation.certainHalfAccuracy()),
        Figures.percent(evaluation.uncertainShare(uncertainBelow)),
        Double.isNaN(certainAccuracy) ? NONE : Figures.percent(certainAccuracy),
        classes(evaluation).stream().map(OfClass::recall).toList(),
        evaluation.recalls());
  }

  private static Stretch stretch(MetricsBreakdown.CallTime stretch) {
    ClassificationMetrics evaluation = stretch.evaluation();
    return new Stretch(
        stretch.fromSeconds(),
        evaluation.clipCount(),
        evaluation.voiceCount(),
        Figures.percent(evaluation.accuracy()),
        Figures.uar(evaluation),
        Figures.worst(evaluation));
  }

  private static Fold fold(Protocol protocol, Experiment.FoldResult result) {
    Protocol.Fold fold = result.fold();
    return new Fold(
        fold.name(),
        fold.train().size(),
        fold.test().size(),
        shared(fold, LabeledClip::sha256, true),
        shared(fold, LabeledClip::voice, protocol.separatesSpeakers()),
        shared(fold, LabeledClip::text, protocol.separatesTexts()),
        result.epochs(),
        Figures.percent(result.evaluation().accuracy()));
  }

  private static String shared(
      Protocol.Fold fold, Function<LabeledClip, String> property, boolean mustBeNone) {
    return fold.shared(property) + (mustBeNone ? " ✓" : "");
  }

  private static Part part(Corpus corpus, List<LabeledClip> clips, List<String> labels) {
    return new Part(
        corpus.layout().title(),
        corpus.layout().license(),
        clips.size(),
        Protocol.Fold.values(corpus.clips(), LabeledClip::speaker).size(),
        Protocol.Fold.values(clips, LabeledClip::speaker).stream()
            .map(speaker -> speaker(speaker, clips, labels))
            .toList(),
        Figures.format("%.1f", clips.stream().mapToDouble(LabeledClip::durationSeconds).sum() / 60),
        clips.stream().mapToInt(clip -> clip.windows().size()).sum(),
        corpus.sha256(),
        corpus.duplicates(),
        corpus.leftOutText(),
        corpus.problems());
  }

  private static Speaker speaker(String name, List<LabeledClip> clips, List<String> labels) {
    return new Speaker(
        name.isEmpty() ? "unknown" : name,
        labels.stream()
            .map(
                label ->
                    clips.stream()
                        .filter(clip -> clip.speaker().equals(name) && clip.label().equals(label))
                        .count())
            .toList());
  }

  private static Dependence dependence(TrainingOutcome.ProtocolImportance measured) {
    FeatureImportance importance = measured.importance();
    return new Dependence(
        measured.protocol().name(),
        importance.clipCount(),
        Figures.percent(importance.uar()),
        importance.families().stream()
            .map(
                family ->
                    new Family(
                        family.name(),
                        family.features(),
                        Figures.percent(family.uar()),
                        Figures.format("%.1f", 100 * family.drop())))
            .toList());
  }
}
