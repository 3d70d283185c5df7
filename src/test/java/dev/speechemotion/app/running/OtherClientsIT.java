package dev.speechemotion.app.running;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.client.CallPlayer;
import dev.speechemotion.app.client.ChunkProducer;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.client.ResultReader;
import dev.speechemotion.app.embedded.DemoCall;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.embedded.RegistryAnswers;
import dev.speechemotion.app.embedded.RegistryRoutes;
import dev.speechemotion.app.fixtures.FastModels;
import dev.speechemotion.app.fixtures.OtherPrograms;
import dev.speechemotion.app.fixtures.OtherPrograms.Language;
import dev.speechemotion.app.http.HttpServer;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.serving.ServedModels;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.resampling.Resampler;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;

/**
 * Other people's clients, through Kafka and Apicurio Registry in containers, or where there is no
 * Docker through the embedded broker and the embedded registry: what they send is understood, and
 * they understand what is sent.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class OtherClientsIT {
  private static final int RATE_HZ = 8_000;
  private static final int REGISTRY_PORT = 8080;
  private static final String REGISTRY_API = "/apis/ccompat/v7";
  private static final String JAVA_CALL = "call-java";

  @TempDir private static Path folder;

  /** To be closed, the last one first. */
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private Settings settings;
  private Map<String, String> environment;
  private StreamApp app;
  private ResultReader results;
  private Path recording;

  /** Of the call that Java's client sent. */
  private List<String> expected;

  @BeforeAll
  void start() throws Exception {
    Map<String, String> values = new HashMap<>(FastModels.SETTINGS);
    values.putAll(DockerClientFactory.instance().isDockerAvailable() ? containers() : embedded());
    values.put(Property.TOPIC_PARTITIONS, "1");
    values.put(Property.TOPIC_REPLICATION_FACTOR, "1");
    values.put(Property.COMMIT_INTERVAL_MS, "100");
    values.put(Property.STATE_DIR, folder.resolve("state").toString());
    settings = Settings.of(values);
    environment =
        Map.of(
            "BOOTSTRAP_SERVERS", settings.text(Property.BOOTSTRAP_SERVERS),
            "REGISTRY_URL", settings.text(Property.REGISTRY_URL));
    new ClusterReadiness(settings)
        .requireTopics(settings.streamSettings().topics(), true, new StopRequest());
    SchemaRegistry registry =
        opened(RegistryClients.connect(settings.text(Property.REGISTRY_URL), Map.of()));
    EmotionSerdes serdes = EmotionSerdes.of(registry);
    app = opened(new StreamApp(settings, opened(ServedModels.load(settings)), registry));
    app.start();
    results = opened(new ResultReader(settings, serdes, true));

    AudioClip call = DemoCall.load().clip();
    AudioClip customer = new AudioClip(call.sampleRateHz(), call.channel(0));
    recording = folder.resolve("call.ulaw");
    Files.write(recording, muLaw(customer));
    try (var producer = ChunkProducer.create(settings, serdes)) {
      new CallPlayer(
              producer,
              settings.text(Property.TOPIC_CHUNKS),
              new CallPlayer.Format(
                  20, AudioEncoding.MULAW, RATE_HZ, Double.POSITIVE_INFINITY, false))
          .play(JAVA_CALL, customer, List.of(ChannelRole.CUSTOMER), new StopRequest());
    }
    expected = eventsOf(JAVA_CALL);
    assertThat(expected).hasSizeGreaterThan(10);
  }

  private Map<String, String> containers() {
    KafkaContainer kafka = opened(new KafkaContainer("apache/kafka:4.3.1"));
    GenericContainer<?> registry =
        opened(
            new GenericContainer<>("apicurio/apicurio-registry:3.3.3")
                .withExposedPorts(REGISTRY_PORT)
                .waitingFor(
                    Wait.forHttp(REGISTRY_API + "/subjects")
                        .withStartupTimeout(Duration.ofMinutes(2))));
    Startables.deepStart(kafka, registry).join();
    return Map.of(
        Property.BOOTSTRAP_SERVERS,
        kafka.getBootstrapServers(),
        Property.REGISTRY_URL,
        "http://%s:%d%s"
            .formatted(registry.getHost(), registry.getMappedPort(REGISTRY_PORT), REGISTRY_API));
  }

  private Map<String, String> embedded() throws IOException {
    return Map.of(
        Property.BOOTSTRAP_SERVERS,
        opened(EmbeddedBroker.start()).bootstrapServers(),
        Property.REGISTRY_URL,
        opened(
                    HttpServer.start(
                            Settings.of(Map.of(Property.HTTP_PORT, "0")),
                            List.of(new RegistryRoutes(new RegistryAnswers())))
                        .orElseThrow())
                .address()
            + RegistryRoutes.PATH);
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.push(resource);
    return resource;
  }

  @AfterAll
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  @ParameterizedTest
  @EnumSource(Language.class)
  void shouldSendACallAndReadItsEvents(Language language) throws Exception {
    String callId = "call-" + language.name().toLowerCase(Locale.ROOT);
    List<String> sender = new ArrayList<>(OtherPrograms.script(language, "send_call"));
    sender.addAll(List.of(callId, recording.toString()));

    OtherPrograms.run(sender, environment, folder);

    assertThat(eventsOf(callId)).as("sent").isEqualTo(expected);
    assertThat(
            OtherPrograms.linesOf(
                callId,
                expected.size(),
                OtherPrograms.script(language, "read_events"),
                environment,
                Path.of("."),
                folder))
        .as("read")
        .isEqualTo(expected.stream().map(event -> callId + " inbound " + event).toList());
  }

  /** With the line that README gives. */
  @Test
  void shouldShowTheTopicInKcat() throws Exception {
    OtherPrograms.requireKcat();
    String command =
        Files.readAllLines(Path.of("README.md")).stream()
            .map(String::strip)
            .filter(line -> line.startsWith("kcat "))
            .findFirst()
            .orElseThrow()
            .replace("localhost:9092", "$BOOTSTRAP_SERVERS");

    // Ends at the end of the topic, which a user would do by Ctrl-C.
    List<String> lines =
        OtherPrograms.run(List.of("sh", "-c", command + " -e"), environment, folder);

    assertThat(lines)
        .filteredOn(line -> line.contains(JAVA_CALL))
        .hasSameSizeAs(expected)
        .allMatch(line -> line.matches("\\d{13} call-java, \\d{3} bytes"));
  }

  /** Media time, emotion and confidence of each event, when all of them have come. */
  private List<String> eventsOf(String callId) {
    List<String> events = new ArrayList<>();
    while (true) {
      app.requireHealthy();
      for (SpecificRecord record : results.poll(Duration.ofMillis(100))) {
        if (record instanceof EmotionEvent event && event.getCallId().equals(callId)) {
          events.add(
              String.format(
                  Locale.ROOT,
                  "%d %s %.2f",
                  event.getEndMs(),
                  event.getEmotion(),
                  event.getConfidence()));
        } else if (record instanceof CallSummary summary && summary.getCallId().equals(callId)) {
          return events;
        }
      }
    }
  }

  private static byte[] muLaw(AudioClip clip) {
    float[] samples = Resampler.resample(clip.channel(0), clip.sampleRateHz(), RATE_HZ);
    byte[] bytes = new byte[samples.length];
    AudioEncoding.MULAW.encode(samples, 0, samples.length, bytes, 0);
    return bytes;
  }
}
