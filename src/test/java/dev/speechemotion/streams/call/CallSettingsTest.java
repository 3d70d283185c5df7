package dev.speechemotion.streams.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.streams.results.AlertRule;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallSettingsTest {

  @Test
  void shouldLeaveAgentsOutByDefault() {
    assertThat(CallSettings.DEFAULT.analyzedRoles())
        .containsExactlyInAnyOrder(ChannelRole.CUSTOMER, ChannelRole.UNKNOWN);
  }

  @Test
  void shouldRaiseAlertsOfEscalationsByDefault() {
    assertThat(CallSettings.DEFAULT.alertRules()).containsExactly(AlertRule.ESCALATION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT0.999S", "PT-5M", "PT25H"})
  void shouldRefuseInactivityThatMakesNoSense(Duration inactivity) {
    assertThatThrownBy(() -> StreamTester.plainBut(plain -> plain.inactivity = inactivity))
        .hasMessageContaining("inactivity");
  }

  @Test
  void shouldRefuseTheSameRuleTwiceAndTooManyRules() {
    AlertRule rule = AlertRule.parse("sad >= 0.5 for 1s");

    assertThatThrownBy(() -> StreamTester.plainBut(plain -> plain.alertRules = List.of(rule, rule)))
        .hasMessageContaining("alertRules must differ");
    assertThatThrownBy(
            () -> StreamTester.plainBut(plain -> plain.alertRules = Collections.nCopies(33, rule)))
        .hasMessageContaining("alertRules must be at most 32");
  }
}
