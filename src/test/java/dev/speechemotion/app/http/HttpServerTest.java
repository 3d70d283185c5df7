package dev.speechemotion.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.speechemotion.app.fixtures.TestCertificate;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.streams.KafkaStreams;
import org.eclipse.jetty.websocket.api.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class HttpServerTest {
  private static final String TOKEN = "the-token";
  private final AtomicReference<KafkaStreams.State> state =
      new AtomicReference<>(KafkaStreams.State.RUNNING);
  private final AtomicReference<Optional<String>> reason = new AtomicReference<>(Optional.empty());
  private HttpClient client = HttpClient.newHttpClient();

  @ParameterizedTest
  @EnumSource(KafkaStreams.State.class)
  void shouldBeAliveOnlyWhileTheStreamWorks(KafkaStreams.State now) throws Exception {
    state.set(now);
    try (HttpServer server = start(Map.of())) {
      boolean works = now == KafkaStreams.State.RUNNING || now == KafkaStreams.State.REBALANCING;
      for (String path : List.of("/health", "/health/live")) {
        HttpResponse<String> answer = get(server, path);
        assertThat(answer.statusCode()).as(path).isEqualTo(works ? 200 : 503);
        assertThat(answer.body()).isEqualTo(now + "\n");
      }
    }
  }

  @Test
  void shouldSayWhyItIsNotReady() throws Exception {
    try (HttpServer server = start(Map.of())) {
      assertThat(get(server, "/health/ready").statusCode()).isEqualTo(200);

      reason.set(Optional.of("the stream has waited for 61 s"));

      HttpResponse<String> answer = get(server, "/health/ready");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).isEqualTo("the stream has waited for 61 s\n");
      assertThat(get(server, "/health/live").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldGiveTheMetricsAsPrometheusReadsThem() throws Exception {
    try (HttpServer server = start(Map.of())) {
      HttpResponse<String> answer = get(server, "/metrics");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("a 1\n");
      assertThat(answer.headers().firstValue("Content-Type"))
          .hasValue("text/plain; version=0.0.4; charset=utf-8");
      assertThat(answer.headers().firstValue("Server")).isEmpty();
    }
  }

  @Test
  void shouldListenOnThisMachineAloneUnlessToldOtherwise() throws Exception {
    try (HttpServer server = start(Map.of())) {
      assertThat(server.address()).isEqualTo("http://127.0.0.1:" + server.port());
      assertThatThrownBy(() -> new Socket("127.0.0.2", server.port()).close())
          .isInstanceOf(java.net.ConnectException.class);
    }
  }

  @Test
  void shouldNotListenUnlessAskedTo() {
    assertThat(HttpServer.start(Settings.of(Map.of()), List.of())).isEmpty();
  }

  @Test
  void shouldSayWhichAddressIsTaken() {
    try (HttpServer first = start(Map.of())) {
      String taken = Integer.toString(first.port());

      assertThatThrownBy(() -> start(Map.of(Property.HTTP_PORT, taken)))
          .isInstanceOf(CommandFailure.class)
          .hasMessageContaining("127.0.0.1:" + taken)
          .hasMessageContaining("http.port")
          // A gateway must have one.
          .hasMessageNotContaining("-1");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Bearer", "Bearer wrong", "Bearer the-token-and-more", "Basic !", "the-token"})
  void shouldAnswerNothingButHealthWithoutTheToken(String authorization) throws Exception {
    try (HttpServer server = start(Map.of(Property.HTTP_TOKEN, TOKEN))) {
      HttpResponse<String> answer = get(server, "/metrics", authorization);

      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.body()).contains("Authorization: Bearer").doesNotContain(TOKEN);
      assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
      assertThat(get(server, "/not-there", authorization).statusCode()).isEqualTo(401);
      assertThat(get(server, "/health/ready", authorization).statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldOpenASocketWithoutTheTokenOnlyWhereThatIsNotAskedFor(boolean withoutToken)
      throws Exception {
    Settings settings = Settings.of(Map.of(Property.HTTP_PORT, "0", Property.HTTP_TOKEN, TOKEN));
    try (HttpServer server =
        HttpServer.start(settings, List.of(new Feed(withoutToken))).orElseThrow()) {
      assertThat(opens(server, "/feed", TOKEN)).isTrue();
      assertThat(opens(server, "/feed", "wrong")).isEqualTo(withoutToken);
      assertThat(opens(server, "/feed/", "wrong")).isEqualTo(withoutToken);
      assertThat(opens(server, "/other", TOKEN)).isFalse();
      assertThat(opens(server, "/feed", TOKEN, "Sec-Fetch-Site", "cross-site"))
          .isEqualTo(withoutToken);
      // All that Chromium says of the page; a phone system that signs may say what it likes.
      assertThat(opens(server, "/feed", TOKEN, "Origin", "http://evil.example"))
          .isEqualTo(withoutToken);
      assertThat(opens(server, "/feed", TOKEN, "Origin", "http://127.0.0.1:1"))
          .isEqualTo(withoutToken);
      assertThat(opens(server, "/feed", TOKEN, "Origin", "null")).isEqualTo(withoutToken);
      assertThat(opens(server, "/feed", TOKEN, "Origin", server.address())).isTrue();
      // Behind a proxy that asks under another name.
      assertThat(
              opens(
                  server,
                  "/feed",
                  TOKEN,
                  "Origin",
                  "https://voice.example.com",
                  "X-Forwarded-Host",
                  "voice.example.com"))
          .isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /feed HTTP/1.1\r\nSec-WebSocket-Version: 13\r\n",
        "GET /feed HTTP/1.1\r\nSec-WebSocket-Version: 12\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OTAxMjM0NQ==\r\n",
        "POST /feed HTTP/1.1\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OTAxMjM0NQ==\r\n"
      })
  void shouldRefuseWhatIsNoHandshake(String request) throws Exception {
    try (HttpServer server = starting(new Feed(false));
        Socket socket = new Socket("127.0.0.1", server.port())) {
      socket
          .getOutputStream()
          .write(
              (request + "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));

      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 400");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/voice, localhost,    404, 'there is no WebSocket at this path, but at /feed'",
    "/feed,  ngrok.example, 403, 'asked for by the name of another machine; set http.token'"
  })
  void shouldSayInTheAnswerAndInTheLogWhyThereIsNoSocket(
      String path, String host, String status, String why) throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(HttpServer.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try (HttpServer server = starting(new Feed(false));
        Socket socket = new Socket("127.0.0.1", server.port())) {
      socket
          .getOutputStream()
          .write(
              ("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
                      + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OTAxMjM0NQ==\r\n\r\n")
                  .formatted(path, host)
                  .getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(20_000);
      byte[] answer = new byte[2_000];
      String text = "";
      for (int read = 0; read >= 0 && !text.contains(why); ) {
        read = socket.getInputStream().read(answer);
        text += read < 0 ? "" : new String(answer, 0, read, StandardCharsets.US_ASCII);
      }

      assertThat(text).startsWith("HTTP/1.1 " + status).contains("text/plain").contains(why);
      assertThat(log.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .anyMatch(line -> line.contains("a request for a WebSocket was refused: " + why));
    } finally {
      logger.detachAppender(log);
    }
  }

  /** A WebSocket at {@code /feed}. */
  private record Feed(boolean withoutToken) implements HttpRoutes {
    @Override
    public void addTo(RoutesConfig routes) {
      WebSockets.add(routes, "/feed", upgrade -> new Session.Listener.AutoDemanding() {});
    }

    @Override
    public Set<String> sockets() {
      return Set.of("/feed");
    }

    @Override
    public Set<String> socketsWithoutToken() {
      return withoutToken ? sockets() : Set.of();
    }
  }

  private boolean opens(HttpServer server, String path, String token, String... header)
      throws Exception {
    WebSocket.Builder socket =
        client.newWebSocketBuilder().header("Authorization", "Bearer " + token);
    for (int i = 0; i < header.length; i += 2) {
      socket.header(header[i], header[i + 1]);
    }
    try {
      socket
          .buildAsync(
              URI.create("ws://127.0.0.1:" + server.port() + path), new WebSocket.Listener() {})
          .get(30, TimeUnit.SECONDS)
          .abort();
      return true;
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(WebSocketHandshakeException.class);
      return false;
    }
  }

  @Test
  void shouldTakeTheTokenFromProgramsAndFromBrowsers() throws Exception {
    String basic =
        Base64.getEncoder().encodeToString(("anybody:" + TOKEN).getBytes(StandardCharsets.UTF_8));
    try (HttpServer server = start(Map.of(Property.HTTP_TOKEN, TOKEN))) {
      assertThat(get(server, "/metrics", "Bearer " + TOKEN).statusCode()).isEqualTo(200);
      assertThat(get(server, "/metrics", "Basic " + basic).statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer %s", "Basic %s"})
  void shouldTakeATokenOfAnyLetters(String form) throws Exception {
    String token = "s\u00e9crët-töken";
    byte[] bytes =
        (form.startsWith("Basic") ? "me:" + token : token).getBytes(StandardCharsets.UTF_8);
    String sent =
        form.startsWith("Basic")
            ? Base64.getEncoder().encodeToString(bytes)
            : new String(bytes, StandardCharsets.ISO_8859_1);
    try (HttpServer server = start(Map.of(Property.HTTP_TOKEN, token));
        Socket socket = new Socket("127.0.0.1", server.port())) {
      String request =
          "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + form.formatted(sent);
      socket.getOutputStream().write((request + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));

      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 200");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 200",
    "127.0.0.1:80, 200",
    "[::1]:80, 200",
    "evil.example, 403",
    "127.0.0.1.evil.example, 403"
  })
  void shouldAnswerOnlyByTheNamesOfThisMachine(String name, String status) throws Exception {
    try (HttpServer server = start(Map.of());
        Socket socket = new Socket("127.0.0.1", server.port())) {
      socket
          .getOutputStream()
          .write(
              "GET /metrics HTTP/1.1\r\nHost: %s\r\n\r\n"
                  .formatted(name)
                  .getBytes(StandardCharsets.US_ASCII));

      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 " + status);
    }
  }

  @Test
  void shouldTakeNothingFromPagesOfOthers() throws Exception {
    try (HttpServer server = starting(routes -> routes.post("/send", request -> {}))) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(server.address() + "/send"))
              .POST(HttpRequest.BodyPublishers.ofString("text"));

      assertThat(status(request.copy())).isEqualTo(200);
      assertThat(status(request.copy().header("Sec-Fetch-Site", "same-origin"))).isEqualTo(200);
      assertThat(status(request.copy().header("Sec-Fetch-Site", "cross-site"))).isEqualTo(403);
      assertThat(status(request.copy().header("Sec-Fetch-Site", "same-site"))).isEqualTo(403);
      // A browser that says no more than the origin, as at an address without TLS.
      for (String origin : List.of("http://evil.example", "http://127.0.0.1:1", "null", "%")) {
        assertThat(status(request.copy().header("Origin", origin))).as(origin).isEqualTo(403);
      }
      assertThat(status(request.copy().header("Origin", server.address()))).isEqualTo(200);
      // Behind a proxy: the wallboard's own page asks for its public name.
      HttpRequest.Builder proxied = request.copy().header("Origin", "https://wall.example.com");
      assertThat(status(proxied.copy().header("Sec-Fetch-Site", "same-origin"))).isEqualTo(200);
      assertThat(status(proxied.copy().header("X-Forwarded-Host", "wall.example.com")))
          .isEqualTo(200);
      assertThat(status(proxied)).isEqualTo(403);
      assertThat(
              client
                  .send(proxied.build(), HttpResponse.BodyHandlers.discarding())
                  .headers()
                  .allValues("Connection"))
          .as("what was not read would be taken for the next request")
          .containsExactly("close");
      // Some proxies add the port that browsers leave out, and each adds the name it was asked for.
      for (String names : List.of("wall.example.com:443", "Wall.example.com, inner:8081")) {
        assertThat(status(proxied.copy().header("X-Forwarded-Host", names))).isEqualTo(200);
      }
      for (String names : List.of("wall.example.com:80", "example.com", "")) {
        assertThat(status(proxied.copy().header("X-Forwarded-Host", names))).isEqualTo(403);
      }
    }
  }

  @Test
  @Timeout(60)
  void shouldTellItsHealthWhileBodiesTrickleIn() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try (HttpServer server =
        starting(
            routes -> {
              routes.post("/send", Context::bodyAsBytes);
              new HealthRoutes(state::get, reason::get).addTo(routes);
            })) {
      for (int i = 0; i < 80; i++) {
        Socket socket = new Socket("127.0.0.1", server.port());
        slow.add(socket);
        socket
            .getOutputStream()
            .write(
                "POST /send HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1"
                    .getBytes(StandardCharsets.US_ASCII));
      }

      assertThat(get(server, "/health/live").statusCode()).isEqualTo(200);
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(server.address() + "/send"))
              .POST(HttpRequest.BodyPublishers.ofString("text"));
      while (status(request) != 503) {
        Thread.sleep(20);
      }

      for (Socket socket : slow) {
        socket.close();
      }
      while (status(request) != 200) {
        Thread.sleep(20);
      }
    }
  }

  private int status(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private static HttpServer starting(HttpRoutes routes) {
    return HttpServer.start(Settings.of(Map.of(Property.HTTP_PORT, "0")), List.of(routes))
        .orElseThrow();
  }

  @Test
  void shouldNameAnAddressOfVersion6InBrackets() throws Exception {
    try (HttpServer server = start(Map.of(Property.HTTP_HOST, "::1"))) {
      assertThat(server.address()).isEqualTo("http://[::1]:" + server.port());
      assertThat(get(server, "/metrics").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldSpeakTls(@TempDir Path folder) throws Exception {
    TestCertificate certificate = TestCertificate.make(folder, "dns:localhost,ip:127.0.0.1");
    try (HttpServer server =
        start(
            Map.of(
                Property.HTTP_TLS_KEYSTORE,
                certificate.file().toString(),
                Property.HTTP_TLS_KEYSTORE_PASSWORD,
                TestCertificate.PASSWORD))) {
      client = HttpClient.newBuilder().sslContext(trusting(certificate)).build();

      assertThat(server.address()).startsWith("https://");
      assertThat(get(server, "/health").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldSayThatTheKeyCannotBeOpened(@TempDir Path folder) throws Exception {
    Path noKey = Files.writeString(folder.resolve("key.p12"), "no key");

    assertThatThrownBy(() -> start(Map.of(Property.HTTP_TLS_KEYSTORE, noKey.toString())))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("http.tls.keystore")
        .hasMessageContaining("key.p12");
    Path trustOnly = folder.resolve("trust.p12");
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    try (OutputStream out = Files.newOutputStream(trustOnly)) {
      trust.store(out, new char[0]);
    }
    assertThatThrownBy(() -> start(Map.of(Property.HTTP_TLS_KEYSTORE, trustOnly.toString())))
        .hasMessageContaining("it holds no private key");
    assertThatThrownBy(() -> start(Map.of(Property.HTTP_TLS_KEYSTORE, "nowhere.p12")))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("configuration: http.tls.keystore: cannot read nowhere.p12");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: chunked\r\n\r\nzz\r\nsecret",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nsecret words"
      })
  void shouldCallABodyBadThatIsNone(String body) throws Exception {
    try (HttpServer server = starting(routes -> routes.post("/send", Context::bodyAsBytes));
        Socket socket = new Socket("127.0.0.1", server.port())) {
      socket
          .getOutputStream()
          .write(
              ("POST /send HTTP/1.1\r\nHost: localhost\r\n" + body)
                  .getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();

      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void shouldTellTheLogAndNotTheClientWhatFailed() throws Exception {
    HttpRoutes failing =
        routes ->
            routes.get(
                "/fails",
                request -> {
                  throw new IllegalStateException("secret");
                });
    try (HttpServer server =
        HttpServer.start(Settings.of(Map.of(Property.HTTP_PORT, "0")), List.of(failing))
            .orElseThrow()) {
      HttpResponse<String> answer = get(server, "/fails");

      assertThat(answer.statusCode()).isEqualTo(500);
      assertThat(answer.body()).isEqualTo("the request failed; see the log\n");
    }
  }

  private static SSLContext trusting(TestCertificate certificate) throws Exception {
    KeyStore store =
        KeyStore.getInstance(certificate.file().toFile(), TestCertificate.PASSWORD.toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("key", store.getCertificate("key"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    return tls;
  }

  private HttpServer start(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(Map.of(Property.HTTP_PORT, "0"));
    all.putAll(settings);
    return HttpServer.start(
            Settings.of(all),
            List.of(new HealthRoutes(state::get, reason::get), new MetricsRoutes(() -> "a 1\n")))
        .orElseThrow();
  }

  private HttpResponse<String> get(HttpServer server, String path) throws Exception {
    return get(server, path, "");
  }

  private HttpResponse<String> get(HttpServer server, String path, String authorization)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.address() + path));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
