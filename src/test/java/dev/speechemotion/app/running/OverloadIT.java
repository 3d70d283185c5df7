package dev.speechemotion.app.running;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.client.CallPlayer;
import dev.speechemotion.app.client.ChunkProducer;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.embedded.DemoCall;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.fixtures.CallResults;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.fixtures.StreamProcess;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More audio waits than the application's memory holds. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class OverloadIT {
  private static final int HEAP_MB = 96;
  private static final int CALLS = 64;
  private static final int SECONDS = 200;
  private static final int RATE_HZ = 8_000;
  private static final Duration TIMEOUT = Duration.ofSeconds(180);

  @TempDir static Path folder;

  private final Map<String, String> values = new HashMap<>();
  private final Set<String> callIds = new TreeSet<>();
  private EmbeddedBroker broker;
  private HttpRegistry registry;
  private EmotionSerdes serdes;
  private long records;
  private long bytes;

  @BeforeAll
  void sendMoreThanMemoryHolds() throws Exception {
    broker = EmbeddedBroker.start();
    registry = new HttpRegistry();
    serdes = EmotionSerdes.of(RegistryClients.connect(registry.url(), Map.of()));
    values.put(Property.BOOTSTRAP_SERVERS, broker.bootstrapServers());
    values.put(Property.REGISTRY_URL, registry.url());
    values.put(Property.TOPIC_PARTITIONS, "2");
    values.put(Property.TOPIC_REPLICATION_FACTOR, "1");
    values.put(Property.MODEL_DIR, "models/tess-fcnn");
    values.put(Property.MODEL_WIDEBAND_DIR, "");
    Settings settings = Settings.of(values);
    new ClusterReadiness(settings)
        .requireTopics(settings.streamSettings().topics(), true, new StopRequest());
    AudioClip speech = DemoCall.load().clip();
    float[][] channels = new float[speech.channelCount()][SECONDS * RATE_HZ];
    for (int c = 0; c < channels.length; c++) {
      for (int i = 0; i < channels[c].length; i++) {
        channels[c][i] = speech.channel(c)[i % speech.sampleCount()];
      }
    }
    CallPlayer.Format format =
        new CallPlayer.Format(1_000, AudioEncoding.MULAW, RATE_HZ, Double.POSITIVE_INFINITY, true);
    try (var producer = ChunkProducer.create(settings, serdes)) {
      for (int call = 0; call < CALLS; call++) {
        callIds.add("call-%02d".formatted(call));
        CallPlayer.Sent sent =
            new CallPlayer(producer, settings.text(Property.TOPIC_CHUNKS), format)
                .play(
                    "call-%02d".formatted(call),
                    new AudioClip(RATE_HZ, channels),
                    DemoCall.ROLES,
                    new StopRequest());
        records += sent.chunks();
        bytes += sent.bytes();
      }
    }
    assertThat(bytes).isGreaterThan(2L * HEAP_MB << 20);
  }

  @AfterAll
  void close() {
    broker.close();
    registry.close();
  }

  @Test
  void shouldWorkOffAnyLagWithinItsMemoryAndLoseNothing() throws Exception {
    Settings settings = output("lagging", Map.of());
    double mostLag = 0;
    double mostHeap = 0;
    long beganNanos = System.nanoTime();
    try (StreamProcess app =
        new StreamProcess(folder.resolve("lagging.log"), values, HEAP_MB).start()) {
      app.awaitRunning(TIMEOUT);
      while (!(app.metric("speech_emotion_records_processed_total") >= records)) {
        app.requireAlive();
        mostLag = Math.max(mostLag, app.metric("speech_emotion_records_lag"));
        mostHeap = Math.max(mostHeap, app.metric("jvm_memory_used_bytes{area=\"heap\""));
        assertThat(System.nanoTime() - beganNanos).isLessThan(TIMEOUT.toNanos());
        Thread.sleep(200);
      }
      CallResults.awaitSummaries(settings, callIds, TIMEOUT, app::requireAlive);
      // These two are not looked at with each record.
      while (app.metric("speech_emotion_records_lag") > 0
          || app.metric("speech_emotion_open_calls") > 0) {
        app.requireAlive();
        assertThat(System.nanoTime() - beganNanos).isLessThan(TIMEOUT.toNanos());
        Thread.sleep(200);
      }
      assertThat(app.metric("speech_emotion_shed_chunks_total")).isZero();
      assertThat(app.get("/metrics"))
          .containsPattern("model_info\\{hash=\"\\w{64}\",name=\"tess-fcnn\",version=\"1\"} 1");
      assertThat(app.stop()).as(app.log()).isZero();
    }
    System.out.printf(
        "%d MB of audio waiting, %d MB of heap at most: %.1f h of call in %.0f s, lag at most %.0f"
            + " records, heap in use at most %.0f MB%n",
        bytes >> 20,
        HEAP_MB,
        CALLS * SECONDS / 3_600.0,
        (System.nanoTime() - beganNanos) / 1e9,
        mostLag,
        mostHeap / (1 << 20));
    assertThat(mostLag).as("lag that one could see").isGreaterThan(records / 4.0);
    for (ChannelSummary channel : channels(settings)) {
      assertThat(channel.getAudioMs()).isEqualTo(SECONDS * 1_000L);
      assertThat(channel.getGapMs()).isZero();
    }
  }

  @Test
  void shouldPassAudioOverOnlyIfAskedToAndSaySo() throws Exception {
    // All of it is older than that before the application is up.
    Settings settings = output("shedding", Map.of(Property.MAX_LAG_MS, "1000"));
    try (StreamProcess app =
        new StreamProcess(folder.resolve("shedding.log"), values, HEAP_MB).start()) {
      app.awaitRunning(TIMEOUT);
      CallResults.awaitSummaries(settings, callIds, TIMEOUT, app::requireAlive);

      assertThat(app.metric("speech_emotion_shed_chunks_total")).isEqualTo(records - 2 * CALLS);
      assertThat(app.stop()).as(app.log()).isZero();
      assertThat(app.log()).contains("passes audio over");
    }
    for (ChannelSummary channel : channels(settings)) {
      assertThat(channel.getAudioMs()).isZero();
      assertThat(channel.getGapMs()).isEqualTo(SECONDS * 1_000L);
    }
  }

  /** An application of its own, with output topics of its own. */
  private Settings output(String name, Map<String, String> more) throws Exception {
    values.put(Property.APPLICATION_ID, name);
    values.put(Property.STATE_DIR, folder.resolve(name + "-state").toString());
    values.put(Property.TOPIC_EVENTS, name + "-events");
    values.put(Property.TOPIC_SUMMARIES, name + "-summaries");
    values.remove(Property.MAX_LAG_MS);
    values.putAll(more);
    Settings settings = Settings.of(values);
    new ClusterReadiness(settings)
        .requireTopics(settings.streamSettings().topics(), true, new StopRequest());
    return settings;
  }

  private List<ChannelSummary> channels(Settings settings) {
    String topic = settings.text(Property.TOPIC_SUMMARIES);
    List<CallSummary> summaries =
        CallResults.records(settings, topic).stream()
            .map(r -> serdes.callSummary().deserializer().deserialize(topic, r.value()))
            .toList();
    assertThat(summaries).hasSize(CALLS);
    return summaries.stream().flatMap(summary -> summary.getChannels().stream()).toList();
  }
}
