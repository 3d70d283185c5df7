package dev.speechemotion.training.report;

import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.evaluation.MetricsBreakdown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

  /** What follows in a card, and in a report, whatever the training was. */
  private static final Pattern NEXT_IN_CARD = Pattern.compile("\n## ");

  private static final Pattern NEXT_IN_REPORT = Pattern.compile("\n<h2>");

  /** What a test gave, in a condition that the recordings were heard in. */
  public record Measured(Condition condition, MetricsBreakdown measurement) {}

  private UnheardCorpora() {}

  /**
   * Whether there is a card to write to.
   *
   * @param directory the model's
   */
  public static boolean canWrite(Path directory) {
    return Files.isRegularFile(directory.resolve(TrainingReport.CARD));
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
    insert(
        directory.resolve(TrainingReport.CARD),
        IN_CARD,
        Templates.text("unheard.md.peb", values),
        NEXT_IN_CARD);
    Path report = directory.resolve(TrainingReport.REPORT);
    if (Files.isRegularFile(report)) {
      insert(report, IN_REPORT, Templates.text("unheard.html.peb", values), NEXT_IN_REPORT);
    }
  }

  private static void insert(Path file, String heading, String text, Pattern next)
      throws IOException {
    String before = Files.readString(file);
    int earlier = before.indexOf(heading);
    if (earlier >= 0) {
      Matcher end = next.matcher(before);
      before =
          before.substring(0, earlier)
              + (end.find(earlier + heading.length()) ? before.substring(end.start()) : "");
    }
    Matcher first = next.matcher(before);
    if (!first.find()) {
      throw new IOException(
          "%s has no headings, so it is none that a training has written: train the model again"
              .formatted(file));
    }
    Path whole = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(
        whole,
        before.substring(0, first.start())
            + heading
            + text.strip()
            + "\n"
            + before.substring(first.start()));
    Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
