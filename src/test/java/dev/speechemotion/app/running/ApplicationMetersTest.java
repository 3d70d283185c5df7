package dev.speechemotion.app.running;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.emotion.DriftMonitor;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.PopulationShares;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Measurable;
import org.apache.kafka.common.metrics.Metrics;
import org.junit.jupiter.api.Test;

class ApplicationMetersTest {
  private static final TopicPartition PARTITION = new TopicPartition("chunks", 3);

  @Test
  void shouldCountWhatIsFetchedAndNotProcessedAsLag() {
    // The broker has 3 records more; of those fetched, up to 109, that at 100 is being processed.
    assertThat(lag(3, 100, 109)).containsOnly(Map.entry("3", 3 + 10.0));
    // All is processed.
    assertThat(lag(0, 110, 109)).containsOnly(Map.entry("3", 0.0));
    // Nothing has been taken yet since the start, so that only the broker is known to have some.
    assertThat(lag(3, Double.NaN, 109)).containsOnly(Map.entry("3", 3.0));
    assertThat(lag(3, Double.NaN, -1)).containsOnly(Map.entry("3", 3.0));
  }

  @Test
  void shouldShowHowFarTheAudioIsFromThePopulation() {
    AtomicLong nanos = new AtomicLong();
    DriftMonitor monitor =
        new DriftMonitor(
            new ModelIdentity("open", "1", "0"),
            PopulationShares.normal(1),
            1,
            new int[] {0},
            List.of("mfcc"),
            2,
            nanos::get);
    try (ApplicationMeters meters = new ApplicationMeters()) {
      meters.showDrift(() -> List.of(monitor));
      meters.measureDrift();
      assertThat(meters.registry().scrape())
          .contains("speech_emotion_drift_windows{model=\"open\"} 0.0")
          .doesNotContain("speech_emotion_drift_psi{");

      for (int i = 0; i < 2_000; i++) {
        monitor.count(new float[] {5}, new float[] {1, 0});
      }
      nanos.addAndGet(Duration.ofMinutes(1).toNanos());
      meters.measureDrift();

      assertThat(meters.registry().scrape())
          .containsPattern("speech_emotion_drift_windows\\{model=\"open\"} 19\\d\\d")
          .containsPattern("speech_emotion_drift_psi\\{group=\"mfcc\",model=\"open\"} 6\\.");
    }
  }

  private static Map<String, Double> lag(double unfetched, double next, long lastFetched) {
    try (Metrics metrics = new Metrics()) {
      gauge(
          metrics,
          "records-lag",
          "consumer-fetch-manager-metrics",
          Map.of("topic", "chunks", "partition", "3"),
          unfetched);
      gauge(
          metrics, "next-offset", "stream-speech-emotion-metrics", Map.of("partition", "3"), next);
      return ApplicationMeters.lag(
          metrics.metrics().values(), Map.of(PARTITION, lastFetched), "chunks");
    }
  }

  private static void gauge(
      Metrics metrics, String name, String group, Map<String, String> tags, double value) {
    metrics.addMetric(new MetricName(name, group, "", tags), (Measurable) (config, nowMs) -> value);
  }
}
