package dev.speechemotion.app.loadtest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;

/** What came of loads, for programs and for people. */
public final class LoadReport {
  private static final MathContext DIGITS = new MathContext(5);

  private static final List<String> COLUMNS =
      List.of(
          "channels",
          "chunk ms",
          "cores",
          "channels/core",
          "p50 ms",
          "p95 ms",
          "p99 ms",
          "max ms",
          "heap kB/ch",
          "native kB/ch",
          "RocksDB MB",
          "state kB/ch",
          "changelog",
          "commit ms",
          "GC %",
          "lost",
          "doubled",
          "different");

  private LoadReport() {}

  /** The JSON document of a load. */
  public static ObjectNode json(LoadResult result) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    LoadPlan plan = result.plan();
    json.put("channels", plan.channels())
        .put("seconds", plan.seconds())
        .put("chunkMs", plan.chunkMs())
        .put("backlog", plan.isBacklog());
    put(json, "audioSeconds", result.audioSeconds());
    put(json, "processCpuSeconds", result.cpuSeconds());
    put(json, "wallSeconds", result.wallSeconds());
    put(json, "channelsPerCore", result.channelsPerCore());
    ObjectNode latency = json.putObject("latencyMs");
    put(latency, "p50", result.latencyMs(50));
    put(latency, "p95", result.latencyMs(95));
    put(latency, "p99", result.latencyMs(99));
    put(latency, "max", result.latencyMs(100));
    json.put("events", result.events())
        .put("lost", result.lost())
        .put("duplicated", result.duplicated())
        .put("different", result.different());
    put(json, "speechShare", result.speechShare());
    put(json, "heapBytesPerChannel", result.heapBytesPerChannel());
    put(json, "nativeBytesPerChannel", result.nativeBytesPerChannel());
    json.put("rocksDbBytes", result.rocksDbBytes());
    put(json, "stateBytesPerChannel", result.stateBytesPerChannel());
    put(json, "changelogBytesPerAudioByte", result.changelogBytesPerAudioByte());
    put(json, "longestCommitMs", result.longestCommitMs());
    put(json, "gcShare", result.gcShare());
    json.put("senderLateMs", result.mostLateMs());
    ArrayNode course = json.putArray("course");
    for (LoadResult.Moment moment : result.course()) {
      ObjectNode node = course.addObject();
      put(node, "seconds", moment.seconds());
      node.put("lag", moment.lag()).put("processed", moment.used().processed());
      put(node, "cpuSeconds", moment.used().cpuSeconds());
      node.put("heapBytes", moment.used().heapBytes())
          .put("nativeBytes", moment.used().nativeBytes());
    }
    return json;
  }

  /** JSON has no NaN: what was not measured is null. */
  private static void put(ObjectNode node, String name, double value) {
    node.put(name, Double.isFinite(value) ? new BigDecimal(value).round(DIGITS) : null);
  }

  /** Prints the loads as a table. */
  public static void print(List<LoadResult> results, PrintWriter out) {
    out.println("| " + String.join(" | ", COLUMNS) + " |");
    out.println("|" + " ---: |".repeat(COLUMNS.size()));
    for (LoadResult result : results) {
      LoadPlan plan = result.plan();
      out.println(
          "| "
              + String.join(
                  " | ",
                  plan.channels() + (plan.isBacklog() ? " (backlog)" : ""),
                  String.valueOf(plan.chunkMs()),
                  number("%.2f", result.cores()),
                  number("%.0f", result.channelsPerCore()),
                  number("%.0f", result.latencyMs(50)),
                  number("%.0f", result.latencyMs(95)),
                  number("%.0f", result.latencyMs(99)),
                  number("%.0f", result.latencyMs(100)),
                  number("%.1f", result.heapBytesPerChannel() / 1024),
                  number("%.1f", result.nativeBytesPerChannel() / 1024),
                  number("%.1f", result.rocksDbBytes() / 1048576.0),
                  number("%.1f", result.stateBytesPerChannel() / 1024),
                  number("%.2f", result.changelogBytesPerAudioByte()),
                  number("%.0f", result.longestCommitMs()),
                  number("%.1f", 100 * result.gcShare()),
                  String.valueOf(result.lost()),
                  String.valueOf(result.duplicated()),
                  String.valueOf(result.different()))
              + " |");
    }
    for (LoadResult result : results) {
      if (!result.plan().isBacklog() && result.mostLateMs() > result.plan().chunkMs()) {
        out.printf(
            Locale.ROOT,
            "%d channels: the sender was up to %d ms late: this machine has too little for the load"
                + " itself, and latencies hold what it was late%n",
            result.plan().channels(),
            result.mostLateMs());
      }
    }
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "";
  }
}
