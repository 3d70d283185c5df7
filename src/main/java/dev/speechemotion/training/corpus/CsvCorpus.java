package dev.speechemotion.training.corpus;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Reads lists of recordings: comma-separated, quotes as in RFC 4180, one record a line. */
final class CsvCorpus {
  private CsvCorpus() {}

  static CorpusLayout.Listing list(Path csv) throws IOException {
    if (!Files.isRegularFile(csv)) {
      throw new CorpusException("no CSV file %s.%n%s".formatted(csv, CorpusLayout.CSV.howToGet()));
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(csv);
    } catch (CharacterCodingException e) {
      throw new CorpusException("%s is not in UTF-8; save it in UTF-8".formatted(csv));
    }
    List<String> header =
        lines.isEmpty()
            ? List.of()
            : fields(lines.get(0).replace("\uFEFF", "")).stream()
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .toList();
    int path = header.indexOf("path");
    int label = header.indexOf("label");
    int speaker = header.indexOf("speaker");
    if (path < 0 || label < 0) {
      throw new CorpusException(
          "%s has no columns 'path' and 'label' in its first line.%n%s"
              .formatted(csv, CorpusLayout.CSV.howToGet()));
    }
    List<Recording> recordings = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Path folder = csv.toAbsolutePath().getParent();
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      List<String> fields = fields(lines.get(i));
      if (fields.size() != header.size()
          || fields.get(path).isBlank()
          || fields.get(label).isBlank()) {
        problems.add(
            "line %d of %s: needs %d fields, path and label not empty"
                .formatted(i + 1, csv.getFileName(), header.size()));
        continue;
      }
      try {
        recordings.add(
            new Recording(
                folder.resolve(fields.get(path).strip()),
                fields.get(path).strip().replace('\\', '/'),
                Labels.canonical(fields.get(label)),
                speaker < 0 ? "" : fields.get(speaker).strip(),
                ""));
      } catch (InvalidPathException e) {
        problems.add("line %d of %s: not a path".formatted(i + 1, csv.getFileName()));
      }
    }
    if (recordings.isEmpty()) {
      throw new CorpusException("%s lists no recordings".formatted(csv));
    }
    recordings.sort(Comparator.comparing(Recording::id));
    return new CorpusLayout.Listing(recordings, problems);
  }

  static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        if (quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
          field.append(c);
          i++;
        } else {
          quoted = !quoted;
        }
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
