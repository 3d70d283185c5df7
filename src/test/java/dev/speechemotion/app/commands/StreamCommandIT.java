package dev.speechemotion.app.commands;

import static dev.speechemotion.app.commands.CommandLineRun.assertFailure;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.fixtures.FreePort;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.fixtures.Reference;
import dev.speechemotion.app.fixtures.StreamProcess;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code stream}, {@code feed} and {@code watch} against a broker, as a user would use them. */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StreamCommandIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> TOPICS =
      List.of(
          "audio-chunks", "audio-chunks-dlq", "call-summaries", "emotion-alerts", "emotion-events");

  private static EmbeddedBroker broker;
  private static HttpRegistry registry;

  @TempDir static Path folder;

  @BeforeAll
  static void start() throws Exception {
    broker = EmbeddedBroker.start();
    registry = new HttpRegistry();
  }

  @AfterAll
  static void close() {
    registry.close();
    broker.close();
  }

  @Test
  @Order(0)
  void shouldMakeNoTopicsBeforeTheSettingsAreRight() throws Exception {
    assertFailure(
        run("stream", "--create-topics", "--set", "kafka.processing.guarantee=foo"),
        "configuration: Invalid value foo for configuration processing.guarantee");

    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      assertThat(admin.listTopics().names().get()).doesNotContainAnyElementsOf(TOPICS);
    }
  }

  @Test
  @Order(1)
  void shouldNameTheTopicsThatAreMissing() {
    CommandLineRun run = run("stream");

    assertFailure(run, "missing topics");
    TOPICS.forEach(topic -> assertThat(run.err()).contains(topic));
    assertFailure(run("watch"), "emotion-events");
    assertFailure(run("feed", Reference.wav("sine440-8000").toString()), "audio-chunks");
  }

  @Test
  @Order(2)
  void shouldSayThatThereIsNoRegistry() throws Exception {
    String nowhere = "http://localhost:" + FreePort.find();

    assertFailure(
        CommandLineRun.of(
            "stream",
            "--create-topics",
            "--bootstrap-server",
            broker.bootstrapServers(),
            "--registry",
            nowhere,
            "--set",
            "startup.timeout.ms=2000"),
        "schema registry at " + nowhere);
  }

  @Test
  @Order(3)
  void shouldCreateTopicsWithTheConfiguredPartitions() throws Exception {
    // The run above created them, with the default, before it looked for the registry.
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      assertThat(admin.listTopics().names().get()).containsAll(TOPICS);
      assertThat(admin.describeTopics(TOPICS).allTopicNames().get().values())
          .extracting(TopicDescription::partitions)
          .allMatch(partitions -> partitions.size() == 4);
    }
  }

  @ParameterizedTest
  @Order(4)
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kafka.replication.factor=5         | configuration: kafka.replication.factor is 5, and there are 1 brokers
          kafka.producer.acks=7              | configuration: Invalid value 7 for configuration acks
          kafka.processing.guarantee=foo     | configuration: Invalid value foo for configuration processing.guarantee
          kafka.num.stream.threads=0         | configuration: kafka.num.stream.threads must be
          kafka.replication.factor=many      | configuration: Invalid value many for configuration replication.factor
          kafka.sasl.mechanism=PLAIN;kafka.security.protocol=SASL_PLAINTEXT;kafka.sasl.jaas.config=a | cannot be used:
          kafka.ssl.truststore.location=/no/such/store;kafka.security.protocol=SSL | /no/such/store
          """)
  void shouldSayInOneLineWhichSettingOfKafkaIsWrong(String setting, String message) {
    List<String> args = new ArrayList<>(List.of("stream"));
    for (String each : setting.split(";")) {
      args.addAll(List.of("--set", each));
    }

    CommandLineRun run = run(args.toArray(new String[0]));

    assertFailure(run, message);
    assertThat(run.err().lines().filter(line -> line.contains("\tat "))).isEmpty();
    assertThat(run.err()).doesNotContain("Failed to create new");
  }

  @Test
  @Order(4)
  void shouldRefuseToFeedWhatTheStreamWouldRefuse() {
    String wav = Path.of("src/main/resources/demo/16a07Wa.wav").toString();

    assertFailure(run("feed", wav, "--call-id", " "), "would refuse this call (BLANK_CALL_ID)");
    assertFailure(
        run("feed", wav, "--call-id", "x".repeat(400)), "would refuse this call (TEXT_TOO_LONG)");
  }

  @Test
  @Order(4)
  void shouldFeedACallWithEverythingAChunkWants() throws Exception {
    CommandLineRun fed =
        run(
            "feed",
            Path.of("src/main/resources/demo/16a07Wa.wav").toString(),
            "--call-id",
            "call-a",
            "--roles",
            "agent",
            "--encoding",
            "pcm_s16be",
            "--rate",
            "16000",
            "--chunk-ms",
            "100",
            "--speed",
            "max");

    assertThat(fed.exitCode()).as(fed.toString()).isZero();
    List<AudioChunk> chunks = chunks("call-a");
    assertThat(fed.out())
        .startsWith("call call-a: " + chunks.size() + " chunks, 1 channel, 2.4 s of audio");
    assertThat(chunks.get(0).getKind()).isEqualTo(ChunkKind.START);
    assertThat(chunks.get(chunks.size() - 1).getKind()).isEqualTo(ChunkKind.STOP);
    assertThat(chunks.get(chunks.size() - 1).getEndReason()).isEqualTo("end of the recording");
    for (int i = 0; i < chunks.size(); i++) {
      assertThat(chunks.get(i).getSequenceNumber()).isEqualTo(i + 1);
    }
    List<AudioChunk> media = chunks.subList(1, chunks.size() - 1);
    for (int i = 0; i < media.size(); i++) {
      AudioChunk chunk = media.get(i);
      assertThat(chunk.getKind()).isEqualTo(ChunkKind.MEDIA);
      assertThat(chunk.getTrackSequence()).isEqualTo(i + 1);
      assertThat(chunk.getMediaOffsetMicros()).isEqualTo(i * 100_000L);
      assertThat(Duration.between(media.get(0).getCapturedAt(), chunk.getCapturedAt()).toMillis())
          .isBetween(i * 100L - 1, i * 100L + 1);
      assertThat(chunk.getEncoding()).isEqualTo(PayloadEncoding.PCM_S16BE);
      assertThat(chunk.getSampleRateHz()).isEqualTo(16_000);
      assertThat(chunk.getChannels()).hasSize(1);
      assertThat(chunk.getChannels().get(0).getRole()).isEqualTo(ChannelRole.AGENT);
      if (i < media.size() - 1) {
        assertThat(chunk.getPayload().remaining()).isEqualTo(3_200);
      }
    }
    int samples = media.stream().mapToInt(chunk -> chunk.getPayload().remaining()).sum() / 2;
    assertThat(samples)
        .isEqualTo(AudioFiles.read(Path.of("src/main/resources/demo/16a07Wa.wav")).sampleCount());
  }

  @Test
  @Order(5)
  void shouldInterleaveSeveralFilesAsChannels() throws Exception {
    CommandLineRun fed =
        run(
            "feed",
            Path.of("src/main/resources/demo/16a07Wa.wav").toString(),
            Path.of("src/main/resources/demo/15a07Nc.wav").toString(),
            "--call-id",
            "call-b",
            "--interleave",
            "--speed",
            "max");

    assertThat(fed.exitCode()).as(fed.toString()).isZero();
    AudioChunk media = chunks("call-b").get(1);
    assertThat(media.getChannels())
        .extracting(channel -> channel.getRole())
        .containsExactly(ChannelRole.CUSTOMER, ChannelRole.AGENT);
    assertThat(media.getPayload().remaining()).isEqualTo(2 * 160);
    assertThat(media.getEncoding()).isEqualTo(PayloadEncoding.MULAW);
  }

  @Test
  @Order(6)
  void shouldStreamUntilSigtermAndShowTheResultsInWatch() throws Exception {
    Path log = folder.resolve("stream.log");
    Process stream =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StreamProcess.MAIN_CLASS,
                "stream",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--registry",
                registry.url(),
                "--set",
                "state.dir=" + folder.resolve("state"),
                "--set",
                "http.port=0",
                "--set",
                "http.wallboard=true")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      CommandLineRun watched =
          run(
              "watch",
              "--from-beginning",
              "--call",
              "call-b",
              "--max-events",
              "1",
              "--timeout",
              "90",
              "--format",
              "json");
      assertThat(watched.exitCode()).as(watched + Files.readString(log)).isZero();
      JsonNode event = JSON.readTree(watched.out());
      assertThat(event.get("type").asText()).isEqualTo("EmotionEvent");
      assertThat(event.get("callId").asText()).isEqualTo("call-b");
      assertThat(event.get("role").asText()).isEqualTo("CUSTOMER");
      assertThat(event.get("beginMs").asLong()).isZero();
      assertThat(event.get("probabilities").get(event.get("emotion").asText()).floatValue())
          .isEqualTo(event.get("confidence").floatValue());

      // Agents are not analyzed by default, so call-a has a summary and no event.
      CommandLineRun agent = run("watch", "--from-beginning", "--call", "call-a", "--timeout", "5");
      assertThat(agent.exitCode()).isZero();
      assertThat(agent.outLines())
          .anyMatch(line -> line.matches(" {4}AGENT .* s of audio, not analyzed"))
          .noneMatch(line -> line.contains("speech "));
      assertFailure(
          run(
              "watch",
              "--from-beginning",
              "--call",
              "call-a",
              "--max-events",
              "1",
              "--timeout",
              "2"),
          "0 of 1 events came within 2 s");
    } finally {
      stream.destroy();
      if (!stream.waitFor(60, TimeUnit.SECONDS)) {
        stream.destroyForcibly();
      }
    }
    assertThat(stream.exitValue()).as(Files.readString(log)).isZero();
    assertThat(Files.readString(log))
        .containsPattern("wallboard at http://127\\.0\\.0\\.1:\\d+/wallboard/")
        .containsPattern("model \\S+ \\S+.*; reading audio-chunks")
        .endsWith("stopped\n");
    assertThat(registry.subjects())
        .containsExactly(
            "audio-chunks-value",
            "call-summaries-value",
            "emotion-alerts-value",
            "emotion-events-value");
  }

  private static List<AudioChunk> chunks(String callId) throws IOException {
    List<AudioChunk> chunks = new ArrayList<>();
    try (var schemas = RegistryClients.connect(registry.url(), Map.of());
        var consumer =
            new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
                new StringDeserializer(),
                EmotionSerdes.of(schemas).audioChunk().deserializer())) {
      List<TopicPartition> partitions =
          Stream.of(0, 1, 2, 3).map(i -> new TopicPartition("audio-chunks", i)).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          if (record.key().equals(callId)) {
            assertThat(record.value().getCallId()).isEqualTo(callId);
            chunks.add(record.value());
          }
        }
      }
    }
    return chunks;
  }

  private static CommandLineRun run(String... args) {
    List<String> all =
        new ArrayList<>(
            List.of(args[0], "--bootstrap-server", broker.bootstrapServers(), "--registry"));
    all.add(registry.url());
    all.addAll(List.of(args).subList(1, args.length));
    return CommandLineRun.of(all.toArray(new String[0]));
  }
}
