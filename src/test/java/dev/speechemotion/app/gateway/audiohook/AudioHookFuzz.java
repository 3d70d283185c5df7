package dev.speechemotion.app.gateway.audiohook;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import dev.speechemotion.app.gateway.feed.ChunkOutbox;
import dev.speechemotion.app.gateway.feed.GatewayMeters;
import dev.speechemotion.app.gateway.feed.StreamIdentity;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.fuzz.FuzzTarget;
import dev.speechemotion.streams.intake.ChunkRules;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Messages of AudioHook, and frames: the first byte tells which. What a stream makes of them must
 * be as the stream application takes it.
 */
public final class AudioHookFuzz implements FuzzTarget {
  private static final byte FRAME = 1;
  private static final ChunkRules RULES = new ChunkRules(1 << 20);
  private static final byte[] CALL = "call".getBytes(StandardCharsets.UTF_8);

  private final EmotionSerdes serdes = EmotionSerdes.of(RegistryClients.inMemory());
  private final GatewayMeters meters = new GatewayMeters();

  @Override
  public List<byte[]> seeds() {
    List<String> messages =
        List.of(
            AudioHookMessageTest.OPEN,
            message("discarded", "{\"start\":\"PT1.5S\",\"discarded\":\"PT.25S\"}"),
            message("resumed", "{\"start\":\"PT1S\",\"discarded\":\"PT9S\"}"),
            message("paused", "{}"),
            message("update", "{\"language\":\"es-ES\"}"),
            message("error", "{\"code\":400,\"message\":\"no\"}"),
            message("close", "{\"reason\":\"end\"}"));
    return Stream.concat(
            messages.stream().map(text -> ("\0" + text).getBytes(StandardCharsets.UTF_8)),
            Stream.of(new byte[] {FRAME, 1, 2, 3, 4}, new byte[] {FRAME}, new byte[] {FRAME, 7}))
        .toList();
  }

  static String message(String type, String parameters) {
    return """
        {"version":"2","id":"30b0e395-84d3-4570-ac13-9a62d8f514c0","type":"%s","seq":4,\
        "serverseq":2,"position":"PT3.7S","parameters":%s}"""
        .formatted(type, parameters);
  }

  @Override
  public void read(byte[] input) {
    try (MockProducer<String, AudioChunk> producer =
        new MockProducer<>(true, null, new StringSerializer(), serdes.audioChunk().serializer())) {
      ChunkOutbox outbox = new ChunkOutbox(producer, "t", 1 << 20, meters);
      AudioHookStream stream =
          new AudioHookStream(
              outbox.open(new StreamIdentity("call", "stream", "audiohook", "2", null)), 1, 500);
      stream.goOnAt(0, List.of("external", "internal"));
      stream.start("{}", null, null, Map.of());
      try {
        take(input, stream);
      } catch (BadMessageException e) {
        if (e.getMessage().isBlank() || e.getMessage().length() > 200) {
          throw new AssertionError("refused without a line that says why");
        }
      }
      stream.stop("end", null);
      producer
          .history()
          .forEach(
              record ->
                  RULES
                      .check(CALL, record.value())
                      .ifPresent(
                          refusal -> {
                            throw new AssertionError(refusal.message());
                          }));
    }
  }

  private static void take(byte[] input, AudioHookStream stream) throws BadMessageException {
    if (input.length > 0 && input[0] == FRAME) {
      ByteBuffer frame = ByteBuffer.wrap(Arrays.copyOfRange(input, 1, input.length));
      if (frame.remaining() % stream.channelCount() == 0) {
        stream.audio(frame);
      }
      return;
    }
    String text =
        new String(input, StandardCharsets.UTF_8).substring(Math.min(1, input.length > 0 ? 1 : 0));
    AudioHookMessage message = AudioHookMessage.parse(text);
    switch (message.type()) {
      case "open" -> {
        AudioHookMessage.Open open = message.open();
        stream.goOnAt(message.positionMicros(), List.of("external"));
        stream.start(text, open.language().orElse(null), null, open.customConfig());
        stream.audio(ByteBuffer.allocate(80));
      }
      case "paused" -> stream.paused();
      case "resumed" -> {
        stream.paused();
        stream.resumed(message.missing());
        stream.audio(ByteBuffer.allocate(80));
      }
      case "discarded" -> {
        stream.discarded(message.missing());
        stream.audio(ByteBuffer.allocate(80));
      }
      case "update" -> stream.language(message.parameters().text("language").orElse(null));
      case "error" -> stream.error(message.parameters().text("message").orElse(""));
      case "close" -> stream.stop(message.parameters().text("reason").orElse("end"), null);
      default -> {
        // Not used.
      }
    }
  }
}
