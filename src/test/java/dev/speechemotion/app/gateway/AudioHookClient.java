package dev.speechemotion.app.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.app.fixtures.FeedClient;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of AudioHook, as its reference documents it. */
public final class AudioHookClient implements AutoCloseable {
  static final String ORGANIZATION = "d7934305-0972-4844-938e-9060eef73d05";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FeedClient socket;
  private final String id;
  private long seq;
  private long serverSeq;

  /** Milliseconds of audio that were sent. */
  private long positionMs;

  /** The headers of a request that is signed as the protocol's documentation says. */
  static Map<String, String> signed(int port, String apiKey, byte[] secret) throws Exception {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Audiohook-Organization-Id", ORGANIZATION);
    headers.put("Audiohook-Session-Id", UUID.randomUUID().toString());
    headers.put("Audiohook-Correlation-Id", UUID.randomUUID().toString());
    headers.put("X-API-KEY", apiKey);
    StringBuilder base = new StringBuilder();
    StringBuilder names = new StringBuilder();
    Map<String, String> components = new LinkedHashMap<>();
    components.put("@request-target", "/audiohook");
    components.put("@authority", "127.0.0.1:" + port);
    headers.forEach((name, value) -> components.put(name.toLowerCase(Locale.ROOT), value));
    components.forEach(
        (name, value) -> {
          base.append('"').append(name).append("\": ").append(value).append('\n');
          names.append(names.isEmpty() ? "" : " ").append('"').append(name).append('"');
        });
    long now = Instant.now().getEpochSecond();
    String input =
        "(%s);keyid=\"%s\";nonce=\"%s\";alg=\"hmac-sha256\";created=%d;expires=%d"
            .formatted(names, apiKey, UUID.randomUUID(), now, now + 30);
    base.append("\"@signature-params\": ").append(input);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    byte[] signature = mac.doFinal(base.toString().getBytes(StandardCharsets.UTF_8));
    headers.put("Signature-Input", "sig1=" + input);
    headers.put("Signature", "sig1=:" + Base64.getEncoder().encodeToString(signature) + ":");
    return headers;
  }

  /**
   * Opens a socket.
   *
   * @param headers that of the session's id, if it is there, gives the id
   */
  public AudioHookClient(String uri, Map<String, String> headers) throws Exception {
    id = headers.getOrDefault("Audiohook-Session-Id", UUID.randomUUID().toString());
    socket = FeedClient.connect(uri, headers);
  }

  FeedClient socket() {
    return socket;
  }

  String id() {
    return id;
  }

  long positionMs() {
    return positionMs;
  }

  void goOnAt(long ms) {
    positionMs = ms;
  }

  /** Opens a session; {@code more} are further parameters, with a comma in front. */
  JsonNode open(String conversationId, String more) throws Exception {
    sendOpen(conversationId, more);
    return expect("opened");
  }

  /** Asks for a session. */
  public void sendOpen(String conversationId, String more) throws Exception {
    send(
        "open",
        """
        {"organizationId":"%s","conversationId":"%s","participant":{"id":"%s",\
        "ani":"+15555551234","aniName":"John Doe","dnis":"+18005556789"},"media":[\
        {"type":"audio","format":"PCMU","channels":["external","internal"],"rate":8000},\
        {"type":"audio","format":"PCMU","channels":["external"],"rate":8000}]%s}"""
            .formatted(ORGANIZATION, conversationId, UUID.randomUUID(), more));
  }

  void send(String type, String parameters) throws Exception {
    socket.send(
        """
        {"version":"2","id":"%s","type":"%s","seq":%d,"serverseq":%d,"position":"%s",\
        "parameters":%s}"""
            .formatted(id, type, ++seq, serverSeq, duration(positionMs), parameters));
  }

  static String duration(long ms) {
    return "PT" + BigDecimal.valueOf(ms, 3).stripTrailingZeros().toPlainString() + "S";
  }

  /** Sends a part of interleaved audio as frames. */
  void frames(byte[] interleaved, long fromMs, long toMs, int frameMs) throws Exception {
    for (long ms = fromMs; ms < toMs; ms += frameMs) {
      int count = (int) Math.min(frameMs, toMs - ms) * 16;
      socket.send(interleaved, (int) ms * 16, count);
      positionMs = ms + count / 16;
    }
  }

  /** The next message, which must be of that type; its parameters. */
  public JsonNode expect(String type) throws Exception {
    JsonNode message = JSON.readTree(socket.next());
    if (!message.path("type").asText().equals(type)
        || message.path("seq").asLong() != serverSeq + 1
        || !message.path("version").asText().equals("2")
        || !message.path("id").asText().equals(id)) {
      throw new AssertionError("expected " + type + " " + (serverSeq + 1) + ", got " + message);
    }
    serverSeq++;
    return message.path("parameters");
  }

  void closeSession() throws Exception {
    send("close", "{\"reason\":\"end\"}");
    expect("closed");
  }

  @Override
  public void close() {
    socket.close();
  }
}
