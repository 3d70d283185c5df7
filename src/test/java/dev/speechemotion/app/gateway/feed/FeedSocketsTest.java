package dev.speechemotion.app.gateway.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import io.javalin.http.ServiceUnavailableResponse;
import java.nio.ByteBuffer;
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

  /** One that sends nothing. */
  private static FeedSocket socket(FeedSockets sockets) {
    return new FeedSocket(sockets) {
      @Override
      protected void text(String message) {}

      @Override
      protected void binary(ByteBuffer message) {}

      @Override
      protected StreamOutbox outbox() {
        return null;
      }

      @Override
      protected void refuse(BadMessageException e) {}

      @Override
      protected void gone() {}

      @Override
      public void leave() {}
    };
  }

  @Test
  void shouldTakeNoMoreThanTheMostWhenManyAreAdmittedAtOnce() {
    try (GatewayMeters meters = new GatewayMeters()) {
      FeedSockets sockets =
          new FeedSockets(
              Settings.of(Map.of(Property.GATEWAY_MAX_STREAMS, "1")),
              meters,
              new ChunkOutbox(null, "chunks", 1, meters));
      sockets.requireRoom();
      sockets.requireRoom();
      FeedSocket first = socket(sockets);
      FeedSocket second = socket(sockets);

      assertThat(sockets.add(first)).isTrue();
      assertThat(sockets.add(second)).isFalse();
      sockets.remove(second);
      assertThat(meters.page())
          .contains("gateway_streams 1.0")
          .contains("refused_total{reason=\"too_many_streams\"} 1.0");

      sockets.remove(first);
      assertThat(sockets.add(second)).isTrue();
    }
  }
}
