package dev.speechemotion.training.augmentation;

import static dev.speechemotion.training.augmentation.Sounds.RATE_HZ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.audio.AudioEncoding;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PhoneLineTest {
  private static final int PACKET = 160;

  @ParameterizedTest
  @CsvSource({"100, -38.2", "300, -3", "1000, 0", "2000, 0", "3400, -3"})
  void shouldPassTheBandOfATelephone(double hz, double expectedDb) {
    PhoneLine line = new PhoneLine(AudioEncoding.MULAW, true, 0, 1, false);

    float[] heard = line.apply(Sounds.tone(hz, 0.5, 1), RATE_HZ, new SplittableRandom(1));

    assertThat(heard).hasSize(PhoneLine.RATE_HZ);
    double gainDb = Sounds.decibels(Sounds.power(heard, PhoneLine.RATE_HZ, hz) / 0.125);
    assertThat(gainDb).isCloseTo(expectedDb, within(0.7));
  }

  @ParameterizedTest
  @EnumSource(names = {"MULAW", "ALAW"})
  void shouldGiveValuesOfTheLawOnly(AudioEncoding law) {
    PhoneLine line = new PhoneLine(law, true, 0, 1, false);

    float[] heard = line.apply(Sounds.whiteNoise(0.1, 1, 1), RATE_HZ, new SplittableRandom(1));

    byte[] codes = new byte[heard.length];
    law.encode(heard, 0, heard.length, codes, 0);
    float[] decoded = new float[heard.length];
    law.decode(codes, 0, 1, codes.length, decoded, 0);
    assertThat(decoded).isEqualTo(heard);
    assertThat(codes).isNotEqualTo(new byte[codes.length]);
  }

  @ParameterizedTest
  @CsvSource({"0.01, 1", "0.05, 1", "0.05, 2.5", "0.3, 4"})
  void shouldLoseTheShareOfPacketsThatIsAskedFor(double share, double inARow) {
    PhoneLine line = new PhoneLine(AudioEncoding.ALAW, false, share, inARow, false);
    // given 20,000 packets without a single sample that is 0
    float[] samples = new float[20_000 * PACKET];
    java.util.Arrays.fill(samples, 0.25f);

    float[] heard = line.apply(samples, PhoneLine.RATE_HZ, new SplittableRandom(1));

    int lost = 0;
    int bursts = 0;
    boolean before = false;
    for (int begin = 0; begin < heard.length; begin += PACKET) {
      boolean now = heard[begin] == 0;
      for (int i = begin; i < begin + PACKET; i++) {
        assertThat(heard[i] == 0).isEqualTo(now);
      }
      lost += now ? 1 : 0;
      bursts += now && !before ? 1 : 0;
      before = now;
    }
    assertThat(lost / 20_000.0).isCloseTo(share, within(0.15 * share));
    if (inARow > 1) {
      assertThat(lost / (double) bursts).isCloseTo(inARow, within(0.15 * inARow));
    }
  }

  @Test
  void shouldFadeTheLastPacketOutWhereLossIsConcealed() {
    PhoneLine line = new PhoneLine(AudioEncoding.ALAW, false, 0.5, 5, true);
    float[] samples = new float[200 * PACKET];
    java.util.Arrays.fill(samples, 0.25f);

    float[] heard = line.apply(samples, PhoneLine.RATE_HZ, new SplittableRandom(1));

    // Where packets are lost in a row, the level falls by a third in each, down to silence.
    float whole = heard[indexOfSteady(heard)];
    int steps = 0;
    for (int begin = PACKET; begin < heard.length; begin += PACKET) {
      if (heard[begin - 1] == whole && heard[begin + 1] < whole) {
        assertThat(heard[begin + 80]).isCloseTo(whole * (1 - 80f / 480), within(1e-4f));
        steps++;
      }
      float last = heard[begin - 1];
      float next = heard[begin];
      assertThat(next == whole || next <= last + 1e-6f).isTrue();
    }
    assertThat(steps).isGreaterThan(5);
  }

  private static int indexOfSteady(float[] heard) {
    for (int i = 1; i < heard.length; i++) {
      if (heard[i] != 0 && heard[i] == heard[i - 1]) {
        return i;
      }
    }
    throw new AssertionError("no packet came");
  }

  @Test
  void shouldNotChangeWhatItIsGiven() {
    float[] samples = Sounds.whiteNoise(0.1, 0.5, 1);
    float[] before = samples.clone();

    new PhoneLine(AudioEncoding.MULAW, true, 0.1, 1, true)
        .apply(samples, PhoneLine.RATE_HZ, new SplittableRandom(1));

    assertThat(samples).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "PCM_S16LE, 0, 1, law", "MULAW, -0.1, 1, lostShare", "MULAW, 0.6, 1, lostShare",
    "MULAW, NaN, 1, lostShare", "MULAW, 0, 0.5, lostInARow", "MULAW, 0, NaN, lostInARow"
  })
  void shouldRefuseBadValues(AudioEncoding law, double share, double inARow, String field) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PhoneLine(law, true, share, inARow, true))
        .withMessageContaining(field);
  }
}
