package dev.speechemotion.audio.resampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResamplerTest {
  private static final int[] TO_16_AND_8 = {24_414, 22_050, 44_100, 48_000};

  static Stream<Arguments> ratePairs() {
    Stream.Builder<Arguments> pairs = Stream.builder();
    pairs.add(Arguments.of(8_000, 16_000));
    pairs.add(Arguments.of(16_000, 8_000));
    for (int rate : TO_16_AND_8) {
      pairs.add(Arguments.of(rate, 16_000));
      pairs.add(Arguments.of(rate, 8_000));
    }
    pairs.add(Arguments.of(8_000, 22_050));
    pairs.add(Arguments.of(24_414, 22_050));
    pairs.add(Arguments.of(96_000, 22_050));
    pairs.add(Arguments.of(95_999, 8_000));
    pairs.add(Arguments.of(8_000, 95_999));
    return pairs.build();
  }

  @ParameterizedTest
  @MethodSource("ratePairs")
  void shouldPassTonesFlatAndWithoutImagesOrDelay(int inputRateHz, int outputRateHz) {
    double lowerNyquist = Math.min(inputRateHz, outputRateHz) / 2.0;
    for (double share : new double[] {0.01, 0.113, 0.25, 0.5, 0.707, 0.85, 0.9}) {
      double frequency = share * lowerNyquist;

      float[] output =
          Resampler.resample(
              tone(frequency, inputRateHz, inputRateHz / 2), inputRateHz, outputRateHz);

      Tone found = Tone.fit(output, frequency, outputRateHz);
      assertThat(found.gainDb).as("gain at %s", share).isBetween(-0.1, 0.1);
      assertThat(found.phase).as("phase at %s", share).isCloseTo(0, within(1e-4));
      assertThat(found.restDb).as("images and aliases at %s", share).isLessThan(-80);
    }
  }

  @ParameterizedTest
  @MethodSource("ratePairs")
  void shouldHaveNoImagesOfTonesNearTheNyquistFrequency(int inputRateHz, int outputRateHz) {
    double lowerNyquist = Math.min(inputRateHz, outputRateHz) / 2.0;
    for (double share : new double[] {0.93, 0.96, 0.99}) {
      double frequency = share * lowerNyquist;

      float[] output =
          Resampler.resample(
              tone(frequency, inputRateHz, inputRateHz / 2), inputRateHz, outputRateHz);

      assertThat(Tone.fit(output, frequency, outputRateHz).restDb).isLessThan(-80);
    }
  }

  @ParameterizedTest
  @MethodSource("ratePairs")
  void shouldRejectAliases(int inputRateHz, int outputRateHz) {
    for (int i = 0; i <= 40; i++) {
      double frequency = (outputRateHz + (inputRateHz - outputRateHz) * i / 41.0) / 2;
      if (inputRateHz < outputRateHz || frequency >= 0.999 * inputRateHz / 2) {
        continue;
      }

      float[] output =
          Resampler.resample(
              tone(frequency, inputRateHz, inputRateHz / 4), inputRateHz, outputRateHz);

      assertThat(decibels(inner(output)) - decibels(0.5)).as("%s Hz", frequency).isLessThan(-80);
    }
  }

  @ParameterizedTest
  @MethodSource("ratePairs")
  void shouldFollowASweep(int inputRateHz, int outputRateHz) {
    double lowerNyquist = Math.min(inputRateHz, outputRateHz) / 2.0;
    double seconds = 10;
    double hertzPerSecond = inputRateHz / 2.0 / seconds;
    float[] sweep = new float[(int) (seconds * inputRateHz)];
    for (int i = 0; i < sweep.length; i++) {
      sweep[i] = (float) sweepAt(i / (double) inputRateHz, hertzPerSecond);
    }

    float[] output = Resampler.resample(sweep, inputRateHz, outputRateHz);

    double passed = 0.9 * lowerNyquist / hertzPerSecond;
    double stopped = 1.02 * lowerNyquist / hertzPerSecond;
    double worstPassed = 0;
    double worstStopped = 0;
    int compared = 0;
    for (int k = outputRateHz / 10; k < output.length - outputRateHz / 10; k++) {
      double time = k / (double) outputRateHz;
      if (time < passed) {
        double error = Math.abs(output[k] - sweepAt(time, hertzPerSecond));
        worstPassed = Math.max(worstPassed, error);
        compared++;
      } else if (time > stopped) {
        worstStopped = Math.max(worstStopped, Math.abs(output[k]));
        compared++;
      }
    }
    // 0.1 dB is 1.16 %; a delay of 1 % of a sample would be 2.8 % at the end.
    assertThat(worstPassed).isLessThan(0.0116 * 0.5);
    assertThat(worstStopped).isLessThan(0.5 * 1e-4);
    assertThat(compared).isGreaterThan(outputRateHz / 2);
  }

  @ParameterizedTest
  @MethodSource("ratePairs")
  void shouldGiveTheExactCountAtAnyLength(int inputRateHz, int outputRateHz) {
    Random random = new Random(7);
    for (int i = 0; i < 30; i++) {
      int count = i < 5 ? i : random.nextInt(3_000);
      Resampler resampler = new Resampler(inputRateHz, outputRateHz);
      float[] output = new float[resampler.maxOutputCount(count) + resampler.maxOutputCount(0)];

      int written = resampler.process(new float[count], 0, count, output, 0);
      int atMost = resampler.maxOutputCount(count);
      int finished = resampler.finish(output, written);

      long exact = (long) Math.ceil((double) ((long) count * outputRateHz) / inputRateHz);
      assertThat(written).isLessThanOrEqualTo(atMost);
      assertThat(finished).isLessThanOrEqualTo(resampler.maxOutputCount(0));
      assertThat(written + finished).as("%d samples", count).isEqualTo(exact);
    }
  }

  @Test
  void shouldRepeatTheSameBitsEverySecondForMinutes() {
    Resampler resampler = new Resampler(24_414, 16_000);
    float[] second = noise(24_414, 11);
    float[] output = new float[resampler.maxOutputCount(second.length)];
    float[] early = null;
    long outputCount = 0;
    for (int i = 0; i < 150; i++) {
      int written = resampler.process(second, 0, second.length, output, 0);
      if (i == 5) {
        early = Arrays.copyOf(output, written);
      }
      outputCount += written;
    }

    assertThat(early).hasSize(16_000);
    assertThat(Arrays.mismatch(Arrays.copyOf(output, 16_000), early)).isEqualTo(-1);
    assertThat(outputCount + resampler.finish(output, 0)).isEqualTo(150L * 16_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {3_600, 1_000_000_000})
  void shouldNotDriftInAnHourNorInThirtyYears(int seconds) throws Exception {
    float[] second = noise(24_414, 11);
    Resampler young = new Resampler(24_414, 16_000);
    float[] output = new float[young.maxOutputCount(second.length)];
    for (int i = 0; i < 10; i++) {
      young.process(second, 0, second.length, output, 0);
    }
    // Whole seconds later all is as it was but the two counts that the state begins with.
    ByteBuffer state = ByteBuffer.wrap(state(young));
    long written = state.getLong(8) + (seconds - 10L) * 16_000;
    state.putLong(0, seconds * 24_414L).putLong(8, written);
    Resampler old = new Resampler(24_414, 16_000);
    old.readState(input(state.array()));
    float[] rest = new float[old.maxOutputCount(1_000)];

    written += old.process(second, 0, 1_000, rest, 0);
    written += old.finish(rest, 0);

    assertThat(written).isEqualTo(((seconds * 24_414L + 1_000) * 16_000 + 24_413) / 24_414);
  }

  @ParameterizedTest
  @MethodSource("ratePairs")
  void shouldGiveTheSameBitsHoweverTheInputIsCutAndStored(int inputRateHz, int outputRateHz)
      throws Exception {
    float[] input = noise(5_000, 3);
    float[] whole = Resampler.resample(input, inputRateHz, outputRateHz);
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      int longest = seed < 2 ? 1 : seed < 10 ? 50 : 2_000;
      Resampler resampler = new Resampler(inputRateHz, outputRateHz);
      float[] output = new float[whole.length];
      int at = 0;
      int written = 0;
      while (at < input.length) {
        int count = Math.min(input.length - at, random.nextInt(longest + 1));
        written += resampler.process(input, at, count, output, written);
        at += count;
        if (random.nextInt(5) == 0) {
          byte[] state = state(resampler);
          resampler = new Resampler(inputRateHz, outputRateHz);
          resampler.readState(input(state));
        }
      }
      written += resampler.finish(output, written);

      assertThat(written).isEqualTo(whole.length);
      assertThat(Arrays.mismatch(output, whole)).isEqualTo(-1);
    }
  }

  @Test
  void shouldBeAsNewAfterFinish() {
    Resampler resampler = new Resampler(8_000, 16_000);
    float[] input = noise(1_000, 5);
    float[] first = new float[2_000];
    float[] second = new float[2_000];

    resampler.finish(first, resampler.process(input, 0, 1_000, first, 0));
    resampler.finish(second, resampler.process(input, 0, 1_000, second, 0));

    assertThat(second).containsExactly(first);
  }

  @Test
  void shouldAnswerAnImpulseSymmetrically() {
    float[] impulse = new float[401];
    impulse[200] = 1;

    float[] doubled = Resampler.resample(impulse, 8_000, 16_000);

    assertThat(doubled[400]).isGreaterThan(0.9f);
    for (int i = 1; i < 300; i++) {
      assertThat(doubled[400 + i]).isEqualTo(doubled[400 - i]);
    }
  }

  @ParameterizedTest
  @MethodSource("ratePairs")
  void shouldKeepAConstant(int inputRateHz, int outputRateHz) {
    float[] constant = new float[inputRateHz / 4];
    Arrays.fill(constant, 0.5f);

    float[] output = Resampler.resample(constant, inputRateHz, outputRateHz);

    for (int k = output.length / 3; k < output.length * 2 / 3; k++) {
      assertThat(output[k]).isCloseTo(0.5f, within(1e-6f));
    }
  }

  @Test
  void shouldPassSamplesUnchangedBetweenEqualRates() throws Exception {
    float[] input = noise(100, 1);
    Resampler resampler = new Resampler(16_000, 16_000);
    float[] output = new float[100];

    int written = resampler.process(input, 0, 100, output, 0);

    assertThat(written).isEqualTo(100);
    assertThat(output).containsExactly(input);
    assertThat(resampler.finish(output, 0)).isZero();
    assertThat(state(resampler)).isEmpty();
    assertThat(Resampler.resample(input, 16_000, 16_000)).isSameAs(input);
  }

  @Test
  void shouldKeepItsStateSmall() throws Exception {
    Resampler resampler = new Resampler(8_000, 16_000);
    resampler.process(new float[10_000], 0, 10_000, new float[20_200], 0);

    assertThat(state(resampler)).hasSizeLessThan(400);
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0, 0",
    "9223372036854775807, 0, 0",
    "1000, -1, 0",
    "1000, 0, 0",
    "1000, 2001, 0",
    "1000, 1999, -1",
    "1000, 1999, 80",
    "1000, 1999, 2147483647",
  })
  void shouldRefuseAStateThatCannotBe(long inputCount, long outputCount, int heldCount)
      throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(inputCount);
    out.writeLong(outputCount);
    out.writeInt(heldCount);
    out.write(new byte[1000]);

    assertThatThrownBy(() -> new Resampler(8_000, 16_000).readState(input(bytes.toByteArray())))
        .isInstanceOf(IOException.class)
        .hasMessageMatching("a resampler .* cannot .*");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 441, 2147483647})
  void shouldRefuseAPhaseThatCannotBe(int phase) throws Exception {
    byte[] state = state(new Resampler(8_000, 22_050));
    ByteBuffer.wrap(state).putInt(state.length - Integer.BYTES, phase);

    assertThatThrownBy(() -> new Resampler(8_000, 22_050).readState(input(state)))
        .isInstanceOf(IOException.class)
        .hasMessage("a resampler of 441 phases cannot have phase " + phase);
  }

  @Test
  void shouldRefuseAStateThatEndsEarly() throws Exception {
    byte[] state = state(new Resampler(8_000, 16_000));

    assertThatThrownBy(
            () ->
                new Resampler(8_000, 16_000)
                    .readState(input(Arrays.copyOf(state, state.length - 2))))
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "7999, 16000, inputRateHz",
    "0, 16000, inputRateHz",
    "-8000, 16000, inputRateHz",
    "96001, 16000, inputRateHz",
    "1000000000, 16000, inputRateHz",
    "16000, 7999, outputRateHz",
    "16000, 96001, outputRateHz",
  })
  void shouldRefuseRatesOutOfRange(int inputRateHz, int outputRateHz, String field) {
    assertThatThrownBy(() -> new Resampler(inputRateHz, outputRateHz))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(field + " must be from 8000 to 96000 Hz, got ");
    assertThatThrownBy(() -> Resampler.resample(new float[1], inputRateHz, outputRateHz))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** What a tone has become: fitted by least squares away from the ends. */
  private record Tone(double gainDb, double phase, double restDb) {
    static Tone fit(float[] output, double frequency, int rateHz) {
      int from = output.length / 5;
      int to = output.length - from;
      double[] turn = turn(frequency, rateHz, output.length);
      double cc = 0;
      double ss = 0;
      double cs = 0;
      double yc = 0;
      double ys = 0;
      for (int k = from; k < to; k++) {
        double c = turn[2 * k];
        double s = turn[2 * k + 1];
        cc += c * c;
        ss += s * s;
        cs += c * s;
        yc += output[k] * c;
        ys += output[k] * s;
      }
      double determinant = cc * ss - cs * cs;
      double a = (yc * ss - ys * cs) / determinant;
      double b = (ys * cc - yc * cs) / determinant;
      double rest = 0;
      for (int k = from; k < to; k++) {
        double error = output[k] - a * turn[2 * k] - b * turn[2 * k + 1];
        rest += error * error;
      }
      double amplitude = Math.hypot(a, b);
      return new Tone(
          decibels(amplitude / 0.5),
          Math.atan2(a, b),
          decibels(Math.sqrt(2 * rest / (to - from)) / 0.5));
    }
  }

  private static float[] tone(double frequency, int rateHz, int count) {
    double[] turn = turn(frequency, rateHz, count);
    float[] tone = new float[count];
    for (int i = 0; i < count; i++) {
      tone[i] = (float) (0.5 * turn[2 * i + 1]);
    }
    return tone;
  }

  /** Cosines and sines of a tone, by turning on: over these lengths exact to 1e-10. */
  private static double[] turn(double frequency, int rateHz, int count) {
    double stepCosine = Math.cos(2 * Math.PI * frequency / rateHz);
    double stepSine = Math.sin(2 * Math.PI * frequency / rateHz);
    double[] turn = new double[2 * count];
    double cosine = 1;
    double sine = 0;
    for (int i = 0; i < count; i++) {
      turn[2 * i] = cosine;
      turn[2 * i + 1] = sine;
      double next = cosine * stepCosine - sine * stepSine;
      sine = sine * stepCosine + cosine * stepSine;
      cosine = next;
    }
    return turn;
  }

  private static double sweepAt(double time, double hertzPerSecond) {
    return 0.5 * Math.sin(Math.PI * hertzPerSecond * time * time);
  }

  /** The largest magnitude away from the ends. */
  private static double inner(float[] output) {
    double largest = 1e-12;
    for (int k = output.length / 5; k < output.length * 4 / 5; k++) {
      largest = Math.max(largest, Math.abs(output[k]));
    }
    return largest;
  }

  private static double decibels(double ratio) {
    return 20 * Math.log10(ratio);
  }

  private static float[] noise(int count, long seed) {
    Random random = new Random(seed);
    float[] noise = new float[count];
    for (int i = 0; i < count; i++) {
      noise[i] = random.nextFloat() * 2 - 1;
    }
    return noise;
  }

  private static byte[] state(Resampler resampler) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    resampler.writeState(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static DataInputStream input(byte[] state) {
    return new DataInputStream(new ByteArrayInputStream(state));
  }
}
