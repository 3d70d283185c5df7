package dev.speechemotion.streams.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmotionSmoothingTest {
  private static final List<String> LABELS = List.of("a", "b");

  @Test
  void shouldForgetOverASilence() {
    EmotionSmoothing smoothing = new EmotionSmoothing(Duration.ofSeconds(2), 0);
    float[] smoothed = new float[2];

    smoothing.follow(LABELS, new float[] {1, 0}, 3_000, smoothed);
    smoothing.follow(LABELS, new float[] {0, 1}, 4_000, smoothed);
    assertThat(smoothed[0]).isCloseTo((float) Math.exp(-0.5), within(1e-6f));
    smoothing.follow(LABELS, new float[] {0, 1}, 64_000, smoothed);

    assertThat(smoothed[0]).isLessThan(1e-6f);
  }

  @Test
  void shouldKeepTheLabelUntilAnotherIsMoreProbableByTheHysteresis() {
    EmotionSmoothing smoothing = new EmotionSmoothing(Duration.ZERO, 0.1);
    List<Integer> labels = new ArrayList<>();
    for (float a : new float[] {0.51f, 0.49f, 0.46f, 0.44f, 0.49f, 0.54f, 0.56f}) {
      labels.add(
          smoothing.follow(LABELS, new float[] {a, 1 - a}, 1_000 * labels.size(), new float[2]));
    }

    assertThat(labels).containsExactly(0, 0, 0, 1, 1, 1, 0);
  }
}
