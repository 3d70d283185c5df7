package dev.speechemotion.app.loadtest;

import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Plots of loads. */
public final class LoadCharts {
  private static final int WIDTH = 520;
  private static final int HEIGHT = 380;

  private LoadCharts() {}

  /**
   * Writes a PNG: cores against channels, latency against channels, and what waited over time.
   *
   * @throws IOException if the file cannot be written
   */
  public static void write(List<LoadResult> results, Path file) throws IOException {
    System.setProperty("java.awt.headless", "true");
    List<LoadResult> live =
        results.stream()
            .filter(result -> !result.plan().isBacklog())
            .sorted(Comparator.comparing(result -> result.plan().channels()))
            .toList();
    XYChart cpu = chart("CPU of the application", "live channels", "cores");
    XYChart latency = chart("From append to readable", "live channels", "milliseconds");
    if (!live.isEmpty()) {
      double[] channels = live.stream().mapToDouble(result -> result.plan().channels()).toArray();
      cpu.addSeries("cores", channels, values(live, LoadResult::cores));
      for (double percent : new double[] {50, 95, 99}) {
        latency.addSeries(
            "p" + (int) percent, channels, values(live, each -> each.latencyMs(percent)));
      }
    }
    XYChart lag = chart("Not committed yet", "seconds", "records");
    Set<String> names = new HashSet<>();
    for (LoadResult result : results) {
      String name = result.plan().channels() + (result.plan().isBacklog() ? " (backlog)" : "");
      if (names.add(name)) {
        lag.addSeries(
                name,
                result.course().stream().mapToDouble(LoadResult.Moment::seconds).toArray(),
                result.course().stream().mapToDouble(moment -> moment.lag()).toArray())
            .setMarker(SeriesMarkers.NONE);
      }
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      BitmapEncoder.saveBitmap(
          List.of(cpu, latency, lag), 1, 3, out, BitmapEncoder.BitmapFormat.PNG);
    }
  }

  private static double[] values(List<LoadResult> results, ToDoubleFunction<LoadResult> value) {
    return results.stream()
        .mapToDouble(value)
        .map(each -> Double.isFinite(each) ? each : 0)
        .toArray();
  }

  private static XYChart chart(String title, String x, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
    chart.getStyler().setXAxisMin(0.0);
    chart.getStyler().setYAxisMin(0.0);
    return chart;
  }
}
