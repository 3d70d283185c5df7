package dev.speechemotion.app.running;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.fixtures.CallResults;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.fixtures.LiveCalls;
import dev.speechemotion.app.fixtures.ModelCopies;
import dev.speechemotion.app.fixtures.StreamProcess;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model directory is exchanged under a running {@code stream}. */
@Timeout(240)
class ModelSwapIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(120);
  private static final int CALLS = 6;

  @TempDir private Path folder;

  @Test
  void shouldRefuseABrokenModelAndGoOverToASoundOneInTheMidstOfCalls() throws Exception {
    Path place = ModelCopies.make(folder.resolve("model"), "first", "1");
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        HttpRegistry registry = new HttpRegistry()) {
      Map<String, String> values = new HashMap<>();
      values.put(Property.BOOTSTRAP_SERVERS, broker.bootstrapServers());
      values.put(Property.REGISTRY_URL, registry.url());
      values.put(Property.TOPIC_PARTITIONS, "2");
      values.put(Property.TOPIC_REPLICATION_FACTOR, "1");
      values.put(Property.STATE_DIR, folder.resolve("state").toString());
      values.put(Property.MODEL_DIR, place.toString());
      values.put(Property.MODEL_WIDEBAND_DIR, "");
      values.put(Property.MODEL_CHECK_MS, "200");
      Settings settings = Settings.of(values);
      new ClusterReadiness(settings)
          .requireTopics(settings.streamSettings().topics(), true, new StopRequest());
      EmotionSerdes serdes = EmotionSerdes.of(RegistryClients.connect(registry.url(), Map.of()));
      LiveCalls calls = LiveCalls.make(serdes, CALLS, 1);
      try (StreamProcess app = new StreamProcess(folder.resolve("stream.log"), values).start();
          LiveCalls.Feed feed = calls.new Feed(settings, serdes, 0)) {
        app.awaitRunning(TIMEOUT);
        feed.allow(0.4);

        Path broken = ModelCopies.make(folder.resolve("broken"), "broken", "1");
        ModelCopies.exchange(ModelCopies.cutWeights(broken), place);
        awaitLog(app, "is refused, and first 1 goes on");
        while (events(settings, serdes).isEmpty()) {
          app.requireAlive();
          Thread.sleep(200);
        }
        ModelCopies.exchange(ModelCopies.make(folder.resolve("next"), "second", "2"), place);
        awaitLog(app, "takes over from first 1");
        feed.finish();
        CallResults.awaitSummaries(settings, calls.callIds(), TIMEOUT, app::requireAlive);

        assertThat(app.stop()).as(app.log()).isZero();
        assertThat(app.log().split("is refused")).as(app.log()).hasSize(2);
      }

      Map<String, List<EmotionEvent>> byCall = events(settings, serdes);
      assertThat(byCall.keySet()).isEqualTo(calls.callIds());
      int inTheMidst = 0;
      for (List<EmotionEvent> events : byCall.values()) {
        List<String> models = events.stream().map(EmotionEvent::getModelName).distinct().toList();
        assertThat(models).isSubsetOf("first", "second");
        inTheMidst += models.equals(List.of("first", "second")) ? 1 : 0;
        for (int i = 0; i < events.size(); i++) {
          assertThat(events.get(i).getSequenceNumber()).isEqualTo(i);
          assertThat(events.get(i).getGapMs() + events.get(i).getGapBeforeMs()).isZero();
          String last = models.get(models.size() - 1);
          assertThat(events.get(i).getModelName())
              .isEqualTo(i < firstOf(last, events) ? "first" : last);
        }
      }
      assertThat(inTheMidst).as("calls that went over").isPositive();
    }
  }

  private static int firstOf(String model, List<EmotionEvent> events) {
    return events.stream().map(EmotionEvent::getModelName).toList().indexOf(model);
  }

  private static void awaitLog(StreamProcess app, String text) throws InterruptedException {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!app.log().contains(text)) {
      app.requireAlive();
      assertThat(System.nanoTime()).as(app.log()).isLessThan(deadline);
      Thread.sleep(100);
    }
  }

  private static Map<String, List<EmotionEvent>> events(Settings settings, EmotionSerdes serdes) {
    Map<String, List<EmotionEvent>> byCall = new TreeMap<>();
    String topic = settings.text(Property.TOPIC_EVENTS);
    for (ConsumerRecord<byte[], byte[]> record : CallResults.records(settings, topic)) {
      EmotionEvent event = serdes.emotionEvent().deserializer().deserialize(topic, record.value());
      byCall.computeIfAbsent(event.getCallId(), id -> new ArrayList<>()).add(event);
    }
    return byCall;
  }
}
