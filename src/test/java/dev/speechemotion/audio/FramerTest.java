package dev.speechemotion.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FramerTest {

  @Test
  void shouldHandOutFramesOfACountingSignal() {
    List<String> frames = new ArrayList<>();
    Framer framer = new Framer(4, 3);

    framer.accept(
        counting(11),
        0,
        11,
        (samples, offset, index) ->
            frames.add(index + Arrays.toString(Arrays.copyOfRange(samples, offset, offset + 4))));

    assertThat(frames)
        .containsExactly("0[0.0, 1.0, 2.0, 3.0]", "1[3.0, 4.0, 5.0, 6.0]", "2[6.0, 7.0, 8.0, 9.0]");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "512, 128", "2048, 512", "400, 160", "7, 7", "5, 1"})
  void shouldNotDependOnHowTheSamplesAreCut(int frameLength, int hopLength) throws Exception {
    int total = 5 * frameLength + 11;
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      Framer framer = new Framer(frameLength, hopLength);
      List<Long> begins = new ArrayList<>();
      float[] signal = counting(total);
      int at = 0;
      while (at < total) {
        int count = Math.min(total - at, random.nextInt(2 * frameLength));
        framer.accept(signal, at, count, checking(frameLength, hopLength, begins));
        at += count;
        if (random.nextInt(3) == 0) {
          Framer restored = new Framer(frameLength, hopLength);
          restored.readState(input(state(framer)));
          framer = restored;
        }
      }

      assertThat(begins).hasSize((total - frameLength) / hopLength + 1);
    }
  }

  @Test
  void shouldWorkForAWholeDayWithoutOverflow() throws Exception {
    Framer framer = new Framer(4, 2);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(10_000_000_000L);
    out.writeInt(2);
    out.writeFloat(0);
    out.writeFloat(0);
    framer.readState(input(bytes.toByteArray()));
    List<Long> indexes = new ArrayList<>();

    framer.accept(new float[4], 0, 4, (samples, offset, index) -> indexes.add(index));

    assertThat(indexes).containsExactly(10_000_000_000L, 10_000_000_001L);
  }

  @Test
  void shouldKeepItsStateSmall() throws Exception {
    Framer framer = new Framer(512, 128);
    framer.accept(counting(600), 0, 600, (samples, offset, index) -> {});

    assertThat(state(framer)).hasSize(8 + 4 + 4 * (600 - 128));
    assertThat(state(new Framer(512, 128))).hasSize(8 + 4);
  }

  @Test
  void shouldKeepSamplesOf16BitsInTwoBytesEach() throws Exception {
    float[] samples = new float[400];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) (i * 7919) / 32768f;
    }
    samples[398] = -1;
    samples[399] = Short.MAX_VALUE / 32768f;

    assertThat(restored(samples, 8 + 4 + 2 * 400)).containsExactly(samples);
  }

  @ParameterizedTest
  @ValueSource(floats = {-0f, 1, -1.00004f, 0.5f / 32768, Float.MIN_VALUE, Float.NaN})
  void shouldKeepEveryBitOfOtherSamples(float other) throws Exception {
    float[] samples = new float[400];
    samples[399] = other;

    float[] restored = restored(samples, 8 + 4 + 4 * 400);

    assertThat(Float.floatToRawIntBits(restored[399])).isEqualTo(Float.floatToRawIntBits(other));
  }

  /** The samples that a framer holds and hands out after it was stored and restored. */
  private static float[] restored(float[] samples, int stateBytes) throws IOException {
    Framer framer = new Framer(512, 512);
    framer.accept(samples, 0, samples.length, (frame, offset, index) -> {});
    byte[] state = state(framer);
    assertThat(state).hasSize(stateBytes);
    Framer restored = new Framer(512, 512);
    restored.readState(input(state));
    float[] held = new float[samples.length];
    int missing = 512 - samples.length;
    restored.accept(
        new float[missing],
        0,
        missing,
        (frame, offset, index) -> System.arraycopy(frame, offset, held, 0, samples.length));
    return held;
  }

  @ParameterizedTest
  @CsvSource({"-1, 2, 2", "0, 4, 4", "0, -5, 4", "3, 2147483647, 2147483647", "3, 1, 1"})
  void shouldRefuseAStateThatCannotBe(long frameIndex, int begin, int heldCount) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(frameIndex);
    out.writeInt(begin);
    out.write(new byte[100]);

    assertThatThrownBy(() -> new Framer(4, 2).readState(input(bytes.toByteArray())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("3 samples cannot hold " + heldCount);
  }

  @Test
  void shouldRefuseAStateThatEndsEarly() throws Exception {
    Framer framer = new Framer(8, 2);
    framer.accept(counting(7), 0, 7, (samples, offset, index) -> {});
    byte[] state = state(framer);

    assertThatThrownBy(
            () -> new Framer(8, 2).readState(input(Arrays.copyOf(state, state.length - 1))))
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "4, 0", "4, 5", "-1, -1"})
  void shouldRefuseBadLengths(int frameLength, int hopLength) {
    assertThatThrownBy(() -> new Framer(frameLength, hopLength))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hopLength");
  }

  private static Framer.FrameSink checking(int frameLength, int hopLength, List<Long> begins) {
    return (samples, offset, index) -> {
      assertThat(index).isEqualTo(begins.size());
      long begin = index * hopLength;
      for (int i = 0; i < frameLength; i++) {
        if (samples[offset + i] != begin + i) {
          throw new AssertionError("frame " + index + " differs at " + i);
        }
      }
      begins.add(begin);
    };
  }

  private static float[] counting(int count) {
    float[] samples = new float[count];
    for (int i = 0; i < count; i++) {
      samples[i] = i;
    }
    return samples;
  }

  private static byte[] state(Framer framer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    framer.writeState(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static DataInputStream input(byte[] state) {
    return new DataInputStream(new ByteArrayInputStream(state));
  }
}
