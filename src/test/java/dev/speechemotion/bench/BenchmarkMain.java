package dev.speechemotion.bench;

import dev.speechemotion.features.spec.FeatureSpec;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benchmarks, writes JMH's JSON and prints a table: what a frame, a chunk or a transform
 * costs, and how many times faster than real time that is.
 *
 * <p>An invocation works through a whole recording, and every invocation is timed by itself, so
 * that the median is hardly moved by what else the machine does.
 */
public final class BenchmarkMain {
  private static final String JSON = "target/jmh.json";
  private static final double CHUNK_SECONDS = 0.02;

  private BenchmarkMain() {}

  /**
   * @param patterns parts of the names of benchmarks to run; none for all
   */
  public static void main(String[] patterns) throws Exception {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .mode(Mode.SampleTime)
            .timeUnit(TimeUnit.MICROSECONDS)
            .forks(2)
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(5)
            .measurementTime(TimeValue.milliseconds(500))
            .addProfiler(GCProfiler.class)
            .resultFormat(ResultFormatType.JSON)
            .result(JSON);
    for (String pattern : patterns) {
      options.include(pattern);
    }
    Collection<RunResult> results = new Runner(options.build()).run();
    print(results);
    printShares(results);
    System.out.println("All figures: " + JSON);
  }

  private static void print(Collection<RunResult> results) throws IOException {
    System.out.printf(
        "%n%-38s %-22s %9s %9s %9s %9s %-9s %8s %8s %8s%n",
        "benchmark",
        "of",
        "p50 us",
        "least us",
        "mean us",
        "+- us",
        "per",
        "x real",
        "at best",
        "bytes");
    for (RunResult run : results) {
      Work work = Work.of(run.getParams());
      Result<?> primary = run.getPrimaryResult();
      double median = primary.getStatistics().getPercentile(50) / work.count;
      double least = primary.getStatistics().getMin() / work.count;
      Result<?> allocated = run.getSecondaryResults().get("gc.alloc.rate.norm");
      System.out.printf(
          "%-38s %-22s %9.3f %9.3f %9.3f %9.3f %-9s %8s %8s %8.2f%n",
          run.getParams().getBenchmark().replaceAll(".*\\.(\\w+\\.\\w+)$", "$1"),
          work.of,
          median,
          least,
          primary.getScore() / work.count,
          primary.getScoreError() / work.count,
          work.unit,
          work.timesRealTime(median),
          work.timesRealTime(least),
          allocated == null ? Double.NaN : allocated.getScore() / work.count);
    }
  }

  /** What each stage takes of the time of all stages of a spec, by the medians. */
  private static void printShares(Collection<RunResult> results) {
    Map<String, Map<String, Double>> stages = new TreeMap<>();
    for (RunResult run : results) {
      BenchmarkParams params = run.getParams();
      if (params.getBenchmark().contains(".StageBenchmark.")) {
        String stage = params.getBenchmark().replaceAll(".*\\.", "");
        double median = run.getPrimaryResult().getStatistics().getPercentile(50);
        stages
            .computeIfAbsent(params.getParam("spec"), unused -> new TreeMap<>())
            .put(stage, median);
      }
    }
    stages.forEach(
        (spec, times) -> {
          double sum = times.values().stream().mapToDouble(Double::doubleValue).sum();
          System.out.printf("%nshare of %s:", spec);
          times.forEach((stage, time) -> System.out.printf(" %s %.0f %%", stage, 100 * time / sum));
        });
    System.out.println();
  }

  /** What one invocation of a benchmark does. */
  private record Work(String of, double count, String unit, double secondsPerUnit) {

    String timesRealTime(double microseconds) {
      return secondsPerUnit > 0 ? "" + Math.round(secondsPerUnit * 1e6 / microseconds) : "";
    }

    static Work of(BenchmarkParams params) throws IOException {
      if (params.getParamsKeys().contains("spec")) {
        FeatureSpec spec = FeatureSpec.named(params.getParam("spec")).orElseThrow();
        int samples = Recordings.speech(spec.sampleRateHz()).length;
        int frames = (samples - spec.fftLength()) / spec.hopLength() + 1;
        return new Work(
            spec.name(), frames, "frame", (double) spec.hopLength() / spec.sampleRateHz());
      }
      if (params.getParamsKeys().contains("length")) {
        return new Work(params.getParam("length"), TransformBenchmark.TRANSFORMS, "transform", 0);
      }
      if (params.getParamsKeys().contains("model")) {
        return new Work(params.getParam("model"), ClassifierBenchmark.WINDOWS, "window", 0);
      }
      if (params.getParamsKeys().contains("stored")) {
        return new Work(params.getParam("stored"), StateBenchmark.CALLS, "channel", 0);
      }
      double seconds = Recordings.speech(8_000).length / 8_000.0;
      String of =
          params.getParamsKeys().contains("inputRateHz")
              ? params.getParam("inputRateHz") + " Hz"
              : params.getParam("channel");
      return new Work(of, seconds / CHUNK_SECONDS, "chunk", CHUNK_SECONDS);
    }
  }
}
