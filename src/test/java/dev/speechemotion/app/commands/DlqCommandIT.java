package dev.speechemotion.app.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.app.client.ChunkProducer;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.fixtures.CallResults;
import dev.speechemotion.app.fixtures.LiveCalls;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.running.StreamApp;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.streams.models.EmotionModels;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dlq} on what the stream application really put aside. */
@Timeout(180)
class DlqCommandIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static EmbeddedBroker broker;
  private static SchemaRegistry registry;
  private static EmotionModel model;

  @TempDir private Path folder;

  private String name;

  @BeforeAll
  static void start() throws Exception {
    broker = EmbeddedBroker.start();
    registry = RegistryClients.inMemory();
    model = EmotionModel.load(EmotionModel.find(Path.of("models/tess-fcnn")));
  }

  @AfterAll
  static void close() {
    model.close();
    broker.close();
  }

  @BeforeEach
  void createTopics(TestInfo test) throws Exception {
    name = test.getTestMethod().orElseThrow().getName();
    Settings settings = settings(Map.of());
    new ClusterReadiness(settings)
        .requireTopics(settings.streamSettings().topics(), true, new StopRequest());
  }

  private Settings settings(Map<String, String> overrides) {
    Map<String, String> values = new HashMap<>();
    values.put(Property.BOOTSTRAP_SERVERS, broker.bootstrapServers());
    values.put(Property.APPLICATION_ID, name);
    values.put(Property.TOPIC_CHUNKS, name + "-chunks");
    values.put(Property.TOPIC_EVENTS, name + "-events");
    values.put(Property.TOPIC_SUMMARIES, name + "-summaries");
    values.put(Property.TOPIC_ALERTS, name + "-alerts");
    values.put(Property.TOPIC_DEAD_LETTERS, name + "-dlq");
    values.put(Property.TOPIC_PARTITIONS, "2");
    values.put(Property.COMMIT_INTERVAL_MS, "100");
    values.put(Property.STATE_DIR, folder.toString());
    values.putAll(overrides);
    return Settings.of(values);
  }

  @Test
  void shouldBringBackACallAfterTheSettingThatRefusedItsChunksIsMended() throws Exception {
    EmotionSerdes serdes = EmotionSerdes.of(registry);
    List<AudioChunk> media =
        LiveCalls.make(serdes, 1, 1).chunks().stream()
            .map(LiveCalls.Sent::chunk)
            .filter(chunk -> chunk.getKind() == ChunkKind.MEDIA)
            .toList();
    try (StreamApp refusing = app(settings(Map.of(Property.MAX_PAYLOAD_BYTES, "100")));
        Producer<String, AudioChunk> producer = ChunkProducer.create(settings(Map.of()), serdes)) {
      refusing.start();
      media.forEach(
          chunk -> producer.send(new ProducerRecord<>(name + "-chunks", chunk.getCallId(), chunk)));
      producer.flush();
      awaitLetters(refusing, media.size());
    }
    assertThat(CallResults.read(settings(Map.of()), serdes).events()).isEmpty();

    String reason = "PAYLOAD_TOO_LARGE";
    CommandLineRun listed = dlq("--list", "--reason", reason.toLowerCase(Locale.ROOT));
    assertThat(listed.exitCode()).as(listed.toString()).isZero();
    assertThat(listed.outLines().subList(0, media.size()))
        .allMatch(line -> line.contains(reason) && line.contains(name + "-chunks-"));
    assertThat(listed.outLines().get(0)).contains(media.get(0).getCallId(), "the payload has");

    CommandLineRun replayed = dlq("--replay");

    assertThat(replayed.exitCode()).as(replayed.toString()).isZero();
    assertThat(replayed.outLines())
        .startsWith(name + "-dlq: " + media.size() + " dead letters")
        .contains("Sent to " + name + "-chunks: " + media.size());
    try (StreamApp app = app(settings(Map.of()))) {
      app.start();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (CallResults.read(settings(Map.of()), serdes).events().isEmpty()) {
        app.requireHealthy();
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.sleep(200);
      }
    }
  }

  @Test
  void shouldListReasonsAndReplayEachLetterOnce() throws Exception {
    byte[] key = "call".getBytes(StandardCharsets.UTF_8);
    byte[] value = "no chunk".getBytes(StandardCharsets.UTF_8);
    try (StreamApp app = app(settings(Map.of()));
        Producer<byte[], byte[]> producer =
            new KafkaProducer<>(
                settings(Map.of()).kafkaClient(ProducerConfig.configNames()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      app.start();
      for (int i = 0; i < 3; i++) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(name + "-chunks", key, value);
        record.headers().add("trace", new byte[] {(byte) i});
        producer.send(record).get();
      }
      producer.send(new ProducerRecord<>(name + "-chunks", key, null)).get();
      producer.send(new ProducerRecord<>(name + "-chunks", 1, null, value)).get();
      producer.send(new ProducerRecord<>(name + "-chunks", key, new byte[1_000_000])).get();
      awaitLetters(app, 6);
      int chunks = CallResults.records(settings(Map.of()), name + "-chunks").size();

      assertThat(reasons(dlq("--format", "json")))
          .containsExactly(
              "NOT_CONFLUENT_FORMAT 3 0 3 cut 0",
              "NULL_KEY 1 0 1 cut 0",
              "NULL_VALUE 1 0 1 cut 0",
              "UNKNOWN_SCHEMA 1 0 0 cut 1");
      CommandLineRun rehearsed = dlq("--replay", "--reason", "NOT_CONFLUENT_FORMAT", "--dry-run");
      assertThat(rehearsed.outLines()).contains("Would send to " + name + "-chunks: 3");
      assertThat(CallResults.records(settings(Map.of()), name + "-chunks")).hasSize(chunks);

      CommandLineRun first = dlq("--replay", "--reason", "NOT_CONFLUENT_FORMAT");
      assertThat(first.outLines()).contains("Sent to " + name + "-chunks: 3");
      awaitLetters(app, 9);
      CommandLineRun rest = dlq("--replay", "--reason", "NULL_KEY");
      assertThat(rest.outLines()).contains("Sent to " + name + "-chunks: 1");
      awaitLetters(app, 10);
      // All that came back, once more, and the one letter that had not been replayed yet.
      CommandLineRun all = dlq("--replay");
      assertThat(all.outLines())
          .contains(
              "Letters that had to be cut to fit into the topic cannot be replayed: 1",
              "Sent to " + name + "-chunks: 5");
      awaitLetters(app, 15);

      // Bad as they are, they came back to the dead letters as they had come in.
      List<ConsumerRecord<byte[], byte[]>> sent =
          CallResults.records(settings(Map.of()), name + "-chunks");
      assertThat(sent).hasSize(chunks + 9);
      List<ConsumerRecord<byte[], byte[]>> traced =
          sent.stream().filter(record -> record.headers().lastHeader("trace") != null).toList();
      assertThat(traced).hasSize(9);
      assertThat(traced)
          .allSatisfy(
              record -> {
                assertThat(record.key()).isEqualTo(key);
                assertThat(record.value()).isEqualTo(value);
                assertThat(record.headers()).extracting(Header::key).containsExactly("trace");
              });
      assertThat(sent)
          .filteredOn(record -> record.key() == null)
          .hasSize(3)
          .allMatch(record -> record.partition() == 1);
    }
  }

  @Test
  void shouldSayThatThereIsNothing() {
    CommandLineRun listed = dlq("--replay");

    assertThat(listed.exitCode()).as(listed.toString()).isZero();
    assertThat(listed.outLines()).containsExactly(name + "-dlq: 0 dead letters");
    assertThat(dlq("--dry-run").exitCode()).isEqualTo(2);
  }

  private static List<String> reasons(CommandLineRun run) throws Exception {
    List<String> reasons = new ArrayList<>();
    for (JsonNode each : JSON.readTree(run.out()).get("reasons")) {
      reasons.add(
          "%s %d %d %d cut %d"
              .formatted(
                  each.get("reason").asText(),
                  each.get("letters").asLong(),
                  each.get("replayedBefore").asLong(),
                  each.get("left").asLong(),
                  each.get("cut").asLong()));
    }
    return reasons;
  }

  private StreamApp app(Settings settings) {
    return new StreamApp(
        settings,
        EmotionModels.fixed(model.featureSpec(), model.manifest().windows(), model::newClassifier),
        registry);
  }

  private void awaitLetters(StreamApp app, int count) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    int letters = 0;
    while (letters < count) {
      app.requireHealthy();
      assertThat(System.nanoTime()).as(letters + " letters").isLessThan(deadline);
      Thread.sleep(100);
      letters = CallResults.records(settings(Map.of()), name + "-dlq").size();
    }
    assertThat(letters).isEqualTo(count);
  }

  private CommandLineRun dlq(String... args) {
    List<String> all = new ArrayList<>(List.of("dlq"));
    all.addAll(List.of(args));
    all.addAll(List.of("--bootstrap-server", broker.bootstrapServers()));
    for (String property :
        List.of(Property.APPLICATION_ID, Property.TOPIC_CHUNKS, Property.TOPIC_DEAD_LETTERS)) {
      all.addAll(List.of("--set", property + "=" + settings(Map.of()).text(property)));
    }
    return CommandLineRun.of(all.toArray(new String[0]));
  }
}
