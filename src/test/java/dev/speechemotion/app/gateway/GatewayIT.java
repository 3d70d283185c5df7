package dev.speechemotion.app.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.fixtures.CallResults;
import dev.speechemotion.app.fixtures.FreePort;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.fixtures.LineAudio;
import dev.speechemotion.app.gateway.audiohook.AudioHookRoutes;
import dev.speechemotion.app.gateway.rtp.RtpRoutes;
import dev.speechemotion.app.gateway.rtp.RtpSessions;
import dev.speechemotion.app.gateway.twilio.TwilioRoutes;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.running.StreamApp;
import dev.speechemotion.app.serving.ClassifiedWindow;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.streams.models.EmotionModels;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Gateways before a real broker and the stream application: what comes out of a call is what {@code
 * classify} makes of its audio, by whichever gateway it came.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(240)
class GatewayIT {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final int SECONDS = 9;
  private static final int MOST_STREAMS = 4;
  private static final String API_KEY = "SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh";
  private static final byte[] SECRET = "a secret of the client".getBytes(StandardCharsets.UTF_8);
  private static final String AUTH_TOKEN = "the auth token";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<RunningGateway> gateways = new ArrayList<>();
  private EmbeddedBroker broker;
  private HttpRegistry registryServer;
  private SchemaRegistry registry;
  private EmotionSerdes serdes;
  private EmotionModel model;
  private StreamApp app;
  private Settings settings;
  private LineAudio audio;
  private int twilio;
  private int audioHook;
  private int otherAudioHook;
  private int openAudioHook;
  private int rtp;

  /** A gateway in a thread of this process. */
  private record RunningGateway(Thread thread, StopRequest stop) {}

  @BeforeAll
  void startAll(@TempDir Path state) throws Exception {
    broker = EmbeddedBroker.start();
    registryServer = new HttpRegistry();
    registry = RegistryClients.connect(registryServer.url(), Map.of());
    serdes = EmotionSerdes.of(registry);
    audio = LineAudio.ofSeconds(SECONDS);
    model = EmotionModel.load(EmotionModel.find(Path.of("models/tess-fcnn")));
    settings = settings(Map.of(Property.STATE_DIR, state.toString()));
    new ClusterReadiness(settings)
        .requireTopics(settings.streamSettings().topics(), true, new StopRequest());
    app =
        new StreamApp(
            settings,
            EmotionModels.fixed(
                model.featureSpec(), model.manifest().windows(), model::newClassifier),
            registry);
    app.start();
    twilio =
        start(
            Map.of(
                Property.GATEWAY_TWILIO_AUTH_TOKEN,
                AUTH_TOKEN,
                Property.GATEWAY_TWILIO_URL,
                "wss://voice.example.com/twilio",
                Property.HTTP_TOKEN,
                "t"),
            this::twilio);
    Map<String, String> secrets =
        Map.of(
            Property.GATEWAY_AUDIOHOOK_API_KEY,
            API_KEY,
            Property.GATEWAY_AUDIOHOOK_CLIENT_SECRET,
            Base64.getEncoder().encodeToString(SECRET),
            Property.HTTP_TOKEN,
            "t");
    audioHook = start(secrets, this::audioHook);
    otherAudioHook = start(secrets, this::audioHook);
    openAudioHook =
        start(
            Map.of(Property.GATEWAY_MAX_STREAMS, Integer.toString(MOST_STREAMS)), this::audioHook);
    int ports = FreePort.find();
    rtp =
        start(
            Map.of(
                Property.GATEWAY_RTP_PORTS,
                Math.min(ports, 64_000) + "-" + (Math.min(ports, 64_000) + 100),
                Property.GATEWAY_RTP_IDLE_MS,
                "3000"),
            this::rtp);
  }

  private GatewayProcess.Feed twilio(GatewayProcess.Parts parts) {
    return new GatewayProcess.Feed(
        new TwilioRoutes(parts.settings(), parts.outbox(), parts.sockets()),
        "",
        Optional::empty,
        () -> {});
  }

  private GatewayProcess.Feed audioHook(GatewayProcess.Parts parts) {
    AudioHookRoutes routes =
        new AudioHookRoutes(parts.settings(), parts.serdes(), parts.outbox(), parts.sockets());
    return new GatewayProcess.Feed(routes, "", Optional::empty, routes::close);
  }

  private GatewayProcess.Feed rtp(GatewayProcess.Parts parts) {
    RtpSessions sessions = new RtpSessions(parts.settings(), parts.outbox(), parts.meters());
    return new GatewayProcess.Feed(new RtpRoutes(sessions), "", sessions::failure, sessions::close);
  }

  private Settings settings(Map<String, String> more) {
    Map<String, String> values = new HashMap<>(more);
    values.put(Property.BOOTSTRAP_SERVERS, broker.bootstrapServers());
    values.put(Property.REGISTRY_URL, registryServer.url());
    values.put(Property.COMMIT_INTERVAL_MS, "100");
    values.put(Property.TOPIC_PARTITIONS, "2");
    return Settings.of(values);
  }

  /** Starts a gateway; gives its port. */
  private int start(
      Map<String, String> more, Function<GatewayProcess.Parts, GatewayProcess.Feed> feed)
      throws Exception {
    int port = FreePort.find();
    Map<String, String> values = new HashMap<>(more);
    values.put(Property.HTTP_PORT, Integer.toString(port));
    Settings own = settings(values);
    StopRequest stop = new StopRequest();
    Thread thread =
        new Thread(
            () -> {
              try {
                GatewayProcess.run(own, feed, stop);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    thread.start();
    gateways.add(new RunningGateway(thread, stop));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!isReady(port)) {
      assertThat(thread.isAlive()).isTrue();
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(50);
    }
    return port;
  }

  private boolean isReady(int port) throws InterruptedException {
    try {
      return call(port, "GET", "/health/ready", "").statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private HttpResponse<String> call(int port, String method, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @AfterAll
  void closeAll() throws Exception {
    for (RunningGateway gateway : gateways) {
      gateway.stop().request();
    }
    for (RunningGateway gateway : gateways) {
      gateway.thread().join(60_000);
      assertThat(gateway.thread().isAlive()).isFalse();
    }
    app.close();
    model.close();
    registry.close();
    registryServer.close();
    broker.close();
  }

  private static Map<String, String> token() {
    return Map.of("Authorization", "Bearer t");
  }

  /** As Twilio signs a request for {@code wss://voice.example.com/twilio}. */
  private static Map<String, String> signedByTwilio() throws Exception {
    return TwilioClient.signed("wss://voice.example.com/twilio", AUTH_TOKEN);
  }

  private Map<String, String> signed() throws Exception {
    return AudioHookClient.signed(audioHook, API_KEY, SECRET);
  }

  private String url(int port, String path) {
    return "ws://127.0.0.1:" + port + path;
  }

  @Test
  void shouldGiveWhatClassifyGivesForTwilio() throws Exception {
    String call = "CA" + UUID.randomUUID();
    try (TwilioClient client = new TwilioClient(url(twilio, "/twilio"), signedByTwilio(), "MZ1")) {
      client.start(call, "{\"language\":\"en-US\",\"ani\":\"+1555\",\"queue\":\"sales\"}");
      for (int i = 0; i < SECONDS * 50; i++) {
        client.media(audio, i);
        if (i == 100) {
          client.event("dtmf", "{\"track\":\"inbound_track\",\"digit\":\"5\"}");
          client.event("mark", "{\"name\":\"greeted\"}");
        }
      }
      client.stop();
      assertThat(client.socket().awaitClosed()).isEqualTo(1000);
    }

    assertThat(customerEvents(call)).isEqualTo(expected(audio));
    List<AudioChunk> chunks = chunks(call);
    AudioChunk start = chunks.get(0);
    assertThat(start.getKind()).isEqualTo(ChunkKind.START);
    assertThat(start.getLanguage()).isEqualTo("en-US");
    assertThat(start.getParticipant().getAni()).isEqualTo("+1555");
    assertThat(start.getAttributes()).isEqualTo(Map.of("queue", "sales"));
    assertThat(start.getStartMessage()).contains("\"callSid\":\"" + call + "\"");
    assertThat(chunks)
        .extracting(AudioChunk::getAccount, AudioChunk::getProtocolVersion, AudioChunk::getSource)
        .containsOnly(tuple("AC1", "1.0.0", "twilio"));
    assertThat(chunks)
        .extracting(AudioChunk::getDtmf, AudioChunk::getMark)
        .contains(tuple("5", null), tuple(null, "greeted"));
    assertThat(chunks.get(chunks.size() - 1).getKind()).isEqualTo(ChunkKind.STOP);
  }

  @Test
  void shouldTakeItsFirstCallWhileTheRegistryIsAway() throws Exception {
    int port = start(Map.of(), this::twilio);
    registryServer.answerAlways(503, "");
    try (TwilioClient client = new TwilioClient(url(port, "/twilio"), Map.of(), "MZ6")) {
      client.start("CA" + UUID.randomUUID(), "{}");
      client.media(audio, 0);
      client.stop();
      assertThat(client.socket().awaitClosed()).isEqualTo(1000);
    } finally {
      registryServer.answerAsAsked();
    }
  }

  @Test
  void shouldNotEndATwilioStreamForWhatComesBesideItsAudio() throws Exception {
    int port = start(Map.of(), this::twilio);
    String call = "CA" + UUID.randomUUID();
    try (TwilioClient client = new TwilioClient(url(port, "/twilio"), Map.of(), "MZ7")) {
      client.start(call, "{}");
      client.media(audio, 0);
      client.event("mark", "{\"name\":\"%s\"}".formatted("x".repeat(2_000)));
      client.event("dtmf", "{\"track\":\"inbound_track\",\"digit\":\"E\"}");
      client.media(audio, 1);
      client.stop();
      assertThat(client.socket().awaitClosed()).isEqualTo(1000);
    }

    assertThat(chunks(call))
        .extracting(AudioChunk::getSequenceNumber, AudioChunk::getKind, AudioChunk::getMark)
        .containsExactly(
            tuple(1L, ChunkKind.START, null),
            tuple(2L, ChunkKind.MEDIA, null),
            tuple(3L, ChunkKind.MEDIA, null),
            tuple(4L, ChunkKind.MARK, "unusable"),
            tuple(5L, ChunkKind.MARK, "unusable"),
            tuple(6L, ChunkKind.MEDIA, null),
            tuple(7L, ChunkKind.MEDIA, null),
            tuple(8L, ChunkKind.STOP, null));
    assertThat(call(port, "GET", "/metrics", "").body()).contains("unusable_messages_total 2.0");
  }

  @Test
  void shouldEndAStreamWhoseConnectionIsLost() throws Exception {
    String call = "CA" + UUID.randomUUID();
    try (TwilioClient client = new TwilioClient(url(twilio, "/twilio"), signedByTwilio(), "MZ2")) {
      client.start(call, "{\"inbound\":\"agent\",\"outbound\":\"customer\"}");
      client.media(audio, 0);
      client.socket().vanish();
    }

    awaitSummary(call);
    List<AudioChunk> chunks = chunks(call);
    assertThat(chunks)
        .extracting(AudioChunk::getKind)
        .containsExactly(ChunkKind.START, ChunkKind.MEDIA, ChunkKind.MEDIA, ChunkKind.STOP);
    assertThat(chunks.get(1).getChannels().get(0).getRole()).isEqualTo(ChannelRole.AGENT);
    assertThat(chunks.get(3).getEndReason()).isEqualTo("the connection was lost");
  }

  @Test
  void shouldRefuseWhoeverHasNoRight() throws Exception {
    // The token is for everything else there.
    for (Map<String, String> headers :
        List.of(Map.<String, String>of(), token(), Map.of("X-Twilio-Signature", "AAAA"))) {
      assertThatThrownBy(() -> new TwilioClient(url(twilio, "/twilio"), headers, "MZ3"))
          .hasStackTraceContaining("401");
    }
    Map<String, String> used = signed();
    new AudioHookClient(url(audioHook, "/audiohook"), used).close();
    for (Map<String, String> headers :
        List.of(
            token(),
            Map.of("X-API-KEY", API_KEY),
            AudioHookClient.signed(audioHook, API_KEY, new byte[] {1}),
            AudioHookClient.signed(audioHook, "another", SECRET),
            AudioHookClient.signed(1, API_KEY, SECRET),
            used)) {
      assertThatThrownBy(() -> new AudioHookClient(url(audioHook, "/audiohook"), headers))
          .hasStackTraceContaining("401");
    }
    assertThat(call(audioHook, "GET", "/metrics", "").statusCode()).isEqualTo(401);
  }

  @Test
  void shouldSayWhatIsWrongWithAMessageAndCloseTheSocket() throws Exception {
    try (TwilioClient client = new TwilioClient(url(twilio, "/twilio"), signedByTwilio(), "MZ4")) {
      client.socket().send("{\"event\":\"media\"}");
      assertThat(client.socket().awaitClosed()).isEqualTo(1003);
    }
    try (TwilioClient client = new TwilioClient(url(twilio, "/twilio"), signedByTwilio(), "MZ5")) {
      client.socket().send("x".repeat(70_000));
      assertThat(client.socket().awaitClosed()).isEqualTo(1009);
    }
  }

  @Test
  void shouldGiveWhatClassifyGivesForAudioHook() throws Exception {
    String call = UUID.randomUUID().toString();
    try (AudioHookClient client = new AudioHookClient(url(audioHook, "/audiohook"), signed())) {
      JsonNode opened = client.open(call, ",\"language\":\"en-us\",\"customConfig\":{\"a\":\"b\"}");
      assertThat(opened.path("media"))
          .isEqualTo(
              JSON.readTree(
                  "[{\"type\":\"audio\",\"format\":\"PCMU\",\"rate\":8000,"
                      + "\"channels\":[\"external\",\"internal\"]}]"));
      client.send("ping", "{}");
      client.expect("pong");
      client.frames(audio.interleaved(), 0, 4_000, 100);
      client.send("update", "{\"language\":\"es-ES\"}");
      client.expect("updated");
      client.frames(audio.interleaved(), 4_000, SECONDS * 1_000L, 100);
      client.closeSession();
    }

    assertThat(customerEvents(call)).isEqualTo(expected(audio));
    List<AudioChunk> chunks = chunks(call);
    assertThat(chunks.get(0).getAttributes()).isEqualTo(Map.of("a", "b"));
    assertThat(chunks.get(0).getParticipant().getDnis()).isEqualTo("+18005556789");
    assertThat(chunks.get(0).getAccount()).isEqualTo(AudioHookClient.ORGANIZATION);
    assertThat(chunks)
        .filteredOn(chunk -> chunk.getMark() != null)
        .extracting(AudioChunk::getMark, AudioChunk::getLanguage)
        .containsExactly(tuple("update", "es-ES"));
  }

  @Test
  void shouldLeaveOutWhatAPauseHidesAndWhatTheClientDiscards() throws Exception {
    String call = UUID.randomUUID().toString();
    try (AudioHookClient client = new AudioHookClient(url(audioHook, "/audiohook"), signed())) {
      client.open(call, "");
      client.frames(audio.interleaved(), 0, 4_000, 100);
      client.send("paused", "{}");
      client.goOnAt(5_500);
      client.send("resumed", "{\"start\":\"PT4S\",\"discarded\":\"PT1.5S\"}");
      client.frames(audio.interleaved(), 5_500, 6_000, 100);
      client.goOnAt(6_100);
      client.send("discarded", "{\"start\":\"PT6.0S\",\"discarded\":\"PT0.1S\"}");
      client.frames(audio.interleaved(), 6_100, 9_000, 100);
      client.closeSession();
    }

    awaitSummary(call);
    List<AudioChunk> chunks = chunks(call);
    assertThat(chunks)
        .filteredOn(chunk -> chunk.getGap() != null)
        .extracting(
            AudioChunk::getKind,
            chunk -> chunk.getGap().getOffsetMicros(),
            chunk -> chunk.getGap().getDurationMicros())
        .containsExactly(
            tuple(ChunkKind.RESUMED, 4_000_000L, 1_500_000L),
            tuple(ChunkKind.DISCARDED, 6_000_000L, 100_000L));
    assertThat(events(call))
        .extracting(EmotionEvent::getBeginMs, EmotionEvent::getEndMs)
        .noneMatch(
            window ->
                (long) window.toList().get(0) < 4_000 && (long) window.toList().get(1) > 5_500);
    assertThat(events(call)).anyMatch(event -> event.getBeginMs() >= 5_500);
  }

  @Test
  void shouldGoOnWithAStreamOverANewConnection() throws Exception {
    String call = UUID.randomUUID().toString();
    String first;
    try (AudioHookClient client = new AudioHookClient(url(audioHook, "/audiohook"), signed())) {
      client.open(call, "");
      client.frames(audio.interleaved(), 0, 4_300, 100);
      client.send("ping", "{}");
      client.expect("pong");
      first = client.id();
      client.socket().vanish();
    }
    try (AudioHookClient client = new AudioHookClient(url(audioHook, "/audiohook"), signed())) {
      // It has kept all from here on, since it does not know what has arrived.
      client.goOnAt(3_000);
      JsonNode opened =
          client.open(
              call,
              ",\"continuedSessions\":[{\"id\":\"%s\",\"serverseq\":2,\"clientseq\":2}]"
                  .formatted(first));
      assertThat(opened.path("discardTo").asText()).isEqualTo("PT4.3S");
      client.goOnAt(4_000);
      client.send("discarded", "{\"start\":\"PT3S\",\"discarded\":\"PT1.0S\"}");
      client.frames(audio.interleaved(), 4_000, SECONDS * 1_000L, 100);
      client.closeSession();
    }

    assertThat(customerEvents(call)).isEqualTo(expected(audio));
    assertThat(chunks(call)).extracting(AudioChunk::getStreamId).containsOnly(first);
  }

  @Test
  void shouldGoOnWithAStreamThatWanderedToAnotherGatewayAndBack() throws Exception {
    String call = UUID.randomUUID().toString();
    List<String> sessions = new ArrayList<>();
    long fromMs = 0;
    for (int port : List.of(audioHook, otherAudioHook, audioHook)) {
      try (AudioHookClient client =
          new AudioHookClient(
              url(port, "/audiohook"), AudioHookClient.signed(port, API_KEY, SECRET))) {
        client.goOnAt(fromMs);
        String continued =
            sessions.stream()
                .map("{\"id\":\"%s\",\"serverseq\":1,\"clientseq\":1}"::formatted)
                .collect(Collectors.joining(","));
        JsonNode opened =
            client.open(
                call, sessions.isEmpty() ? "" : ",\"continuedSessions\":[" + continued + "]");
        if (!sessions.isEmpty()) {
          assertThat(opened.path("discardTo").asText()).isEqualTo("PT" + fromMs / 1_000 + "S");
        }
        sessions.add(client.id());
        client.frames(audio.interleaved(), fromMs, fromMs + 3_000, 100);
        fromMs += 3_000;
        client.send("ping", "{}");
        client.expect("pong");
        if (fromMs < SECONDS * 1_000L) {
          long heardMs = fromMs;
          await(
              () -> chunks(call),
              read ->
                  read.stream()
                      .anyMatch(
                          chunk ->
                              Objects.equals(
                                  chunk.getMediaOffsetMicros(), (heardMs - 100) * 1_000)));
          client.socket().vanish();
        } else {
          client.closeSession();
        }
      }
    }

    assertThat(customerEvents(call)).isEqualTo(expected(audio));
    assertThat(chunks(call)).extracting(AudioChunk::getSequenceNumber).doesNotHaveDuplicates();
  }

  @Test
  void shouldAnswerAConnectionProbeAndSendNothingOfIt() throws Exception {
    String none = "00000000-0000-0000-0000-000000000000";
    try (AudioHookClient client = new AudioHookClient(url(audioHook, "/audiohook"), signed())) {
      assertThat(client.open(none, "").path("media").size()).isZero();
      client.send("ping", "{}");
      client.expect("pong");
      client.closeSession();
    }
    assertThat(chunks(none)).isEmpty();
  }

  @Test
  void shouldHaveAClientCloseASessionThatBreaksTheProtocol() throws Exception {
    String call = UUID.randomUUID().toString();
    try (AudioHookClient client = new AudioHookClient(url(audioHook, "/audiohook"), signed())) {
      client.open(call, "");
      client.frames(audio.interleaved(), 0, 1_000, 100);
      client.send("discarded", "{\"start\":\"soon\"}");
      JsonNode disconnect = client.expect("disconnect");
      assertThat(disconnect.path("reason").asText()).isEqualTo("error");
      assertThat(disconnect.path("info").asText()).contains("start");
      client.send("close", "{\"reason\":\"disconnect\"}");
      client.expect("closed");
    }
    awaitSummary(call);
    assertThat(chunks(call)).last().extracting(AudioChunk::getEndReason).isEqualTo("disconnect");
  }

  private AudioHookClient openAudioHook(String sessionId) throws Exception {
    return new AudioHookClient(
        url(openAudioHook, "/audiohook"), Map.of("Audiohook-Session-Id", sessionId));
  }

  @Test
  void shouldNotEndAnAudioHookStreamForWhatComesBesideItsAudio() throws Exception {
    String call = UUID.randomUUID().toString();
    String tooLong = "x".repeat(2_000);
    try (AudioHookClient client = openAudioHook(UUID.randomUUID().toString())) {
      client.open(call, "");
      client.frames(audio.interleaved(), 0, 500, 100);
      client.send("error", "{\"code\":\"bad\",\"message\":\"%s\"}".formatted(tooLong));
      client.send("update", "{\"language\":\"%s\"}".formatted(tooLong));
      client.expect("updated");
      client.frames(audio.interleaved(), 500, 1_000, 100);
      client.send("close", "{\"reason\":\"%s\"}".formatted(tooLong));
      client.expect("closed");
    }

    List<AudioChunk> chunks = chunks(call);
    assertThat(chunks).filteredOn(chunk -> chunk.getKind() == ChunkKind.MEDIA).hasSize(10);
    assertThat(chunks).extracting(AudioChunk::getError).contains("bad ");
    assertThat(chunks).last().extracting(AudioChunk::getEndReason).isEqualTo("end");
    assertThat(call(openAudioHook, "GET", "/metrics", "").body())
        .contains("unusable_messages_total 4.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"external\",\"external\"", "\"external\",\" \""})
  void shouldRefuseChannelsThatCannotBeToldApart(String channels) throws Exception {
    String call = UUID.randomUUID().toString();
    try (AudioHookClient client = openAudioHook(UUID.randomUUID().toString())) {
      client.send(
          "open",
          """
          {"organizationId":"%s","conversationId":"%s","media":[\
          {"type":"audio","format":"PCMU","channels":[%s],"rate":8000}]}"""
              .formatted(AudioHookClient.ORGANIZATION, call, channels));
      assertThat(client.expect("disconnect").path("info").asText())
          .contains("each with a name of its own");
      client.send("close", "{\"reason\":\"disconnect\"}");
      client.expect("closed");
    }
    assertThat(chunks(call)).isEmpty();
  }

  @Test
  void shouldRefuseASessionWhoseIdIsAnothers() throws Exception {
    String call = UUID.randomUUID().toString();
    String session = UUID.randomUUID().toString();
    try (AudioHookClient first = openAudioHook(session)) {
      first.open(call, "");
      first.frames(audio.interleaved(), 0, 500, 100);
      refuseId(session, call);
      first.frames(audio.interleaved(), 500, 1_000, 100);
      first.send("ping", "{}");
      first.expect("pong");
      first.socket().vanish();
    }
    // The stream waits for a session that goes on with it, and that has another id.
    refuseId(session, call);
    try (AudioHookClient next = openAudioHook(UUID.randomUUID().toString())) {
      next.goOnAt(1_000);
      next.open(
          call,
          ",\"continuedSessions\":[{\"id\":\"%s\",\"serverseq\":2,\"clientseq\":2}]"
              .formatted(session));
      next.frames(audio.interleaved(), 1_000, 1_500, 100);
      next.closeSession();
    }

    List<AudioChunk> chunks = chunks(call);
    assertThat(chunks)
        .extracting(AudioChunk::getKind)
        .startsWith(ChunkKind.START)
        .endsWith(ChunkKind.STOP)
        .hasSize(1 + 15 + 1);
    for (int i = 0; i < chunks.size(); i++) {
      assertThat(chunks.get(i).getSequenceNumber()).isEqualTo(i + 1);
    }
  }

  private void refuseId(String session, String call) throws Exception {
    try (AudioHookClient second = openAudioHook(session)) {
      second.sendOpen(call, "");
      assertThat(second.expect("disconnect").path("info").asText()).contains("continuedSessions");
      second.send("close", "{\"reason\":\"disconnect\"}");
      second.expect("closed");
    }
  }

  @Test
  void shouldTakeNoMoreThanTheMostStreamsHoweverManyComeAtOnce() throws Exception {
    String probe = "00000000-0000-0000-0000-000000000000";
    int port =
        start(
            Map.of(Property.GATEWAY_MAX_STREAMS, Integer.toString(MOST_STREAMS)), this::audioHook);
    List<CompletableFuture<Optional<AudioHookClient>>> opening = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(8 * MOST_STREAMS);
    try {
      for (int i = 0; i < 8 * MOST_STREAMS; i++) {
        opening.add(CompletableFuture.supplyAsync(() -> tryToOpen(port, probe), threads));
      }
      List<AudioHookClient> opened =
          opening.stream().map(CompletableFuture::join).flatMap(Optional::stream).toList();

      assertThat(opened).hasSize(MOST_STREAMS);
      assertThat(call(port, "GET", "/metrics", "").body())
          .contains("gateway_streams " + MOST_STREAMS + ".0")
          .contains("refused_total{reason=\"too_many_streams\"} " + 7 * MOST_STREAMS + ".0");
      opened.forEach(AudioHookClient::close);
    } finally {
      threads.shutdownNow();
    }
  }

  /** The client, if its session was opened. */
  private Optional<AudioHookClient> tryToOpen(int port, String call) {
    AudioHookClient client;
    try {
      client = new AudioHookClient(url(port, "/audiohook"), Map.of());
    } catch (Exception e) {
      assertThat(e).hasStackTraceContaining("503");
      return Optional.empty();
    }
    try {
      client.sendOpen(call, "");
      while (!client.socket().hears(20)) {
        if (client.socket().isClosed()) {
          assertThat(client.socket().awaitClosed()).isEqualTo(1013);
          return Optional.empty();
        }
      }
      return Optional.of(client);
    } catch (Exception e) {
      // Closed before that was sent.
      return Optional.empty();
    }
  }

  @Test
  void shouldNotBeLiveWhenItsFeedIsHeardNoMore() throws Exception {
    AtomicReference<String> failure = new AtomicReference<>();
    int port =
        start(
            Map.of(),
            parts ->
                new GatewayProcess.Feed(
                    routes -> {}, "", () -> Optional.ofNullable(failure.get()), () -> {}));
    assertThat(call(port, "GET", "/health/live", "").statusCode()).isEqualTo(200);
    failure.set("nothing is heard");

    assertThat(call(port, "GET", "/health/live", "").statusCode()).isEqualTo(503);
    HttpResponse<String> ready = call(port, "GET", "/health/ready", "");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.body()).isEqualTo("nothing is heard\n");
    assertThat(call(port, "GET", "/metrics", "").body()).contains("gateway_ready 0.0");
  }

  @Test
  void shouldGiveWhatClassifyGivesForRtp() throws Exception {
    LineAudio alaw = LineAudio.of(AudioEncoding.ALAW, SECONDS);
    String call = "rtp " + UUID.randomUUID();
    JsonNode session =
        open(
            """
            {"callId":"%s","account":"pbx","language":"de-DE","attributes":{"queue":"1"},
             "streams":[{"role":"customer","name":"in"},{"role":"agent","name":"out"}]}"""
                .formatted(call));
    int customerPort = session.path("streams").path(0).path("port").asInt();
    int agentPort = session.path("streams").path(1).path("port").asInt();
    try (RtpSender customer = new RtpSender(customerPort, 0xCAFE, 65_500, -4_000);
        RtpSender agent = new RtpSender(agentPort, 0xBEEF, 0, 0);
        RtpSender stranger = new RtpSender(customerPort, 1, 1, 1)) {
      for (int i = 0; i < SECONDS * 50; i += 2) {
        int from = i * LineAudio.PACKET_BYTES;
        // Each pair comes in the wrong order, but for the first: with it the stream begins.
        ByteBuffer ahead = null;
        for (int j = 0; j < 2; j++) {
          ByteBuffer packet =
              customer.packet(
                  8, alaw.customer(), from + j * LineAudio.PACKET_BYTES, LineAudio.PACKET_BYTES);
          customer.skip(LineAudio.PACKET_BYTES);
          if (j == 0 && i > 0) {
            ahead = packet;
          } else {
            customer.send(packet);
          }
        }
        if (ahead != null) {
          customer.send(ahead);
        }
        agent.audio(0, audio.agent(), from, 2 * LineAudio.PACKET_BYTES);
        if (i == 100) {
          customer.key(101, 11, 7);
          stranger.audio(8, alaw.agent(), 0, LineAudio.PACKET_BYTES);
        }
        Thread.sleep(4);
      }
    }
    String path = "/rtp/sessions/" + session.path("id").asText();
    // UDP says nothing of its arrival.
    await(() -> chunks(call), read -> read.size() >= 2 + SECONDS * 75 + 7);
    assertThat(call(rtp, "DELETE", path, "").statusCode()).isEqualTo(204);
    assertThat(call(rtp, "DELETE", path, "").statusCode()).isEqualTo(404);

    assertThat(customerEvents(call)).isEqualTo(expected(alaw));
    List<AudioChunk> chunks = chunks(call);
    assertThat(chunks)
        .filteredOn(chunk -> chunk.getDtmf() != null)
        .extracting(AudioChunk::getDtmf)
        .containsExactly("#");
    assertThat(chunks).extracting(AudioChunk::getStreamId).containsOnly("0000cafe-0", "0000beef-1");
    assertThat(call(rtp, "GET", "/metrics", "").body())
        .contains("dropped_packets_total{reason=\"other_sender\"} 1.0");
  }

  @Test
  void shouldTakeRtpFromFfmpegAndEndWhatIsIdle(@TempDir Path directory) throws Exception {
    assumeTrue(hasFfmpeg(), "ffmpeg is not installed");
    Path raw = directory.resolve("customer.ul");
    Files.write(raw, audio.customer());
    String call = "ffmpeg " + UUID.randomUUID();
    JsonNode session =
        open(
            "{\"callId\":\"%s\",\"streams\":[{\"role\":\"customer\",\"from\":\"127.0.0.1\"}]}"
                .formatted(call));
    int port = session.path("streams").path(0).path("port").asInt();
    Process ffmpeg =
        new ProcessBuilder(
                List.of(
                    "ffmpeg",
                    "-loglevel",
                    "error",
                    "-re",
                    "-f",
                    "mulaw",
                    "-ar",
                    "8000",
                    "-ac",
                    "1",
                    "-i",
                    raw.toString(),
                    "-c:a",
                    "copy",
                    "-f",
                    "rtp",
                    "rtp://127.0.0.1:" + port))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    assertThat(ffmpeg.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(ffmpeg.exitValue()).as(Files.readString(directory.resolve("log"))).isZero();

    assertThat(customerEvents(call)).isEqualTo(expected(audio));
    assertThat(chunks(call)).last().extracting(AudioChunk::getEndReason).isEqualTo("idle");
  }

  @Test
  void shouldCountAStreamWhoseTimestampsAreMilliseconds() throws Exception {
    JsonNode session =
        open("{\"callId\":\"ms\",\"streams\":[{\"role\":\"customer\",\"name\":\"in\"}]}");
    try (RtpSender sender =
        new RtpSender(session.path("streams").path(0).path("port").asInt(), 1, 0, 0)) {
      long begin = System.nanoTime();
      int sent = 0;
      while (!call(rtp, "GET", "/metrics", "").body().contains("gateway_wrong_clocks_total 1.0")) {
        assertThat(System.nanoTime() - begin).isLessThan(PATIENCE.toNanos());
        for (; sent < (System.nanoTime() - begin) / 20_000_000; sent++) {
          sender.send(
              sender.packet(
                  0,
                  audio.customer(),
                  sent
                      * LineAudio.PACKET_BYTES
                      % (audio.customer().length - LineAudio.PACKET_BYTES),
                  LineAudio.PACKET_BYTES));
          sender.skip(20);
        }
        Thread.sleep(20);
      }
    }
    call(rtp, "DELETE", "/rtp/sessions/" + session.path("id").asText(), "");
  }

  private static boolean hasFfmpeg() {
    try {
      return new ProcessBuilder("ffmpeg", "-version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode open(String request) throws Exception {
    HttpResponse<String> answer = call(rtp, "POST", "/rtp/sessions", request);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return JSON.readTree(answer.body());
  }

  @Test
  void shouldSayWhatIsWrongWithARequestForRtp() throws Exception {
    List<String> bodies =
        List.of(
            "",
            "[]",
            "{\"callId\":\"c\",\"streams\":[]}",
            "{\"streams\":[{}]}",
            "{\"callId\":\"c\",\"streams\":[{\"role\":\"boss\"}]}",
            "{\"callId\":\"c\",\"streams\":[{\"from\":\"example.com\"}]}",
            "{\"callId\":\"c\",\"streams\":[{\"payloadTypes\":{\"0\":\"OPUS\"}}]}",
            "{\"callId\":\"c\",\"streams\":[{\"form\":\"10.0.0.1\"}]}");
    for (String body : bodies) {
      HttpResponse<String> answer = call(rtp, "POST", "/rtp/sessions", body);
      assertThat(answer.statusCode()).as(body).isEqualTo(400);
      assertThat(JSON.readTree(answer.body()).path("error").asText()).isNotBlank();
    }
    assertThat(call(rtp, "GET", "/metrics", "").body())
        .contains("refused_total{reason=\"bad_message\"} %d.0".formatted(bodies.size()));
  }

  /** What an event says of its audio. */
  private record Window(long beginMs, long endMs, float speechShare, List<Float> probabilities) {}

  private List<Window> expected(LineAudio heard) {
    List<Window> windows = new ArrayList<>();
    for (ClassifiedWindow window : heard.classified(model)) {
      List<Float> probabilities = new ArrayList<>();
      for (float probability : window.probabilities()) {
        probabilities.add(probability);
      }
      windows.add(
          new Window(
              window.beginMs(), window.endMs(), (float) window.speechShare(), probabilities));
    }
    assertThat(windows).hasSizeGreaterThan(SECONDS / 2);
    return windows;
  }

  private List<Window> customerEvents(String callId) throws Exception {
    awaitSummary(callId);
    return events(callId).stream()
        .filter(event -> event.getRole() == ChannelRole.CUSTOMER)
        .map(
            event ->
                new Window(
                    event.getBeginMs(),
                    event.getEndMs(),
                    event.getSpeechShare(),
                    model.labels().stream().map(event.getProbabilities()::get).toList()))
        .toList();
  }

  private List<EmotionEvent> events(String callId) {
    Deserializer<EmotionEvent> values = serdes.emotionEvent().deserializer();
    return CallResults.records(settings, settings.text(Property.TOPIC_EVENTS)).stream()
        .map(record -> values.deserialize("", record.value()))
        .filter(event -> event.getCallId().equals(callId))
        .toList();
  }

  private List<AudioChunk> chunks(String callId) {
    Deserializer<AudioChunk> values = serdes.audioChunk().deserializer();
    return CallResults.records(settings, settings.text(Property.TOPIC_CHUNKS)).stream()
        .map(record -> values.deserialize("", record.value()))
        .filter(chunk -> chunk.getCallId().equals(callId))
        .toList();
  }

  private void awaitSummary(String callId) throws Exception {
    CallResults.awaitSummaries(settings, Set.of(callId), PATIENCE, app::requireHealthy);
  }

  private interface Read<T> {
    List<T> get() throws Exception;
  }

  private <T> void await(Read<T> read, Predicate<List<T>> enough) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (List<T> got = read.get(); !enough.test(got); got = read.get()) {
      assertThat(System.nanoTime()).as("%d results", got.size()).isLessThan(deadline);
      Thread.sleep(100);
    }
  }
}
