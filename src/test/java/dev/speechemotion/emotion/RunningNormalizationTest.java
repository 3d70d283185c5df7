package dev.speechemotion.emotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RunningNormalizationTest {
  private static final float[] MEAN = {-400, 0.5f};
  private static final float[] DEVIATION = {70, 0.1f};
  private static final Population POPULATION = new Population(MEAN, DEVIATION, 4, 0.3f);

  private final RunningNormalization normalization = new RunningNormalization(POPULATION);

  @Test
  void shouldLeaveVectorsAsTheyAreBeforeAnythingWasHeard() {
    assertThat(adapted(-330, 0.2f)).usingComparatorWithPrecision(1e-4f).containsExactly(-330, 0.2f);
  }

  @Test
  void shouldShrinkTheCallsMeanTowardThePopulation() {
    normalization.count(new float[] {-330, 0.5f}, 1);

    // One window that lies one deviation above, against a prior of four: a fifth of it is taken
    // off.
    assertThat(adapted(-330, 0.5f))
        .usingComparatorWithPrecision(1e-3f)
        .containsExactly(-330 - 70 / 5f, 0.5f);
  }

  @Test
  void shouldShrinkTheMeanOfEachFeatureByAWeightOfItsOwn() throws IOException {
    Population population = new Population(MEAN, DEVIATION, new float[] {1, 9}, 4, 0.3f);
    RunningNormalization byFeature = new RunningNormalization(population);
    byFeature.count(new float[] {-330, 0.6f}, 1);

    // Both lie one deviation above: half and a tenth of it is taken off.
    float[] adapted = new float[2];
    byFeature.apply(new float[] {-330, 0.6f}, adapted);
    assertThat(adapted)
        .usingComparatorWithPrecision(1e-4f)
        .containsExactly(-330 - 70 / 2f, 0.6f - 0.1f / 10);
    // What was counted against other weights is not gone on with, what was against equal ones is.
    assertThat(new RunningNormalization(POPULATION).readState(input(state(byFeature)))).isFalse();
    Population same = new Population(MEAN, DEVIATION, new float[] {4, 4}, 4, 0.3f);
    assertThat(new RunningNormalization(same).readState(input(state(normalization)))).isTrue();
  }

  @Test
  void shouldShrinkTheCallsDeviationTowardThePopulation() {
    normalization.count(new float[] {-400 + 140, 0.5f}, 1);
    normalization.count(new float[] {-400 - 140, 0.5f}, 1);

    // squares = 8 for the first feature, 0 for the second: variances (4 + 8) / 5 and 4 / 5.
    float[] adapted = adapted(-330, 0.6f);
    assertThat((double) adapted[0]).isCloseTo(-400 + 70 / Math.sqrt(12 / 5.0), within(1e-3));
    assertThat((double) adapted[1]).isCloseTo(0.5 + 0.1 / Math.sqrt(4 / 5.0), within(1e-5));
  }

  @Test
  void shouldMakeASpeakerLikeThePopulationInTheLongRun() {
    Random random = new Random(3);
    double sum = 0;
    double squares = 0;
    int windows = 20_000;
    for (int i = 0; i < windows; i++) {
      float[] features = {-100 + 20 * (float) random.nextGaussian(), 0.5f};
      normalization.count(features, 1);
      if (i >= windows / 2) {
        float value = (adapted(features[0], 0.5f)[0] + 400) / 70;
        sum += value;
        squares += value * value;
      }
    }
    assertThat(sum / (windows / 2)).isCloseTo(0, within(0.05));
    assertThat(Math.sqrt(squares / (windows / 2))).isCloseTo(1, within(0.05));
  }

  @Test
  void shouldNotCountWindowsWithTooLittleSpeech() {
    normalization.count(new float[] {-100, 0.9f}, 0.29f);
    assertThat(normalization.windows()).isZero();
    assertThat(adapted(-330, 0.2f)).usingComparatorWithPrecision(1e-4f).containsExactly(-330, 0.2f);

    normalization.count(new float[] {-100, 0.9f}, 0.3f);
    assertThat(normalization.windows()).isEqualTo(1);
  }

  @Test
  void shouldGoOnWithTheSameBitsAfterWritingAndReading() throws IOException {
    Random random = new Random(5);
    RunningNormalization undisturbed = new RunningNormalization(POPULATION);
    RunningNormalization restarted = new RunningNormalization(POPULATION);
    for (int i = 0; i < 100; i++) {
      float[] features = {-300 + 90 * random.nextFloat(), random.nextFloat()};
      undisturbed.count(features, 1);
      restarted.count(features, 1);
      byte[] state = state(restarted);
      assertThat(state).hasSize(12 + 8 * 2);
      restarted = new RunningNormalization(POPULATION);
      assertThat(restarted.readState(input(state))).isTrue();

      float[] expected = new float[2];
      float[] found = new float[2];
      undisturbed.apply(features, expected);
      restarted.apply(features, found);
      assertThat(found).isEqualTo(expected);
    }
  }

  @Test
  void shouldForgetWhatAnotherPopulationGaveAndRefuseWhatWasNeverWritten() throws IOException {
    normalization.count(new float[] {-100, 0.9f}, 1);
    byte[] state = state(normalization);
    RunningNormalization other = new RunningNormalization(new Population(MEAN, DEVIATION, 5, 0.3f));

    assertThat(other.readState(input(state))).isFalse();
    assertThat(other.windows()).isZero();
    assertThatThrownBy(
            () ->
                new RunningNormalization(POPULATION)
                    .readState(input(Arrays.copyOf(state, state.length - 1))))
        .isInstanceOf(EOFException.class);
    state[12] = 0x7f;
    state[13] = (byte) 0x80;
    assertThatThrownBy(() -> new RunningNormalization(POPULATION).readState(input(state)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("malformed");
  }

  @Test
  void shouldRefusePopulationsThatCannotBe() {
    float[] one = {1};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Population(one, new float[] {0}, 4, 0.3f))
        .withMessageContaining("positive");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Population(new float[] {Float.NaN}, one, 4, 0.3f))
        .withMessageContaining("finite");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Population(one, new float[2], 4, 0.3f))
        .withMessageContaining("1 and 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Population(one, one, 0, 0.3f))
        .withMessageContaining("priorWindows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Population(one, one, new float[] {-1}, 4, 0.3f))
        .withMessageContaining("priorWindows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Population(one, one, new float[2], 4, 0.3f))
        .withMessageContaining("1 features needs as many priorWindows, got 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Population(one, one, 4, 1.1f))
        .withMessageContaining("minSpeechShare");
  }

  private float[] adapted(float... features) {
    float[] adapted = new float[features.length];
    normalization.apply(features, adapted);
    return adapted;
  }

  private static byte[] state(RunningNormalization normalization) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    normalization.writeState(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static DataInputStream input(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }
}
