package dev.speechemotion.app.gateway.audiohook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.speechemotion.app.gateway.feed.KafkaInMemory;
import dev.speechemotion.app.gateway.feed.StreamIdentity;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AudioHookStreamTest {
  private static final int SAMPLES_PER_100_MS = 800;

  private final KafkaInMemory kafka = new KafkaInMemory();

  @AfterEach
  void close() {
    kafka.close();
  }

  /** One that has been heard up to there. */
  private AudioHookStream stream(long heardMicros) {
    return new AudioHookStream(
        kafka.outbox().open(new StreamIdentity("call", "session", "audiohook", "2", null)),
        7,
        heardMicros);
  }

  /** 100 ms of one or two channels; the samples are numbered. */
  private static ByteBuffer frame(int channels) {
    ByteBuffer frame = ByteBuffer.allocate(channels * SAMPLES_PER_100_MS);
    for (int i = 0; i < frame.capacity(); i++) {
      frame.put(i, (byte) (i / channels));
    }
    return frame;
  }

  private List<AudioChunk> sent() {
    return kafka.sent();
  }

  @Test
  void shouldPassOnOnlyTheAudioThatHasNotBeenHeard() {
    AudioHookStream stream = stream(150_000);
    stream.goOnAt(0, List.of("external", "internal"));
    for (int i = 0; i < 3; i++) {
      stream.audio(frame(2));
    }

    assertThat(sent())
        .extracting(
            AudioChunk::getSequenceNumber,
            AudioChunk::getMediaOffsetMicros,
            chunk -> chunk.getPayload().remaining(),
            chunk -> chunk.getPayload().get(0))
        .containsExactly(
            tuple(7L, 150_000L, SAMPLES_PER_100_MS, (byte) 400),
            tuple(8L, 200_000L, 2 * SAMPLES_PER_100_MS, (byte) 0));
    assertThat(stream.heardMicros()).isEqualTo(300_000);
  }

  @Test
  void shouldTellOfAGapOnlyWhatHasNotBeenHeard() {
    AudioHookStream stream = stream(500_000);
    stream.goOnAt(0, List.of("external"));
    stream.discarded(new AudioHookMessage.Missing(0, 400_000));
    stream.audio(frame(1));
    assertThat(sent()).isEmpty();
    stream.discarded(new AudioHookMessage.Missing(500_000, 250_000));
    stream.audio(frame(1));

    assertThat(sent())
        .extracting(AudioChunk::getKind, AudioChunk::getMediaOffsetMicros)
        .containsExactly(tuple(ChunkKind.DISCARDED, 750_000L), tuple(ChunkKind.MEDIA, 750_000L));
    assertThat(sent().get(0).getGap().getOffsetMicros()).isEqualTo(500_000);
    assertThat(sent().get(0).getGap().getDurationMicros()).isEqualTo(250_000);
  }

  @Test
  void shouldTellThatItCameFromElsewhereOnlyIfNothingElseDoes() {
    AudioHookStream stream = stream(0);
    stream.tell();
    stream.comeFromElsewhere();
    stream.goOnAt(0, List.of("external"));
    stream.tell();
    stream.tell();
    stream.comeFromElsewhere();
    stream.audio(frame(1));
    stream.tell();

    assertThat(sent())
        .extracting(AudioChunk::getKind, AudioChunk::getSequenceNumber)
        .containsExactly(tuple(ChunkKind.MARK, 7L), tuple(ChunkKind.MEDIA, 8L));
  }

  @Test
  void shouldGoOnAfterAPauseThatBeganInAnotherSession() {
    AudioHookStream stream = stream(0);
    stream.goOnAt(0, List.of("external"));
    stream.audio(frame(1));
    stream.resumed(new AudioHookMessage.Missing(100_000, 900_000));
    stream.audio(frame(1));

    assertThat(sent())
        .extracting(AudioChunk::getKind, AudioChunk::getMediaOffsetMicros)
        .containsExactly(
            tuple(ChunkKind.MEDIA, 0L),
            tuple(ChunkKind.DISCARDED, 1_000_000L),
            tuple(ChunkKind.MEDIA, 1_000_000L));
  }

  @Test
  void shouldSayWhenAPauseBeginsAndWhatItHides() {
    AudioHookStream stream = stream(0);
    stream.goOnAt(0, List.of("external"));
    stream.audio(frame(1));
    stream.resumed(new AudioHookMessage.Missing(0, 0));
    stream.paused();
    stream.resumed(new AudioHookMessage.Missing(100_000, 900_000));
    stream.audio(frame(1));
    stream.stop("end", null);
    stream.stop("end", null);
    stream.audio(frame(1));

    assertThat(sent())
        .extracting(AudioChunk::getKind, AudioChunk::getMediaOffsetMicros)
        .containsExactly(
            tuple(ChunkKind.MEDIA, 0L),
            tuple(ChunkKind.PAUSED, 100_000L),
            tuple(ChunkKind.RESUMED, 1_000_000L),
            tuple(ChunkKind.MEDIA, 1_000_000L),
            tuple(ChunkKind.STOP, 1_100_000L));
  }
}
