package dev.speechemotion.app.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.app.http.HttpServer;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryRoutesTest {
  private static final String SCHEMA = "\"string\"";

  private final RegistryAnswers registry = new RegistryAnswers();
  private final HttpServer server =
      HttpServer.start(
              Settings.of(Map.of(Property.HTTP_PORT, "0")), List.of(new RegistryRoutes(registry)))
          .orElseThrow();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldGiveOthersWhatThisProcessRegisteredAndTheOtherWayRound() throws Exception {
    int ours = registry.register("ours-value", SCHEMA);

    try (SchemaRegistry other = RegistryClients.connect(url(), Map.of())) {
      other.check();
      assertThat(other.schemaById(ours)).isEqualTo(SCHEMA);
      int theirs = other.register("theirs-value", "\"long\"");
      assertThat(registry.schemaById(theirs)).isEqualTo("\"long\"");
      assertThat(other.register("ours-value", SCHEMA)).isEqualTo(ours);
      assertThatThrownBy(() -> other.schemaById(99))
          .isInstanceOf(SchemaRegistry.UnknownSchemaException.class);
    }
    assertThat(get("/subjects").body()).isEqualTo("[\"ours-value\",\"theirs-value\"]");
    assertThat(get("/subjects/ours-value/versions").body()).isEqualTo("[1]");
    assertThat(get("/subjects/ours-value/versions/latest?deleted=false").body())
        .isEqualTo(
            "{\"subject\":\"ours-value\",\"version\":1,\"id\":1,\"schema\":\"\\\"string\\\"\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "GET,  /subjects/none/versions/latest, 404, 40403",
    "GET,  /subjects/none/versions/0,      404, 40403",
    "GET,  /subjects/none/versions/x,      404, 40403",
    "GET,  /schemas/ids/99999999999,       404, 40403",
    "GET,  /schemas/ids,                   404, 404",
    "GET,  /config,                        404, 404",
    "POST, /subjects/a/versions,           422, 42201",
    "POST, /subjects,                      404, 404",
    "PUT,  /subjects/a/versions,           405, ''",
  })
  void shouldRefuseWhatItDoesNotKnow(String method, String path, int status, String code)
      throws Exception {
    HttpResponse<String> answer = send(method, path, "no JSON");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).contains(code);
    assertThat(registry.subjects()).isEmpty();
  }

  @Test
  void shouldBoundWhatItIsSent() throws Exception {
    String large = "{\"schema\": \"" + "a".repeat(2 << 20) + "\"}";

    assertThat(send("POST", "/subjects/a/versions", large).statusCode()).isEqualTo(413);
    assertThat(registry.subjects()).isEmpty();
  }

  private String url() {
    return server.address() + RegistryRoutes.PATH;
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url() + path)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + path))
            .method(
                method,
                method.equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    return http.send(request, BodyHandlers.ofString());
  }
}
