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

/** Reads lists of recordings: quotes as in RFC 4180, one record a line. */
public final class CsvCorpus {
  /**
   * How a list is written.
   *
   * @param name of the kind of file
   * @param path name of the column with the recording's path, within {@code folder}
   * @param label name of the column with the emotion
   * @param speaker name of the column with who speaks; the list may have none
   * @param text name of the column with what is said; the list may have none
   * @param folder that paths begin in, as seen from the list; empty: the list's own
   */
  record Format(
      String name,
      char separator,
      String path,
      String label,
      String speaker,
      String text,
      String folder) {}

  static final Format CSV = new Format("CSV", ',', "path", "label", "speaker", "text", "");

  private CsvCorpus() {}

  /**
   * All lines of a file.
   *
   * @throws CorpusException if it is not in UTF-8
   */
  public static List<String> lines(Path csv) throws IOException {
    try {
      return Files.readAllLines(csv);
    } catch (CharacterCodingException e) {
      throw new CorpusException("%s is not in UTF-8; save it in UTF-8".formatted(csv));
    }
  }

  /** The names of the columns, by the first line, in lower case; empty without lines. */
  public static List<String> header(List<String> lines, char separator) {
    return lines.isEmpty()
        ? List.of()
        : fields(lines.get(0).replace("\uFEFF", ""), separator).stream()
            .map(name -> name.strip().toLowerCase(Locale.ROOT))
            .toList();
  }

  static CorpusLayout.Listing list(Path csv, Format format, String howToGet) throws IOException {
    if (!Files.isRegularFile(csv)) {
      throw new CorpusException("no %s file %s.%n%s".formatted(format.name(), csv, howToGet));
    }
    List<String> lines = lines(csv);
    List<String> header = header(lines, format.separator());
    int path = header.indexOf(format.path());
    int label = header.indexOf(format.label());
    int speaker = header.indexOf(format.speaker());
    int text = header.indexOf(format.text());
    if (path < 0 || label < 0) {
      throw new CorpusException(
          "%s has no columns '%s' and '%s' in its first line.%n%s"
              .formatted(csv, format.path(), format.label(), howToGet));
    }
    List<Recording> recordings = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Path folder = csv.toAbsolutePath().getParent().resolve(format.folder());
    String begin = format.folder().isEmpty() ? "" : format.folder() + "/";
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      List<String> fields = fields(lines.get(i), format.separator());
      if (fields.size() != header.size()
          || fields.get(path).isBlank()
          || fields.get(label).isBlank()) {
        problems.add(
            "line %d of %s: needs %d fields, %s and %s not empty"
                .formatted(i + 1, csv.getFileName(), header.size(), format.path(), format.label()));
        continue;
      }
      try {
        recordings.add(
            new Recording(
                folder.resolve(fields.get(path).strip()),
                begin + fields.get(path).strip().replace('\\', '/'),
                Labels.canonical(fields.get(label)),
                speaker < 0 ? "" : fields.get(speaker).strip(),
                text < 0 ? "" : fields.get(text).strip()));
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

  /** The fields of a record, without their quotes. */
  public static List<String> fields(String line, char separator) {
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
      } else if (c == separator && !quoted) {
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
