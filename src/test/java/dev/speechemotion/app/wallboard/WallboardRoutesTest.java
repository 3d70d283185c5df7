package dev.speechemotion.app.wallboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.app.fixtures.PretendCall;
import dev.speechemotion.app.http.HttpServer;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionCorrection;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The wallboard's answers over HTTP, without a broker and without a browser. */
@Timeout(60)
class WallboardRoutesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ID = "call/ä 1";

  private final Clock clock = Clock.systemUTC();
  private final LiveCalls calls = new LiveCalls(clock);
  private final PictureStream stream = new PictureStream(calls, clock, Duration.ofMillis(20));
  private final MockProducer<String, EmotionCorrection> producer =
      new MockProducer<>(
          true,
          null,
          new StringSerializer(),
          EmotionSerdes.of(RegistryClients.inMemory()).emotionCorrection().serializer());
  private final PretendCall call = new PretendCall(ID, Instant.now().minusSeconds(20));
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer server =
      serve(Optional.of(new CorrectionDesk(calls, producer, "corrections", clock)));

  private HttpServer serve(Optional<CorrectionDesk> corrections) {
    return HttpServer.start(
            Settings.of(Map.of(Property.HTTP_PORT, "0")),
            List.of(new WallboardRoutes(calls, stream, corrections)))
        .orElseThrow();
  }

  @AfterEach
  void close() {
    stream.close();
    server.close();
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.address() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> correct(String type, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(server.address() + "/api/corrections"))
            .header("Content-Type", type)
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private void hear() {
    calls.take(
        List.of(
            call.event(ChannelRole.CUSTOMER, 3_000, "neutral", 0.7),
            call.event(ChannelRole.CUSTOMER, 4_000, "angry", 0.6)));
  }

  @Test
  void shouldGiveThePageWithAPolicyThatAllowsNothingFromElsewhere() throws Exception {
    HttpResponse<String> page = get("/wallboard/");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=utf-8");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    String policy = page.headers().firstValue("Content-Security-Policy").orElseThrow();
    assertThat(policy)
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'");
    assertThat(policy).doesNotContain("unsafe", "http:", "https:", "*", "data:");
    assertThat(page.body()).doesNotContain("://", "<style", " style=", " onclick=");
    assertThat(get("/").headers().firstValue("Location"))
        .hasValueSatisfying(location -> assertThat(location).endsWith("/wallboard/"));
    HttpResponse<String> same =
        get("/wallboard/", "If-None-Match", page.headers().firstValue("ETag").orElseThrow());
    assertThat(same.statusCode()).isEqualTo(304);
  }

  @ParameterizedTest
  @CsvSource({
    "wallboard.js,  text/javascript;charset=utf-8",
    "uPlot.esm.js,  text/javascript;charset=utf-8",
    "uPlot.min.css, text/css;charset=utf-8",
    "wallboard.css, text/css;charset=utf-8",
    "icon.svg,      image/svg+xml",
  })
  void shouldGiveThePagesFiles(String name, String type) throws Exception {
    HttpResponse<String> file = get("/wallboard/" + name);

    assertThat(file.statusCode()).isEqualTo(200);
    assertThat(file.headers().firstValue("Content-Type").orElseThrow().replace("; ", ";"))
        .isEqualTo(type);
    assertThat(file.body()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing.js", "..%2Flogback.xml", "%2e%2e/logback.xml", "detail.js.map"})
  void shouldGiveNoOtherFile(String name) throws Exception {
    assertThat(get("/wallboard/" + name).statusCode()).isIn(400, 404);
  }

  @Test
  void shouldGiveThePictureAndOneCall() throws Exception {
    hear();

    JsonNode picture = JSON.readTree(get("/api/calls").body());
    assertThat(picture.get("calls")).hasSize(1);
    assertThat(picture.get("calls").get(0).get("id").asText()).isEqualTo(ID);
    HttpResponse<String> detail = get("/api/calls/call%2F%C3%A4%201");
    assertThat(detail.statusCode()).as(detail.body()).isEqualTo(200);
    JsonNode one = JSON.readTree(detail.body());
    assertThat(one.get("id").asText()).isEqualTo(ID);
    assertThat(one.get("correctable").asBoolean()).isTrue();
    assertThat(one.get("channels").get(0).get("endMs")).hasSize(2);
    assertThat(get("/api/calls/another").statusCode()).isEqualTo(404);
  }

  /** Reads events until there is one of a name; gives its data. */
  private static JsonNode next(BufferedReader events, String name) throws IOException {
    String event = "";
    while (true) {
      String line = events.readLine();
      Assertions.assertThat(line).as("the stream goes on").isNotNull();
      if (line.startsWith("event:")) {
        event = line.substring(6).strip();
      } else if (line.startsWith("data:") && event.equals(name)) {
        return JSON.readTree(line.substring(5));
      }
    }
  }

  private BufferedReader events(String... headers) throws Exception {
    HttpResponse<InputStream> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(server.address() + "/api/stream"))
                .header("Accept", "text/event-stream")
                .headers(headers)
                .build(),
            BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  @Test
  void shouldSendThePictureAndThenWhatChanges() throws Exception {
    hear();
    try (BufferedReader events = events("X-Test", "1")) {
      JsonNode picture = next(events, "picture");
      assertThat(picture.get("calls")).hasSize(1);

      calls.take(List.of(call.event(ChannelRole.CUSTOMER, 5_000, "angry", 0.9)));
      JsonNode changes = next(events, "changes");
      JsonNode channel = changes.get("calls").get(0).get("channels").get(0);
      assertThat(channel.get("confidence").asDouble()).isEqualTo(0.9);
      assertThat(channel.get("from").asInt()).isEqualTo(1);

      assertThat(next(events, "beat").get("now").asLong())
          .isGreaterThanOrEqualTo(picture.get("now").asLong());
    }
  }

  @Test
  void shouldSendAWholePictureToWhoComesBack() throws Exception {
    hear();
    try (BufferedReader events = events("Last-Event-ID", "1")) {
      JsonNode strip =
          next(events, "picture").get("calls").get(0).get("channels").get(0).get("strip");
      assertThat(strip).hasSize(2);
    }
  }

  @Test
  void shouldServeSoManyPagesAndNoMore() throws Exception {
    List<Socket> pages = new ArrayList<>();
    try {
      for (int i = 0; i < PictureStream.MOST_PAGES; i++) {
        Socket page = new Socket("127.0.0.1", server.port());
        pages.add(page);
        page.getOutputStream()
            .write(
                "GET /api/stream HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        page.getInputStream().read();
      }
      HttpResponse<String> refused = get("/api/stream", "Accept", "text/event-stream");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("100 pages are open");
      // Others are answered all the same.
      assertThat(get("/api/calls").statusCode()).isEqualTo(200);
    } finally {
      for (Socket page : pages) {
        page.close();
      }
    }
    // Who is gone leaves room, when the next heartbeat does not reach him.
    long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
    int status = 503;
    while (status == 503 && System.nanoTime() < deadline) {
      status =
          client
              .send(
                  HttpRequest.newBuilder(URI.create(server.address() + "/api/stream"))
                      .header("Accept", "text/event-stream")
                      .build(),
                  BodyHandlers.ofInputStream())
              .statusCode();
    }
    assertThat(status).isEqualTo(200);
  }

  @Test
  void shouldSayHowTheStreamIsAskedFor() throws Exception {
    assertThat(get("/api/stream").statusCode()).isEqualTo(406);
  }

  private static Map<String, Object> correction() {
    Map<String, Object> correction = new HashMap<>();
    correction.put("callId", ID);
    correction.put("stream", PretendCall.STREAM);
    correction.put("channel", PretendCall.channel(ChannelRole.CUSTOMER));
    correction.put("beginMs", 1_000);
    correction.put("endMs", 4_000);
    correction.put("emotion", "sad");
    return correction;
  }

  @Test
  void shouldSendACorrectionToItsTopic() throws Exception {
    hear();

    HttpResponse<String> answer =
        correct("application/json", JSON.writeValueAsString(correction()));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    assertThat(JSON.readTree(answer.body()).get("heard").asText()).isEqualTo("angry");
    assertThat(producer.history()).hasSize(1);
    assertThat(producer.history().get(0).topic()).isEqualTo("corrections");
    assertThat(producer.history().get(0).key()).isEqualTo(ID);
    EmotionCorrection sent = producer.history().get(0).value();
    assertThat(sent.getEmotion()).isEqualTo("sad");
    assertThat(sent.getHeardEmotion()).isEqualTo("angry");
    assertThat(sent.getModelHash()).isEqualTo("00");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          emotion | "joy"     | 400 | emotion must be one of the model's labels
          emotion | 7         | 400 | emotion must be a text
          callId  | ""        | 400 | callId must be a text
          callId  | "another" | 404 | no window of that call
          stream  | "another" | 404 | no window of that call
          beginMs | 1001      | 404 | no window of that call
          beginMs | -1        | 400 | beginMs must be a whole number
          endMs   | "4000"    | 400 | endMs must be a whole number
          endMs   | 1e400     | 400 | endMs must be a whole number
          """)
  void shouldRefuseWhatIsNoCorrection(String field, String value, int status, String reason)
      throws Exception {
    hear();
    Map<String, Object> given = correction();
    given.put(field, "@@");

    HttpResponse<String> answer =
        correct("application/json", JSON.writeValueAsString(given).replace("\"@@\"", value));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(JSON.readTree(answer.body()).get("error").asText()).contains(reason);
    assertThat(producer.history()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "no JSON", "{\"callId\":", "null"})
  void shouldRefuseABodyThatIsNoObject(String body) throws Exception {
    assertThat(correct("application/json", body).statusCode()).isEqualTo(400);
  }

  @Test
  void shouldRefuseWhatAnotherSitesFormCouldSendAndWhatIsTooLong() throws Exception {
    hear();
    String body = JSON.writeValueAsString(correction());
    assertThat(correct("text/plain", body).statusCode()).isEqualTo(415);
    assertThat(correct("application/x-www-form-urlencoded", body).statusCode()).isEqualTo(415);
    assertThat(correct("application/jsonx", body).statusCode()).isEqualTo(415);
    assertThat(correct("application/json, text/plain", body).statusCode()).isEqualTo(415);
    assertThat(correct("application/json", body + " ".repeat(5_000)).statusCode()).isEqualTo(413);
    assertThat(producer.history()).isEmpty();
  }

  @Test
  void shouldTakeAMediaTypeWithParametersInAnyCase() throws Exception {
    hear();
    String body = JSON.writeValueAsString(correction());

    assertThat(correct("Application/JSON ; charset=UTF-8", body).statusCode()).isEqualTo(201);
  }

  @Test
  void shouldRefuseABodyThatCanBeReadInTwoWays() throws Exception {
    hear();
    String body = JSON.writeValueAsString(correction());

    assertThat(correct("application/json", body + " {}").statusCode()).isEqualTo(400);
    assertThat(correct("application/json", body + "junk").statusCode()).isEqualTo(400);
    assertThat(
            correct("application/json", body.replaceFirst("\\{", "{\"emotion\":\"happy\","))
                .statusCode())
        .isEqualTo(400);
    assertThat(producer.history()).isEmpty();
  }

  @Test
  void shouldTakeNoCorrectionsUnlessSwitchedOn() throws Exception {
    hear();
    server.close();
    server = serve(Optional.empty());

    HttpResponse<String> answer =
        correct("application/json", JSON.writeValueAsString(correction()));

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("set http.corrections");
    assertThat(
            JSON.readTree(get("/api/calls/call%2F%C3%A4%201").body())
                .get("correctable")
                .asBoolean())
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http.wallboard=true                                                  | http.wallboard needs http.port
          http.port=0 http.corrections=true http.token=t                       | http.corrections needs http.wallboard
          http.port=0 http.wallboard=true http.corrections=true                | http.corrections needs http.token
          topic.corrections=emotion-events                                     | topic.corrections must be a topic of its own
          """)
  void shouldRefuseSettingsThatDoNotFit(String given, String reason) {
    Map<String, String> values = new HashMap<>();
    for (String each : given.strip().split(" +")) {
      values.put(each.split("=")[0], each.split("=")[1]);
    }
    Settings settings = Settings.of(values);

    Assertions.assertThatThrownBy(() -> Wallboard.topics(settings))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining(reason);
  }
}
