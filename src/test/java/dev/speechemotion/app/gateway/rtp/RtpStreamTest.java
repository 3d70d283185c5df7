package dev.speechemotion.app.gateway.rtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.speechemotion.app.gateway.feed.KafkaInMemory;
import dev.speechemotion.app.gateway.feed.StreamIdentity;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.PayloadEncoding;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RtpStreamTest {
  private static final int SSRC = 0xABCD;
  private static final long MS = 1_000_000;

  private final KafkaInMemory kafka = new KafkaInMemory();
  private final RtpStream stream =
      new RtpStream(
          RtpPacketTest.REQUEST,
          source -> kafka.outbox().open(new StreamIdentity("call", source, "rtp", "2", null)),
          start -> start.setLanguage("en"));

  @AfterEach
  void close() {
    kafka.close();
  }

  private boolean take(int type, int number, int timestamp, int ssrc, int bytes, long atMs) {
    return stream.take(
        RtpPacket.parse(RtpPacketTest.packet(0x80, type, number, timestamp, ssrc, new byte[bytes]))
            .orElseThrow(),
        atMs * MS);
  }

  private List<AudioChunk> sent() {
    return kafka.sent();
  }

  @Test
  void shouldCountNumbersAndTimeFromTheFirstPacketOnBeyondTheWrapAround() {
    take(0, 65_535, -160, SSRC, 160, 0);
    take(8, 0, 0, SSRC, 160, 20);
    take(0, 2, 320, SSRC, 160, 60);
    take(0, 1, 160, SSRC, 160, 61);
    stream.stop("closed");

    assertThat(sent())
        .extracting(
            AudioChunk::getKind,
            AudioChunk::getSequenceNumber,
            AudioChunk::getMediaOffsetMicros,
            AudioChunk::getEncoding)
        .containsExactly(
            tuple(ChunkKind.START, 0L, 0L, PayloadEncoding.UNKNOWN),
            tuple(ChunkKind.MEDIA, 1L, 0L, PayloadEncoding.MULAW),
            tuple(ChunkKind.MEDIA, 2L, 20_000L, PayloadEncoding.ALAW),
            tuple(ChunkKind.MEDIA, 4L, 60_000L, PayloadEncoding.MULAW),
            tuple(ChunkKind.MEDIA, 3L, 40_000L, PayloadEncoding.MULAW),
            tuple(ChunkKind.STOP, 5L, 80_000L, PayloadEncoding.UNKNOWN));
    assertThat(sent()).extracting(AudioChunk::getStreamId).containsOnly("0000abcd");
    assertThat(sent().get(0).getLanguage()).isEqualTo("en");
  }

  @Test
  void shouldTellAKeyOnceAndLeaveNoNumberOut() {
    take(0, 10, 0, SSRC, 160, 0);
    for (int i = 1; i <= 5; i++) {
      take(101, 10 + i, 160, SSRC, 4, 20 * i);
    }
    take(101, 16, 1_600, SSRC, 4, 200);
    take(13, 17, 1_760, SSRC, 1, 220);
    take(99, 18, 1_920, SSRC, 1, 240);

    assertThat(sent())
        .extracting(AudioChunk::getSequenceNumber)
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    assertThat(sent())
        .filteredOn(chunk -> chunk.getKind() == ChunkKind.DTMF)
        .extracting(AudioChunk::getSequenceNumber, AudioChunk::getDtmf)
        .containsExactly(tuple(2L, "0"), tuple(7L, "0"));
    assertThat(sent())
        .extracting(AudioChunk::getMark)
        .contains("telephone-event", "comfort noise", "payload type 99");
  }

  @Test
  void shouldGoOnByTheTimeOfArrivalWhenTheSourceChanges() {
    take(0, 100, 5_000, SSRC, 160, 0);
    take(0, 101, 5_160, SSRC, 160, 20);
    take(0, 7, 9_000_000, 0x77, 160, 40);
    take(0, 8, 9_000_160, 0x77, 160, 60);
    take(0, 1, 1, 0x78, 160, 2_060);

    assertThat(sent())
        .extracting(
            AudioChunk::getStreamId,
            AudioChunk::getSequenceNumber,
            AudioChunk::getMediaOffsetMicros)
        .containsExactly(
            tuple("0000abcd", 0L, 0L),
            tuple("0000abcd", 1L, 0L),
            tuple("0000abcd", 2L, 20_000L),
            tuple("0000abcd", 3L, 40_000L),
            tuple("0000abcd", 4L, 60_000L),
            tuple("0000abcd", 5L, 80_000L + 1_980_000L));
  }

  @Test
  void shouldNotTakeWhatTheFirstPacketHasOvertakenOrWhatComesAfterTheEnd() {
    assertThat(take(0, 100, 5_000, SSRC, 160, 0)).isTrue();
    assertThat(take(0, 99, 4_840, SSRC, 160, 1)).isFalse();
    for (int i = 1; i <= 200; i++) {
      take(0, 100 + i, 5_000 + i * 0x7FFF_FFFF, SSRC, 160, i);
    }
    assertThat(sent())
        .extracting(AudioChunk::getMediaOffsetMicros)
        .allMatch(offset -> offset <= Duration.ofDays(366).toMillis() * 1_000);
    stream.stop("closed");
    int count = sent().size();
    assertThat(take(0, 101, 5_160, SSRC, 160, 20)).isFalse();
    stream.stop("closed");
    assertThat(sent()).hasSize(count);
  }

  private static final int REORDERED = 40;

  private List<Long> offsetsMs() {
    return sent().stream()
        .filter(chunk -> chunk.getKind() == ChunkKind.MEDIA)
        .map(chunk -> chunk.getMediaOffsetMicros() / 1_000)
        .toList();
  }

  @Test
  void shouldGoOnWhenASenderCountsAnewUnderItsOldSource() {
    for (int i = 0; i < 5; i++) {
      take(0, 40_000 + i, 8_000_000 + 160 * i, SSRC, 160, 20L * i);
    }
    // The first of the new count may be a stray packet.
    assertThat(take(0, 100, 160, SSRC, 160, 100)).isFalse();
    assertThat(take(0, 101, 320, SSRC, 160, 120)).isTrue();
    assertThat(take(0, 102, 480, SSRC, 160, 140)).isTrue();

    assertThat(offsetsMs()).containsExactly(0L, 20L, 40L, 60L, 80L, 100L, 120L);
    assertThat(sent())
        .extracting(AudioChunk::getSequenceNumber)
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
  }

  @ParameterizedTest
  @ValueSource(ints = {-4_000_000, 1_000_000_000})
  void shouldGoOnWhenASenderSetsItsClock(int by) {
    for (int i = 0; i < 10; i++) {
      take(0, i, 5_000_000 + 160 * i + (i < 5 ? 0 : by), SSRC, 160, 20L * i);
    }

    assertThat(offsetsMs()).containsExactly(0L, 20L, 40L, 60L, 80L, 100L, 120L, 140L, 160L);
  }

  @Test
  void shouldTakeSilenceAndLossAndLateCopiesForWhatTheyAre() {
    take(0, 0, 0, SSRC, 160, 0);
    // Silence that nothing was sent of, then packets that were lost, faster than they were spoken.
    take(0, 1, 8_000 * 60, SSRC, 160, 60_000);
    take(0, 201, 8_000 * 64, SSRC, 160, 60_001);
    for (int i = 0; i < REORDERED; i++) {
      take(0, 202 + i, 8_000 * 64 + 160 * (1 + i), SSRC, 160, 60_002);
    }
    for (int i = 0; i < REORDERED; i++) {
      take(0, 202 + i, 8_000 * 64 + 160 * (1 + i), SSRC, 160, 60_003);
    }

    List<AudioChunk> sent = sent();
    assertThat(sent.get(2).getMediaOffsetMicros()).isEqualTo(60_000_000);
    assertThat(sent.get(3).getSequenceNumber()).isEqualTo(202);
    assertThat(sent.get(3).getMediaOffsetMicros()).isEqualTo(64_000_000);
    assertThat(sent).hasSize(4 + 2 * REORDERED);
    assertThat(sent.get(sent.size() - 1).getMediaOffsetMicros())
        .isEqualTo(sent.get(3 + REORDERED).getMediaOffsetMicros());
  }

  @Test
  void shouldCountComfortNoiseAsTimeWhenTheSourceChanges() {
    take(0, 0, 0, SSRC, 160, 0);
    for (int i = 1; i <= 10; i++) {
      take(13, i, 8_000 * i, SSRC, 1, 1_000L * i);
    }
    take(0, 7, 9_000_000, 0x77, 160, 10_020);

    assertThat(offsetsMs()).containsExactly(0L, 10_000L);
  }

  @ParameterizedTest
  @ValueSource(ints = {SSRC, SSRC + 1})
  void shouldGiveNoNumberTwiceWhereThePacketsOfANewCountOvertakeEachOther(int ssrc) {
    take(0, 30_001, 0, SSRC, 160, 0);
    take(0, 30_002, 160, SSRC, 160, 20);
    take(0, 20_001, 900_160, ssrc, 160, 40);
    take(0, 20_002, 900_320, ssrc, 160, 60);

    assertThat(take(0, 20_000, 900_000, ssrc, 160, 61)).isFalse();

    assertThat(take(0, 20_003, 900_480, ssrc, 160, 80)).isTrue();
    assertThat(sent()).extracting(AudioChunk::getSequenceNumber).doesNotHaveDuplicates();
  }
}
