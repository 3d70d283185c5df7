package dev.speechemotion.app.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.apache.kafka.streams.KafkaStreams;

/**
 * Answers {@code GET /health}: 200 while the stream application processes or rebalances, 503
 * otherwise, and its state as text; {@code GET /health/ready}: 200 while nothing keeps it from
 * giving results, 503 otherwise, and the reason as text; and {@code GET /metrics}.
 */
public final class HealthServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UNAVAILABLE = 503;

  private final HttpServer server;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  /** The server that the settings ask for; empty if they ask for none. */
  public static Optional<HealthServer> of(
      Settings settings,
      Supplier<KafkaStreams.State> state,
      Supplier<Optional<String>> notReadyBecause,
      Supplier<String> metrics) {
    int port = settings.integer(Property.HTTP_PORT);
    return port < 0
        ? Optional.empty()
        : Optional.of(
            new HealthServer(
                settings.text(Property.HTTP_HOST), port, state, notReadyBecause, metrics));
  }

  /**
   * Starts to answer.
   *
   * @param port 0 for any that is free
   * @param notReadyBecause empty while it is ready
   * @param metrics the page of metrics, made anew each time
   * @throws CommandFailure if the address is taken or not this machine's
   */
  HealthServer(
      String host,
      int port,
      Supplier<KafkaStreams.State> state,
      Supplier<Optional<String>> notReadyBecause,
      Supplier<String> metrics) {
    try {
      server = HttpServer.create(new InetSocketAddress(host, port), 0);
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailure(
          "cannot listen on %s:%d: %s; set %s and %s to a free address, or the port to -1 for none"
              .formatted(host, port, e.getMessage(), Property.HTTP_HOST, Property.HTTP_PORT),
          e);
    }
    server.createContext(
        "/health",
        exchange -> {
          KafkaStreams.State now = state.get();
          boolean well = now.isRunningOrRebalancing();
          answer(exchange, well ? OK : UNAVAILABLE, "text/plain", now + "\n");
        });
    server.createContext(
        "/health/ready",
        exchange -> {
          Optional<String> reason = notReadyBecause.get();
          int status = reason.isEmpty() ? OK : UNAVAILABLE;
          answer(exchange, status, "text/plain", reason.orElse("ready") + "\n");
        });
    server.createContext(
        "/metrics", exchange -> answer(exchange, OK, MetricsPage.CONTENT_TYPE, metrics.get()));
    server.setExecutor(thread);
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("GET")) {
        exchange.sendResponseHeaders(METHOD_NOT_ALLOWED, -1);
        return;
      }
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    thread.shutdown();
  }
}
