package dev.speechemotion.app.embedded;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A schema registry on a free port of the loopback interface, which forgets all at its end. */
public final class EmbeddedRegistry implements AutoCloseable {
  static {
    // Read when the first server is made; without it each answer waits 40 ms for the client's ACK.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final RegistryAnswers answers = new RegistryAnswers();
  private final HttpServer server;

  private EmbeddedRegistry(HttpServer server) {
    this.server = server;
  }

  /**
   * Starts one.
   *
   * @throws IOException if no port can be had
   */
  public static EmbeddedRegistry start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    EmbeddedRegistry registry = new EmbeddedRegistry(server);
    server.createContext("/", registry::handle);
    server.start();
    return registry;
  }

  /** For {@code registry.url}. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] request = exchange.getRequestBody().readAllBytes();
      RegistryAnswers.Answer answer =
          answers.answer(exchange.getRequestMethod(), exchange.getRequestURI().getPath(), request);
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
