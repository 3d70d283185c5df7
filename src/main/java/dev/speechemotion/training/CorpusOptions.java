package dev.speechemotion.training;

import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.CorpusLayout;
import dev.speechemotion.training.corpus.FeatureCache;
import dev.speechemotion.training.corpus.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Options that say which recordings are meant. Serves the commands here and {@code app}'s. */
public final class CorpusOptions {
  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      converter = LayoutConverter.class,
      completionCandidates = LayoutNames.class,
      description =
          "How the corpus names its files: ${COMPLETION-CANDIDATES}. With --data, as often as there"
              + " are corpora.")
  private List<CorpusLayout> layouts = List.of();

  @Option(
      names = "--data",
      paramLabel = "PATH",
      required = true,
      description = "The corpus's folder, or the CSV file.")
  private List<Path> data = List.of();

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Where features are kept for the next time, or none (default: speech-emotion-streams/features"
              + " in your cache folder).")
  private Optional<String> cache = Optional.empty();

  @Option(
      names = "--per-class",
      split = ",",
      paramLabel = "[LAYOUT:]N",
      description =
          "At most N recordings of each label of each corpus, or of those of a layout, such as"
              + " emogator:600, drawn by --seed; the others are neither heard nor tested.")
  private List<String> perClass = List.of();

  /** Where features are kept. */
  public FeatureCache cache() {
    if (cache.isEmpty()) {
      return FeatureCache.in(FeatureCache.defaultDirectory());
    }
    return cache.get().equals("none") ? FeatureCache.none() : FeatureCache.in(Path.of(cache.get()));
  }

  /**
   * The corpora; wrong usage of the command if layouts and places don't go together.
   *
   * @param seed of which recordings are drawn
   * @param ifNone layout of a single corpus for which none is given; empty if one must be
   */
  public List<Corpora.Source> sources(
      CommandLine command, long seed, Optional<CorpusLayout> ifNone) {
    List<CorpusLayout> given =
        layouts.isEmpty() && data.size() == 1 ? ifNone.stream().toList() : layouts;
    if (given.isEmpty()) {
      throw new CommandLine.ParameterException(
          command, "--layout is missing: one of " + layoutNames());
    }
    if (given.size() != data.size()) {
      throw new CommandLine.ParameterException(
          command,
          "give --layout and --data for each corpus, got %d and %d"
              .formatted(given.size(), data.size()));
    }
    requireUsed(command, given);
    List<Corpora.Source> sources = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      sources.add(
          new Corpora.Source(given.get(i), data.get(i), sample(command, given.get(i), seed)));
    }
    return sources;
  }

  /** Nothing is said that would be without effect. */
  private void requireUsed(CommandLine command, List<CorpusLayout> given) {
    if (cache.isPresent() && cache.get().isBlank()) {
      throw new CommandLine.ParameterException(
          command, "--cache must be a folder, or none; it is blank");
    }
    for (String value : perClass) {
      String layout = value.contains(":") ? value.substring(0, value.indexOf(':')) : "";
      if (!layout.isEmpty()
          && given.stream().noneMatch(each -> each.id().equalsIgnoreCase(layout))) {
        throw new CommandLine.ParameterException(
            command,
            "--per-class %s: there is no --layout %s among the corpora".formatted(value, layout));
      }
    }
  }

  /** What is said of the layout, or of all. */
  private Sample sample(CommandLine command, CorpusLayout layout, long seed) {
    Sample sample = Sample.ALL;
    boolean named = false;
    for (String value : perClass) {
      String[] parts = value.split(":");
      try {
        if (parts.length > 2) {
          throw new IllegalArgumentException("too many colons");
        }
        Sample said = new Sample(Integer.parseInt(parts[parts.length - 1]), seed);
        boolean ofLayout =
            parts.length == 2 && new LayoutConverter().convert(parts[0]).equals(layout);
        if (ofLayout || parts.length == 1 && !named) {
          sample = said;
        }
        named |= ofLayout;
      } catch (IllegalArgumentException | CommandLine.TypeConversionException e) {
        throw new CommandLine.ParameterException(
            command, "--per-class must be N or LAYOUT:N with N of 1 or above, got " + value, e);
      }
    }
    return sample;
  }

  static List<String> layoutNames() {
    return Arrays.stream(CorpusLayout.values()).map(CorpusLayout::id).toList();
  }

  static final class LayoutNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return layoutNames().iterator();
    }
  }

  static final class LayoutConverter implements CommandLine.ITypeConverter<CorpusLayout> {
    @Override
    public CorpusLayout convert(String value) {
      return Arrays.stream(CorpusLayout.values())
          .filter(layout -> layout.id().equalsIgnoreCase(value))
          .findFirst()
          .orElseThrow(
              () ->
                  new CommandLine.TypeConversionException(
                      "expected one of %s but was '%s'".formatted(layoutNames(), value)));
    }
  }
}
