package dev.speechemotion.training;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.audio.AudioFormatException;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.SpeechDetector;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.EncoderPooling;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.TrainingStatistics;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.CorpusReader;
import dev.speechemotion.training.corpus.FolderFiles;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Progress;
import dev.speechemotion.training.corpus.Recording;
import dev.speechemotion.training.corpus.WindowEncoder;
import dev.speechemotion.training.corpus.WindowedFeatures;
import dev.speechemotion.training.evaluation.SiteAccumulator;
import dev.speechemotion.training.evaluation.SiteStatistics;
import dev.speechemotion.training.experiment.TaughtNetwork;
import dev.speechemotion.training.labeling.HeadRefit;
import dev.speechemotion.training.labeling.LabelList;
import dev.speechemotion.training.labeling.LabeledClips;
import dev.speechemotion.training.labeling.Suggestions;
import dev.speechemotion.training.linear.LinearHead;
import dev.speechemotion.training.linear.SelfTraining;
import dev.speechemotion.training.linear.WindowReservoir;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A version of a model for the place where it will work, by that place's own unlabeled audio. */
@Command(
    name = "adapt",
    description =
        "Makes a version of a model that is normalized by recordings of the place where it will work:"
            + " mean and deviation of each feature over all callers. Nobody has to say what they felt;"
            + " a few labeled recordings make it better still.")
public class AdaptCommand implements Callable<Integer> {
  /** With fewer windows of speech the statistics still move. */
  private static final int LEAST_WINDOWS = 100;

  private static final int LEAST_RECORDINGS = 5;

  /** Of the version's name. */
  private static final String SUFFIX = "-site";

  private static final String SELF = "self";
  private static final String NO_TEACHER = "none";
  private static final PrintWriter NO_LOG = new PrintWriter(Writer.nullWriter());

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description = "The model directory, such as models/open.")
  private Path model;

  @Option(
      names = "--recordings",
      paramLabel = "FOLDER",
      arity = "1..*",
      description =
          "Folders with recordings of the place, of many callers; each channel counts. Folders in"
              + " them count too. Default: the recordings of --labels.")
  private List<Path> recordings = List.of();

  @Option(
      names = "--labels",
      paramLabel = "FILE.csv",
      description =
          "Recordings of the place with the columns path,label,speaker, paths relative to the file:"
              + " the head is fitted again, if that is better on speakers left out. A column channel"
              + " may name a channel, from 0 on, and a column start a window's start in seconds.")
  private Optional<Path> labels = Optional.empty();

  @Option(
      names = "--suggest",
      paramLabel = "N",
      description =
          "In place of --out: list the N windows that are most worth labeling, as CSV for --labels"
              + " in which label and speaker are to be filled in.")
  private Optional<Integer> suggest = Optional.empty();

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description =
          "Whose answers on the place's audio the head learns: self, for a linear head, such as that"
              + " of models/open; another model's directory, for a network on features of ours;"
              + " none: the head stays (default: self where the head can, else none).")
  private Optional<String> teacher = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "The model directory to write: a new folder, or one with an earlier version for a place.")
  private Path out;

  @Option(
      names = "--model-version",
      paramLabel = "VERSION",
      description = "The new version's name (default: the model's, with -site behind it).")
  private Optional<String> version = Optional.empty();

  /** The analyzed recordings of the place. */
  private static final class SiteAudio {
    private final List<LabeledClip> clips = new ArrayList<>();
    private double seconds;
    private int recordings;
    private int channels;

    /** What was heard, so that nothing counts twice. */
    private final Set<String> contents = new HashSet<>();

    private int repeated;
    private int copies;

    /** What was amiss with recordings that count all the same. */
    private final Set<String> warnings = new TreeSet<>();

    SiteMeasurement counted(int columns, float minSpeechShare) {
      SiteAccumulator sums = new SiteAccumulator(columns);
      sums.addAll(clips, minSpeechShare);
      return new SiteMeasurement(
          seconds,
          "recordings",
          recordings,
          channels,
          sums,
          new WindowReservoir().addAll(clips, minSpeechShare),
          SiteMeasurement.Period.UNKNOWN,
          Optional.empty());
    }
  }

  /** Another source of audio than recordings, if the options name one. */
  protected Optional<SiteSource> elsewhere() {
    require(!recordings.isEmpty() || labels.isPresent(), "give --recordings or --labels, or both");
    return Optional.empty();
  }

  /** Whether the other source of audio also tells emotions of it. */
  protected boolean isLabeledElsewhere() {
    return false;
  }

  @Override
  public final Integer call() throws Exception {
    PrintWriter log = spec.commandLine().getErr();
    requireUsage();
    Optional<SiteSource> elsewhere = elsewhere();
    Collection<Path> ofFolders = files(log);
    model = EmotionModel.find(model);
    try (EmotionModel loaded = EmotionModel.load(model)) {
      ModelManifest manifest = loaded.manifest();
      Optional<OutFolder> folder =
          suggest.isEmpty() ? Optional.of(folder(manifest)) : Optional.empty();
      Optional<TrainingStatistics> known = known(loaded);
      Optional<LabelList> list = Optional.empty();
      if (labels.isPresent()) {
        list = Optional.of(new LabelList(labels.get(), loaded.labels()));
      }
      ModelManifest.Normalization training = manifest.normalization();
      SiteAudio audio = new SiteAudio();
      if (elsewhere.isEmpty()) {
        Collection<Path> files = recordings.isEmpty() ? list.orElseThrow().files() : ofFolders;
        hear(files, loaded, audio, log);
      }
      SiteMeasurement heard =
          elsewhere.isPresent()
              ? elsewhere.get().hear(loaded, log)
              : audio.counted(training.mean().size(), training.minSpeechShare());
      int windows = Math.toIntExact(heard.sums().windows());
      if (windows < LEAST_WINDOWS || heard.count() < LEAST_RECORDINGS) {
        throw new CorpusException(
            "%d %s with %d windows of speech are too few for what a place is like: %d %2$s and %d windows are needed, of as many callers as there are; two or three seconds of speech give one, more a window a second"
                .formatted(heard.count(), heard.unit(), windows, LEAST_RECORDINGS, LEAST_WINDOWS));
      }
      SiteStatistics site = heard.sums().statistics().orElseThrow();
      if (suggest.isPresent()) {
        suggest(loaded, site, audio.clips);
        return 0;
      }
      ModelManifest.Normalization bySite = site.normalization(training);
      Optional<SelfTraining> itself =
          known
              .filter(each -> isSelfTaught())
              .map(each -> new SelfTraining(each, heard.windows().windows(), bySite));
      Optional<LabeledClips> labeled =
          list.isPresent() ? Optional.of(list.get().hear(loaded, log)) : heard.labeled();
      Optional<HeadRefit> refit =
          labeled.isPresent()
              ? Optional.of(
                  new HeadRefit(
                      known.orElseThrow(),
                      itself,
                      loaded.labels(),
                      bySite,
                      manifest.calibration(),
                      labeled.get().clips()))
              : Optional.empty();
      ModelManifest adapted =
          manifest.at(
              new ModelManifest.Site(
                  Math.round(heard.seconds() / 36) / 100.0,
                  heard.count(),
                  heard.channels(),
                  windows,
                  heard.period().from(),
                  heard.period().to(),
                  Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                  bySite.sha256(),
                  taughtBy(known),
                  refit.isPresent()
                      ? List.of(refit.get().labeled(labeled.orElseThrow().sha256()))
                      : List.of()),
              bySite,
              version.orElse(
                  manifest.version() + (manifest.version().endsWith(SUFFIX) ? "" : SUFFIX)));
      byte[] weights = loaded.weights();
      if (taughtByAnother()) {
        weights = taught(loaded, audio.clips, bySite, log);
        adapted = adapted.with(weights(manifest, weights), manifest.calibration());
      } else if (itself.isPresent() || refit.isPresent()) {
        LinearHead head =
            refit.isPresent()
                ? refit.get().head()
                : LinearHead.fitted(
                    manifest.labels(),
                    bySite,
                    manifest.calibration(),
                    itself.orElseThrow().statistics());
        weights = head.weights();
        adapted = adapted.with(weights(manifest, weights), head.calibration());
      }
      adapted = spread(loaded, adapted, weights, heard.windows().windows());
      folder.orElseThrow().requireUnchanged();
      EmotionModel.saveVersion(out, adapted, weights, model, Map.of());
      refit.ifPresent(each -> spec.commandLine().getOut().print(each.report()));
      if (taughtByAnother()) {
        spec.commandLine().getOut().printf("the network has learned from %s%n", taughtBy(known));
      } else if (refit.isEmpty()) {
        spec.commandLine()
            .getOut()
            .println(itself.isPresent() ? "the head has taught itself" : "the head is as it was");
      }
      print(adapted, heard.unit(), site, training);
    }
    return 0;
  }

  private OutFolder folder(ModelManifest manifest) throws IOException {
    List<Path> kept = new ArrayList<>(List.of(model));
    // Else the next adapting would take the model for recordings.
    kept.addAll(recordings);
    if (taughtByAnother()) {
      kept.add(EmotionModel.find(Path.of(teacher.orElseThrow())));
    }
    return OutFolder.require(
        out,
        kept,
        "earlier version of model %s for a place".formatted(manifest.name()),
        there -> there.name().equals(manifest.name()) && !there.sites().isEmpty());
  }

  /** With what drift will be measured by. */
  private static ModelManifest spread(
      EmotionModel loaded, ModelManifest adapted, byte[] weights, List<float[]> windows)
      throws IOException {
    if (adapted.normalization().adaptedTo().isPresent()) {
      // Windows are adapted to their voices before they are normalized, and these are not.
      return adapted;
    }
    try (EmotionModel version = loaded.headVersion(adapted, weights)) {
      return adapted.spread(version.spreadOf(windows));
    }
  }

  private static ModelManifest.Weights weights(ModelManifest manifest, byte[] weights) {
    return ModelManifest.Weights.of(manifest.weights().file(), weights);
  }

  private boolean isSelfTaught() {
    return !teacher.equals(Optional.of(NO_TEACHER)) && !taughtByAnother();
  }

  /** Whether a model's directory was given with {@code --teacher}. */
  protected final boolean taughtByAnother() {
    return teacher.filter(name -> !name.equals(NO_TEACHER) && !name.equals(SELF)).isPresent();
  }

  /**
   * What a head can be fitted again from; empty if it stays as it is. Says what is wrong before
   * hours of audio are read.
   */
  private Optional<TrainingStatistics> known(EmotionModel loaded) throws IOException {
    if (taughtByAnother()) {
      try (EmotionModel teaching =
          EmotionModel.load(EmotionModel.find(Path.of(teacher.orElseThrow())))) {
        new TaughtNetwork(loaded, teaching, UnaryOperator.identity(), NO_LOG);
      }
      return Optional.empty();
    }
    boolean needed =
        labels.isPresent() || isLabeledElsewhere() || teacher.equals(Optional.of(SELF));
    boolean possible = isSelfTaught() && loaded.statistics().isPresent();
    return needed || possible ? Optional.of(SelfTraining.statistics(loaded)) : Optional.empty();
  }

  /** For the manifest. */
  private String taughtBy(Optional<TrainingStatistics> known) throws IOException {
    if (taughtByAnother()) {
      try (EmotionModel teaching =
          EmotionModel.load(EmotionModel.find(Path.of(teacher.orElseThrow())))) {
        ModelIdentity identity = teaching.identity();
        return "%s %s %s".formatted(identity.name(), identity.version(), identity.hash());
      }
    }
    return known.isPresent() && isSelfTaught() ? SELF : "";
  }

  private byte[] taught(
      EmotionModel loaded,
      List<LabeledClip> clips,
      ModelManifest.Normalization bySite,
      PrintWriter log)
      throws IOException {
    try (EmotionModel teaching =
        EmotionModel.load(EmotionModel.find(Path.of(teacher.orElseThrow())))) {
      SiteAudio asTeacherHears = new SiteAudio();
      Set<Path> files = new LinkedHashSet<>();
      clips.forEach(clip -> files.add(clip.file()));
      hear(files, teaching, asTeacherHears, log);
      Map<String, LabeledClip> byKey = new HashMap<>();
      asTeacherHears.clips.forEach(clip -> byKey.put(clip.key(), clip));
      List<LabeledClip> ofBoth =
          clips.stream().filter(clip -> byKey.containsKey(clip.key())).toList();
      return new TaughtNetwork(loaded, teaching, clip -> byKey.get(clip.key()), log)
          .weights(ofBoth, bySite);
    }
  }

  private void requireUsage() {
    require(
        (out != null) != suggest.isPresent(), "give --out, or --suggest, which writes no model");
    require(
        !(taughtByAnother() && labels.isPresent()),
        "--labels and --teacher DIR exclude each other: labels are learned by a linear head");
    require(
        !(taughtByAnother() && suggest.isPresent()),
        "--suggest and --teacher DIR exclude each other");
    require(
        suggest.isEmpty() || labels.isEmpty() && suggest.get() > 0,
        "--suggest needs a number above 0, and --recordings without --labels");
    if (out != null) {
      require(!out.toString().isBlank(), "--out must not be blank");
    }
    version.ifPresent(name -> GivenOptions.requireName(spec, "--model-version", name));
  }

  private void require(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private void suggest(EmotionModel loaded, SiteStatistics site, List<LabeledClip> clips) {
    ModelManifest manifest = loaded.manifest();
    List<LabeledClip> adapted =
        clips.stream()
            .map(clip -> site.adapted(clip, manifest.normalization().population()))
            .toList();
    PrintWriter console = spec.commandLine().getOut();
    try (EmotionClassifier classifier = loaded.newHeadClassifier()) {
      new Suggestions(classifier, manifest.normalization())
          .lines(adapted, manifest.windows().hopMs(), suggest.orElseThrow())
          .forEach(console::println);
    }
    console.flush();
  }

  /** Each file once, wherever the folders and their links lead to it. */
  private Collection<Path> files(PrintWriter log) throws IOException {
    Map<Path, Path> files = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    for (Path folder : recordings) {
      if (!Files.isDirectory(folder)) {
        throw new CorpusException("%s is not a folder".formatted(folder));
      }
      for (Path file : FolderFiles.of(folder, name -> true, problems)) {
        files.putIfAbsent(file.toRealPath(), file);
      }
    }
    problems.forEach(problem -> log.printf("skipped %s%n", problem));
    if (files.isEmpty() && !recordings.isEmpty()) {
      throw new CorpusException("there are no files under %s".formatted(recordings));
    }
    return files.values();
  }

  private void hear(Collection<Path> files, EmotionModel loaded, SiteAudio audio, PrintWriter log)
      throws IOException {
    FeatureExtractor extractor = new FeatureExtractor(loaded.featureSpec());
    Optional<EncoderPooling> pooling =
        WindowEncoder.of(loaded).map(encoder -> encoder.poolings().get());
    List<String> problems = new ArrayList<>();
    try (Progress progress = new Progress("analyzing", files.size(), log)) {
      for (Path file : files) {
        try {
          hear(file, loaded, extractor, pooling, audio);
        } catch (IOException | IllegalArgumentException e) {
          String reason = reason(e);
          problems.add(reason.startsWith(file.toString()) ? reason : file + ": " + reason);
        }
        progress.step();
      }
    } finally {
      pooling.ifPresent(EncoderPooling::close);
    }
    CorpusReader.print(audio.warnings, log);
    if (audio.repeated > 0) {
      log.printf("%d channels hold what another one holds, and do not count%n", audio.repeated);
      log.flush();
    }
    int without = files.size() - problems.size() - audio.recordings - audio.copies;
    if (without > 0) {
      log.printf("%d recordings hold no window of speech, and do not count%n", without);
      log.flush();
    }
    if (!problems.isEmpty()) {
      log.printf("skipped %d of %d files:%n", problems.size(), files.size());
      problems.forEach(problem -> log.printf("  %s%n", problem));
      log.println(
          "recordings in other formats: convert them first, ffmpeg -i IN -c:a pcm_s16le OUT.wav");
      log.flush();
    }
  }

  /** Short, for folders hold many files that are no recordings. */
  private static String reason(Exception e) {
    return e instanceof AudioFormatException unread
        ? unread.problem()
        : e instanceof AccessDeniedException
            ? "it may not be read"
            : String.valueOf(e.getMessage());
  }

  private void hear(
      Path file,
      EmotionModel loaded,
      FeatureExtractor extractor,
      Optional<EncoderPooling> pooling,
      SiteAudio audio)
      throws IOException {
    AudioClip clip = AudioFiles.read(file);
    audio.warnings.addAll(clip.warnings());
    float leastSpeech = loaded.manifest().normalization().minSpeechShare();
    Optional<SpeechDetector> detector = loaded.manifest().detector();
    boolean counts = false;
    int repeatedBefore = audio.repeated;
    for (int channel = 0; channel < clip.channelCount(); channel++) {
      if (!audio.contents.add(Arrays.hashCode(clip.channel(channel)) + "/" + clip.sampleCount())) {
        audio.repeated++; // One caller recorded on both channels, or a copy, is one caller.
        continue;
      }
      Optional<WindowedFeatures> features =
          WindowedFeatures.of(
              clip.channel(channel), clip.sampleRateHz(), extractor, loaded.manifest().windows());
      if (features.isPresent()) {
        WindowedFeatures vectors =
            pooling.isPresent() ? features.get().pooled(pooling.get()) : features.get();
        String id = file + "#" + channel;
        LabeledClip heard =
            new LabeledClip(
                "site", new Recording(file, id, "", id, ""), id, vectors.heardBy(detector));
        audio.clips.add(heard);
        if (speechWindows(List.of(heard), leastSpeech) > 0) {
          audio.channels++;
          counts = true;
        }
      }
    }
    if (audio.repeated - repeatedBefore == clip.channelCount()) {
      audio.copies++;
      return;
    }
    audio.seconds += clip.durationSeconds();
    audio.recordings += counts ? 1 : 0;
  }

  private static int speechWindows(List<LabeledClip> clips, float minSpeechShare) {
    int count = 0;
    for (LabeledClip clip : clips) {
      for (int i = 0; i < clip.windows().size(); i++) {
        count += clip.speechShare(i) >= minSpeechShare ? 1 : 0;
      }
    }
    return count;
  }

  /** How far the place is from what the model was normalized by, by groups of features. */
  private void print(
      ModelManifest adapted,
      String unit,
      SiteStatistics site,
      ModelManifest.Normalization training) {
    PrintWriter console = spec.commandLine().getOut();
    ModelManifest.Site last = adapted.sites().get(adapted.sites().size() - 1);
    console.printf(
        Locale.ROOT,
        "%.2f hours, %d %s, %d channels, %d windows of speech%n",
        last.hours(),
        last.recordings(),
        unit,
        last.channels(),
        last.windows());
    console.println(
        "how far the place is from what the model was normalized by, in deviations of that:");
    List<String> names = adapted.architecture().columnGroups(adapted.featureSpec());
    Map<String, double[]> groups = new LinkedHashMap<>();
    for (int i = 0; i < training.mean().size(); i++) {
      if (SiteStatistics.isLeftOut(training.deviation().get(i))) {
        continue;
      }
      double[] sums = groups.computeIfAbsent(names.get(i), name -> new double[3]);
      sums[0] += Math.abs(site.mean(i) - training.mean().get(i)) / training.deviation().get(i);
      sums[1] += site.deviation(i) / training.deviation().get(i);
      sums[2]++;
    }
    groups.forEach(
        (name, sums) ->
            console.printf(
                Locale.ROOT,
                "  %-24s mean %.2f away, deviation %.2f times%n",
                name,
                sums[0] / sums[2],
                sums[1] / sums[2]));
    console.printf("model %s version %s written to %s%n", adapted.name(), adapted.version(), out);
    console.flush();
  }
}
