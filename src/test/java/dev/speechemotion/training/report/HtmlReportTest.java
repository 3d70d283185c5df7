package dev.speechemotion.training.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The templates of report and model card, on values that no training gave. */
class HtmlReportTest {
  private static final String HOSTILE = "<script>alert('a' & \"b\")</script>";
  private static final String ESCAPED =
      "&lt;script&gt;alert(&#39;a&#39; &amp; &quot;b&quot;)&lt;/script&gt;";

  private static final List<String> OF_EVERY_TRAINING =
      List.of("Data", "Learning curves", "The model: what it is, size and speed");
  private static final List<String> OF_ALL =
      List.of(
          "Results by protocol",
          "Data",
          "Split proof",
          "Learning curves",
          "Confusion matrices",
          "Precision, recall and F1 by class",
          "Calibration",
          "Accuracy over call time",
          "Feature importance",
          "The model: what it is, size and speed");

  @Test
  void shouldHaveASectionForAllThatWasMeasured() throws Exception {
    String html = new HtmlReport(report("plain", true), allPlots()).text();

    assertThat(headings(html)).containsExactlyElementsOf(OF_ALL);
    assertThat(html).startsWith("<!DOCTYPE html>\n").endsWith("</html>\n");
    assertThat(html.split("src=\"data:image/png;base64,AQID\"", -1)).hasSize(8);
  }

  @Test
  void shouldLeaveOutWhatWasNotMeasured() throws Exception {
    String html =
        new HtmlReport(
                report("plain", false), Map.of(TrainingReport.LEARNING_CURVE, new byte[] {1, 2, 3}))
            .text();

    assertThat(headings(html)).containsExactlyElementsOf(OF_EVERY_TRAINING);
  }

  @Test
  void shouldEscapeEveryValue() throws Exception {
    String html = new HtmlReport(report(HOSTILE, true), allPlots()).text();

    assertThat(html).doesNotContain("<script").doesNotContain("alert('");
    String plain = new HtmlReport(report("plain", true), allPlots()).text();
    assertThat(html.replace(ESCAPED, "plain")).isEqualTo(plain);
  }

  @Test
  void shouldMarkCodeAlone() throws Exception {
    String html = new HtmlReport(report("<b>, as `--epochs <n>` says", true), allPlots()).text();

    assertThat(html)
        .contains("<p>&lt;b&gt;, as <code>--epochs &lt;n&gt;</code> says The curves are those")
        .contains(
            "<p>&lt;b&gt;, as <code>--epochs &lt;n&gt;</code> says Chance is 50.0 %, and more where");
  }

  @Test
  void shouldHighlightTheWorstClass() throws Exception {
    assertThat(new HtmlReport(report("plain", true), allPlots()).text())
        .containsOnlyOnce("class=\"bad\"")
        .contains("<tr class=\"bad\"><td>plain</td><td>7</td>");
  }

  @Test
  void shouldEscapeNothingInTheModelCard() throws Exception {
    String card = new ModelCard(report(HOSTILE, true)).text();

    assertThat(card)
        .startsWith("# Model card: " + HOSTILE + ", version " + HOSTILE + "\n\nRecognizes 2 ")
        .contains("\n    " + HOSTILE + "\n")
        .contains("\n| " + HOSTILE + " | 9 | 4 | " + HOSTILE + " |\n")
        .contains("\nOver the time of a call: from 0 s ", " (8 clips), from 10 s ")
        .endsWith("Find out what your law asks before you do.\n")
        .doesNotContain("&lt;", "&#39;", "\n\n\n");
  }

  @Test
  void shouldSayInTheModelCardThatNothingWasMeasured() throws Exception {
    assertThat(new ModelCard(report("plain", false)).text())
        .contains(
            "\n\n## How good it is\n\nNot measured here: trained with `--no-protocols`, or by a teacher, ")
        .doesNotContain("UAR", "{{", "{%", "\n\n\n");
  }

  private static List<String> headings(String html) {
    return html.lines()
        .filter(line -> line.startsWith("<h2>"))
        .map(line -> line.replaceAll("</?h2>", ""))
        .toList();
  }

  private static Map<String, byte[]> allPlots() {
    Map<String, byte[]> plots = new TreeMap<>();
    for (String plot :
        List.of(
            TrainingReport.LEARNING_CURVE,
            TrainingReport.FOLD_CURVES,
            TrainingReport.CONFUSION,
            TrainingReport.PER_CLASS,
            TrainingReport.RELIABILITY,
            TrainingReport.CALL_TIME,
            TrainingReport.IMPORTANCE)) {
      plots.put(plot, new byte[] {1, 2, 3});
    }
    return plots;
  }

  /**
   * @param t stands for every text
   * @param measured whether protocols were run
   */
  private static ReportView report(String t, boolean measured) {
    ReportView.Tested tested =
        new ReportView.Tested(
            t,
            t,
            t,
            20,
            t,
            t,
            t,
            t,
            t,
            t,
            t,
            t,
            t,
            t,
            t,
            List.of(
                new ReportView.OfClass(t, 7, t, t, t, true),
                new ReportView.OfClass(t, 6, t, t, t, false)),
            List.of(new ReportView.OfCorpus(t, 5, t, t, t, t, t, t, t, t, t, t, List.of(t, t), t)),
            List.of(
                new ReportView.Stretch(0, 8, 2, t, t, t),
                new ReportView.Stretch(10, 3, 2, t, t, t)),
            List.of(new ReportView.Fold(t, 12, 6, t, t, t, 3, t)));
    return new ReportView(
        t,
        t,
        t,
        List.of(t, t),
        "50.0",
        new ReportView.Model(
            t,
            t,
            t,
            33,
            t,
            t,
            t,
            1,
            t,
            new ReportView.Weights(t, t, t),
            t,
            new ReportView.Pace(t, 100, t, t, t)),
        measured ? List.of(tested) : List.of(),
        t,
        t,
        List.of(
            new ReportView.Part(
                t,
                t,
                9,
                4,
                List.of(new ReportView.Speaker(t, List.of(5L, 4L))),
                t,
                18,
                t,
                0,
                t,
                List.of(t))),
        t,
        t,
        t,
        t,
        t,
        measured
            ? new ReportView.Dependence(t, 20, t, List.of(new ReportView.Family(t, 2, t, t)))
            : null);
  }
}
