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

  private final HttpServer server;
  private final List<String> schemas = new ArrayList<>();
  private final TreeSet<String> subjects = new TreeSet<>();

  HttpRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  synchronized List<String> subjects() {
    return List.copyOf(subjects);
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    String[] path = exchange.getRequestURI().getPath().split("/");
    Object answer;
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
      answer = Map.of("schema", schemas.get(Integer.parseInt(path[3]) - 1));
    } else {
      answer = List.copyOf(subjects);
    }
    byte[] body = JSON.writeValueAsBytes(answer);
    exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
