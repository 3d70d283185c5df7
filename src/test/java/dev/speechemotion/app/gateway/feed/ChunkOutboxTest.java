package dev.speechemotion.app.gateway.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On a producer whose acknowledgments the test gives. */
class ChunkOutboxTest {
  private static final int BIG = 60_000;

  private final GatewayMeters meters = new GatewayMeters();
  private final EmotionSerdes serdes = EmotionSerdes.of(RegistryClients.inMemory());
  private final MockProducer<String, AudioChunk> kafka =
      new MockProducer<>(false, null, new StringSerializer(), serdes.audioChunk().serializer());
  private final AtomicInteger wentOn = new AtomicInteger();

  @AfterEach
  void close() {
    meters.close();
  }

  private ChunkOutbox outbox(long mostBytes) {
    return new ChunkOutbox(kafka, "chunks", mostBytes, meters);
  }

  private static StreamIdentity stream(String id) {
    return new StreamIdentity("call-" + id, id, "test", null, null);
  }

  private static void send(StreamOutbox stream, int audioBytes) {
    stream.send(
        AudioChunk.newBuilder()
            .setKind(ChunkKind.MEDIA)
            .setSequenceNumber(1)
            .setPayload(ByteBuffer.allocate(audioBytes)));
  }

  @Test
  void shouldHoldAStreamUntilAsMuchIsFreeAsItHasOnItsWay() {
    ChunkOutbox outbox = outbox(10L * BIG);
    StreamOutbox busy = outbox.open(stream("busy"));
    StreamOutbox idle = outbox.open(stream("idle"));
    for (int i = 0; i < 5; i++) {
      send(busy, BIG);
    }

    assertThat(busy.whenRoom(wentOn::incrementAndGet)).isFalse();
    assertThat(idle.whenRoom(() -> {})).isTrue();
    assertThat(wentOn).hasValue(0);

    kafka.completeNext();
    assertThat(wentOn).hasValue(1);
    kafka.completeNext();
    assertThat(wentOn).hasValue(1);
  }

  /** Packets of 20 ms at 8 kHz, while Kafka acknowledges nothing. */
  private static int sendUntilFull(StreamOutbox stream) {
    int packets = 0;
    for (; stream.hasRoom(); packets++) {
      send(stream, 160);
    }
    return packets;
  }

  @Test
  void shouldHoldMinutesOfOneStreamInTheBufferOfTheDefault() {
    long most = Settings.of(Map.of()).integer(Property.GATEWAY_BUFFER_BYTES);
    int packets = sendUntilFull(outbox(most).open(stream("s")));
    // The manual says eight minutes.
    assertThat(Duration.ofMillis(20L * packets).toMinutes()).isEqualTo(8);
  }

  @Test
  void shouldLeaveRoomForStreamsThatBeginHoweverMuchTheOthersHave() {
    ChunkOutbox outbox = outbox(1 << 20);
    int first = sendUntilFull(outbox.open(stream("first")));
    int second = sendUntilFull(outbox.open(stream("second")));
    int third = sendUntilFull(outbox.open(stream("third")));

    assertThat(second).isBetween(first / 2 - 1, first / 2 + 1);
    assertThat(third).isBetween(second / 2 - 1, second / 2 + 1);
  }

  @Test
  void shouldShareTheWholeEquallyAmongStreamsThatAreAsFast() {
    int count = 100;
    ChunkOutbox outbox = outbox(8 << 20);
    StreamOutbox[] streams = new StreamOutbox[count];
    for (int i = 0; i < count; i++) {
      streams[i] = outbox.open(stream("s" + i));
    }
    int[] packets = new int[count];
    boolean more = true;
    while (more) {
      more = false;
      for (int i = 0; i < count; i++) {
        if (streams[i].hasRoom()) {
          send(streams[i], 160);
          packets[i]++;
          more = true;
        }
      }
    }

    int share = (8 << 20) / (count + 1) / (160 + 512);
    assertThat(IntStream.of(packets)).allMatch(each -> each >= share && each <= share + 2);
  }

  @Test
  void shouldHoldAllStreamsUntilAQuarterOfTheWholeIsFree() {
    ChunkOutbox outbox = outbox(10L * BIG);
    StreamOutbox[] streams = new StreamOutbox[10];
    for (int i = 0; i < streams.length; i++) {
      streams[i] = outbox.open(stream("s" + i));
      send(streams[i], BIG);
    }
    for (StreamOutbox stream : streams) {
      assertThat(stream.whenRoom(wentOn::incrementAndGet)).isFalse();
    }

    kafka.completeNext();
    kafka.completeNext();
    assertThat(wentOn).hasValue(0);
    kafka.completeNext();
    assertThat(wentOn).hasValue(10);
    assertThat(meters.page()).contains("waits_total 10.0");
  }

  @Test
  void shouldSayWhenAllIsAcknowledged() {
    StreamOutbox stream = outbox(1 << 30).open(stream("s"));
    stream.whenAcknowledged(wentOn::incrementAndGet);
    assertThat(wentOn).hasValue(1);
    send(stream, 160);
    send(stream, 160);
    stream.whenAcknowledged(wentOn::incrementAndGet);
    kafka.completeNext();
    assertThat(wentOn).hasValue(1);
    kafka.completeNext();
    assertThat(wentOn).hasValue(2);
  }

  @Test
  void shouldGiveEveryMessageTheIdsOfItsStream() {
    StreamOutbox stream =
        outbox(1 << 30).open(new StreamIdentity("call", "stream", "twilio", "1.0.0", "AC1"));
    send(stream, 160);

    assertThat(kafka.history().get(0).key()).isEqualTo("call");
    AudioChunk chunk = kafka.history().get(0).value();
    assertThat(chunk.getCallId()).isEqualTo("call");
    assertThat(chunk.getStreamId()).isEqualTo("stream");
    assertThat(chunk.getSource()).isEqualTo("twilio");
    assertThat(chunk.getAccount()).isEqualTo("AC1");
    assertThat(chunk.getIngestedAt()).isNotNull();
  }

  @Test
  void shouldEndWithAFailureAfterWhichNothingCanBeSent() throws Exception {
    ChunkOutbox outbox = outbox(1 << 30);
    StreamOutbox stream = outbox.open(stream("s"));
    send(stream, 160);
    stream.whenAcknowledged(wentOn::incrementAndGet);
    assertThat(outbox.awaitFailure(Duration.ZERO)).isEmpty();

    kafka.errorNext(new AuthorizationException("no"));

    assertThat(outbox.awaitFailure(Duration.ZERO)).isPresent();
    assertThat(wentOn).hasValue(0);
  }

  @Test
  void shouldGoOnAfterAMessageThatTheTopicDoesNotTake() throws Exception {
    ChunkOutbox outbox = outbox(1 << 30);
    StreamOutbox stream = outbox.open(stream("s"));
    send(stream, 160);
    stream.whenAcknowledged(wentOn::incrementAndGet);

    kafka.errorNext(new RecordTooLargeException("too large"));

    assertThat(outbox.awaitFailure(Duration.ZERO)).isEmpty();
    assertThat(wentOn).hasValue(1);
    assertThat(meters.page()).contains("lost_messages_total 1.0");
  }
}
