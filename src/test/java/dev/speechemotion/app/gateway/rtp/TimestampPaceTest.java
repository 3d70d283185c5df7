package dev.speechemotion.app.gateway.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampPaceTest {
  private static final int PACKETS = 3_000;
  private static final int LENGTH = 160;
  private static final double LASTS_MS = 20;

  private final TimestampPace pace = new TimestampPace();
  private final List<Long> found = new ArrayList<>();
  private final Random random = new Random(1);

  private void take(int number, long timestamp, int bytes, double atMs) {
    pace.take(
            new RtpPacket(
                0, number & 0xFFFF, timestamp & 0xFFFF_FFFFL, 7, ByteBuffer.allocate(bytes)),
            (long) (atMs * 1_000_000))
        .ifPresent(found::add);
  }

  @ParameterizedTest
  @CsvSource({"20, 1000", "320, 16000", "882, 44100", "960, 48000", "0, 0", "20000, 1000000"})
  void shouldFindAClockOfAnotherRateBehindJitterLossAndWrapAround(int advance, long rate) {
    for (int i = 0; i < 600; i++) {
      if (random.nextInt(20) > 0) {
        take(
            65_500 + i,
            0xFFFF_F000L + (long) i * advance,
            LENGTH,
            i * LASTS_MS + 10 * random.nextDouble());
      }
    }

    assertThat(found).isNotEmpty().allMatch(each -> each == rate);
  }

  @Test
  void shouldFindMillisecondsAsAClockOfTheSenderGivesThem() {
    for (int i = 0; i < 600; i++) {
      double at = i * LASTS_MS + 6 * random.nextDouble();
      take(i, (long) at, LENGTH, at + 1);
    }

    assertThat(found).isNotEmpty().allMatch(each -> each > 900 && each < 1_100);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.5, 1, 1.2})
  void shouldNotMindHowFastPacketsCome(double speed) {
    for (int i = 0; i < PACKETS; i++) {
      take(i, (long) i * LENGTH, LENGTH, i * LASTS_MS * speed);
    }

    assertThat(found).isEmpty();
  }

  @Test
  void shouldNotMindBurstsAndOrder() {
    // By twenty at once, and each pair the wrong way around.
    for (int i = 0; i < PACKETS; i++) {
      int number = i ^ 1;
      take(number, (long) number * LENGTH, LENGTH, Math.floorDiv(i, 20) * 20 * LASTS_MS);
    }
    // Late by up to a second.
    TreeMap<Double, Integer> arrivals = new TreeMap<>();
    for (int i = 0; i < PACKETS; i++) {
      arrivals.put(i * LASTS_MS + 1_000 * random.nextDouble(), i);
    }
    arrivals.forEach((at, i) -> take(i, (long) i * LENGTH, LENGTH, at));

    assertThat(found).isEmpty();
  }

  /** Talk of one packet to a few seconds, pauses of any length, as they come or faster. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 4, 1",
    "1, 50, 1",
    "2, 1, 1",
    "5, 5, 1",
    "100, 100, 1",
    "1, 1, 0.8",
    "1, 4, 0.3",
    "2, 2, 0.5",
    "5, 5, 0.5",
    "100, 100, 0.5",
    "100, 300, 0.25",
    "1, 1, 0",
    "5, 5, 0"
  })
  void shouldNotMindSilenceThatIsNotSent(int talk, int silence, double speed) {
    long spoken = 0;
    for (int i = 0; i < PACKETS; i++) {
      take(i, spoken * LENGTH, LENGTH, spoken * LASTS_MS * speed);
      spoken += i % talk == talk - 1 ? 1 + silence : 1;
    }

    assertThat(found).isEmpty();
  }

  @Test
  void shouldNotMindPacketsOfChangingLength() {
    long samples = 0;
    for (int i = 0; i < PACKETS; i++) {
      int length = 80 * (1 + random.nextInt(6));
      take(i, samples, length, samples / 8.0);
      samples += length;
    }

    assertThat(found).isEmpty();
  }

  @Test
  void shouldNotMindLossOfMostPacketsOrAClockThatIsSet() {
    for (int i = 0; i < PACKETS; i++) {
      if (random.nextInt(10) > 7) {
        take(i, (long) i * LENGTH + i / 100 * 1_000_000L, LENGTH, i * LASTS_MS);
      }
    }

    assertThat(found).isEmpty();
  }
}
