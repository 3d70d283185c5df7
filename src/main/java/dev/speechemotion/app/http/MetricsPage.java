package dev.speechemotion.app.http;

import dev.speechemotion.emotion.ModelIdentity;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;

/**
 * What {@code GET /metrics} says, in the text format of Prometheus: of the metrics of Kafka Streams
 * and of the topology those by which one sees whether the stream keeps up and what it refuses, over
 * all tasks of this instance. All of Kafka's own are there by JMX.
 */
public final class MetricsPage {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final String PREFIX = "speech_emotion_";
  private static final String OWN = "stream-speech-emotion-metrics";

  private final Collection<? extends Metric> metrics;
  private final StringBuilder page = new StringBuilder();

  private final Map<TopicPartition, Long> lastFetched;

  private MetricsPage(Collection<? extends Metric> metrics, Map<TopicPartition, Long> lastFetched) {
    this.metrics = metrics;
    this.lastFetched = lastFetched;
  }

  /**
   * Writes the page.
   *
   * @param lastFetched offset of the last record that was fetched, by partition
   * @param chunksTopic topic whose lag is shown
   * @param models those in use
   */
  public static String of(
      Map<MetricName, ? extends Metric> metrics,
      Map<TopicPartition, Long> lastFetched,
      String chunksTopic,
      List<ModelIdentity> models) {
    return new MetricsPage(metrics.values(), lastFetched).write(chunksTopic, models);
  }

  private String write(String chunksTopic, List<ModelIdentity> models) {
    head("records_lag", "gauge", "Records of the input topic that are still to be processed.");
    lag(chunksTopic)
        .forEach((partition, value) -> sample("records_lag", "partition", partition, value));
    head("records_processed_total", "counter", "Records that were processed.");
    sample("records_processed_total", sum("stream-thread-metrics", "process-total"));
    head(
        "rejected_records_total",
        "counter",
        "Records that went to the dead letters, by reason; late is audio whose time was over.");
    sums(OWN, "rejected-records-total", "reason", Map.of())
        .forEach((reason, value) -> sample("rejected_records_total", "reason", reason, value));
    head("duplicate_chunks_total", "counter", "Messages that had come before.");
    sample("duplicate_chunks_total", sum(OWN, "duplicate-chunks-total"));
    head("shed_chunks_total", "counter", "Messages whose audio was passed over to catch up.");
    sample("shed_chunks_total", sum(OWN, "shed-chunks-total"));
    head(
        "deleted_records_total",
        "counter",
        "Records of the input topic that were deleted before they were read.");
    sample("deleted_records_total", sum("plugins", "deleted-input-records-total"));
    head("open_calls", "gauge", "Calls in progress.");
    sample("open_calls", sum(OWN, "open-calls"));
    head("heap_used_bytes", "gauge", "Memory of Java objects, those not yet collected included.");
    Runtime runtime = Runtime.getRuntime();
    sample("heap_used_bytes", runtime.totalMemory() - runtime.freeMemory());
    head("model_info", "gauge", "Models in use.");
    for (ModelIdentity model : models) {
      page.append(PREFIX)
          .append(
              "model_info{name=\"%s\",version=\"%s\",hash=\"%s\"} 1\n"
                  .formatted(
                      escaped(model.name()), escaped(model.version()), escaped(model.hash())));
    }
    return page.toString();
  }

  /** What the consumer has not fetched, and what it has but is not processed. */
  private Map<String, Double> lag(String topic) {
    Map<String, Double> lag =
        sums("consumer-fetch-manager-metrics", "records-lag", "partition", Map.of("topic", topic));
    Map<String, Double> next = sums(OWN, "next-offset", "partition", Map.of());
    lag.replaceAll(
        (partition, unfetched) -> {
          TopicPartition of = new TopicPartition(topic, Integer.parseInt(partition));
          double fetched = lastFetched.getOrDefault(of, -1L) + 1.0;
          double processed = next.getOrDefault(partition, fetched);
          return unfetched + Math.max(0, fetched - processed);
        });
    return lag;
  }

  private void head(String name, String type, String help) {
    page.append(
        "# HELP %s%s %s\n# TYPE %s%s %s\n".formatted(PREFIX, name, help, PREFIX, name, type));
  }

  private void sample(String name, double value) {
    page.append(PREFIX).append(name).append(' ').append(number(value)).append('\n');
  }

  private void sample(String name, String label, String labelValue, double value) {
    sample("%s{%s=\"%s\"}".formatted(name, label, escaped(labelValue)), value);
  }

  private double sum(String group, String name) {
    return sums(group, name, "", Map.of()).values().stream().mapToDouble(value -> value).sum();
  }

  /** Sums of a metric by the value of a tag. */
  private Map<String, Double> sums(
      String group, String name, String tag, Map<String, String> tags) {
    return metrics.stream()
        .filter(metric -> metric.metricName().group().equals(group))
        .filter(metric -> metric.metricName().name().equals(name))
        .filter(metric -> metric.metricName().tags().entrySet().containsAll(tags.entrySet()))
        .filter(metric -> metric.metricValue() instanceof Double value && !value.isNaN())
        .collect(
            Collectors.groupingBy(
                metric -> metric.metricName().tags().getOrDefault(tag, ""),
                () -> new TreeMap<>(Comparator.<String>naturalOrder()),
                Collectors.summingDouble(metric -> (Double) metric.metricValue())));
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : Double.toString(value);
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
