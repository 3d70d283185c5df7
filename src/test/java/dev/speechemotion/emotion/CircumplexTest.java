package dev.speechemotion.emotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CircumplexTest {
  private static final List<String> LABELS =
      Arrays.stream(Emotion.values()).map(Emotion::label).toList();
  private static final Circumplex CIRCUMPLEX = Circumplex.of(LABELS).orElseThrow();

  @ParameterizedTest
  @CsvSource({
    "happy,    0.991,  0.136",
    "surprise, 0.345,  0.938",
    "angry,   -0.156,  0.988",
    "fear,    -0.438,  0.899",
    "disgust, -0.743,  0.669",
    "sad,     -0.887, -0.462",
    "boredom, -0.469, -0.883",
    "calm,     0.722, -0.692",
    "neutral,  0,      0",
  })
  void shouldPlaceEmotionsWhereRussellFoundThem(String label, float valence, float arousal) {
    float[] certain = new float[LABELS.size()];
    certain[LABELS.indexOf(label)] = 1;

    assertThat(CIRCUMPLEX.valence(certain)).isCloseTo(valence, within(5e-4f));
    assertThat(CIRCUMPLEX.arousal(certain)).isCloseTo(arousal, within(5e-4f));
  }

  @Test
  void shouldWeighByProbability() {
    Circumplex two = Circumplex.of(List.of("neutral", "happy")).orElseThrow();

    assertThat(two.valence(new float[] {0.75f, 0.25f})).isCloseTo(0.25f * 0.991f, within(1e-3f));
  }

  @Test
  void shouldHaveNoPlaceForLabelsThatItDoesNotKnow() {
    assertThat(Circumplex.of(List.of("happy", "bewildered"))).isEmpty();
  }
}
