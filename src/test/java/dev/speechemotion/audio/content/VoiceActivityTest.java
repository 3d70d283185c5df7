package dev.speechemotion.audio.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.AudioFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VoiceActivityTest {
  private static final int RATE_HZ = 8_000;
  private static final int FRAME = 512;
  private static final int HOP = 128;
  private static final double FRAMES_PER_SECOND = RATE_HZ / (double) HOP;

  private static float[] speech;

  @BeforeAll
  static void readSpeech() throws IOException {
    AudioClip clip =
        AudioFiles.read(Path.of("src/test/resources/reference/emodb-03a01Fa-8000.wav"));
    assertThat(clip.sampleRateHz()).isEqualTo(RATE_HZ);
    speech = clip.mono();
  }

  @Test
  void shouldNeverTakeDigitalSilenceForSpeech() {
    assertThat(share(activity(new float[10 * RATE_HZ]))).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"MULAW", "ALAW"})
  void shouldNeverTakeAnIdleTelephoneLineForSpeech(AudioEncoding encoding) {
    float[] line = noise(10 * RATE_HZ, -85, 0, 1);
    byte[] codes = new byte[line.length];
    encoding.encode(line, 0, line.length, codes, 0);
    encoding.decode(codes, 0, 1, line.length, line, 0);

    assertThat(share(activity(line))).isZero();
  }

  @Test
  void shouldHearTheSpeechOfACleanClipFromItsFirstFrame() {
    boolean[] active = activity(speech);
    boolean[] spoken = loudFrames(speech);

    assertThat(shareOf(active, spoken)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {-30, -20, -10, 0})
  void shouldHearSpeechOfAnyUsualLevel(int gainDb) {
    float[] scaled = scaled(speech, gainDb);

    assertThat(shareOf(activity(scaled), loudFrames(speech))).isGreaterThan(0.9);
  }

  @Test
  void shouldEndSpeechSoonAfterTheLastWord() {
    float[] line = concatenated(scaled(speech, 0), new float[2 * RATE_HZ]);
    boolean[] active = activity(line);

    int end = frameAt(speech.length / (double) RATE_HZ);
    assertThat(share(Arrays.copyOfRange(active, end + frameAt(0.3), active.length))).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "-60, 0",
    "-50, 0",
    "-40, 0",
    "-30, 0",
    "-20, 0",
    "-10, 0",
    "-50, 0.9",
    "-30, 0.9",
    "-15, 0.9"
  })
  void shouldSoonTakeSteadyNoiseOfAnyLevelForWhatItIs(int levelDb, float color) {
    for (int seed = 0; seed < 5; seed++) {
      boolean[] active = activity(noise(20 * RATE_HZ, levelDb, color, seed));

      assertThat(share(Arrays.copyOfRange(active, frameAt(1.5), active.length))).isZero();
    }
  }

  @Test
  void shouldAdaptWhenTheNoiseOfTheLineRises() {
    float[] line = concatenated(noise(5 * RATE_HZ, -60, 0, 1), noise(10 * RATE_HZ, -30, 0, 2));
    boolean[] active = activity(line);

    assertThat(share(Arrays.copyOfRange(active, frameAt(2), frameAt(4.9)))).isZero();
    assertThat(share(Arrays.copyOfRange(active, frameAt(8), active.length))).isZero();
  }

  @ParameterizedTest
  @CsvSource({"20, 0, 0.95", "20, 0.9, 0.95", "10, 0, 0.85", "10, 0.9, 0.85"})
  void shouldTellSpeechFromNoise(int signalToNoiseDb, float color, double leastFound) {
    for (int seed = 0; seed < 5; seed++) {
      float[] pause = new float[3 * RATE_HZ];
      float[] line = concatenated(pause, concatenated(speech, pause));
      boolean[] spoken = loudFrames(line);
      float[] noise = noise(line.length, levelDb(speech) - signalToNoiseDb, color, seed);
      for (int i = 0; i < line.length; i++) {
        line[i] += noise[i];
      }

      boolean[] active = activity(line);

      int begin = frameAt(3);
      int end = frameAt(3 + speech.length / (double) RATE_HZ + 0.3);
      assertThat(shareOf(active, spoken)).as("speech found").isGreaterThan(leastFound);
      assertThat(share(Arrays.copyOfRange(active, frameAt(1.5), begin - 4)))
          .as("noise before")
          .isZero();
      assertThat(share(Arrays.copyOfRange(active, end, active.length))).as("noise after").isZero();
    }
  }

  @Test
  void shouldNotHearAConstantOffset() {
    float[] constant = new float[5 * RATE_HZ];
    Arrays.fill(constant, 0.3f);

    assertThat(share(activity(constant))).isZero();
  }

  @Test
  void shouldBridgeShortGapsOnly() {
    float[] tone = noise(RATE_HZ / 2, -20, 0, 1);
    float[] line =
        concatenated(
            concatenated(tone, new float[(int) (0.15 * RATE_HZ)]),
            concatenated(tone, concatenated(new float[RATE_HZ], tone)));
    boolean[] active = activity(line);

    assertThat(share(Arrays.copyOfRange(active, 0, frameAt(1.1)))).isEqualTo(1);
    assertThat(share(Arrays.copyOfRange(active, frameAt(1.45), frameAt(2)))).isZero();
    assertThat(active[frameAt(2.2)]).isTrue();
  }

  @Test
  void shouldGoOnFromItsState() throws Exception {
    float[] line = concatenated(noise(RATE_HZ, -45, 0, 1), speech);
    boolean[] expected = activity(line);
    Random random = new Random(1);
    VoiceActivity voice = new VoiceActivity(FRAMES_PER_SECOND);
    for (int i = 0; i < expected.length; i++) {
      if (random.nextInt(4) == 0) {
        byte[] state = state(voice);
        assertThat(state).hasSize(52);
        voice = new VoiceActivity(FRAMES_PER_SECOND);
        voice.readState(input(state));
      }
      assertThat(voice.accept(line, i * HOP, FRAME)).isEqualTo(expected[i]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0, 0, 0",
    "16, 0, 0, 0",
    "0, -1, 0, 0",
    "0, 14, 0, 0",
    "0, 0, -1, 0",
    "0, 0, 4, 0",
    "0, 0, 0, -1",
    "0, 0, 0, 20",
    "2147483647, 2147483647, 2147483647, 2147483647"
  })
  void shouldRefuseAStateThatCannotBe(int slotFrames, int hangOver, int voicedRun, int voiceless)
      throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(slotFrames);
    out.writeInt(hangOver);
    out.writeInt(voicedRun);
    out.writeInt(voiceless);
    out.write(new byte[36]);

    assertThatThrownBy(
            () -> new VoiceActivity(FRAMES_PER_SECOND).readState(input(bytes.toByteArray())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot hold");
  }

  @Test
  void shouldRefuseAStateThatEndsEarly() throws Exception {
    byte[] state = state(new VoiceActivity(FRAMES_PER_SECOND));

    assertThatThrownBy(
            () ->
                new VoiceActivity(FRAMES_PER_SECOND)
                    .readState(input(Arrays.copyOf(state, state.length - 1))))
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void shouldRefuseBadFrameRates(double framesPerSecond) {
    assertThatThrownBy(() -> new VoiceActivity(framesPerSecond))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("framesPerSecond");
  }

  private static boolean[] activity(float[] samples) {
    VoiceActivity voice = new VoiceActivity(FRAMES_PER_SECOND);
    boolean[] active = new boolean[(samples.length - FRAME) / HOP + 1];
    for (int i = 0; i < active.length; i++) {
      active[i] = voice.accept(samples, i * HOP, FRAME);
    }
    return active;
  }

  /** Frames of clean speech within 20 dB of the loudest: what anybody would call speech. */
  private static boolean[] loudFrames(float[] clean) {
    boolean[] loud = new boolean[(clean.length - FRAME) / HOP + 1];
    double loudest = -200;
    for (int i = 0; i < loud.length; i++) {
      loudest = Math.max(loudest, levelDb(Arrays.copyOfRange(clean, i * HOP, i * HOP + FRAME)));
    }
    for (int i = 0; i < loud.length; i++) {
      loud[i] = levelDb(Arrays.copyOfRange(clean, i * HOP, i * HOP + FRAME)) > loudest - 20;
    }
    assertThat(share(loud)).isGreaterThan(0.1);
    return loud;
  }

  private static double levelDb(float[] samples) {
    double energy = 0;
    for (float sample : samples) {
      energy += sample * sample;
    }
    return 10 * Math.log10(energy / samples.length + 1e-20);
  }

  /** Gaussian noise through a one-pole filter: white at color 0, mostly low frequencies at 0.9. */
  private static float[] noise(int count, double levelDb, float color, long seed) {
    Random random = new Random(seed);
    float[] noise = new float[count];
    float last = 0;
    for (int i = 0; i < count; i++) {
      last = color * last + (float) random.nextGaussian();
      noise[i] = last;
    }
    return scaled(noise, levelDb - levelDb(noise));
  }

  private static float[] scaled(float[] samples, double gainDb) {
    float gain = (float) Math.pow(10, gainDb / 20);
    float[] scaled = new float[samples.length];
    for (int i = 0; i < samples.length; i++) {
      scaled[i] = samples[i] * gain;
    }
    return scaled;
  }

  private static float[] concatenated(float[] first, float[] second) {
    float[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static int frameAt(double seconds) {
    return (int) Math.ceil(seconds * FRAMES_PER_SECOND);
  }

  private static double share(boolean[] frames) {
    int count = 0;
    for (boolean frame : frames) {
      count += frame ? 1 : 0;
    }
    return count / (double) frames.length;
  }

  /** Share of the {@code wanted} frames that are {@code found}. */
  private static double shareOf(boolean[] found, boolean[] wanted) {
    int both = 0;
    int all = 0;
    for (int i = 0; i < wanted.length; i++) {
      all += wanted[i] ? 1 : 0;
      both += wanted[i] && found[i] ? 1 : 0;
    }
    return both / (double) all;
  }

  private static byte[] state(VoiceActivity voice) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    voice.writeState(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static DataInputStream input(byte[] state) {
    return new DataInputStream(new ByteArrayInputStream(state));
  }
}
