package dev.speechemotion.app.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.fixtures.CallResults;
import dev.speechemotion.app.fixtures.CommandProcess;
import dev.speechemotion.app.fixtures.FreePort;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.fixtures.KafkaProcesses;
import dev.speechemotion.app.fixtures.LineAudio;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gateways whose broker or who themselves are killed, and many feeds at once. What was acknowledged
 * is in the topic, in order and once.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class GatewayOutageIT {
  private static final int SECONDS = 8;
  private static final int BUFFER_BYTES = 1 << 20;

  /** Of the load; {@code -Dgateway.seconds} has it go on for longer. */
  private static final int SOCKETS = Integer.getInteger("gateway.sockets", 200);

  private static final int LOAD_SECONDS = Integer.getInteger("gateway.seconds", 8);

  @TempDir private static Path directory;

  private KafkaProcesses broker;
  private HttpRegistry registryServer;
  private SchemaRegistry registry;
  private EmotionSerdes serdes;
  private LineAudio audio;
  private Settings settings;

  @BeforeAll
  void startAll() throws Exception {
    broker = KafkaProcesses.start(directory, 1, Map.of());
    registryServer = new HttpRegistry();
    registry = RegistryClients.connect(registryServer.url(), Map.of());
    serdes = EmotionSerdes.of(registry);
    audio = LineAudio.ofSeconds(SECONDS);
  }

  @BeforeEach
  void createTopic(TestInfo test) throws Exception {
    settings = Settings.of(properties(test.getTestMethod().orElseThrow().getName()));
    new ClusterReadiness(settings)
        .requireTopics(List.of(settings.text(Property.TOPIC_CHUNKS)), true, new StopRequest());
  }

  private Map<String, String> properties(String topic) {
    Map<String, String> values = new HashMap<>();
    values.put(Property.BOOTSTRAP_SERVERS, broker.bootstrapServers());
    values.put(Property.REGISTRY_URL, registryServer.url());
    values.put(Property.TOPIC_CHUNKS, topic);
    values.put(Property.TOPIC_PARTITIONS, "2");
    values.put(Property.STARTUP_TIMEOUT_MS, "60000");
    values.put(Property.GATEWAY_BUFFER_BYTES, Integer.toString(BUFFER_BYTES));
    return values;
  }

  @AfterAll
  void closeAll() {
    registry.close();
    registryServer.close();
    broker.close();
  }

  private CommandProcess gateway(String name) throws Exception {
    return CommandProcess.start(
        directory.resolve(settings.text(Property.TOPIC_CHUNKS) + ".log"),
        List.of("gateway", name),
        properties(settings.text(Property.TOPIC_CHUNKS)));
  }

  private static AudioHookClient audioHook(CommandProcess gateway) throws Exception {
    return new AudioHookClient("ws://127.0.0.1:" + gateway.port() + "/audiohook", Map.of());
  }

  @Test
  void shouldLoseAndDoubleNothingWhenTheBrokerIsKilled() throws Exception {
    String call = UUID.randomUUID().toString();
    try (CommandProcess gateway = gateway("audiohook");
        AudioHookClient client = audioHook(gateway)) {
      client.open(call, "");
      client.frames(audio.interleaved(), 0, 2_000, 20);
      broker.kill(0);
      client.frames(audio.interleaved(), 2_000, SECONDS * 1_000L, 20);
      client.send("close", "{\"reason\":\"end\"}");
      // What the broker has not taken is not acknowledged.
      assertThat(client.socket().hears(2_000)).isFalse();
      // The alert rules go by these.
      await(() -> gateway.metric("speech_emotion_gateway_ready") == 0);
      await(() -> gateway.metric("kafka_producer_connection_count") == 0);
      broker.start(0);
      broker.awaitPort(0);
      client.expect("closed");
      assertThat(gateway.metric("speech_emotion_gateway_ready")).isEqualTo(1);
      assertWhole(call, SECONDS);
      assertThat(gateway.stop()).isZero();
    }
  }

  @Test
  void shouldReadNoMoreThanItsBoundWhileTheBrokerStandsStill() throws Exception {
    byte[] second = audio.interleaved().clone();
    try (CommandProcess gateway = gateway("audiohook")) {
      List<AudioHookClient> clients = new ArrayList<>();
      List<String> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        AudioHookClient client = audioHook(gateway);
        String call = UUID.randomUUID().toString();
        client.open(call, "");
        clients.add(client);
        calls.add(call);
      }
      broker.freeze(0);
      byte[] frame = Arrays.copyOf(second, 16_000);
      int[] taken = new int[clients.size()];
      boolean more = true;
      for (int round = 0; round < 2_000 && more; round++) {
        more = false;
        for (int i = 0; i < clients.size(); i++) {
          // One that is not taken at once stays on its way, so nothing more is sent then.
          if (taken[i] >= 0 && clients.get(i).socket().trySend(frame, 500)) {
            taken[i]++;
            more = true;
          } else if (taken[i] >= 0) {
            taken[i] = -taken[i] - 1;
          }
        }
      }
      assertThat(Arrays.stream(taken)).allMatch(count -> count < 0);
      double unacknowledged = gateway.metric("speech_emotion_gateway_unacknowledged_bytes");
      // The bound, and what every socket had read when it was reached.
      assertThat(unacknowledged).isBetween(BUFFER_BYTES / 2.0, 2.0 * BUFFER_BYTES);
      assertThat(gateway.metric("speech_emotion_gateway_waits_total")).isPositive();

      broker.thaw(0);
      for (int i = 0; i < clients.size(); i++) {
        clients.get(i).socket().awaitSent();
        clients.get(i).closeSession();
        int frames = -taken[i];
        assertThat(payload(calls.get(i)).length).isEqualTo(frames * frame.length);
        clients.get(i).close();
      }
    }
  }

  @Test
  void shouldHoldAllPacketsOfAStreamUntilHalfTheBufferIsFull() throws Exception {
    String call = UUID.randomUUID().toString();
    Map<String, String> more = properties(settings.text(Property.TOPIC_CHUNKS));
    int port = Math.min(FreePort.find(), 65_000);
    more.put(Property.GATEWAY_RTP_PORTS, port + "-" + (port + 20));
    // What a packet counts as, and some room for START.
    int packets = BUFFER_BYTES / 2 / (160 + 512) - 10;
    try (CommandProcess gateway =
        CommandProcess.start(directory.resolve("rtp.log"), List.of("gateway", "rtp"), more)) {
      JsonNode session =
          rtp(
              gateway,
              "POST",
              "",
              "{\"callId\":\"%s\",\"streams\":[{\"role\":\"customer\"}]}".formatted(call));
      broker.freeze(0);
      try (RtpSender sender =
          new RtpSender(session.path("streams").path(0).path("port").asInt(), 1, 1, 0)) {
        byte[] samples = audio.customer();
        for (int i = 0; i < packets; i++) {
          sender.audio(0, samples, i * 160 % samples.length, 160);
          Thread.sleep(1);
        }
      }
      await(
          () ->
              gateway.metric("speech_emotion_gateway_unacknowledged_bytes")
                  > packets * (160 + 512));
      broker.thaw(0);
      rtp(gateway, "DELETE", "/" + session.path("id").asText(), "");
      assertThat(chunks(call))
          .filteredOn(each -> each.getKind() == ChunkKind.MEDIA)
          .hasSize(packets);
    }
  }

  private static JsonNode rtp(CommandProcess gateway, String method, String path, String body)
      throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.port() + "/rtp/sessions" + path))
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
    return new ObjectMapper().readTree(answer.body());
  }

  @Test
  void shouldGoOnAtAnotherGatewayWhenOneIsKilled() throws Exception {
    String call = UUID.randomUUID().toString();
    String first;
    try (CommandProcess gateway = gateway("audiohook");
        AudioHookClient client = audioHook(gateway)) {
      client.open(call, "");
      first = client.id();
      client.frames(audio.interleaved(), 0, 5_000, 20);
      await(() -> chunks(call).size() > 100);
      gateway.kill();
    }
    try (CommandProcess gateway = gateway("audiohook");
        AudioHookClient client = audioHook(gateway)) {
      // The client has kept all, since it has been told nothing.
      JsonNode opened =
          client.open(
              call,
              ",\"continuedSessions\":[{\"id\":\"%s\",\"serverseq\":1,\"clientseq\":1}]"
                  .formatted(first));
      assertThat(opened.path("discardTo").asText()).startsWith("PT");
      client.frames(audio.interleaved(), 0, SECONDS * 1_000L, 20);
      client.closeSession();
    }
    assertWhole(call, SECONDS);
    assertThat(chunks(call)).extracting(AudioChunk::getStreamId).containsOnly(first);
  }

  @Test
  void shouldTakeTwoHundredFeedsAtOnce() throws Exception {
    ExecutorService senders = Executors.newFixedThreadPool(8);
    try (CommandProcess gateway = gateway("twilio")) {
      List<TwilioClient> clients = new ArrayList<>();
      for (int i = 0; i < SOCKETS; i++) {
        TwilioClient client =
            new TwilioClient("ws://127.0.0.1:" + gateway.port() + "/twilio", Map.of(), "MZ" + i);
        client.start("load-" + i, "{}");
        clients.add(client);
      }
      double before = gateway.processorSeconds();
      long began = System.nanoTime();
      for (int packet = 0; packet < LOAD_SECONDS * 50; packet++) {
        int number = packet % (SECONDS * 50);
        List<Callable<Void>> round = new ArrayList<>();
        for (int part = 0; part < 8; part++) {
          int from = part * SOCKETS / 8;
          int until = (part + 1) * SOCKETS / 8;
          round.add(
              () -> {
                for (int i = from; i < until; i++) {
                  clients.get(i).media(audio, number);
                }
                return null;
              });
        }
        for (Future<Void> sent : senders.invokeAll(round)) {
          sent.get();
        }
        long dueNanos = began + (packet + 1) * 20_000_000L;
        TimeUnit.NANOSECONDS.sleep(Math.max(0, dueNanos - System.nanoTime()));
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      for (TwilioClient client : clients) {
        client.stop();
      }
      for (TwilioClient client : clients) {
        assertThat(client.socket().awaitClosed()).isEqualTo(1000);
        client.close();
      }
      // With all that was still to be done by then.
      double processor = gateway.processorSeconds() - before;
      System.out.printf(
          "gateway: %d sockets, two tracks each, %.0f messages a second for %.1f s: %.2f cores%n",
          SOCKETS, 2.0 * SOCKETS * LOAD_SECONDS * 50 / seconds, seconds, processor / seconds);

      // START, STOP, and what was sent: all that there is, of every call.
      assertThat(CallResults.records(settings, settings.text(Property.TOPIC_CHUNKS)))
          .hasSize(SOCKETS * (2 + 2 * LOAD_SECONDS * 50));
      assertThat(gateway.metric("speech_emotion_gateway_streams")).isZero();
    } finally {
      senders.shutdownNow();
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(50);
    }
  }

  /** In order and once: the numbers go on by one, the audio is what was sent. */
  private void assertWhole(String call, int seconds) {
    List<AudioChunk> chunks = chunks(call);
    for (int i = 0; i < chunks.size(); i++) {
      assertThat(chunks.get(i).getSequenceNumber()).isEqualTo(i + 1);
    }
    assertThat(payload(call)).isEqualTo(audio.interleaved());
    assertThat(chunks).last().extracting(AudioChunk::getKind).isEqualTo(ChunkKind.STOP);
    assertThat(chunks)
        .last()
        .extracting(AudioChunk::getMediaOffsetMicros)
        .isEqualTo(seconds * 1_000_000L);
  }

  private byte[] payload(String call) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (AudioChunk chunk : chunks(call)) {
      if (chunk.getKind() == ChunkKind.MEDIA) {
        assertThat(chunk.getMediaOffsetMicros()).isEqualTo(all.size() / 16 * 1_000L);
        byte[] bytes = new byte[chunk.getPayload().remaining()];
        chunk.getPayload().duplicate().get(bytes);
        all.writeBytes(bytes);
      }
    }
    return all.toByteArray();
  }

  private List<AudioChunk> chunks(String call) {
    Deserializer<AudioChunk> values = serdes.audioChunk().deserializer();
    return CallResults.records(settings, settings.text(Property.TOPIC_CHUNKS)).stream()
        .map(record -> values.deserialize("", record.value()))
        .filter(chunk -> chunk.getCallId().equals(call))
        .toList();
  }
}
