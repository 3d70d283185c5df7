package dev.speechemotion.features.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.frame.FrameValue;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChangeByLagTest {
  /** A frame every 16 ms, a quarter of a decibel, a tenth of a semitone. */
  private final ChangeByLag change =
      new ChangeByLag(
          new WindowFrames(
              List.of(new FrameValue("rms", 0, 0.25 * 4095), new FrameValue("f0", 0, 0.1 * 4095)),
              62.5),
          List.of("rms", "f0"));

  private Map<String, Double> described(int[] level, int[] pitch) {
    List<String> names = change.names();
    float[] out = new float[names.size() + 2];
    out[0] = 7;
    out[out.length - 1] = 7;
    change.compute(new int[][] {level, pitch}, level.length, out, 1);
    assertThat(out[0]).isEqualTo(7);
    assertThat(out[out.length - 1]).isEqualTo(7);
    Map<String, Double> values = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      values.put(names.get(i), (double) out[i + 1]);
    }
    return values;
  }

  @Test
  void shouldTellOfEachLagTheRootMeanSquareOfTheDifferences() {
    Random random = new Random(4);
    // Longer than what is summed at once, and as wide as codes are.
    int[] level = random.ints(700, 0, 4096).toArray();
    int[] pitch = random.ints(700, 0, 4096).map(one -> one % 3 == 0 ? 0 : one).toArray();

    Map<String, Double> values = described(level, pitch);

    for (int frames = 1; frames <= 32; frames *= 2) {
      double sum = 0;
      double voicedSum = 0;
      int pairs = 0;
      for (int i = frames; i < 700; i++) {
        sum += Math.pow(level[i] - level[i - frames], 2);
        if (pitch[i] > 0 && pitch[i - frames] > 0) {
          voicedSum += Math.pow(pitch[i] - pitch[i - frames], 2);
          pairs++;
        }
      }
      assertThat(values.get("rms.change" + 16 * frames))
          .isCloseTo(0.25 * Math.sqrt(sum / (700 - frames)), within(1e-3));
      assertThat(values.get("f0.change" + 16 * frames))
          .isCloseTo(0.1 * Math.sqrt(voicedSum / pairs), within(1e-3));
    }
  }

  @Test
  void shouldTellHowMuchPitchAndLevelBend() {
    int[] pitch = {300, 301, 304, 305, 305, 0, 305, 400, 300};
    int[] level = {10, 10, 12, 20, 20, 90, 30, 30, 34};

    Map<String, Double> values = described(level, pitch);

    // Second differences of 2, -2, -1 within the first run; the last one's, of 195, is too large.
    assertThat(values.get("f0.bend.mean")).isCloseTo(0.1 * 5 / 3, within(1e-6));
    assertThat(values.get("f0.bend.median")).isCloseTo(0.1 * 2, within(1e-6));
    // At the voiced frames but the first and the last: 2, 6, -8, 70, 60, 4.
    assertThat(values.get("rms.bend.mean")).isCloseTo(0.25 * 150 / 6, within(1e-5));
  }

  @Test
  void shouldTellOfASteadyVoiceThatItDoesNotChange() {
    int[] steady = new int[100];
    Arrays.fill(steady, 300);

    assertThat(described(steady, steady).values()).allSatisfy(value -> assertThat(value).isZero());
  }

  @Test
  void shouldTellNothingWhereThereIsNoVoiceOrHardlyAFrame() {
    for (int count : List.of(1, 2, 40)) {
      assertThat(described(new int[count], new int[count]).values())
          .allSatisfy(value -> assertThat(value).isZero());
    }
  }
}
