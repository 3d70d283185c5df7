package dev.speechemotion.training.labeling;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.EncoderPooling;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.CorpusReader;
import dev.speechemotion.training.corpus.CsvCorpus;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Labels;
import dev.speechemotion.training.corpus.Progress;
import dev.speechemotion.training.corpus.Recording;
import dev.speechemotion.training.corpus.WindowEncoder;
import dev.speechemotion.training.corpus.WindowedFeatures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A list of labeled recordings of a place: a CSV file with the columns {@code path}, {@code label}
 * and {@code speaker}. A column {@code channel} may name one of the recording's channels, from 0 on
 * (without it: their mean), and a column {@code start} the window that begins at so many seconds
 * (without it: all windows). Other columns are not read.
 */
public final class LabelList {
  /** With fewer, who is left out tells nothing. */
  private static final int LEAST_SPEAKERS = 3;

  private static final int LEAST_RECORDINGS = 20;
  private static final int LEAST_LABELS = 2;

  private static final List<String> COLUMNS =
      List.of("path", "label", "speaker", "channel", "start");

  /** So that a wrong file does not fill the screen. */
  private static final int MOST_PROBLEMS = 20;

  /**
   * A line of the list.
   *
   * @param channel from 0 on
   * @param startSeconds of the window
   */
  private record Entry(
      Path file,
      String label,
      String speaker,
      Optional<Integer> channel,
      Optional<Double> startSeconds) {
    String id() {
      return file
          + channel.map(number -> "#" + number).orElse("")
          + startSeconds.map(seconds -> "@" + seconds).orElse("");
    }
  }

  private final Path csv;
  private final List<Entry> entries = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final String sha256;

  /**
   * Reads the list, but not yet the recordings.
   *
   * @param labels that the model tells apart
   * @throws CorpusException if there is no such list, or anything is wrong with it: all of that is
   *     said
   */
  public LabelList(Path csv, List<String> labels) throws IOException {
    this.csv = csv;
    if (!Files.isRegularFile(csv)) {
      throw new CorpusException("there is no file %s".formatted(csv));
    }
    byte[] content = Files.readAllBytes(csv);
    sha256 = Corpus.sha256(content);
    List<String> needed = List.of("path", "label", "speaker");
    CsvCorpus.Table table = CsvCorpus.table(csv, needed, ',');
    List<String> missing = needed.stream().filter(name -> !table.header().contains(name)).toList();
    if (!missing.isEmpty()) {
      throw new CorpusException(
          "%s lacks the columns %s in its first line, which must be path,label,speaker"
              .formatted(csv, missing));
    }
    CsvCorpus.requireOnce(csv, table, COLUMNS);
    Set<String> seen = new HashSet<>();
    for (CsvCorpus.Row row : table.rows()) {
      String problem = row.problem().isEmpty() ? add(row, table, labels, seen) : row.problem();
      if (!problem.isEmpty()) {
        problems.add("line %d: %s".formatted(row.line(), problem));
      }
    }
    requireNoProblems();
    requireEnough();
  }

  /** What is wrong with a line; empty if it was added, or has nothing to add. */
  private String add(
      CsvCorpus.Row row, CsvCorpus.Table table, List<String> labels, Set<String> seen)
      throws IOException {
    String path = table.field(row, "path");
    String label = Labels.canonical(table.field(row, "label"));
    String speaker = table.field(row, "speaker");
    if (label.isEmpty() && speaker.isEmpty()) {
      return ""; // A suggestion that nobody could, or wanted to, label.
    }
    if (path.isEmpty() || label.isEmpty() || speaker.isEmpty()) {
      return "path, label and speaker must not be empty";
    }
    if (!labels.contains(label)) {
      return "label %s is not one of the model's: %s".formatted(label, labels);
    }
    Entry entry;
    try {
      Path file = CsvCorpus.file(csv.toAbsolutePath().getParent(), path);
      if (!Files.isRegularFile(file)) {
        return "there is no file " + file;
      }
      String channel = table.field(row, "channel");
      String start = table.field(row, "start");
      entry =
          new Entry(
              file.toRealPath(),
              label,
              speaker,
              channel.isEmpty() ? Optional.empty() : Optional.of(Integer.valueOf(channel)),
              start.isEmpty() ? Optional.empty() : Optional.of(Double.valueOf(start)));
    } catch (InvalidPathException e) {
      return "%s is not a path".formatted(path);
    } catch (NumberFormatException e) {
      return "channel must be a whole number and start a number of seconds";
    }
    if (entry.startSeconds().filter(seconds -> !Double.isFinite(seconds)).isPresent()) {
      return "channel must be a whole number and start a number of seconds";
    }
    if (!seen.add(entry.id())) {
      return "%s is there twice".formatted(path);
    }
    entries.add(entry);
    return "";
  }

  private void requireNoProblems() throws CorpusException {
    if (!problems.isEmpty()) {
      throw new CorpusException(
          "%s has lines that cannot be used, %d in all:%n  %s"
              .formatted(
                  csv,
                  problems.size(),
                  String.join(
                      System.lineSeparator() + "  ",
                      problems.subList(0, Math.min(MOST_PROBLEMS, problems.size())))));
    }
  }

  private void requireEnough() throws CorpusException {
    requireEnough(
        csv.toString(),
        entries.size(),
        entries.stream().map(Entry::speaker).distinct().count(),
        entries.stream().map(Entry::label).distinct().count());
  }

  /** A head is checked on speakers it was not fitted on. */
  static void requireEnough(String source, int recordings, long speakers, long labels)
      throws CorpusException {
    if (recordings < LEAST_RECORDINGS || speakers < LEAST_SPEAKERS || labels < LEAST_LABELS) {
      throw new CorpusException(
          "%s has %d recordings of %d speakers with %d labels: %d recordings, %d speakers and %d labels are needed, for a head is checked on speakers it was not fitted on"
              .formatted(
                  source,
                  recordings,
                  speakers,
                  labels,
                  LEAST_RECORDINGS,
                  LEAST_SPEAKERS,
                  LEAST_LABELS));
    }
  }

  /** SHA-256 of the list, lower-case hexadecimal. */
  public String sha256() {
    return sha256;
  }

  /** Each file once. */
  public List<Path> files() {
    return entries.stream().map(Entry::file).distinct().toList();
  }

  /**
   * Analyzes the recordings.
   *
   * @throws CorpusException if one cannot be used: all of those are named
   */
  public LabeledClips hear(EmotionModel model, PrintWriter log) throws IOException {
    List<LabeledClip> clips = new ArrayList<>();
    List<String> withoutSpeech = new ArrayList<>();
    Map<String, String> heard = new HashMap<>();
    Set<String> warnings = new TreeSet<>();
    FeatureExtractor extractor = new FeatureExtractor(model.featureSpec());
    Optional<EncoderPooling> pooling =
        WindowEncoder.of(model).map(encoder -> encoder.poolings().get());
    try (Progress progress = new Progress("labeled recordings", entries.size(), log)) {
      for (Entry entry : entries) {
        try {
          WindowedFeatures features = windows(entry, model, extractor, heard, warnings);
          // What a stream gives no emotion is no example of one.
          Optional<WindowedFeatures> speech =
              (pooling.isPresent() ? features.pooled(pooling.get()) : features)
                  .heardBy(model.manifest().detector())
                  .ofSpeech();
          if (speech.isPresent()) {
            clips.add(
                new LabeledClip(
                    "site",
                    new Recording(entry.file(), entry.id(), entry.label(), entry.speaker(), ""),
                    entry.id(),
                    speech.get()));
          } else {
            withoutSpeech.add(entry.id());
          }
        } catch (IOException | IllegalArgumentException e) {
          problems.add("%s: %s".formatted(entry.id(), e.getMessage()));
        }
        progress.step();
      }
    } finally {
      pooling.ifPresent(EncoderPooling::close);
    }
    requireNoProblems();
    CorpusReader.print(warnings, log);
    if (!withoutSpeech.isEmpty()) {
      log.printf(
          "%d labeled recordings hold no speech, and do not count, such as %s%n",
          withoutSpeech.size(), withoutSpeech.get(0));
      log.flush();
    }
    requireEnough(
        csv.toString(),
        clips.size(),
        clips.stream().map(LabeledClip::speaker).distinct().count(),
        clips.stream().map(LabeledClip::label).distinct().count());
    return new LabeledClips(clips, sha256);
  }

  /**
   * @param heard the ids of those that were heard, by what of which audio they are: one may be
   *     named in several ways
   * @param warnings what is amiss with recordings that are read all the same is added here
   */
  private static WindowedFeatures windows(
      Entry entry,
      EmotionModel model,
      FeatureExtractor extractor,
      Map<String, String> heard,
      Set<String> warnings)
      throws IOException {
    AudioClip audio = AudioFiles.read(entry.file());
    warnings.addAll(audio.warnings());
    int channel = entry.channel().orElse(0);
    if (channel < 0 || channel >= audio.channelCount()) {
      throw new CorpusException("it has %d channels, from 0 on".formatted(audio.channelCount()));
    }
    WindowedFeatures all =
        WindowedFeatures.of(
                entry.channel().isPresent() ? audio.channel(channel) : audio.mono(),
                audio.sampleRateHz(),
                extractor,
                model.manifest().windows())
            .orElseThrow(() -> new CorpusException("too short to analyze"));
    long first =
        Math.round(entry.startSeconds().orElse(0.0) * 1000 / model.manifest().windows().hopMs());
    if (first < 0 || first >= all.windowCount()) {
      throw new CorpusException("no window begins there");
    }
    boolean whole = entry.startSeconds().isEmpty() || all.windowCount() == 1;
    String what =
        "%s#%s@%s"
            .formatted(
                entry.file(),
                entry.channel().isPresent() || audio.channelCount() == 1 ? channel : "all",
                whole ? "all" : first);
    String same = heard.putIfAbsent(what, entry.id());
    if (same != null) {
      throw new CorpusException("it is there twice, also as " + same);
    }
    return whole ? all : all.window((int) first);
  }
}
