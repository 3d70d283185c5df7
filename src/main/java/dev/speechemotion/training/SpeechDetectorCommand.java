package dev.speechemotion.training;

import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.CorpusLayout;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Labels;
import dev.speechemotion.training.linear.SpeechDetectorFit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A version of a model that tells speech from other sounds, such as a place's music on hold. */
@Command(
    name = "speech-detector",
    description =
        "Makes a version of a model that gives windows of music, barking, or machines no emotion: it"
            + " learns from recordings of such sounds, and of speech, and says how well it does with"
            + " sounds and corpora that it was fitted without.")
public final class SpeechDetectorCommand implements Callable<Integer> {
  private static final String CARD = "model-card.md";

  /** Of a corpus of speech that was left out: with less, somebody should look. */
  private static final double LEAST_KEPT = 0.95;

  /** Of a kind of sound that was left out. */
  private static final double MOST_PASSED = 0.5;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description =
          "The model directory, such as models/open: one that looks at windows as a whole, and does"
              + " not adapt to the call.")
  private Path model;

  @Mixin private CorpusOptions corpusOptions;

  @Option(
      names = "--not-speech",
      paramLabel = "DIR",
      required = true,
      description =
          "A folder with a folder for each kind of sound that is no speech: DIR/music/*.wav,"
              + " DIR/dogs/*.wav, ...; two kinds or more.")
  private Path notSpeech;

  @Mixin private AlsoThrough alsoThrough;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "The model directory to write: a new folder.")
  private Path out;

  @Option(
      names = "--model-version",
      paramLabel = "VERSION",
      description = "The new version's name (default: the model's, with -speech behind it).")
  private Optional<String> version = Optional.empty();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Draws recordings with --per-class (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Override
  public Integer call() throws Exception {
    PrintWriter log = spec.commandLine().getErr();
    version.ifPresent(name -> GivenOptions.requireName(spec, "--model-version", name));
    List<Corpora.Source> speech = corpusOptions.sources(spec.commandLine(), seed, Optional.empty());
    model = EmotionModel.find(model);
    OutFolder folder = OutFolder.require(out, List.of(model, notSpeech), "", there -> false);
    List<Condition> conditions = conditions();
    List<String> kinds = kinds();
    try (EmotionModel loaded = EmotionModel.load(model)) {
      ModelManifest manifest = loaded.manifest();
      requireSuitable(manifest);
      if (speech.size() < 2 || kinds.size() < 2) {
        throw new CorpusException(
            "two corpora of speech and two kinds of other sounds are needed, each to be tested by what was fitted without it; got %d, and the kinds %s: each kind is a folder of its own in %s"
                .formatted(speech.size(), kinds, notSpeech));
      }
      if (manifest.detector().isPresent()) {
        log.printf(
            "version %s has a detector already, which the new one replaces: give it the sounds that the other one knew, too%n",
            manifest.version());
        log.flush();
      }
      Set<String> silent = new TreeSet<>(kinds);
      SpeechDetectorFit fit = new SpeechDetectorFit(manifest.normalization());
      for (Condition condition : conditions) {
        Corpus.Settings settings = Corpus.Settings.of(loaded, condition).andUnlabeled();
        Corpora corpora = Corpora.load(speech, settings, corpusOptions.cache(), log);
        for (Corpus corpus : corpora.parts()) {
          fit.add(corpus.name(), condition.id(), true, corpora.clips(corpus));
        }
        Corpora sounds =
            Corpora.load(
                List.of(new Corpora.Source(CorpusLayout.FOLDERS, notSpeech)),
                new Corpus.Settings(
                    kinds, settings.spec(), settings.windows(), condition, settings.encoder()),
                corpusOptions.cache(),
                log);
        sounds.clips().stream()
            .collect(Collectors.groupingBy(LabeledClip::label, TreeMap::new, Collectors.toList()))
            .forEach(
                (kind, clips) -> {
                  fit.add(kind, condition.id(), false, clips);
                  if (clips.stream().anyMatch(clip -> !clip.windowsOfSpeech().isEmpty())) {
                    silent.remove(kind);
                  }
                });
      }
      if (!silent.isEmpty()) {
        log.printf(
            "the voice activity detector lets no window through of %s: nothing was learned from them, and need not be%n",
            String.join(", ", silent));
      }
      SpeechDetectorFit.Result result = fit.fit();
      ModelManifest detecting =
          manifest.detecting(result.detector(), version.orElse(manifest.version() + "-speech"));
      String table = table(result.leftOut());
      folder.requireUnchanged();
      EmotionModel.saveVersion(out, detecting, model, card(manifest.version(), detecting, table));
      print(result.leftOut(), table, detecting);
    }
    return 0;
  }

  /** Said before hours of audio are read. */
  private void requireSuitable(ModelManifest manifest) throws CorpusException {
    if (!manifest.canDetectSpeech()) {
      throw new CorpusException(
          "%s looks at frames or adapts to the call; use a model that does not, such as models/open"
              .formatted(model));
    }
  }

  private List<Condition> conditions() {
    List<Condition> conditions = new ArrayList<>(List.of(Condition.CLEAN));
    conditions.addAll(alsoThrough.conditions(spec.commandLine()));
    return conditions;
  }

  /** As their clips will be labeled. */
  private List<String> kinds() throws IOException {
    if (!Files.isDirectory(notSpeech)) {
      throw new CorpusException("%s is not a folder".formatted(notSpeech));
    }
    try (Stream<Path> folders = Files.list(notSpeech)) {
      return folders
          .filter(Files::isDirectory)
          .map(folder -> Labels.canonical(folder.getFileName().toString()))
          .distinct()
          .sorted()
          .toList();
    }
  }

  /** In Markdown. */
  private static String table(List<SpeechDetectorFit.LeftOut> leftOut) {
    StringBuilder table =
        new StringBuilder(
            """
            | | left out | heard | windows | taken for speech |
            | --- | --- | --- | --- | --- |
            """);
    for (SpeechDetectorFit.LeftOut each : leftOut) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %d | %.1f %% |\n",
              each.isSpeech() ? "speech" : "other",
              each.name(),
              each.condition(),
              each.windows(),
              100.0 * each.taken() / each.windows()));
    }
    return table.toString();
  }

  /** The model's own card, if it has one, with what is new. */
  private Map<String, byte[]> card(String before, ModelManifest detecting, String table)
      throws IOException {
    Path card = model.resolve(CARD);
    if (!Files.isRegularFile(card)) {
      return Map.of();
    }
    String text = Files.readString(card).replaceFirst("(?s)\\n## What is not speech\\n.*", "");
    String written =
        text.replaceFirst(
                "(?m)^(# .*, version ).*$", "$1" + Matcher.quoteReplacement(detecting.version()))
            + """

            ## What is not speech

            This is version %s with a detector: windows in which it hears no speech get no emotion. Figures above that name no version, the report, and the charts are of that version. The detector comes behind the voice activity detector, is a linear map of what the network gets, and was added by

                speech-detector %s

            Of the windows that the voice activity detector lets through, these are taken for speech by a detector that was fitted without that corpus or kind of sound:

            %s"""
                .formatted(before, GivenOptions.of(spec), table);
    return Map.of(CARD, written.getBytes(StandardCharsets.UTF_8));
  }

  private void print(
      List<SpeechDetectorFit.LeftOut> leftOut, String table, ModelManifest detecting) {
    PrintWriter console = spec.commandLine().getOut();
    console.println(
        "windows that the voice activity detector lets through, and how many of them are taken for"
            + " speech by a detector that was fitted without that corpus or kind:");
    console.print(table);
    for (SpeechDetectorFit.LeftOut each : leftOut) {
      double taken = each.taken() / (double) each.windows();
      if (each.isSpeech() ? taken < LEAST_KEPT : taken > MOST_PASSED) {
        console.printf(
            Locale.ROOT,
            "careful: %.0f %% of %s, %s, are taken for speech; give it more that is like it%n",
            100 * taken,
            each.name(),
            each.condition());
      }
    }
    console.printf(
        "model %s version %s written to %s%n", detecting.name(), detecting.version(), out);
    console.flush();
  }
}
