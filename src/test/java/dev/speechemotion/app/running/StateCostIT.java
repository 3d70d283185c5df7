package dev.speechemotion.app.running;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.client.ChunkProducer;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.fixtures.CallResults;
import dev.speechemotion.app.fixtures.FastModels;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.fixtures.LiveCalls;
import dev.speechemotion.app.fixtures.StreamProcess;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.process.TemporaryFiles;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the state costs on a real broker: prints it, and holds it to its bounds. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class StateCostIT {
  private static final int LIVE_CALLS = 12;
  private static final int CHANNELS = 1_000;

  /** One window and a second of the next. */
  private static final int CHUNKS_PER_CHANNEL = 200;

  private static final Duration TIMEOUT = Duration.ofSeconds(240);

  /** Which models run, and their bounds. */
  private enum Served {
    FAST(FastModels.SETTINGS, 16 << 10, 0.7),
    BY_DEFAULT(Map.of(), 48 << 10, 2);

    private final Map<String, String> settings;
    private final int maxStateBytesPerChannel;
    private final double maxChangelogBytesPerAudioByte;

    Served(Map<String, String> settings, int maxStateBytesPerChannel, double maxChangelogBytes) {
      this.settings = settings;
      this.maxStateBytesPerChannel = maxStateBytesPerChannel;
      maxChangelogBytesPerAudioByte = maxChangelogBytes;
    }
  }

  @TempDir static Path folder;

  private EmbeddedBroker broker;
  private HttpRegistry registry;
  private EmotionSerdes serdes;

  @BeforeAll
  void start() throws Exception {
    broker = EmbeddedBroker.start();
    registry = new HttpRegistry();
    serdes = EmotionSerdes.of(RegistryClients.connect(registry.url(), Map.of()));
  }

  @AfterAll
  void close() {
    broker.close();
    registry.close();
  }

  @ParameterizedTest
  @EnumSource
  void shouldWriteLittleChangelogForAByteOfLiveAudio(Served served) throws Exception {
    String name = "live-" + served;
    Map<String, String> values = values(name, served);
    Settings settings = Settings.of(values);
    new ClusterReadiness(settings)
        .requireTopics(settings.streamSettings().topics(), true, new StopRequest());
    LiveCalls calls = LiveCalls.make(serdes, LIVE_CALLS, 1);
    List<LiveCalls.Sent> chunks = calls.chunks();
    try (StreamProcess app = new StreamProcess(folder.resolve(name + ".log"), values)) {
      app.start().awaitRunning(TIMEOUT);
      // As fast as it was spoken: what is written per commit depends on it.
      double seconds = chunks.get(chunks.size() - 1).atMs() / 1e3;
      try (LiveCalls.Feed feed = calls.new Feed(settings, serdes, seconds)) {
        feed.finish();
      }
      CallResults.awaitSummaries(settings, calls.callIds(), TIMEOUT, app::requireAlive);
      assertThat(app.stop()).as(app.log()).isZero();
    }

    long audioBytes =
        chunks.stream().mapToLong(sent -> sent.chunk().getPayload().remaining()).sum();
    long changelogBytes = bytes(name + "-calls-changelog");
    double ratio = (double) changelogBytes / audioBytes;
    System.out.printf(
        "%s: changelog bytes per audio byte, 20 ms chunks of mu-law, a commit each second: %.2f%n",
        served, ratio);
    assertThat(ratio).isBetween(0.2, served.maxChangelogBytesPerAudioByte);
  }

  @ParameterizedTest
  @EnumSource
  void shouldRestoreAThousandChannels(Served served) throws Exception {
    String name = "many-" + served;
    Map<String, String> values = values(name, served);
    Settings settings = Settings.of(values);
    new ClusterReadiness(settings)
        .requireTopics(settings.streamSettings().topics(), true, new StopRequest());
    try (StreamProcess app = new StreamProcess(folder.resolve(name + ".log"), values).start()) {
      app.awaitRunning(TIMEOUT);
      long records = sendOneWindowOfEachChannel(settings);
      // All of them, for a state is largest just before a window ends.
      long deadline = System.nanoTime() + TIMEOUT.toNanos();
      while (!(app.metric("speech_emotion_records_processed_total") >= records)) {
        app.requireAlive();
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.sleep(500);
      }
      assertThat(app.stop()).as(app.log()).isZero();
    }
    assertThat(CallResults.records(settings, name + "-events")).hasSize(CHANNELS);
    Map<Bytes, Integer> sizes = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record :
        CallResults.records(settings, name + "-calls-changelog")) {
      sizes.put(Bytes.wrap(record.key()), Math.max(0, record.serializedValueSize()));
    }
    // A channel's frames are in records of their own, whose keys cannot be UTF-8.
    assertThat(sizes.keySet().stream().filter(key -> key.get()[0] >= 0)).hasSize(CHANNELS);
    double stateBytes = sizes.values().stream().mapToInt(size -> size).sum() / (double) CHANNELS;

    double withState = secondsToStart(values);
    TemporaryFiles.delete(Path.of(values.get(Property.STATE_DIR)));
    double fromChangelog = secondsToStart(values);

    System.out.printf(
        "%s: state of a channel in a call of its own: %.0f bytes; start with %d channels: %.1f s with"
            + " the state on disk, %.1f s from the changelog%n",
        served, stateBytes, CHANNELS, withState, fromChangelog);
    assertThat(stateBytes).isLessThan(served.maxStateBytesPerChannel);
    assertThat(changelogConfig(name, "max.message.bytes")).isEqualTo(String.valueOf(16 << 20));
  }

  private static double secondsToStart(Map<String, String> values) throws Exception {
    try (StreamProcess app = new StreamProcess(folder.resolve("restored.log"), values)) {
      long beganNanos = System.nanoTime();
      app.start().awaitRunning(TIMEOUT);
      double seconds = (System.nanoTime() - beganNanos) / 1e9;
      assertThat(app.stop()).as(app.log()).isZero();
      return seconds;
    }
  }

  private long sendOneWindowOfEachChannel(Settings settings) throws Exception {
    List<AudioChunk> customer =
        LiveCalls.make(serdes, 5, 1).chunks().stream()
            .map(LiveCalls.Sent::chunk)
            .filter(chunk -> chunk.getKind() == ChunkKind.MEDIA)
            .filter(
                chunk ->
                    chunk.getChannels().size() == 1
                        && chunk.getChannels().get(0).getRole() == ChannelRole.CUSTOMER)
            .toList();
    String callId = customer.get(0).getCallId();
    List<AudioChunk> one =
        customer.stream()
            .filter(chunk -> chunk.getCallId().equals(callId))
            .limit(CHUNKS_PER_CHANNEL)
            .toList();
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (Producer<String, AudioChunk> producer = ChunkProducer.create(settings, serdes)) {
      // Without the agent's messages the numbers have holes, whose chunks would be waited for.
      for (int i = 0; i < one.size(); i++) {
        AudioChunk chunk = AudioChunk.newBuilder(one.get(i)).setSequenceNumber(i).build();
        for (int channel = 0; channel < CHANNELS; channel++) {
          String id = "call-" + channel;
          producer.send(
              new ProducerRecord<>(
                  settings.text(Property.TOPIC_CHUNKS),
                  id,
                  AudioChunk.newBuilder(chunk).setCallId(id).build()),
              (metadata, e) -> failure.compareAndSet(null, e));
        }
      }
    }
    assertThat(failure.get()).isNull();
    return (long) one.size() * CHANNELS;
  }

  private Map<String, String> values(String name, Served served) {
    Map<String, String> values = new HashMap<>(served.settings);
    values.put(Property.BOOTSTRAP_SERVERS, broker.bootstrapServers());
    values.put(Property.REGISTRY_URL, registry.url());
    values.put(Property.APPLICATION_ID, name);
    values.put(Property.TOPIC_CHUNKS, name + "-chunks");
    values.put(Property.TOPIC_EVENTS, name + "-events");
    values.put(Property.TOPIC_SUMMARIES, name + "-summaries");
    values.put(Property.TOPIC_ALERTS, name + "-alerts");
    values.put(Property.TOPIC_DEAD_LETTERS, name + "-dlq");
    values.put(Property.ANALYZED_ROLES, "CUSTOMER,AGENT");
    values.put(Property.STATE_DIR, folder.resolve(name).toString());
    return values;
  }

  private long bytes(String topic) throws Exception {
    try (Admin admin = admin()) {
      return admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1).values().stream()
          .flatMap(directory -> directory.replicaInfos().entrySet().stream())
          .filter(replica -> isOf(replica.getKey(), topic))
          .mapToLong(replica -> replica.getValue().size())
          .sum();
    }
  }

  private static boolean isOf(TopicPartition partition, String topic) {
    return partition.topic().equals(topic);
  }

  private String changelogConfig(String application, String name) throws Exception {
    ConfigResource topic =
        new ConfigResource(ConfigResource.Type.TOPIC, application + "-calls-changelog");
    try (Admin admin = admin()) {
      return admin.describeConfigs(List.of(topic)).all().get().get(topic).get(name).value();
    }
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", (Object) broker.bootstrapServers()));
  }
}
