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

/**
 * Reads lists of recordings: records and quotes as in RFC 4180, but with what spreadsheets and
 * other systems make of it: a byte order mark, other separators, separators too many at the end of
 * a line, backslashes in paths.
 */
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

  private static final char[] OTHER_SEPARATORS = {',', ';', '\t', '|'};

  /** Columns that say which part of a recording is meant. */
  private static final List<String> PARTS = List.of("channel", "start");

  /** A quote that is never closed must not cost more. */
  private static final int MAX_RECORD_LINES = 20;

  private CsvCorpus() {}

  /**
   * A list's records.
   *
   * @param header the names of the columns, in lower case
   */
  public record Table(char separator, List<String> header, List<Row> rows) {
    /** A column's value, without blanks around it; empty if there is no such column. */
    public String field(Row row, String column) {
      int at = header.indexOf(column);
      return at < 0 ? "" : row.fields().get(at).strip();
    }
  }

  /**
   * A record that is not blank.
   *
   * @param line where it begins, from 1 on
   * @param fields as many as there are columns, unless there is a problem
   * @param problem why it cannot be used; empty if it can
   */
  public record Row(int line, List<String> fields, String problem) {}

  /**
   * Reads a list, whose first line names its columns.
   *
   * @param needed columns by which the separator is found
   * @param usual separator, if none gives these columns
   * @throws CorpusException if it is not in UTF-8, or names a column twice that is read
   */
  public static Table table(Path csv, List<String> needed, char usual) throws IOException {
    List<String> lines = lines(csv);
    // Excel reads and writes the separator in a line of its own.
    int first = !lines.isEmpty() && lines.get(0).matches("\uFEFF?sep=.") ? 1 : 0;
    List<String> rest = lines.subList(first, lines.size());
    char separator = separator(rest, needed, usual);
    List<String> header = withoutEmptyEnd(header(rest, separator), 0);
    List<Row> rows = new ArrayList<>();
    int next;
    for (int i = first + 1; i < lines.size(); i = next) {
      next = i + 1;
      if (lines.get(i).isBlank()) {
        continue;
      }
      List<String> fields = new ArrayList<>();
      int end = record(lines, i, separator, fields);
      fields = withoutEmptyEnd(fields, header.size());
      String problem = "";
      if (end == 0) {
        problem = "a quote is not closed";
      } else if (fields.size() != header.size()) {
        problem =
            "has %d fields, the first line %d; a field with '%s' in it needs quotes"
                .formatted(fields.size(), header.size(), separator);
      } else {
        next = end;
      }
      rows.add(new Row(i + 1, List.copyOf(fields), problem));
    }
    return new Table(separator, header, rows);
  }

  /**
   * Says that a column is there twice, of which only one could be read.
   *
   * @throws CorpusException if one is
   */
  public static void requireOnce(Path csv, Table table, List<String> columns)
      throws CorpusException {
    for (String column : columns) {
      if (table.header().indexOf(column) != table.header().lastIndexOf(column)) {
        throw new CorpusException(
            "%s has the column %s twice: name one of them otherwise".formatted(csv, column));
      }
    }
  }

  private static List<String> lines(Path csv) throws IOException {
    try {
      return Files.readAllLines(csv);
    } catch (CharacterCodingException e) {
      throw new CorpusException("%s is not in UTF-8; save it in UTF-8".formatted(csv));
    }
  }

  private static List<String> header(List<String> lines, char separator) {
    if (lines.isEmpty()) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    split(lines.get(0).replace("\uFEFF", ""), separator, names);
    return names.stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
  }

  static CorpusLayout.Listing list(Path csv, Format format, String howToGet) throws IOException {
    if (!Files.isRegularFile(csv)) {
      throw new CorpusException("no %s file %s.%n%s".formatted(format.name(), csv, howToGet));
    }
    Table table = table(csv, List.of(format.path(), format.label()), format.separator());
    requireOnce(
        csv, table, List.of(format.path(), format.label(), format.speaker(), format.text()));
    if (!table.header().containsAll(List.of(format.path(), format.label()))) {
      throw new CorpusException(
          "%s has no columns '%s' and '%s' in its first line.%n%s"
              .formatted(csv, format.path(), format.label(), howToGet));
    }
    List<Recording> recordings = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Path folder = csv.toAbsolutePath().getParent().resolve(format.folder());
    String begin = format.folder().isEmpty() ? "" : format.folder() + "/";
    for (Row row : table.rows()) {
      String problem = row.problem();
      if (problem.isEmpty() && PARTS.stream().anyMatch(part -> !table.field(row, part).isEmpty())) {
        problem =
            "a part of a recording, by channel or start, is for 'adapt --labels' alone; cut it";
      }
      if (problem.isEmpty()) {
        String path = table.field(row, format.path());
        String label = table.field(row, format.label());
        if (path.isEmpty() || label.isEmpty()) {
          problem = "%s and %s must not be empty".formatted(format.path(), format.label());
        } else {
          try {
            recordings.add(
                new Recording(
                    file(folder, path),
                    begin + path.replace('\\', '/'),
                    Labels.canonical(label),
                    table.field(row, format.speaker()),
                    table.field(row, format.text())));
          } catch (InvalidPathException e) {
            problem = "not a path here: " + e.getReason();
          }
        }
      }
      if (!problem.isEmpty()) {
        problems.add("line %d of %s: %s".formatted(row.line(), csv.getFileName(), problem));
      }
    }
    if (recordings.isEmpty()) {
      throw new CorpusException(
          problems.isEmpty()
              ? "%s lists no recordings".formatted(csv)
              : "no line of %s can be read; %s".formatted(csv, problems.get(0)));
    }
    recordings.sort(Comparator.comparing(Recording::id));
    return new CorpusLayout.Listing(recordings, problems);
  }

  /**
   * The one with which the first line has the columns.
   *
   * @param usual if none has them
   */
  private static char separator(List<String> lines, List<String> columns, char usual) {
    for (char separator : OTHER_SEPARATORS) {
      if (header(lines, separator).containsAll(columns)) {
        return separator;
      }
    }
    return usual;
  }

  /** Where a recording is; the list may have been written where folders end with a backslash. */
  public static Path file(Path folder, String path) {
    Path file = folder.resolve(path);
    return path.indexOf('\\') >= 0 && !Files.exists(file)
        ? folder.resolve(path.replace('\\', '/'))
        : file;
  }

  /** Spreadsheets end lines with separators. */
  private static List<String> withoutEmptyEnd(List<String> fields, int least) {
    int count = fields.size();
    while (count > least && fields.get(count - 1).isBlank()) {
      count--;
    }
    return fields.subList(0, count);
  }

  /**
   * Reads a record, which goes on over the ends of lines within quotes.
   *
   * @return where the next one begins; 0 if a quote is not closed
   */
  private static int record(List<String> lines, int begin, char separator, List<String> fields) {
    StringBuilder record = new StringBuilder();
    int end = Math.min(lines.size(), begin + MAX_RECORD_LINES);
    for (int i = begin; i < end; i++) {
      record.append(i == begin ? "" : "\n").append(lines.get(i));
      if (split(record, separator, fields)) {
        return i + 1;
      }
    }
    return 0;
  }

  /** Gives the fields; says whether all quotes are closed. A quote within a field is itself. */
  private static boolean split(CharSequence record, char separator, List<String> fields) {
    fields.clear();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    boolean blank = true;
    for (int i = 0; i < record.length(); i++) {
      char c = record.charAt(i);
      if (c == '"' && quoted) {
        if (i + 1 < record.length() && record.charAt(i + 1) == '"') {
          field.append(c);
          i++;
        } else {
          quoted = false;
        }
      } else if (c == '"' && blank) {
        quoted = true;
        blank = false;
        field.setLength(0);
      } else if (c == separator && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
        blank = true;
      } else {
        blank &= Character.isWhitespace(c);
        field.append(c);
      }
    }
    fields.add(field.toString());
    return !quoted;
  }
}
