package dev.speechemotion.features.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.frame.FrameValue;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FeatureCorrelationsTest {
  private static final List<String> FEATURES = List.of("mfcc2", "f0", "flux");

  private final FeatureCorrelations correlations =
      new FeatureCorrelations(
          new WindowFrames(
              FEATURES.stream().map(name -> new FrameValue(name, 0, 1)).toList(), 62.5),
          FEATURES);

  private float[] described(int[][] series, int[] flags, boolean anySpeech) {
    float[] out = new float[5];
    out[0] = 7;
    out[4] = 7;
    correlations.compute(series, flags, anySpeech, flags.length, out, 1);
    assertThat(out[0]).isEqualTo(7);
    assertThat(out[4]).isEqualTo(7);
    return Arrays.copyOfRange(out, 1, 4);
  }

  @Test
  void shouldNameEachPairOnce() {
    assertThat(correlations.names())
        .containsExactly("mfcc2.f0.correlation", "mfcc2.flux.correlation", "f0.flux.correlation");
  }

  @Test
  void shouldCorrelateOverVoicedFramesThatHoldSpeech() {
    Random random = new Random(3);
    int count = 500;
    int[][] series = new int[3][];
    for (int k = 0; k < 3; k++) {
      series[k] = random.ints(count, 1, 4096).toArray();
    }
    int[] flags = random.ints(count, 0, 4).toArray();
    for (int i = 0; i < count; i++) {
      series[2][i] = Math.min(4095, series[0][i] / 2 + series[2][i] / 3);
      if (i % 4 == 0) {
        series[1][i] = 0;
      }
    }
    int[] held =
        IntStream.range(0, count)
            .filter(i -> series[1][i] > 0 && (flags[i] & WindowFrames.SPEECH) != 0)
            .toArray();
    int[] voiced = IntStream.range(0, count).filter(i -> series[1][i] > 0).toArray();

    assertThat(described(series, flags, true))
        .containsExactly(
            new float[] {
              pearson(series[0], series[1], held),
              pearson(series[0], series[2], held),
              pearson(series[1], series[2], held)
            },
            within(1e-5f));
    assertThat(described(series, new int[count], false))
        .containsExactly(
            new float[] {
              pearson(series[0], series[1], voiced),
              pearson(series[0], series[2], voiced),
              pearson(series[1], series[2], voiced)
            },
            within(1e-5f));
    assertThat(pearson(series[0], series[2], held)).isGreaterThan(0.7f);
  }

  @Test
  void shouldSayNothingOfWhatDoesNotChangeOrOfFewFrames() {
    int[] flags = new int[6];
    Arrays.fill(flags, WindowFrames.SPEECH);
    int[] rising = {1, 2, 3, 4, 5, 6};
    int[] steady = {9, 9, 9, 9, 9, 9};

    assertThat(described(new int[][] {rising, rising, steady}, flags, true))
        .containsExactly(1, 0, 0);
    flags[0] = 0;
    flags[1] = 0;
    assertThat(described(new int[][] {rising, rising, steady}, flags, true)).containsOnly(0);
  }

  private static float pearson(int[] a, int[] b, int[] frames) {
    double meanA = Arrays.stream(frames).mapToDouble(i -> a[i]).average().orElseThrow();
    double meanB = Arrays.stream(frames).mapToDouble(i -> b[i]).average().orElseThrow();
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i : frames) {
      ab += (a[i] - meanA) * (b[i] - meanB);
      aa += (a[i] - meanA) * (a[i] - meanA);
      bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return (float) (ab / Math.sqrt(aa * bb));
  }
}
