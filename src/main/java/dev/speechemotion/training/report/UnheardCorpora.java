package dev.speechemotion.training.report;

import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.folder.ModelFolder;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.evaluation.MetricsBreakdown;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How good a model is on corpora that it was not trained on, before all other figures in its card
 * and in its report.
 */
public final class UnheardCorpora {
  private static final String HEADING = "On corpora that it has not heard";
  private static final String IN_CARD = "\n## " + HEADING + "\n\n";
  private static final String IN_REPORT = "\n<h2>" + HEADING + "</h2>\n";

  /** So that what people add behind it stays. */
  private static final String END = "\n\n<!-- So far what evaluate wrote. -->\n";

  /** What follows in a card, and in a report, whatever the training was. */
  private static final Pattern NEXT_IN_CARD = Pattern.compile("\n## ");

  private static final Pattern NEXT_IN_REPORT = Pattern.compile("\n<h2>");

  /** What a test gave, in a condition that the recordings were heard in. */
  public record Measured(Condition condition, MetricsBreakdown measurement) {}

  private UnheardCorpora() {}

  /**
   * Checks that there is a card to write to, and that it and the report are such as a training
   * writes.
   *
   * @param directory the model's
   * @throws IOException if not
   */
  public static void requireWritable(Path directory) throws IOException {
    if (!Files.isRegularFile(directory.resolve(TrainingReport.CARD))) {
      throw new IOException(
          "%s has no model card to write to: give a model as it was trained".formatted(directory));
    }
    if (!Files.isWritable(directory)) {
      throw new IOException(
          "nothing may be written into %s: give a copy of the model".formatted(directory));
    }
    files(directory, "", "");
  }

  /**
   * Writes the figures into the card, and into the report if there is one, in place of those that
   * were written so before.
   *
   * @param directory the model's
   * @param measured in the order in which they are to be shown
   * @param adapted what the model knew of a tested place, in a sentence
   * @param command that gives the same
   * @throws IOException if the card cannot be written, or is none that a training has written
   */
  public static void write(
      Path directory, ModelManifest model, List<Measured> measured, String adapted, String command)
      throws IOException {
    List<ReportView.Tested> tested = measured.stream().map(ReportView::unheard).toList();
    Map<String, Object> values =
        Map.of(
            "version", model.version(),
            "labels", model.labels(),
            "tested", tested,
            "adapted", adapted,
            "command", command);
    new ModelFolder(directory)
        .replace(
            files(
                directory,
                Templates.text("unheard.md.peb", values),
                Templates.text("unheard.html.peb", values)));
  }

  /**
   * The report, if there is one, and the card, with that text in place of what was there before.
   */
  private static Map<String, byte[]> files(Path directory, String inCard, String inReport)
      throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    Path report = directory.resolve(TrainingReport.REPORT);
    if (Files.isRegularFile(report)) {
      files.put(TrainingReport.REPORT, inserted(report, IN_REPORT, inReport, NEXT_IN_REPORT));
    }
    Path card = directory.resolve(TrainingReport.CARD);
    files.put(TrainingReport.CARD, inserted(card, IN_CARD, inCard, NEXT_IN_CARD));
    return files;
  }

  private static byte[] inserted(Path file, String heading, String text, Pattern next)
      throws IOException {
    String before = read(file);
    int earlier = before.indexOf(heading);
    if (earlier >= 0) {
      int end = before.indexOf(END, earlier);
      if (end < 0) {
        throw new IOException(
            "%s has a section '%s' without its last line, %s: delete the section"
                .formatted(file, HEADING, END.strip()));
      }
      before = before.substring(0, earlier) + before.substring(end + END.length());
    }
    Matcher first = next.matcher(before);
    if (!first.find()) {
      throw new IOException(
          "%s has no headings, so it is none that a training has written: train the model again"
              .formatted(file));
    }
    int at = earlier >= 0 ? earlier : first.start();
    String after = before.substring(0, at) + heading + text.strip() + END + before.substring(at);
    return after.getBytes(StandardCharsets.UTF_8);
  }

  /** With the ends of lines that trainings write, whatever has changed them. */
  private static String read(Path file) throws IOException {
    try {
      return Files.readString(file).replace("\r\n", "\n");
    } catch (CharacterCodingException e) {
      throw new IOException("%s is not in UTF-8: save it in UTF-8".formatted(file), e);
    }
  }
}
