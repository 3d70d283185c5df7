package dev.speechemotion.app.running;

import dev.speechemotion.emotion.DriftMonitor;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.streams.metrics.StreamMetrics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;

/**
 * All that can be seen of a running application: what the topology counts, what Kafka Streams and
 * the JVM measure of themselves, how far behind the stream is, and which models it serves.
 */
public final class ApplicationMeters implements AutoCloseable {
  private static final String STORE_GROUP = "stream-state-metrics";
  private static final List<String> STORE_SIZES =
      List.of("size-all-mem-tables", "total-sst-files-size");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
  private final MultiGauge lag;
  private final MultiGauge models;
  private final MultiGauge driftIndices;
  private final MultiGauge driftWindows;
  private volatile Supplier<List<ModelIdentity>> served = List::of;
  private volatile Supplier<List<DriftMonitor>> watched = List::of;
  private KafkaStreams streams;
  private KafkaStreamsMetrics kafka;
  private String chunksTopic;

  ApplicationMeters() {
    garbageCollection.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    lag =
        MultiGauge.builder(StreamMetrics.PREFIX + "records.lag")
            .description("Records of the input topic that are still to be processed")
            .register(registry);
    models =
        MultiGauge.builder(StreamMetrics.PREFIX + "model.info")
            .description("Models in use")
            .register(registry);
    driftIndices =
        MultiGauge.builder(StreamMetrics.PREFIX + "drift.psi")
            .description("How far what a model hears is from its population")
            .register(registry);
    driftWindows =
        MultiGauge.builder(StreamMetrics.PREFIX + "drift.windows")
            .description("How many windows that is measured on")
            .register(registry);
  }

  PrometheusMeterRegistry registry() {
    return registry;
  }

  /** Has the models in use shown. */
  public void showModels(Supplier<List<ModelIdentity>> inUse) {
    served = inUse;
  }

  /** Has shown how far what the models in use hear is from their populations. */
  public void showDrift(Supplier<List<DriftMonitor>> ofModelsInUse) {
    watched = ofModelsInUse;
  }

  /** Has what Kafka Streams measures shown; once. */
  void bind(KafkaStreams running, String topic) {
    streams = running;
    chunksTopic = topic;
    kafka = new KafkaStreamsMetrics(running);
    kafka.bindTo(registry);
    counter(
        "records.processed",
        "Records that were processed",
        "stream-thread-metrics",
        List.of("process-total"));
    counter(
        "deleted.records",
        "Records of the input topic that were deleted before they were read",
        "plugins",
        List.of(DeletedInput.METRIC));
    Gauge.builder(StreamMetrics.PREFIX + "state.bytes", () -> sum(STORE_GROUP, STORE_SIZES))
        .description("Size of the local state stores")
        .register(registry);
  }

  /** Has shown whether the application is ready. */
  void showReady(BooleanSupplier ready) {
    Gauge.builder(StreamMetrics.PREFIX + "ready", () -> ready.getAsBoolean() ? 1 : 0)
        .description("1 while /health/ready answers 200, 0 while it does not")
        .register(registry);
  }

  private void counter(String name, String meaning, String group, List<String> names) {
    FunctionCounter.builder(StreamMetrics.PREFIX + name, this, self -> self.sum(group, names))
        .description(meaning)
        .register(registry);
  }

  /** All in the text format of Prometheus. */
  public String page() {
    lag.register(
        lag().entrySet().stream()
            .map(entry -> MultiGauge.Row.of(Tags.of("partition", entry.getKey()), entry.getValue()))
            .collect(Collectors.toList()),
        true);
    models.register(
        served.get().stream()
            .map(
                model ->
                    MultiGauge.Row.of(
                        Tags.of(
                            "name", model.name(), "version", model.version(), "hash", model.hash()),
                        1))
            .collect(Collectors.toList()),
        true);
    measureDrift();
    return registry.scrape();
  }

  void measureDrift() {
    List<MultiGauge.Row<?>> indices = new ArrayList<>();
    List<MultiGauge.Row<?>> windows = new ArrayList<>();
    for (DriftMonitor monitor : watched.get()) {
      Tags model = Tags.of("model", monitor.model().name());
      DriftMonitor.Figures figures = monitor.figures();
      windows.add(MultiGauge.Row.of(model, figures.windows()));
      figures
          .psi()
          .forEach((group, psi) -> indices.add(MultiGauge.Row.of(model.and("group", group), psi)));
    }
    driftIndices.register(indices, true);
    driftWindows.register(windows, true);
  }

  /** What the consumer has not fetched, and what it has but is not processed, by partition. */
  private Map<String, Double> lag() {
    return lag(
        metrics(),
        streams.metadataForLocalThreads().stream()
            .flatMap(thread -> thread.activeTasks().stream())
            .flatMap(task -> task.endOffsets().entrySet().stream())
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Math::max)),
        chunksTopic);
  }

  /**
   * The lag by partition.
   *
   * @param lastFetched offset of the last record that was fetched, by partition
   */
  static Map<String, Double> lag(
      Collection<? extends Metric> metrics, Map<TopicPartition, Long> lastFetched, String topic) {
    Map<String, Double> result = new TreeMap<>();
    Map<String, Double> next = byPartition(metrics, "next-offset", Map.of());
    byPartition(metrics, "records-lag", Map.of("topic", topic))
        .forEach(
            (partition, unfetched) -> {
              TopicPartition of = new TopicPartition(topic, Integer.parseInt(partition));
              double fetched = lastFetched.getOrDefault(of, -1L) + 1.0;
              double processed = next.getOrDefault(partition, fetched);
              result.put(partition, unfetched + Math.max(0, fetched - processed));
            });
    return result;
  }

  private static Map<String, Double> byPartition(
      Collection<? extends Metric> metrics, String name, Map<String, String> tags) {
    return metrics.stream()
        .filter(metric -> metric.metricName().name().equals(name))
        .filter(metric -> metric.metricName().tags().containsKey("partition"))
        .filter(metric -> metric.metricName().tags().entrySet().containsAll(tags.entrySet()))
        .filter(metric -> !Double.isNaN(value(metric)))
        .collect(
            Collectors.toMap(
                metric -> metric.metricName().tags().get("partition"),
                ApplicationMeters::value,
                Double::sum));
  }

  private double sum(String group, List<String> names) {
    return metrics().stream()
        .filter(metric -> metric.metricName().group().equals(group))
        .filter(metric -> names.contains(metric.metricName().name()))
        .mapToDouble(ApplicationMeters::value)
        .filter(value -> !Double.isNaN(value))
        .sum();
  }

  private Collection<? extends Metric> metrics() {
    return streams.metrics().values();
  }

  private static double value(Metric metric) {
    return metric.metricValue() instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  @Override
  public void close() {
    if (kafka != null) {
      kafka.close();
    }
    garbageCollection.close();
    registry.close();
  }
}
