package dev.speechemotion.training;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Options that say which recordings are meant. */
final class CorpusOptions {
  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      converter = LayoutConverter.class,
      completionCandidates = LayoutNames.class,
      description = "How the corpus names its files: ${COMPLETION-CANDIDATES}.")
  CorpusLayout layout;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      required = true,
      description = "The corpus's folder, or the CSV file.")
  Path data;

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
