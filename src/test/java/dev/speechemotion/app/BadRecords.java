package dev.speechemotion.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.registry.EmotionSerdes;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Records that no feed should send, from a seed: random bytes, mutated chunks, valid Avro with
 * absurd values, oversized ones, and a few that are odd but allowed.
 */
final class BadRecords {
  /** Header with the record's number. */
  static final String NUMBER = "n";

  private static final int OVERSIZED_EVERY = 4_000;
  private static final int ODD_EVERY = 500;
  private static final int ABSURD_CALLS = 100;
  private static final int ODD_CALLS = 20;

  private static final Map<RejectReason, List<Consumer<AudioChunk.Builder>>> SPOILERS =
      Map.of(
          RejectReason.BLANK_CALL_ID,
          List.of(chunk -> chunk.setStreamId(" ")),
          RejectReason.TEXT_TOO_LONG,
          List.of(chunk -> chunk.setStreamId("x".repeat(3_000))),
          RejectReason.UNKNOWN_KIND,
          List.of(chunk -> chunk.setKind(ChunkKind.UNKNOWN)),
          RejectReason.BAD_SAMPLE_RATE,
          List.of(
              chunk -> chunk.setSampleRateHz(0),
              chunk -> chunk.setSampleRateHz(-8_000),
              chunk -> chunk.setSampleRateHz(Integer.MAX_VALUE)),
          RejectReason.BAD_PAYLOAD_LENGTH,
          List.of(
              chunk ->
                  chunk
                      .setEncoding(PayloadEncoding.PCM_F32LE)
                      .setPayload(ByteBuffer.allocate(161))),
          RejectReason.EMPTY_PAYLOAD,
          List.of(chunk -> chunk.setPayload(ByteBuffer.allocate(0))),
          RejectReason.TOO_MANY_CHANNELS,
          List.of(
              chunk ->
                  chunk.setChannels(
                      Collections.nCopies(200, new AudioChannel(ChannelRole.CUSTOMER, "a")))),
          RejectReason.DUPLICATE_CHANNEL,
          List.of(
              chunk ->
                  chunk.setChannels(
                      Collections.nCopies(2, new AudioChannel(ChannelRole.CUSTOMER, "a")))),
          RejectReason.BAD_MEDIA_OFFSET,
          List.of(
              chunk -> chunk.setMediaOffsetMicros(Long.MIN_VALUE),
              chunk -> chunk.setMediaOffsetMicros(Long.MAX_VALUE),
              chunk -> chunk.setGap(new MediaGap(Long.MAX_VALUE, Long.MAX_VALUE, null)),
              chunk -> chunk.setGap(new MediaGap(0L, -1L, null))),
          RejectReason.BAD_TIMESTAMP,
          List.of(
              chunk -> chunk.setIngestedAt(Instant.ofEpochMilli(Long.MIN_VALUE)),
              chunk -> chunk.setCapturedAt(Instant.ofEpochMilli(Long.MAX_VALUE))));

  private static final List<RejectReason> SPOILED_REASONS =
      SPOILERS.keySet().stream().sorted().toList();

  private final String topic;
  private final long seed;
  private final List<AudioChunk> templates;
  private final List<byte[]> templateBytes;
  private final Serializer<AudioChunk> serializer;

  /**
   * @param reason null if any will do
   * @param odd whether the application may take it
   */
  record Bad(ProducerRecord<byte[], byte[]> record, RejectReason reason, boolean odd) {}

  BadRecords(String topic, EmotionSerdes serdes, LiveCalls calls, long seed) {
    this.topic = topic;
    this.seed = seed;
    serializer = serdes.audioChunk().serializer();
    templates =
        calls.chunks().stream()
            .map(LiveCalls.Sent::chunk)
            .filter(chunk -> chunk.getKind() == ChunkKind.MEDIA)
            .limit(500)
            .toList();
    templateBytes = templates.stream().map(this::bytes).toList();
  }

  /** The record of that number; the same at every call. */
  Bad make(int number) {
    Random random = new Random(seed * 1_000_003 + number);
    Bad bad;
    if (number % OVERSIZED_EVERY == 7) {
      bad = oversized(random);
    } else if (number % ODD_EVERY == 3) {
      bad = odd(number, random);
    } else {
      int kind = random.nextInt(10);
      if (kind < 4) {
        bad = randomBytes(random);
      } else if (kind < 8) {
        bad = mutated(number, random);
      } else {
        bad = absurd(random);
      }
    }
    bad.record().headers().add(NUMBER, Integer.toString(number).getBytes(UTF_8));
    return bad;
  }

  private Bad randomBytes(Random random) {
    byte[] key = random.nextInt(10) == 0 ? null : bytes(random, random.nextInt(40));
    byte[] value = random.nextInt(20) == 0 ? null : bytes(random, random.nextInt(600));
    if (value != null && value.length > 0 && random.nextInt(4) == 0) {
      value[0] = 0; // As of the wire format; then comes the id of a schema that is not there.
    }
    return bad(key, value, null);
  }

  /** Under a key of its own, so that it stays a bad one even if the change has spoilt nothing. */
  private Bad mutated(int number, Random random) {
    byte[] value = templateBytes.get(random.nextInt(templateBytes.size())).clone();
    for (int changes = random.nextInt(8); changes >= 0; changes--) {
      value[random.nextInt(value.length)] = (byte) random.nextInt();
    }
    if (random.nextInt(3) == 0) {
      value = Arrays.copyOf(value, random.nextInt(2 * value.length));
    }
    return bad(("mutated-" + number).getBytes(UTF_8), value, null);
  }

  private Bad absurd(Random random) {
    String callId = "absurd-" + random.nextInt(ABSURD_CALLS);
    AudioChunk.Builder chunk = chunk(callId, random);
    RejectReason reason = SPOILED_REASONS.get(random.nextInt(SPOILED_REASONS.size()));
    List<Consumer<AudioChunk.Builder>> spoilers = SPOILERS.get(reason);
    spoilers.get(random.nextInt(spoilers.size())).accept(chunk);
    return bad(callId.getBytes(UTF_8), bytes(chunk.build()), reason);
  }

  private Bad oversized(Random random) {
    String callId = "absurd-" + random.nextInt(ABSURD_CALLS);
    int bytes = (1 << 20) + 1 + random.nextInt(2 << 20);
    return switch (random.nextInt(4)) {
      case 0 ->
          bad(
              callId.getBytes(UTF_8),
              bytes(chunk(callId, random).setPayload(ByteBuffer.allocate(bytes)).build()),
              RejectReason.PAYLOAD_TOO_LARGE);
      case 1 -> bad(bytes(random, bytes), bytes(random, 100), null);
      case 2 -> bad(bytes(random, 10), bytes(random, bytes), null);
      default -> {
        Bad bad = bad(bytes(random, 10), bytes(random, 100), null);
        bad.record().headers().add("large", bytes(random, bytes));
        yield bad;
      }
    };
  }

  /** What the rules allow, though no feed sends it: the application must not break. */
  private Bad odd(int number, Random random) {
    String callId = "odd-" + random.nextInt(ODD_CALLS);
    AudioChunk.Builder chunk = chunk(callId, random).setSequenceNumber(number);
    switch (random.nextInt(5)) {
      case 0 -> {
        // Sixteen new channels at once, at the highest rate.
        chunk
            .setChannels(
                IntStream.range(0, 16)
                    .mapToObj(
                        i -> new AudioChannel(ChannelRole.CUSTOMER, random.nextInt(8) + "-" + i))
                    .toList())
            .setSampleRateHz(96_000)
            .setEncoding(PayloadEncoding.PCM_F32LE)
            .setPayload(ByteBuffer.wrap(bytes(random, 16 * 4 * 2_000)));
      }
      case 1 -> {
        float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE, Float.MIN_VALUE};
        ByteBuffer samples = ByteBuffer.allocate(4 * 8_000);
        while (samples.hasRemaining()) {
          samples.putInt(Integer.reverseBytes(Float.floatToRawIntBits(values[random.nextInt(4)])));
        }
        chunk.setEncoding(PayloadEncoding.PCM_F32LE).setPayload(samples.flip());
      }
      case 2 -> chunk.setMediaOffsetMicros(365L * 24 * 3_600 * 1_000_000);
      case 3 -> chunk.setKind(ChunkKind.DISCARDED).setGap(new MediaGap(0L, 1_000_000_000L, "x"));
      default -> chunk.setStreamId("stream-" + random.nextInt(100)).setKind(ChunkKind.START);
    }
    return new Bad(
        new ProducerRecord<>(topic, callId.getBytes(UTF_8), bytes(chunk.build())), null, true);
  }

  private AudioChunk.Builder chunk(String callId, Random random) {
    return AudioChunk.newBuilder(templates.get(random.nextInt(templates.size()))).setCallId(callId);
  }

  private Bad bad(byte[] key, byte[] value, RejectReason reason) {
    return new Bad(new ProducerRecord<>(topic, key, value), reason, false);
  }

  private byte[] bytes(AudioChunk chunk) {
    return serializer.serialize(topic, chunk);
  }

  private static byte[] bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
