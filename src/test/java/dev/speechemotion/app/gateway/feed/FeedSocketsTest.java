package dev.speechemotion.app.gateway.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import io.javalin.http.ServiceUnavailableResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FeedSocketsTest {
  /** Whoever is woken because calls are not heard must not be woken by every upgrade. */
  @Test
  void shouldTellAGatewayThatEndsFromOneThatIsFull() throws Exception {
    try (GatewayMeters meters = new GatewayMeters()) {
      FeedSockets sockets =
          new FeedSockets(Settings.of(Map.of(Property.GATEWAY_MAX_STREAMS, "1")), meters, null);
      sockets.requireRoom();
      sockets.leave(Duration.ZERO);

      assertThatThrownBy(sockets::requireRoom).isInstanceOf(ServiceUnavailableResponse.class);

      assertThat(meters.page())
          .contains("refused_total{reason=\"leaving\"} 1.0")
          .contains("refused_total{reason=\"too_many_streams\"} 0.0");
    }
  }
}
