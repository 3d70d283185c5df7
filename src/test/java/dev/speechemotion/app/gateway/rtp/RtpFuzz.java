package dev.speechemotion.app.gateway.rtp;

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
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Packets of RTP one after the other, each behind its length in two bytes, or, behind a length of
 * 0, a request to open a session. What a stream makes of packets must be as the stream application
 * takes it.
 */
public final class RtpFuzz implements FuzzTarget {
  private static final ChunkRules RULES = new ChunkRules(1 << 20);
  private static final byte[] CALL = "call".getBytes(StandardCharsets.UTF_8);
  private static final int MOST_PACKETS = 64;

  private final EmotionSerdes serdes = EmotionSerdes.of(RegistryClients.inMemory());
  private final GatewayMeters meters = new GatewayMeters();

  @Override
  public List<byte[]> seeds() {
    byte[] samples = new byte[160];
    List<byte[]> seeds = new ArrayList<>();
    seeds.add(
        input(
            RtpPacketTest.packet(0x80, 0, 65_535, -100, 7, samples),
            RtpPacketTest.packet(0x80, 8, 0, 60, 7, samples),
            RtpPacketTest.packet(0x80, 101, 1, 60, 7, new byte[] {1, 0, 0, 0}),
            RtpPacketTest.packet(0x80, 0, 9, 9, 8, samples)));
    seeds.add(
        input(
            RtpPacketTest.packet(
                0xB1, 0, 5, 5, 5, new byte[] {0, 0, 0, 1, 0, 0, 0, 1, 9, 9, 9, 9, 1}),
            RtpPacketTest.packet(0x80, 13, 6, 6, 5, new byte[] {1})));
    seeds.add(
        ("\0\0{\"callId\":\"c\",\"streams\":[{\"role\":\"agent\",\"from\":\"10.0.0.1:4000\","
                + "\"payloadTypes\":{\"0\":\"PCMU\",\"96\":\"telephone-event\"}}]}")
            .getBytes(StandardCharsets.UTF_8));
    return seeds;
  }

  private static byte[] input(ByteBuffer... packets) {
    ByteBuffer all = ByteBuffer.allocate(4_096);
    for (ByteBuffer packet : packets) {
      all.putShort((short) packet.remaining()).put(packet);
    }
    byte[] bytes = new byte[all.position()];
    all.flip().get(bytes);
    return bytes;
  }

  @Override
  public void read(byte[] input) {
    ByteBuffer in = ByteBuffer.wrap(input);
    if (in.remaining() >= 2 && in.getShort(0) == 0) {
      request(new String(input, 2, input.length - 2, StandardCharsets.UTF_8));
      return;
    }
    try (MockProducer<String, AudioChunk> producer =
        new MockProducer<>(true, null, new StringSerializer(), serdes.audioChunk().serializer())) {
      ChunkOutbox outbox = new ChunkOutbox(producer, "t", 1 << 20, meters);
      RtpStream stream =
          new RtpStream(
              RtpPacketTest.REQUEST,
              source -> outbox.open(new StreamIdentity("call", source, "rtp", "2", null)),
              start -> start);
      for (int i = 0; i < MOST_PACKETS && in.remaining() > 2; i++) {
        int length = Math.min(Short.toUnsignedInt(in.getShort()), in.remaining());
        ByteBuffer packet = in.slice(in.position(), length);
        in.position(in.position() + length);
        long at = i * 20_000_000L;
        RtpPacket.parse(packet).ifPresent(each -> stream.take(each, at));
      }
      stream.stop("end");
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

  private static void request(String text) {
    try {
      RtpRequest request = RtpRequest.parse(text);
      for (RtpRequest.Stream stream : request.streams()) {
        if (stream.from().isPresent()) {
          RtpSessions.sender(stream.from().get());
        }
      }
    } catch (BadMessageException e) {
      if (e.getMessage().isBlank() || e.getMessage().length() > 200) {
        throw new AssertionError("refused without a line that says why");
      }
    }
  }
}
