package dev.speechemotion.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AlertRuleTest {

  @ParameterizedTest
  @CsvSource({
    "angry >= 0.6 for 10s,      angry, 0.6,  10000, angry >= 0.6 for 10s",
    "'  Angry>=.6   for 10 s ', angry, 0.6,  10000, angry >= .6 for 10s",
    "sad ≥ 1 for 2min,          sad,   1,   120000, sad >= 1 for 2min",
    "fear >= 0.05 for 500ms,    fear,  0.05,   500, fear >= 0.05 for 500ms",
  })
  void shouldReadRules(
      String text, String emotion, float threshold, long holdMs, String canonical) {
    AlertRule rule = AlertRule.parse(text);

    assertThat(rule.emotion()).isEqualTo(emotion);
    assertThat(rule.amount()).isEqualTo(threshold);
    assertThat(rule.timeMs()).isEqualTo(holdMs);
    assertThat(rule.text()).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "angry", "angry > 0.6 for 10s", "angry >= x for 10s", "angry >= 0.6 for 10"})
  void shouldSayWhatARuleLooksLike(String text) {
    assertThatThrownBy(() -> AlertRule.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining("angry >= 0.6 for 10s");
  }

  @ParameterizedTest
  @ValueSource(strings = {"angry >= 0 for 10s", "angry >= 1.01 for 10s", "angry >= 60 for 10s"})
  void shouldRefuseWhatIsNoProbability(String text) {
    assertThatThrownBy(() -> AlertRule.parse(text)).hasMessageContaining("the probability");
  }

  @Test
  void shouldRefuseATimeOfMoreThanAnHour() {
    assertThatThrownBy(() -> AlertRule.parse("angry >= 0.6 for 61min"))
        .hasMessageContaining("at most an hour");
  }
}
