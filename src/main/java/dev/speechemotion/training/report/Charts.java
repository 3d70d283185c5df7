package dev.speechemotion.training.report;

import dev.speechemotion.training.evaluation.ClassificationMetrics;
import dev.speechemotion.training.evaluation.FeatureImportance;
import dev.speechemotion.training.evaluation.MetricsBreakdown;
import dev.speechemotion.training.experiment.Experiment;
import dev.speechemotion.training.fitting.EpochResult;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Plots as PNG. */
final class Charts {
  private static final int WIDTH = 520;
  private static final int HEIGHT = 420;

  /** A share of fewer clips is not shown over call time. */
  private static final int LEAST_CLIPS = 20;

  private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);

  static {
    if (System.getProperty("java.awt.headless") == null) {
      System.setProperty("java.awt.headless", "true");
    }
    // Else each plot passes through a temporary file, and is lost with hours of training if there
    // is no room for one.
    ImageIO.setUseCache(false);
  }

  private Charts() {}

  /** Loss, and share recognized, by epoch: training and validation part. */
  static byte[] learningCurve(List<EpochResult> curve) throws IOException {
    List<Integer> epochs = new ArrayList<>();
    for (int i = 1; i <= curve.size(); i++) {
      epochs.add(i);
    }
    XYChart loss = lines("Cross-entropy", "loss");
    line(loss, "training part", epochs, curve.stream().map(EpochResult::loss).toList());
    line(loss, "validation part", epochs, curve.stream().map(EpochResult::validationLoss).toList());
    XYChart accuracy = lines("Accuracy", "share of windows");
    line(accuracy, "training part", epochs, curve.stream().map(EpochResult::accuracy).toList());
    line(
        accuracy,
        "validation part",
        epochs,
        curve.stream().map(EpochResult::validationAccuracy).toList());
    accuracy.getStyler().setLegendPosition(Styler.LegendPosition.InsideSE);
    accuracy.getStyler().setYAxisMax(1.0);
    return png(List.of(loss, accuracy));
  }

  /** Loss on what was kept aside by epoch, a line for each fold, a plot for each protocol. */
  static byte[] foldCurves(List<Experiment.ProtocolResult> results) throws IOException {
    List<XYChart> charts = new ArrayList<>();
    for (Experiment.ProtocolResult result : results) {
      XYChart chart = lines(result.name(), "validation loss");
      for (int i = 0; i < result.folds().size(); i++) {
        List<EpochResult> curve = result.folds().get(i).curve();
        line(
            chart,
            "fold " + (i + 1),
            IntStream.rangeClosed(1, curve.size()).boxed().toList(),
            curve.stream().map(EpochResult::validationLoss).toList());
      }
      charts.add(chart);
    }
    return png(charts);
  }

  /** Accuracy by seconds of call heard, a line for each corpus, a plot for each protocol. */
  static byte[] callTime(List<Experiment.ProtocolResult> results) throws IOException {
    return png(results.stream().map(Charts::callTime).toList());
  }

  private static CategoryChart callTime(Experiment.ProtocolResult result) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(result.name() + ", accuracy over call time")
            .xAxisTitle("seconds of call heard")
            .yAxisTitle("share of clips")
            .build();
    MetricsBreakdown measurement = result.measurement();
    List<String> stretches =
        measurement.curve().stream().map(stretch -> "from " + stretch.fromSeconds()).toList();
    chart.addSeries("all", stretches, accuracies(measurement.curve()));
    if (measurement.curveByCorpus().size() > 1) {
      measurement
          .curveByCorpus()
          .forEach(
              (corpus, curve) ->
                  chart.addSeries(
                      corpus, stretches, accuracies(curve.subList(0, stretches.size()))));
    }
    // Else the points of a stretch would lie side by side, as bars do.
    chart.getStyler().setOverlapped(true);
    chart.getStyler().setDefaultSeriesRenderStyle(CategorySeries.CategorySeriesRenderStyle.Line);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setYAxisMax(1.0);
    chart.getStyler().setAxisTickLabelsFont(SMALL);
    chart.getStyler().setXAxisTickMarkSpacingHint(30);
    return chart;
  }

  /** Null, which leaves a gap, where there are too few clips to tell. */
  private static List<Double> accuracies(List<MetricsBreakdown.CallTime> curve) {
    List<Double> accuracies = new ArrayList<>();
    for (MetricsBreakdown.CallTime stretch : curve) {
      accuracies.add(
          stretch.evaluation().clipCount() < LEAST_CLIPS ? null : stretch.evaluation().accuracy());
    }
    return accuracies;
  }

  /** How far UAR falls without a family of features, in points. */
  static byte[] importance(List<FeatureImportance.Family> families) throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(2 * WIDTH)
            .height(HEIGHT)
            .title("What the result depends on")
            .yAxisTitle("drop of UAR, points")
            .build();
    chart.addSeries(
        "drop of UAR",
        families.stream().map(FeatureImportance.Family::name).toList(),
        families.stream().map(family -> 100 * family.drop()).toList());
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setAxisTickLabelsFont(SMALL);
    chart.getStyler().setXAxisLabelRotation(30);
    chart.getStyler().setXAxisTickMarkSpacingHint(30);
    return png(List.of(chart));
  }

  /** Clips by actual and predicted label, a matrix for each protocol. */
  static byte[] confusionMatrices(List<Experiment.ProtocolResult> results) throws IOException {
    return png(results.stream().map(Charts::confusionMatrix).toList());
  }

  /** Precision, recall and F1 of each label, a plot for each protocol. */
  static byte[] perClass(List<Experiment.ProtocolResult> results) throws IOException {
    return png(results.stream().map(Charts::bars).toList());
  }

  /** Accuracy by confidence, with and without calibration, a plot for each protocol. */
  static byte[] reliability(List<Experiment.ProtocolResult> results) throws IOException {
    return png(results.stream().map(Charts::reliability).toList());
  }

  private static XYChart reliability(Experiment.ProtocolResult result) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(result.name())
            .xAxisTitle("confidence")
            .yAxisTitle("share right")
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setXAxisMin(0.0);
    chart.getStyler().setXAxisMax(1.0);
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setYAxisMax(1.0);
    chart
        .addSeries("as it should be", List.of(0.0, 1.0), List.of(0.0, 1.0))
        .setMarker(SeriesMarkers.NONE);
    points(chart, "calibrated", result.measurement().calibrated());
    points(chart, "not calibrated", result.measurement().uncalibrated());
    return chart;
  }

  private static void points(XYChart chart, String name, ClassificationMetrics evaluation) {
    List<ClassificationMetrics.Bin> bins = evaluation.reliability();
    chart.addSeries(
        name,
        bins.stream().map(ClassificationMetrics.Bin::meanConfidence).toList(),
        bins.stream().map(ClassificationMetrics.Bin::accuracy).toList());
  }

  private static XYChart lines(String title, String yTitle) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("epoch")
            .yAxisTitle(yTitle)
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setYAxisMin(0.0);
    return chart;
  }

  private static void line(XYChart chart, String name, List<Integer> x, List<Double> y) {
    chart.addSeries(name, x, y).setMarker(SeriesMarkers.NONE);
  }

  private static HeatMapChart confusionMatrix(Experiment.ProtocolResult result) {
    ClassificationMetrics evaluation = result.evaluation();
    List<String> labels = evaluation.labels();
    // The vertical axis grows upwards; the first label belongs at the top, as in a table.
    List<String> upwards = new ArrayList<>(labels);
    Collections.reverse(upwards);
    int[][] counts = evaluation.counts();
    List<Number[]> cells = new ArrayList<>();
    for (int predicted = 0; predicted < labels.size(); predicted++) {
      for (int row = 0; row < labels.size(); row++) {
        int actual = labels.size() - 1 - row;
        cells.add(new Number[] {predicted, row, counts[actual][predicted]});
      }
    }
    HeatMapChart chart =
        new HeatMapChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(result.name() + ", clips")
            .xAxisTitle("predicted")
            .yAxisTitle("actual")
            .build();
    chart.addSeries("clips", labels, upwards, cells);
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setRangeColors(new Color[] {Color.WHITE, new Color(0x5B9BD5)});
    chart.getStyler().setShowValue(true);
    chart.getStyler().setValueFont(SMALL);
    chart.getStyler().setValueFontColor(Color.BLACK);
    chart.getStyler().setHeatMapValueDecimalPattern("#");
    chart.getStyler().setAxisTickLabelsFont(SMALL);
    // Every label is wanted, also where the plot would leave some out for want of space.
    chart.getStyler().setXAxisMaxLabelCount(labels.size());
    chart.getStyler().setYAxisTickMarkSpacingHint(20);
    chart.getStyler().setXAxisTickMarkSpacingHint(30);
    return chart;
  }

  private static CategoryChart bars(Experiment.ProtocolResult result) {
    ClassificationMetrics evaluation = result.evaluation();
    List<Double> precision = new ArrayList<>();
    List<Double> recall = new ArrayList<>();
    List<Double> f1 = new ArrayList<>();
    for (int i = 0; i < evaluation.labels().size(); i++) {
      boolean present = evaluation.clipCount(i) > 0;
      precision.add(present ? evaluation.precision(i) : 0);
      recall.add(present ? evaluation.recall(i) : 0);
      f1.add(present ? evaluation.f1(i) : 0);
    }
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(result.name())
            .yAxisTitle("share")
            .build();
    chart.addSeries("precision", evaluation.labels(), precision);
    chart.addSeries("recall", evaluation.labels(), recall);
    chart.addSeries("F1", evaluation.labels(), f1);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setYAxisMax(1.0);
    chart.getStyler().setAxisTickLabelsFont(SMALL);
    chart.getStyler().setXAxisTickMarkSpacingHint(30);
    return chart;
  }

  private static byte[] png(List<? extends IChart> charts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BitmapEncoder.saveBitmap(charts, 1, charts.size(), out, BitmapEncoder.BitmapFormat.PNG);
    return out.toByteArray();
  }
}
