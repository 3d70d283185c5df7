package dev.speechemotion.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Measurable;
import org.apache.kafka.common.metrics.Metrics;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
  private static final TopicPartition PARTITION = new TopicPartition("chunks", 3);

  @Test
  void shouldCountWhatIsFetchedAndNotProcessedAsLag() {
    // The broker has 3 records more; of those fetched, up to 109, that at 100 is being processed.
    assertThat(lag(3, 100, 109)).isEqualTo(3 + 10);
    // All is processed.
    assertThat(lag(0, 110, 109)).isZero();
    // Nothing has been taken yet since the start, so that only the broker is known to have some.
    assertThat(lag(3, Double.NaN, 109)).isEqualTo(3);
    assertThat(lag(3, Double.NaN, -1)).isEqualTo(3);
  }

  private static double lag(double unfetched, double next, long lastFetched) {
    try (Metrics metrics = new Metrics()) {
      gauge(
          metrics,
          "records-lag",
          "consumer-fetch-manager-metrics",
          Map.of("topic", "chunks", "partition", "3"),
          unfetched);
      gauge(
          metrics, "next-offset", "stream-speech-emotion-metrics", Map.of("partition", "3"), next);
      return MetricsPage.of(metrics.metrics(), Map.of(PARTITION, lastFetched), "chunks", List.of())
          .lines()
          .filter(line -> line.startsWith("speech_emotion_records_lag{partition=\"3\"} "))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
          .sum();
    }
  }

  private static void gauge(
      Metrics metrics, String name, String group, Map<String, String> tags, double value) {
    metrics.addMetric(new MetricName(name, group, "", tags), (Measurable) (config, nowMs) -> value);
  }
}
