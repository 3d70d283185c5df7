package dev.speechemotion.emotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VoiceAdaptationTest {
  private static final Optional<Population> NONE = Optional.empty();
  private static final Optional<Population> POPULATION = population(10);
  private static final Optional<Population> OTHER = population(20);

  private final VoiceAdaptation voice = new VoiceAdaptation();

  private static Optional<Population> population(float priorWindows) {
    return Optional.of(new Population(new float[] {0, 5}, new float[] {1, 2}, priorWindows, 0.3f));
  }

  @Test
  void shouldLeaveVectorsAloneWhereTheModelTakesThemAsTheyAre() {
    float[] features = {3, 4};

    voice.hear(NONE, features, 1);

    assertThat(voice.apply(NONE, features, new float[2])).isSameAs(features);
    assertThat(voice.windows()).isZero();
  }

  @Test
  void shouldTakeOutTheMeanOfWhatWasHeardAsFarAsThePriorLets() {
    // One window counts: of the voice's mean of 11 deviations, 1 / (10 + 1) is known.
    voice.hear(POPULATION, new float[] {11, 5}, 1);
    float[] adapted = new float[2];

    assertThat(voice.apply(POPULATION, new float[] {11, 5}, adapted)).isSameAs(adapted);

    assertThat(adapted[0]).isCloseTo(10, within(1e-5f));
    assertThat(adapted[1]).isEqualTo(5);
  }

  @Test
  void shouldAdaptInPlace() {
    voice.hear(POPULATION, new float[] {11, 5}, 1);
    float[] features = {11, 5};

    voice.apply(POPULATION, features, features);

    assertThat(features[0]).isCloseTo(10, within(1e-5f));
  }

  @Test
  void shouldNotHearWindowsWithTooLittleSpeech() {
    voice.hear(POPULATION, new float[] {11, 5}, 0.29f);
    voice.hear(POPULATION, new float[] {11, 5}, 0.3f);

    assertThat(voice.windows()).isEqualTo(1);
  }

  @Test
  void shouldForgetWhatWasHeardWhenAModelOfAnotherPopulationComes() {
    voice.hear(POPULATION, new float[] {11, 5}, 1);

    float[] adapted = voice.apply(OTHER, new float[] {11, 5}, new float[2]);

    assertThat(adapted[0]).isEqualTo(11);
    assertThat(voice.windows()).isZero();
  }

  @Test
  void shouldKeepWhatWasHeardWhileAModelTakesVectorsAsTheyAre() {
    voice.hear(POPULATION, new float[] {11, 5}, 1);

    voice.hear(NONE, new float[] {99, 99}, 1);
    voice.apply(NONE, new float[] {99, 99}, new float[2]);

    assertThat(voice.windows()).isEqualTo(1);
    assertThat(voice.apply(population(10), new float[] {11, 5}, new float[2])[0])
        .isCloseTo(10, within(1e-5f));
  }

  @Test
  void shouldGoOnWithTheSameBitsAfterItWasWrittenAndRead() throws Exception {
    for (int i = 0; i < 20; i++) {
      voice.hear(POPULATION, new float[] {i % 7, i % 3}, 1);
    }
    VoiceAdaptation restarted = read(written(voice), POPULATION);

    for (VoiceAdaptation each : new VoiceAdaptation[] {voice, restarted}) {
      each.hear(POPULATION, new float[] {2, 9}, 1);
    }

    assertThat(restarted.windows()).isEqualTo(21);
    assertThat(restarted.apply(POPULATION, new float[] {3, 4}, new float[2]))
        .isEqualTo(voice.apply(POPULATION, new float[] {3, 4}, new float[2]));
  }

  @Test
  void shouldForgetOnReadingWhatWasHeardAgainstAnotherPopulationOrIsNotNeeded() throws Exception {
    voice.hear(POPULATION, new float[] {11, 5}, 1);

    assertThat(read(written(voice), OTHER).windows()).isZero();
    assertThat(read(written(voice), NONE).windows()).isZero();
  }

  @Test
  void shouldWriteFourBytesWhereNothingWasHeard() throws Exception {
    assertThat(written(voice)).containsExactly(0, 0, 0, 0);
    assertThat(read(written(voice), POPULATION).windows()).isZero();
  }

  @Test
  void shouldReadNoMoreThanItsOwn() throws Exception {
    voice.hear(POPULATION, new float[] {11, 5}, 1);
    byte[] state = written(voice);
    DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(Arrays.copyOf(state, state.length + 3)));

    new VoiceAdaptation().readState(in, () -> OTHER);

    assertThat(in.available()).isEqualTo(3);
  }

  @Test
  void shouldRefuseAStateThatIsMalformed() throws Exception {
    voice.hear(POPULATION, new float[] {11, 5}, 1);
    byte[] state = written(voice);
    byte[] cutOff = Arrays.copyOf(state, state.length - 1);
    byte[] tooLong = {0, 1, 0, 1};
    byte[] negative = {-1, -1, -1, -1};

    for (byte[] malformed : new byte[][] {cutOff, tooLong, negative}) {
      assertThatThrownBy(() -> read(malformed, POPULATION)).isInstanceOf(IOException.class);
    }
  }

  private static byte[] written(VoiceAdaptation voice) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    voice.writeState(new DataOutputStream(out));
    return out.toByteArray();
  }

  private static VoiceAdaptation read(byte[] state, Optional<Population> population)
      throws IOException {
    VoiceAdaptation voice = new VoiceAdaptation();
    voice.readState(new DataInputStream(new ByteArrayInputStream(state)), () -> population);
    return voice;
  }
}
