package dev.speechemotion.streams.quality;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.avro.AudioFault;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Time against audio, in messages of 20 ms. */
class OffsetCheckTest {
  private static final long MESSAGE_MICROS = 20_000;

  private final OffsetCheck check = new OffsetCheck();
  private long heardMicros;

  /** Whether the last message's offset counted. */
  private boolean saysWhere;

  /** Seconds of audio with offsets made of the time that is right. */
  private Optional<AudioFault> hear(double seconds, LongUnaryOperator offset) {
    for (long end = heardMicros + (long) (seconds * 1e6); heardMicros < end; ) {
      saysWhere =
          check.accept(
              OptionalLong.of(offset.applyAsLong(heardMicros)),
              OptionalLong.empty(),
              0,
              MESSAGE_MICROS,
              true);
      heardMicros += MESSAGE_MICROS;
    }
    return check.finding();
  }

  @ParameterizedTest
  @CsvSource({
    // advance as a share of the audio, what is found
    "0, OFFSETS_STAND_STILL",
    "0.00005, OFFSETS_STAND_STILL",
    "0.001, OFFSETS_IN_MILLISECONDS",
    "2, WRONG_SAMPLE_RATE",
    "0.5, WRONG_SAMPLE_RATE",
    "3, WRONG_SAMPLE_RATE",
    "6, WRONG_SAMPLE_RATE",
    "0.1667, WRONG_SAMPLE_RATE",
    "10, OFFSETS_IN_OTHER_UNIT",
    "1000, OFFSETS_IN_OTHER_UNIT",
    "0.008, OFFSETS_IN_OTHER_UNIT",
    "0.048, OFFSETS_IN_OTHER_UNIT",
    "-1, OFFSETS_GO_BACK",
    "-0.001, OFFSETS_GO_BACK",
    "1, ",
    "1.001, ",
    "1.5, ",
    "5, ",
    "30, ",
    "0.75, ",
  })
  void shouldTellHowFarOffsetsAdvance(double share, AudioFault fault) {
    Optional<AudioFault> found = hear(9, micros -> 20_000_000 + Math.round(share * micros));

    assertThat(found).isEqualTo(Optional.ofNullable(fault));
  }

  @Test
  void shouldUseNoOffsetThatStandsWhereTheLastOneDid() {
    hear(0.02, micros -> 500_000);
    assertThat(saysWhere).isTrue();

    hear(0.02, micros -> 500_000);
    assertThat(saysWhere).isFalse();
    hear(0.02, micros -> 500_020);
    assertThat(saysWhere).isFalse();
    hear(0.02, micros -> 520_000);
    assertThat(saysWhere).isTrue();
    hear(0.02, micros -> 100_000);
    assertThat(saysWhere).isTrue();
  }

  @Test
  void shouldUseNoOffsetsThatOverlapMessageAfterMessage() {
    hear(0.08, micros -> micros / 2);
    assertThat(saysWhere).isTrue();

    for (int i = 0; i < 400; i++) {
      hear(0.02, micros -> micros / 2);
      assertThat(saysWhere).isFalse();
    }
  }

  @Test
  void shouldUseNoOffsetsThatGoBackMessageAfterMessage() {
    hear(0.04, micros -> 20_000_000 - micros);
    // Once may be a feed that counts anew.
    assertThat(saysWhere).isTrue();

    for (int i = 0; i < 400; i++) {
      hear(0.02, micros -> 20_000_000 - micros);
      assertThat(saysWhere).isFalse();
    }
  }

  @Test
  void shouldUseTheOffsetsOfAFeedThatCountsAnew() {
    hear(3, micros -> 20_000_000 + micros);

    hear(0.02, micros -> 0);
    assertThat(saysWhere).isTrue();
    for (int i = 0; i < 500; i++) {
      hear(0.02, micros -> micros - 3_000_000);
      assertThat(saysWhere).isTrue();
    }
    assertThat(check.finding()).isEmpty();
  }

  @Test
  void shouldTakeNoSilenceThatIsLeftOutForAnotherUnit() {
    // A burst of ten messages, then one in ten, and so again.
    assertThat(hear(60, micros -> micros + micros / 400_000 * 3_600_000)).isEmpty();
    assertThat(hear(60, micros -> 900_000_000 + micros / 20_000 * 200_000 + micros / 2_000_000 * 7))
        .contains(AudioFault.OFFSETS_IN_OTHER_UNIT);
  }

  @Test
  void shouldBelieveOffsetsAgainAfterTenGoodSeconds() {
    hear(3, micros -> 0);
    hear(9, micros -> micros);
    assertThat(check.finding()).contains(AudioFault.OFFSETS_STAND_STILL);
    assertThat(saysWhere).isFalse();

    hear(3, micros -> micros);

    assertThat(check.finding()).isEmpty();
    assertThat(saysWhere).isTrue();
  }

  @Test
  void shouldTakeNoGapForAWrongRate() {
    // A second is missing after each; then the feed leaves out what is silent.
    assertThat(hear(4, micros -> micros + micros / 1_000_000 * 1_000_000)).isEmpty();
    assertThat(hear(20, micros -> 8_000_000 + micros + micros * micros / 40_000_000)).isEmpty();
  }

  @Test
  void shouldTakeNoPausesForAWrongRate() {
    // A busy tone, 480 ms on and 480 ms off, of a feed that leaves out silence.
    assertThat(hear(30, micros -> micros / 480_000 * 960_000 + micros % 480_000)).isEmpty();
  }

  @Test
  void shouldTellARateByIngestionAfterEightSeconds() {
    for (long micros = 0; micros < 7_900_000; micros += MESSAGE_MICROS) {
      ingest(2 * micros / 1_000);
      assertThat(check.finding()).isEmpty();
    }
    for (long micros = 7_900_000; micros < 9_000_000; micros += MESSAGE_MICROS) {
      ingest(2 * micros / 1_000);
    }
    assertThat(check.finding()).contains(AudioFault.WRONG_SAMPLE_RATE);
  }

  private void ingest(long atMs) {
    check.accept(OptionalLong.empty(), OptionalLong.empty(), atMs, MESSAGE_MICROS, true);
  }

  @Test
  void shouldFindNothingWhereAudioIsSentAtOnce() {
    for (long micros = 0; micros < 30_000_000; micros += MESSAGE_MICROS) {
      ingest(5);
    }

    assertThat(check.finding()).isEmpty();
  }
}
