package dev.speechemotion.model.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FullyConnectedTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Random random = new Random(5);

  /** Numbers of inputs that are, and are not, taken four at a time. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 5, 6, 7, 8, 33, 415})
  void shouldGiveWhatTheLayersGiveByHand(int inputs) {
    int[] sizes = {inputs, 9, 5, 3};
    List<float[]> weights =
        List.of(
            values(sizes[0] * sizes[1]), values(sizes[1] * sizes[2]), values(sizes[2] * sizes[3]));
    List<float[]> biases = List.of(values(sizes[1]), values(sizes[2]), values(sizes[3]));
    float[] window = values(inputs);
    float[] logits = new float[3];

    new FullyConnected(weights, biases, 1).newPass().run(window, logits);

    double[] expected = new double[inputs];
    Arrays.setAll(expected, i -> window[i]);
    for (int layer = 0; layer < 3; layer++) {
      expected = byHand(weights.get(layer), biases.get(layer), expected, layer < 2);
    }
    for (int i = 0; i < 3; i++) {
      assertThat((double) logits[i]).isCloseTo(expected[i], within(1e-4));
    }
  }

  private static double[] byHand(float[] weights, float[] bias, double[] inputs, boolean rectify) {
    double[] outputs = new double[bias.length];
    for (int output = 0; output < bias.length; output++) {
      double sum = bias[output];
      for (int i = 0; i < inputs.length; i++) {
        sum += weights[output * inputs.length + i] * inputs[i];
      }
      outputs[output] = rectify ? Math.max(0, sum) : sum;
    }
    return outputs;
  }

  /** Each member has its part of the hidden layer and of the weights after it. */
  @Test
  void shouldGiveTheMeanOfTheMembers() {
    // Two inputs, two members of one hidden unit each, one output.
    List<float[]> weights = List.of(new float[] {1, 0, 0, 1}, new float[] {10, 100});
    List<float[]> biases = List.of(new float[] {0, 0}, new float[] {7});
    float[] logits = new float[1];

    new FullyConnected(weights, biases, 2).newPass().run(new float[] {2, 4}, logits);

    assertThat(logits[0]).isEqualTo((10 * 2 + 100 * 4) / 2f + 7);
  }

  @Test
  void shouldGiveTheSameBitsWhateverWentThroughBefore() {
    ForwardPass pass = members().newPass();
    float[] first = values(21);
    float[] expected = new float[6];
    pass.run(first, expected);
    float[] infinite = new float[21];
    Arrays.fill(infinite, Float.POSITIVE_INFINITY);
    float[] logits = new float[6];
    pass.run(infinite, logits);

    pass.run(first, logits);

    assertThat(logits).isEqualTo(expected);
  }

  @Test
  void shouldNotTurnWhatIsNoNumberIntoOne() {
    float[] window = values(21);
    window[17] = Float.NaN;
    float[] logits = new float[6];

    members().newPass().run(window, logits);

    assertThat(logits).containsOnly(Float.NaN);
  }

  @Test
  void shouldAllocateNothingForAWindow() {
    ForwardPass pass = members().newPass();
    float[] window = values(21);
    float[] logits = new float[6];
    long thread = Thread.currentThread().getId();
    long least = Long.MAX_VALUE;
    // The least, as the JVM itself now and then puts something on a thread's account.
    for (int attempt = 0; attempt < 10; attempt++) {
      long before = THREADS.getThreadAllocatedBytes(thread);
      for (int i = 0; i < 1_000; i++) {
        pass.run(window, logits);
      }
      least = Math.min(least, THREADS.getThreadAllocatedBytes(thread) - before);
    }

    assertThat(least).isZero();
  }

  @Test
  void shouldRefuseLayersThatDoNotFitTogether() {
    List<float[]> biases = List.of(new float[4], new float[2]);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FullyConnected(List.of(new float[12], new float[10]), biases, 1))
        .withMessageContaining("layer 2 takes 5 values, the one before gives 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FullyConnected(List.of(new float[13], new float[8]), biases, 1))
        .withMessageContaining("a layer of 4 outputs cannot have 13 weights");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FullyConnected(List.of(new float[12]), biases, 1))
        .withMessageContaining("weights and biases of each layer, got 1 and 2");
  }

  private FullyConnected members() {
    return new FullyConnected(
        List.of(values(21 * 24), values(24 * 6)), List.of(values(24), values(6)), 3);
  }

  private float[] values(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
