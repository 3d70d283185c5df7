package dev.speechemotion.app.commands;

import static dev.speechemotion.app.commands.CommandLineRun.assertFailure;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.app.client.CallPlayer;
import dev.speechemotion.app.client.ChunkProducer;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.client.KeyedProducer;
import dev.speechemotion.app.embedded.DemoCall;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.fixtures.FreePort;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionCorrection;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code adapt} on the calls of a real broker, and on the same calls as recordings. */
@Timeout(300)
class BrokerAdaptIT {
  private static final int CALLS = 10;

  /** Each channel of a call is a speaker, and as many are needed. */
  private static final int CORRECTED_CALLS = 3;

  private static EmbeddedBroker broker;
  private static HttpRegistry registry;
  private static EmotionSerdes serdes;

  @TempDir private Path folder;

  private String topic;

  @BeforeAll
  static void start() throws Exception {
    broker = EmbeddedBroker.start();
    registry = new HttpRegistry();
    serdes = EmotionSerdes.of(RegistryClients.connect(registry.url(), Map.of()));
  }

  @AfterAll
  static void close() {
    registry.close();
    broker.close();
  }

  @BeforeEach
  void createTopic(TestInfo test) throws Exception {
    topic = test.getTestMethod().orElseThrow().getName() + "-" + test.getDisplayName().hashCode();
    new ClusterReadiness(settings()).requireTopics(List.of(topic), true, new StopRequest());
  }

  private Settings settings() {
    Map<String, String> values = new HashMap<>();
    values.put(Property.BOOTSTRAP_SERVERS, broker.bootstrapServers());
    values.put(Property.TOPIC_CHUNKS, topic);
    values.put(Property.TOPIC_PARTITIONS, "2");
    return Settings.of(values);
  }

  @ParameterizedTest
  @ValueSource(strings = {"telephone", "open"})
  void shouldMeasureAPlaceByItsCallsAsByTheSameRecordings(String model) throws Exception {
    Instant before = Instant.now();
    Path recordings = Files.createDirectory(folder.resolve("recordings"));
    List<AudioClip> calls = calls();
    for (int i = 0; i < CALLS; i++) {
      // The agent's channel is not analyzed on the line, so it is not among the recordings.
      AudioFiles.writeWav(
          recordings.resolve("call-" + i + ".wav"),
          new AudioClip(calls.get(i).sampleRateHz(), calls.get(i).channel(0)),
          AudioEncoding.PCM_S16LE);
    }
    play(calls);
    sendBadRecords();

    CommandLineRun byRecordings =
        adapt(model, "by-recordings", "--recordings", recordings.toString());
    CommandLineRun byCalls = adaptToTopic(model, "by-calls", "0.5");

    assertThat(byRecordings.exitCode()).as(byRecordings.toString()).isZero();
    assertThat(byCalls.exitCode()).as(byCalls.toString()).isZero();
    ModelManifest.Site site = site("by-calls");
    ModelManifest.Site expected = site("by-recordings");
    assertThat(site.recordings()).isEqualTo(expected.recordings()).isEqualTo(CALLS);
    assertThat(site.channels()).isEqualTo(expected.channels());
    assertThat(site.windows()).isEqualTo(expected.windows());
    assertThat(site.hours()).isEqualTo(expected.hours());
    assertThat(expected.from()).isEmpty();
    assertThat(Instant.parse(site.from()))
        .isBetween(before.minusSeconds(1), Instant.parse(site.to()));
    assertSameStatistics(normalization("by-calls"), normalization("by-recordings"));
    assertThat(byCalls.out()).contains(CALLS + " calls, " + CALLS + " channels, ");
    assertThat(byCalls.err())
        .containsPattern(
            "skipped 4 of \\d+ records: NULL_KEY 1, NULL_VALUE 1, NOT_CONFLUENT_FORMAT 2");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      assertThat(admin.listGroups().all().get()).isEmpty();
    }
  }

  /** What was corrected on the wallboard teaches as the same windows in a list of labels do. */
  @Test
  void shouldLearnFromCorrectionsAsFromTheSameLabels() throws Exception {
    Path recordings = Files.createDirectory(folder.resolve("recordings"));
    List<AudioClip> calls = calls().subList(0, 8);
    StringBuilder csv = new StringBuilder("path,label,speaker,channel,start\n");
    new ClusterReadiness(settings())
        .requireTopics(List.of(topic + "-corrections"), true, new StopRequest());
    DemoCall demo = DemoCall.load();
    int windows = 0;
    try (Producer<String, EmotionCorrection> corrections =
        KeyedProducer.create(settings(), serdes.emotionCorrection())) {
      for (int i = 0; i < calls.size(); i++) {
        AudioClip clip = calls.get(i);
        AudioFiles.writeWav(
            recordings.resolve("call-" + i + ".wav"),
            new AudioClip(clip.sampleRateHz(), clip.channel(0)),
            AudioEncoding.PCM_S16LE);
        long skippedMs = i * 7_777L * 1_000 / clip.sampleRateHz();
        for (long beginMs = 1_000; i < CORRECTED_CALLS && beginMs <= 15_000; beginMs += 1_000) {
          long middleMs = skippedMs + beginMs + 1_000;
          Optional<String> acted = demo.acted(ChannelRole.CUSTOMER, middleMs, middleMs + 1_000);
          if (acted.isPresent()) {
            csv.append(
                "recordings/call-%d.wav,%s,caller-%d,0,%d%n"
                    .formatted(i, acted.get(), i, beginMs / 1_000));
            // A first answer was a slip.
            corrections.send(corrected("call-" + i, beginMs, "fear"));
            corrections.send(corrected("call-" + i, beginMs, acted.get()));
            windows++;
          }
        }
      }
      corrections.send(corrected("a call that is gone", 1_000, "sad"));
    }
    play(calls);
    Path labels = Files.writeString(folder.resolve("labels.csv"), csv);

    CommandLineRun byLabels =
        adapt(
            "open",
            "by-labels",
            "--recordings",
            recordings.toString(),
            "--labels",
            labels.toString());
    CommandLineRun byCorrections =
        adaptToTopic(
            "open",
            "by-corrections",
            "0.5",
            "--corrections",
            "--set",
            Property.TOPIC_CORRECTIONS + "=" + topic + "-corrections");

    assertThat(byLabels.exitCode()).as(byLabels.toString()).isZero();
    assertThat(byCorrections.exitCode()).as(byCorrections.toString()).isZero();
    ModelManifest.Labeled learned = site("by-corrections").labeled().get(0);
    ModelManifest.Labeled expected = site("by-labels").labeled().get(0);
    assertThat(byCorrections.err())
        .containsPattern(
            "-corrections: %d corrections, \\d+ of them with speech".formatted(windows + 1));
    assertThat(learned.clips()).isEqualTo(expected.clips()).isEqualTo(windows);
    assertThat(learned.speakers()).isEqualTo(expected.speakers()).isEqualTo(CORRECTED_CALLS);
    assertThat(learned.strength()).isEqualTo(expected.strength());
    assertThat(learned.uarBefore()).isCloseTo(expected.uarBefore(), within(0.02));
    assertThat(learned.uarAfter()).isCloseTo(expected.uarAfter(), within(0.02));
  }

  private ProducerRecord<String, EmotionCorrection> corrected(
      String callId, long beginMs, String emotion) {
    EmotionCorrection correction =
        EmotionCorrection.newBuilder()
            .setCallId(callId)
            .setStreamId("stream-1")
            .setChannel("customer-0")
            .setRole(ChannelRole.CUSTOMER)
            .setBeginMs(beginMs)
            .setEndMs(beginMs + 3_000)
            .setEmotion(emotion)
            .setHeardEmotion("neutral")
            .setCreatedAt(Instant.now())
            .build();
    return new ProducerRecord<>(topic + "-corrections", callId, correction);
  }

  /** Windows come in another order, so sums differ in their last bits. */
  private static void assertSameStatistics(
      ModelManifest.Normalization actual, ModelManifest.Normalization expected) {
    for (int i = 0; i < expected.mean().size(); i++) {
      float deviation = expected.deviation().get(i);
      assertThat(actual.mean().get(i))
          .isCloseTo(expected.mean().get(i), within(1e-6f * Math.max(1, deviation)));
      assertThat(actual.deviation().get(i)).isCloseTo(deviation, within(1e-6f * deviation));
    }
  }

  @Test
  void shouldSayThatThereIsNothingOfThePeriod() throws Exception {
    long longAgo = Instant.now().minus(Duration.ofHours(5)).toEpochMilli();
    try (Producer<byte[], byte[]> producer = producer()) {
      producer
          .send(new ProducerRecord<>(topic, 0, longAgo, "call".getBytes(UTF_8), new byte[] {1}))
          .get();
    }

    assertFailure(
        adaptToTopic("telephone", "site", "2"),
        "topic " + topic + " has nothing of the last 2.0 hours");
    assertThat(folder.resolve("site")).doesNotExist();
  }

  @Test
  void shouldRefuseTooFewCalls() throws Exception {
    play(calls().subList(0, 1));

    assertFailure(adaptToTopic("telephone", "site", "1"), "1 calls with ");
    assertThat(folder.resolve("site")).doesNotExist();
  }

  @Test
  void shouldNameATopicThatIsMissing() {
    topic = "nowhere";

    assertFailure(adaptToTopic("telephone", "site", "1"), "missing topics at");
  }

  @Test
  void shouldSayThatThereIsNoRegistry() throws Exception {
    String nowhere = "http://127.0.0.1:" + FreePort.find();

    CommandLineRun run =
        adapt(
            "telephone",
            "site",
            "--bootstrap-server",
            broker.bootstrapServers(),
            "--registry",
            nowhere,
            "--set",
            Property.TOPIC_CHUNKS + "=" + topic,
            "--set",
            Property.STARTUP_TIMEOUT_MS + "=1500",
            "--hours",
            "1");

    assertFailure(run, "the schema registry at " + nowhere + " is not reachable");
  }

  /** Calls of two channels, each with another beginning of the demo's and another level. */
  private static List<AudioClip> calls() throws Exception {
    AudioClip speech = DemoCall.load().clip();
    List<AudioClip> calls = new ArrayList<>();
    for (int call = 0; call < CALLS; call++) {
      float[][] channels = new float[speech.channelCount()][];
      for (int c = 0; c < channels.length; c++) {
        float[] all = speech.channel(c);
        channels[c] = Arrays.copyOfRange(all, call * 7_777, all.length);
        for (int i = 0; i < channels[c].length; i++) {
          channels[c][i] *= 1 - call * 0.05f;
        }
      }
      calls.add(new AudioClip(speech.sampleRateHz(), channels));
    }
    return calls;
  }

  /** Several at a time, so that their chunks come by turns. */
  private void play(List<AudioClip> calls) throws Exception {
    ExecutorService lines = Executors.newFixedThreadPool(4);
    try (Producer<String, AudioChunk> producer = ChunkProducer.create(settings(), serdes)) {
      List<Callable<CallPlayer.Sent>> all = new ArrayList<>();
      for (int i = 0; i < calls.size(); i++) {
        AudioClip clip = calls.get(i);
        String id = "call-" + i;
        CallPlayer.Format format =
            new CallPlayer.Format(
                i % 2 == 0 ? 20 : 130,
                AudioEncoding.PCM_S16LE,
                clip.sampleRateHz(),
                Double.POSITIVE_INFINITY,
                i % 3 == 0);
        all.add(
            () ->
                new CallPlayer(producer, topic, format)
                    .play(id, clip, DemoCall.ROLES, new StopRequest()));
      }
      for (Future<CallPlayer.Sent> sent : lines.invokeAll(all)) {
        assertThat(sent.get().complete()).isTrue();
      }
    } finally {
      lines.shutdown();
    }
  }

  private void sendBadRecords() throws Exception {
    byte[] key = "call-1".getBytes(UTF_8);
    try (Producer<byte[], byte[]> producer = producer()) {
      producer.send(new ProducerRecord<>(topic, key, new byte[] {1, 2, 3}));
      producer.send(new ProducerRecord<>(topic, key, "no chunk at all".getBytes(UTF_8)));
      producer.send(new ProducerRecord<>(topic, key, null));
      producer.send(new ProducerRecord<>(topic, null, new byte[] {0, 0, 0, 0, 1, 2}));
    }
  }

  private Producer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        settings().kafkaClient(ProducerConfig.configNames()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private CommandLineRun adaptToTopic(String model, String out, String hours, String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--registry",
                registry.url(),
                "--set",
                Property.TOPIC_CHUNKS + "=" + topic,
                "--hours",
                hours));
    options.addAll(List.of(more));
    return adapt(model, out, options.toArray(new String[0]));
  }

  private CommandLineRun adapt(String model, String out, String... options) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "adapt", "--model", "models/" + model, "--out", folder.resolve(out).toString()));
    all.addAll(List.of(options));
    return CommandLineRun.of(all.toArray(new String[0]));
  }

  private ModelManifest.Site site(String out) throws Exception {
    try (EmotionModel model = EmotionModel.load(folder.resolve(out))) {
      return model.manifest().sites().get(0);
    }
  }

  private ModelManifest.Normalization normalization(String out) throws Exception {
    try (EmotionModel model = EmotionModel.load(folder.resolve(out))) {
      return model.manifest().normalization();
    }
  }
}
