package dev.speechemotion.emotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpeechDetectorTest {
  private final SpeechDetector detector = new SpeechDetector(List.of(2f, -1f), -0.5f);

  @Test
  void shouldHearSpeechWhereTheSumIsAboveZero() {
    assertThat(detector.hears(new float[] {1, 1}, 0)).isTrue();
    assertThat(detector.hears(new float[] {0.25f, 0}, 0)).isFalse();
    assertThat(detector.hears(new float[] {9, 9, 0, 1}, 2)).isFalse();
  }

  @Test
  void shouldRejectNothingByWhatIsNoNumber() {
    assertThat(detector.hears(new float[] {Float.NaN, 100}, 0)).isTrue();
  }

  @Test
  void shouldRefuseWeightsThatAreNoNumbers() {
    assertThatThrownBy(() -> new SpeechDetector(List.of(Float.NaN), 0))
        .hasMessageContaining("speechDetector must have finite weights");
    assertThatThrownBy(() -> new SpeechDetector(Collections.singletonList(null), 0))
        .hasMessageContaining("speechDetector must have finite weights");
    assertThatThrownBy(() -> new SpeechDetector(List.of(1f), Float.POSITIVE_INFINITY))
        .hasMessageContaining("speechDetector must have finite weights");
  }
}
