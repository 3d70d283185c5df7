package dev.speechemotion.app.gateway.audiohook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.gateway.feed.KafkaInMemory;
import dev.speechemotion.app.gateway.feed.StreamIdentity;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KnownStreamsTest {
  private static final Object SESSION = "a session";

  private final KafkaInMemory kafka = new KafkaInMemory();
  private final AudioHookStream stream =
      new AudioHookStream(
          kafka.outbox().open(new StreamIdentity("call", "session", "audiohook", "2", null)), 1, 0);

  @AfterEach
  void close() {
    kafka.close();
  }

  private List<ChunkKind> sent() {
    return kafka.sent().stream().map(AudioChunk::getKind).toList();
  }

  /** Loses a stream of one message, of which the topic then holds that. */
  private void lose(CompletableFuture<Optional<StreamEnds.End>> inTheTopic) throws Exception {
    stream.give(SESSION);
    stream.goOnAt(0, List.of("external"));
    stream.audio(ByteBuffer.allocate(800));
    try (KnownStreams streams =
        new KnownStreams(
            Duration.ofMillis(1),
            (callId, streamId) -> {
              assertThat(callId + " " + streamId).isEqualTo("call session");
              return inTheTopic;
            })) {
      streams.add("session", stream);
      streams.lost(SESSION, stream);
      while (streams.find("session").isPresent()) {
        Thread.sleep(5);
      }
    }
  }

  @Test
  void shouldEndAStreamThatNobodyHasGoneOnWith() throws Exception {
    lose(CompletableFuture.completedFuture(Optional.of(new StreamEnds.End(2, 100_000, false))));

    assertThat(sent()).containsExactly(ChunkKind.MEDIA, ChunkKind.STOP);
  }

  @Test
  void shouldNotEndAStreamThatAnotherGatewayHasGoneOnWith() throws Exception {
    lose(CompletableFuture.completedFuture(Optional.of(new StreamEnds.End(3, 200_000, false))));

    assertThat(sent()).containsExactly(ChunkKind.MEDIA);
    assertThat(stream.give("another session")).isFalse();
  }

  @Test
  void shouldNotEndAStreamOfWhichItCannotBeFoundOut() throws Exception {
    lose(CompletableFuture.failedFuture(new IllegalStateException("Kafka is away")));

    assertThat(sent()).containsExactly(ChunkKind.MEDIA);
  }
}
