package dev.speechemotion.app.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.streams.KafkaStreams;

/**
 * Answers {@code GET /health/live} (and {@code /health}): 200 while the stream application
 * processes or rebalances, 503 otherwise, and its state as text; and {@code GET /health/ready}: 200
 * while nothing keeps it from giving results, 503 otherwise, and the reason as text.
 */
public final class HealthRoutes implements HttpRoutes {
  /**
   * All that begins with it is answered without a token: probes have none, and no secret is told.
   */
  static final String PATH = "/health";

  private final Supplier<KafkaStreams.State> state;
  private final Supplier<Optional<String>> notReadyBecause;

  /**
   * @param notReadyBecause empty while it is ready
   */
  public HealthRoutes(
      Supplier<KafkaStreams.State> state, Supplier<Optional<String>> notReadyBecause) {
    this.state = state;
    this.notReadyBecause = notReadyBecause;
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.get(PATH, this::live);
    routes.get(PATH + "/live", this::live);
    routes.get(PATH + "/ready", this::ready);
  }

  private void live(Context request) {
    KafkaStreams.State now = state.get();
    answer(request, now.isRunningOrRebalancing(), now.toString());
  }

  private void ready(Context request) {
    Optional<String> reason = notReadyBecause.get();
    answer(request, reason.isEmpty(), reason.orElse("ready"));
  }

  private static void answer(Context request, boolean well, String text) {
    request
        .status(well ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
        .contentType("text/plain; charset=utf-8")
        .result(text + "\n");
  }
}
