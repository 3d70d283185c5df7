package dev.speechemotion.streams.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.avro.ChannelRole;
import java.util.Optional;
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

  @Test
  void shouldReadRulesOnARiseAndOfARole() {
    AlertRule rise = AlertRule.parse(" Rise of Angry by 0.4 within 1min on customer");
    AlertRule level = AlertRule.parse("angry >= 0.6 for 10 s on AGENT");

    assertThat(rise)
        .isEqualTo(
            new AlertRule(
                "rise of angry by 0.4 within 1min on CUSTOMER",
                AlertRule.Form.RISE,
                "angry",
                0.4f,
                60_000,
                Optional.of(ChannelRole.CUSTOMER)));
    assertThat(level.role()).contains(ChannelRole.AGENT);
    assertThat(level.form()).isEqualTo(AlertRule.Form.LEVEL);
    assertThat(level.text()).isEqualTo("angry >= 0.6 for 10s on AGENT");
    assertThatThrownBy(() -> AlertRule.parse("angry >= 0.6 for 10s on NOBODY"))
        .hasMessageContaining("the role must be CUSTOMER, AGENT or UNKNOWN");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rise of angry by 0.4",
        "rise of angry by 2 s within 5s",
        "",
        "angry",
        "angry > 0.6 for 10s",
        "angry >= x for 10s",
        "angry >= 0.6 for 10"
      })
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
