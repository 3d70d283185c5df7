package dev.speechemotion.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Settings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HealthServerTest {
  private static final String LOOPBACK = "127.0.0.1";
  private final HttpClient client = HttpClient.newHttpClient();

  @ParameterizedTest
  @EnumSource(KafkaStreams.State.class)
  void shouldBeWellOnlyWhileTheStreamWorks(KafkaStreams.State state) throws Exception {
    try (HealthServer server =
        new HealthServer(LOOPBACK, 0, () -> state, Optional::empty, () -> "")) {
      HttpResponse<String> answer = get(server);

      boolean works =
          state == KafkaStreams.State.RUNNING || state == KafkaStreams.State.REBALANCING;
      assertThat(answer.statusCode()).isEqualTo(works ? 200 : 503);
      assertThat(answer.body()).isEqualTo(state + "\n");
    }
  }

  @Test
  void shouldSayWhichAddressIsTaken() {
    try (HealthServer first =
        new HealthServer(
            LOOPBACK, 0, () -> KafkaStreams.State.RUNNING, Optional::empty, () -> "")) {
      int taken = first.port();

      assertThatThrownBy(
              () ->
                  new HealthServer(
                      LOOPBACK, taken, () -> KafkaStreams.State.RUNNING, Optional::empty, () -> ""))
          .isInstanceOf(CommandFailure.class)
          .hasMessageContaining(LOOPBACK + ":" + taken)
          .hasMessageContaining("http.port");
    }
  }

  @Test
  void shouldNotListenUnlessAskedTo() {
    assertThat(
            HealthServer.of(
                Settings.of(Map.of()), () -> KafkaStreams.State.RUNNING, Optional::empty, () -> ""))
        .isEmpty();
  }

  @Test
  void shouldGiveTheMetricsAsPrometheusReadsThem() throws Exception {
    try (HealthServer server =
        new HealthServer(
            LOOPBACK, 0, () -> KafkaStreams.State.RUNNING, Optional::empty, () -> "a 1\n")) {
      HttpResponse<String> answer = get(server, "/metrics");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("a 1\n");
      assertThat(answer.headers().firstValue("Content-Type"))
          .hasValue("text/plain; version=0.0.4; charset=utf-8");
    }
  }

  @Test
  void shouldSayWhyItIsNotReady() throws Exception {
    AtomicReference<Optional<String>> reason = new AtomicReference<>(Optional.empty());
    try (HealthServer server =
        new HealthServer(LOOPBACK, 0, () -> KafkaStreams.State.RUNNING, reason::get, () -> "")) {
      assertThat(get(server, "/health/ready").statusCode()).isEqualTo(200);

      reason.set(Optional.of("the stream has waited for 61 s"));

      HttpResponse<String> answer = get(server, "/health/ready");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).isEqualTo("the stream has waited for 61 s\n");
      assertThat(get(server).statusCode()).isEqualTo(200);
    }
  }

  private HttpResponse<String> get(HealthServer server) throws Exception {
    return get(server, "/health");
  }

  private HttpResponse<String> get(HealthServer server, String path) throws Exception {
    URI address = URI.create("http://" + LOOPBACK + ":" + server.port() + path);
    return client.send(
        HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
  }
}
