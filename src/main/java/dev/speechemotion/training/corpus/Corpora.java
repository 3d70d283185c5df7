package dev.speechemotion.training.corpus;

import dev.speechemotion.model.ModelManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The corpora of a run, one or more, without content that is in two of them. */
public final class Corpora {
  /** A place to read, what it is like and how much of it is used. */
  public record Source(CorpusLayout layout, Path data, Sample sample) {
    /** All of it. */
    public Source(CorpusLayout layout, Path data) {
      this(layout, data, Sample.ALL);
    }
  }

  private final List<Corpus> parts;
  private final List<LabeledClip> clips;

  /** SHA-256 of the lists that corpora were read by, by the corpora's names. */
  private final Map<String, String> listHashes;

  private Corpora(List<Corpus> parts, List<LabeledClip> clips, Map<String, String> listHashes) {
    this.parts = parts;
    this.clips = clips;
    this.listHashes = listHashes;
  }

  /**
   * Reads and analyzes them. A layout's second corpus is named with {@code -2} and so on.
   *
   * @throws CorpusException if there is nothing left of one
   */
  public static Corpora load(
      List<Source> sources, Corpus.Settings settings, FeatureCache cache, PrintWriter log)
      throws IOException {
    Map<String, Integer> used = new HashMap<>();
    List<Corpus> parts = new ArrayList<>();
    List<LabeledClip> clips = new ArrayList<>();
    Set<String> contents = new HashSet<>();
    Map<String, String> listHashes = new HashMap<>();
    int dropped = 0;
    CorpusReader reader = new CorpusReader(settings, cache, log);
    for (Source source : sources) {
      int number = used.merge(source.layout().id(), 1, Integer::sum);
      String name = source.layout().id() + (number == 1 ? "" : "-" + number);
      Corpus corpus = reader.read(name, source.layout(), source.data(), source.sample());
      parts.add(corpus);
      if (Files.isRegularFile(source.data())) {
        listHashes.put(name, Corpus.sha256(Files.readAllBytes(source.data())));
      }
      for (LabeledClip clip : corpus.clips()) {
        if (contents.add(clip.sha256())) {
          clips.add(clip);
        } else {
          dropped++;
        }
      }
    }
    for (Corpus part : parts) {
      if (clips.stream().noneMatch(clip -> clip.corpus().equals(part.name()))) {
        throw new CorpusException(
            "all recordings of %s are in an earlier corpus too: give each corpus once"
                .formatted(part.name()));
      }
    }
    if (dropped > 0) {
      log.printf("dropped %d files because an earlier corpus has the same content%n", dropped);
    }
    return new Corpora(List.copyOf(parts), List.copyOf(clips), listHashes);
  }

  public List<Corpus> parts() {
    return parts;
  }

  /** Corpus by corpus, each in the order of the clips' ids. */
  public List<LabeledClip> clips() {
    return clips;
  }

  /**
   * The names of those that a model was trained on, by their layout: figures on them are too good.
   * Corpora of one's own have no title that tells them, but a hash, as lists of labels have by
   * which the head was fitted again at a place.
   */
  public List<String> heardInTrainingOf(ModelManifest model) {
    Set<String> lists = new HashSet<>();
    model.sites().stream()
        .flatMap(site -> site.labeled().stream())
        .filter(labeled -> labeled.strength() > 0)
        .forEach(labeled -> lists.add(labeled.sha256()));
    return parts.stream()
        .filter(
            part ->
                lists.contains(listHashes.get(part.name()))
                    || model.training().corpora().stream()
                        .anyMatch(
                            heard ->
                                heard.sha256().equals(part.sha256())
                                    || part.layout().isPublished()
                                        && heard.name().equals(part.layout().title())))
        .map(Corpus::name)
        .toList();
  }

  /** Whether any is a list or folders of one's own, and none that is known by its layout. */
  public boolean holdOwn() {
    return parts.stream().anyMatch(part -> !part.layout().isPublished());
  }

  /** The same of those that a model was trained on. */
  public static boolean holdOwn(ModelManifest model) {
    List<String> titles =
        Arrays.stream(CorpusLayout.values())
            .filter(layout -> !layout.isPublished())
            .map(CorpusLayout::title)
            .toList();
    return model.training().corpora().stream().anyMatch(heard -> titles.contains(heard.name()));
  }

  /** Says in a line of the log which of them a model was trained on, if it was on any. */
  public void warnOfHeardInTraining(ModelManifest model, PrintWriter log) {
    List<String> heard = heardInTrainingOf(model);
    if (!heard.isEmpty()) {
      log.printf(
          "careful: %s was trained on %s, so figures on it are too good, and say nothing of voices it has never heard%n",
          model.name(), String.join(", ", heard));
      log.flush();
    }
  }

  /** Those of a corpus. */
  public List<LabeledClip> clips(Corpus part) {
    return clips.stream().filter(clip -> clip.corpus().equals(part.name())).toList();
  }

  /** Those of the wanted labels that a corpus has, in the wanted order. */
  public List<String> labelsPresent(List<String> wanted) {
    Set<String> present = new LinkedHashSet<>();
    clips.forEach(clip -> present.add(clip.label()));
    return wanted.stream().filter(present::contains).toList();
  }

  /** What they were read from, for people and programs. */
  public Map<String, Object> about() {
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("corpus", String.join(",", parts.stream().map(Corpus::name).toList()));
    Map<String, Integer> leftOut = new LinkedHashMap<>();
    parts.forEach(
        part -> part.leftOut().forEach((label, n) -> leftOut.merge(label, n, Integer::sum)));
    about.put("leftOut", leftOut);
    int notDrawn = parts.stream().mapToInt(Corpus::notDrawn).sum();
    if (notDrawn > 0) {
      about.put("notDrawn", notDrawn);
    }
    about.put("skipped", parts.stream().mapToInt(part -> part.problems().size()).sum());
    about.put("duplicates", parts.stream().mapToInt(Corpus::duplicates).sum());
    return about;
  }
}
