package dev.speechemotion.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** As much of the Confluent Schema Registry's API, over HTTP, as the commands need. */
final class HttpRegistry implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  static {
    // Read when the first server is made; without it each answer waits 40 ms for the client's ACK.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final int port;
  private HttpServer server;
  private final List<String> schemas = new ArrayList<>();
  private final TreeSet<String> subjects = new TreeSet<>();

  HttpRegistry() throws IOException {
    start(0);
    port = server.getAddress().getPort();
  }

  private void start(int atPort) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), atPort), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Comes back, after it was closed, with all that it knew. */
  void restart() throws IOException {
    start(port);
  }

  /** Registers a schema without a subject; gives its id. */
  synchronized int add(String schema) {
    schemas.add(schema);
    return schemas.size();
  }

  synchronized List<String> subjects() {
    return List.copyOf(subjects);
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    String[] path = exchange.getRequestURI().getPath().split("/");
    Object answer;
    int status = 200;
    if (exchange.getRequestMethod().equals("POST")) {
      // /subjects/NAME/versions
      subjects.add(path[2]);
      String schema = JSON.readTree(exchange.getRequestBody()).get("schema").asText();
      if (!schemas.contains(schema)) {
        schemas.add(schema);
      }
      answer = Map.of("id", schemas.indexOf(schema) + 1);
    } else if (path[1].equals("schemas")) {
      // /schemas/ids/ID
      int id = Integer.parseInt(path[3]);
      if (id >= 1 && id <= schemas.size()) {
        answer = Map.of("schema", schemas.get(id - 1));
      } else {
        status = 404;
        answer = Map.of("error_code", 40403, "message", "Schema not found");
      }
    } else {
      answer = List.copyOf(subjects);
    }
    byte[] body = JSON.writeValueAsBytes(answer);
    exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
