package dev.speechemotion.app.gateway;

import dev.speechemotion.app.fixtures.FeedClient;
import dev.speechemotion.app.fixtures.LineAudio;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Sends what Twilio's reference of Media Streams documents, in its order. */
public final class TwilioClient implements AutoCloseable {
  private final FeedClient socket;
  private final String streamSid;
  private long sequenceNumber;
  private long chunk;

  /** The headers of a request that Twilio signs for an address. */
  public static Map<String, String> signed(String url, String authToken) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA1");
    mac.init(new SecretKeySpec(authToken.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
    byte[] signature = mac.doFinal(url.getBytes(StandardCharsets.UTF_8));
    return Map.of("X-Twilio-Signature", Base64.getEncoder().encodeToString(signature));
  }

  /** Opens a socket. */
  public TwilioClient(String uri, Map<String, String> headers, String streamSid) throws Exception {
    socket = FeedClient.connect(uri, headers);
    this.streamSid = streamSid;
  }

  public FeedClient socket() {
    return socket;
  }

  /** Begins the stream of a call. */
  public void start(String callSid, String customParameters) throws Exception {
    socket.send("{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}");
    event(
        "start",
        """
        {"streamSid":"%s","accountSid":"AC1","callSid":"%s","tracks":["inbound","outbound"],\
        "customParameters":%s,"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,\
        "channels":1}}"""
            .formatted(streamSid, callSid, customParameters));
  }

  /** Sends 20 ms of both tracks. */
  void media(LineAudio audio, int packet) throws Exception {
    chunk++;
    track("inbound", audio.customer(), packet);
    track("outbound", audio.agent(), packet);
  }

  private void track(String track, byte[] samples, int packet) throws Exception {
    int from = packet * LineAudio.PACKET_BYTES;
    byte[] payload = Arrays.copyOfRange(samples, from, from + LineAudio.PACKET_BYTES);
    event(
        "media",
        "{\"track\":\"%s\",\"chunk\":\"%d\",\"timestamp\":\"%d\",\"payload\":\"%s\"}"
            .formatted(track, chunk, packet * 20L, Base64.getEncoder().encodeToString(payload)));
  }

  void event(String event, String body) throws Exception {
    socket.send(
        "{\"event\":\"%s\",\"sequenceNumber\":\"%d\",\"%s\":%s,\"streamSid\":\"%s\"}"
            .formatted(event, ++sequenceNumber, event, body, streamSid));
  }

  /** Ends it. */
  public void stop() throws Exception {
    event("stop", "{\"accountSid\":\"AC1\",\"callSid\":\"-\"}");
  }

  @Override
  public void close() {
    socket.close();
  }
}
