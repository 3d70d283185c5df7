package dev.speechemotion.streams.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.speechemotion.app.fixtures.ForeignSchemas;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.fixtures.TestCertificate;
import dev.speechemotion.streams.registry.SchemaRegistry.RegistryException;
import dev.speechemotion.streams.registry.SchemaRegistry.UnknownSchemaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a registry answers, and what of it is waited for, refused, or put down to the record. */
class RegistryClientsTest {
  private static final String SECRET = "pa:ss@wörd";
  private static final String BASIC =
      "Basic "
          + Base64.getEncoder().encodeToString(("bob:" + SECRET).getBytes(StandardCharsets.UTF_8));
  private static final String TEXT = "\"string\"";

  @TempDir private static Path folder;

  private final HttpRegistry server = start();
  private final List<HttpRegistry> others = new ArrayList<>();

  private static HttpRegistry start() {
    try {
      return new HttpRegistry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void close() {
    server.close();
    others.forEach(HttpRegistry::close);
  }

  @ParameterizedTest
  @ValueSource(strings = {"JSON", "PROTOBUF"})
  void shouldPutASchemaOfAnotherTypeDownToTheRecord(String type) throws Exception {
    int id = post("s", Map.of("schemaType", type, "schema", "{\"type\": \"object\"}"));

    assertUnknown(id, type + " schema of id " + id + ", not Avro");
  }

  @Test
  void shouldPutASchemaThatCannotBeParsedDownToTheRecord() throws Exception {
    assertUnknown(post("s", Map.of("schema", "this is no schema")), "cannot be parsed");
    assertUnknown(
        post("s", Map.of("schema", record("A", "{\"name\": \"b\", \"type\": \"not.There\"}"))),
        "cannot be parsed");
  }

  @Test
  void shouldPutASchemaWhoseReferenceIsMissingDownToTheRecord() throws Exception {
    int id =
        post(
            "s",
            Map.of(
                "schema", record("A", "{\"name\": \"b\", \"type\": \"B\"}"),
                "references", List.of(Map.of("name", "B", "subject", "gone", "version", 1))));

    assertUnknown(id, "version 1 of subject gone");
  }

  @Test
  void shouldGiveASchemaWithTheTypesThatItRefersToOverTwoLevels() throws Exception {
    post("c", Map.of("schema", record("C", "{\"name\": \"text\", \"type\": \"string\"}")));
    List<Map<String, Object>> toC = List.of(Map.of("name", "C", "subject", "c", "version", 1));
    post(
        "b",
        Map.of("schema", record("B", "{\"name\": \"c\", \"type\": \"C\"}"), "references", toC));
    int id =
        post(
            "a",
            Map.of(
                "schema",
                record(
                    "A", "{\"name\": \"b\", \"type\": \"B\"}, {\"name\": \"c\", \"type\": \"C\"}"),
                "references",
                // C twice: by itself, and through B.
                List.of(
                    Map.of("name", "B", "subject", "b", "version", 1),
                    Map.of("name", "C", "subject", "c", "version", 1))));

    Schema schema = new Schema.Parser().parse(connect(Map.of()).schemaById(id));

    assertThat(schema.getName()).isEqualTo("A");
    Schema c = schema.getField("c").schema();
    assertThat(c.getField("text").schema().getType()).isEqualTo(Schema.Type.STRING);
    assertThat(schema.getField("b").schema().getField("c").schema()).isEqualTo(c);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503})
  void shouldSayOfAnAnswerThatMayBeAnotherOneLaterThatItPasses(int status) {
    server.answerAlways(status, "<html>not now</html>");

    assertThatThrownBy(() -> connect(Map.of()).schemaById(1))
        .isInstanceOfSatisfying(RegistryException.class, e -> assertThat(e.passing()).isTrue())
        .hasMessageContaining("HTTP " + status);
  }

  @Test
  void shouldSayOfARegistryThatDoesNotAnswerThatItPasses() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      SchemaRegistry away =
          RegistryClients.connect(
              "http://127.0.0.1:" + silent.getLocalPort(), Map.of("http.read.timeout.ms", "100"));
      assertThatThrownBy(() -> away.schemaById(1))
          .isInstanceOfSatisfying(RegistryException.class, e -> assertThat(e.passing()).isTrue())
          .hasMessageContaining("not reachable");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, {}",
    "403, '{\"error_code\": 40301, \"message\": \"no\"}'",
    "404, <html></html>",
    "410, ''",
    "422, '{\"error_code\": 42201, \"message\": \"no\"}'",
    "200, <html>a proxy</html>",
    "200, {}",
    "204, ''"
  })
  void shouldPutEveryOtherAnswerDownToTheRecord(int status, String body) {
    server.answerAlways(status, body);

    assertUnknown(1, "1");
  }

  @Test
  void shouldAskForAnIdWithoutASchemaOnceAMinute() {
    SchemaRegistry registry = connect(Map.of());
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> registry.schemaById(7)).isInstanceOf(UnknownSchemaException.class);
    }
    assertThat(server.requests()).isEqualTo(1);
  }

  @Test
  void shouldFindASchemaThatIsThereWhereItMayNotRegister() throws Exception {
    SchemaRegistry registry = connect(Map.of());
    int id = registry.register("s", TEXT);
    server.forbidRegistration(true);

    assertThat(registry.register("s", TEXT)).isEqualTo(id);
    assertThatThrownBy(() -> registry.register("other", TEXT))
        .isInstanceOfSatisfying(RegistryException.class, e -> assertThat(e.passing()).isFalse())
        .hasMessageContaining("subject other")
        .hasMessageContaining("HTTP 403, may not write");
  }

  @Test
  void shouldLogInWithUserAndPassword() throws Exception {
    server.demand(BASIC);
    String inUrl =
        server
            .url()
            .replace("://", "://bob:" + SECRET.replace("@", "%40").replace("ö", "%C3%B6") + "@");

    assertServed(connect(Map.of("basic.auth.user.info", "bob:" + SECRET)));
    assertServed(
        connect(
            Map.of(
                "basic.auth.credentials.source",
                "USER_INFO",
                "basic.auth.user.info",
                "bob:" + SECRET)));
    assertServed(connect(Map.of("schema.registry.basic.auth.user.info", "bob:" + SECRET)));
    assertServed(RegistryClients.connect(inUrl, Map.of()));
    assertServed(RegistryClients.connect(inUrl, Map.of("basic.auth.credentials.source", "URL")));
    assertServed(RegistryClients.connect(inUrl + "," + inUrl, Map.of()));
  }

  @Test
  void shouldLogInWithAToken() throws Exception {
    server.demand("Bearer a-token");

    assertServed(connect(Map.of("bearer.auth.token", "a-token")));
    assertServed(
        connect(
            Map.of(
                "bearer.auth.credentials.source", "STATIC_TOKEN",
                "bearer.auth.token", "a-token")));
  }

  @Test
  void shouldSayInOneLineWithoutTheSecretThatTheLoginIsRefused() {
    server.demand("Bearer another");
    String inUrl = server.url().replace("://", "://bob:" + SECRET + "@");

    for (SchemaRegistry registry :
        List.of(
            connect(Map.of()),
            connect(Map.of("basic.auth.user.info", "bob:" + SECRET)),
            connect(Map.of("bearer.auth.token", SECRET)),
            RegistryClients.connect(inUrl, Map.of()))) {
      for (Throwable thrown :
          List.of(
              catchThrowable(registry::check),
              catchThrowable(() -> registry.register("s", TEXT)),
              catchThrowable(() -> registry.schemaById(1)))) {
        assertThat(thrown)
            .isInstanceOfSatisfying(RegistryException.class, e -> assertThat(e.passing()).isFalse())
            .hasMessageStartingWith("the schema registry at " + server.url())
            .hasMessageContaining("HTTP 401; set registry.basic.auth.user.info")
            .message()
            .hasLineCount(1)
            .doesNotContain("wörd", "html");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"htp://bob:pa:ss@wörd@host", "http://bob:pa:ss@wörd@", "bob:pa:ss@wörd@h"})
  void shouldNotShowTheSecretOfAWrongAddress(String url) {
    assertThatThrownBy(() -> RegistryClients.connect(url, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://")
        .message()
        .doesNotContain("pa:ss", "wörd");
  }

  @Test
  void shouldRefuseTwoKindsOfLogin() {
    assertThatThrownBy(
            () -> connect(Map.of("bearer.auth.token", "t", "basic.auth.user.info", "b:" + SECRET)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("basic.auth.credentials.source")
        .message()
        .doesNotContain(SECRET);
    assertThatThrownBy(() -> RegistryClients.connect("http://a:b@host,http://c:d@host", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the same user");
  }

  @Test
  void shouldSpeakTlsWithWhomItTrustsAlone() throws Exception {
    TestCertificate ours = TestCertificate.make(folder, "ip:127.0.0.1");
    HttpRegistry secure = secure(ours);
    secure.demand(BASIC);
    Map<String, String> login = Map.of("basic.auth.user.info", "bob:" + SECRET);

    assertThatThrownBy(() -> RegistryClients.connect(secure.url(), login).check())
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("not reachable")
        .hasMessageContaining("registry.ssl.truststore.location");
    for (String prefix : List.of("", "schema.registry.")) {
      assertServed(
          RegistryClients.connect(
              secure.url(),
              Map.of(
                  "basic.auth.user.info",
                  "bob:" + SECRET,
                  prefix + "ssl.truststore.location",
                  ours.file().toString(),
                  prefix + "ssl.truststore.password",
                  TestCertificate.PASSWORD)));
    }
  }

  @Test
  void shouldNotSpeakWithWhomHasTheCertificateOfAnotherHost() throws Exception {
    TestCertificate theirs = TestCertificate.make(folder, "dns:registry.example");
    HttpRegistry secure = secure(theirs);
    Map<String, String> trusting =
        Map.of(
            "ssl.truststore.location",
            theirs.file().toString(),
            "ssl.truststore.password",
            TestCertificate.PASSWORD);

    assertThatThrownBy(() -> RegistryClients.connect(secure.url(), trusting).check())
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("not reachable");
    assertThat(secure.requests()).isZero();

    Map<String, String> anyHost = new HashMap<>(trusting);
    anyHost.put("ssl.endpoint.identification.algorithm", "");
    assertServed(RegistryClients.connect(secure.url(), anyHost));
  }

  @Test
  void shouldSayWhichSettingCannotBeUsed() {
    assertThatThrownBy(
            () ->
                connect(
                    Map.of(
                        "ssl.truststore.location",
                        "/not/there",
                        "ssl.truststore.password",
                        SECRET)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("registry.*")
        .hasMessageContaining("/not/there")
        .message()
        .hasLineCount(1)
        .doesNotContain(SECRET);
  }

  private static void assertServed(SchemaRegistry registry) throws Exception {
    registry.check();
    int id = registry.register("s", TEXT);
    assertThat(registry.schemaById(id)).isEqualTo(TEXT);
    registry.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'schema': '{}', 'references': [{'name': 'x'}]}",
        "{'schema': '{}', 'references': [null]}",
        "{'schema': '{}', 'references': [{'name': 'x', 'subject': 's'}]}",
        // What is given for every question, so that it refers to itself for ever.
        "{'schema': '{}', 'version': 1, 'references': [{'name': 'x', 'subject': 's', 'version': 1}]}",
        "{'references': [{'name': 'x', 'subject': 's', 'version': 1}]}",
        "{'schema': '{\\'type\\': \\'fixed\\', \\'name\\': \\'F\\', \\'size\\': 2147483647}'}",
        "null",
        "{}"
      })
  void shouldPutAnAnswerThatIsNoSchemaDownToTheRecord(String answer) {
    server.answerAlways(200, answer.replace('\'', '"'));

    assertUnknown(7, "schema");
  }

  @Test
  void shouldPutARedirectThatLeadsNowhereDownToTheRecord() {
    server.answerAlways(302, "");

    assertUnknown(7, "something else than the schema of id 7");
  }

  @Test
  void shouldBoundTheReferencesOfASchema() throws Exception {
    int id = 0;
    for (int i = 0; i < 210; i++) {
      List<Map<String, Object>> before =
          i == 0 ? List.of() : List.of(Map.of("name", "x", "subject", "s" + (i - 1), "version", 1));
      id = post("s" + i, Map.of("schema", record("A" + i, ""), "references", before));
    }

    assertUnknown(id, "refers to more than 200 others");
  }

  @Test
  void shouldNotShowALoginThatTheRegistryRepeats() {
    server.answerAlways(
        400,
        "{\"error_code\": 40001, \"message\": \"who is bob:" + SECRET + " at " + SECRET + "?\"}");

    assertThatThrownBy(() -> connect(Map.of("basic.auth.user.info", "bob:" + SECRET)).schemaById(1))
        .hasMessageContaining("who is *** at ***?")
        .message()
        .doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://bob:s3,cret@host",
        "bob:s3cret@host",
        "http://bob:s3cret@",
        "http://@:s3cret@/x"
      })
  void shouldShowNothingOfAWrongAddressWithALogin(String url) {
    assertThatThrownBy(() -> RegistryClients.connect(url, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must begin with http")
        .message()
        .doesNotContain("s3", "cret", "bob", "host");
  }

  @Test
  void shouldTakeAnAtSignInThePathForWhatItIs() {
    // Otherwise a host b would be asked. The server that is has nothing there, and says so.
    assertThatThrownBy(() -> RegistryClients.connect(server.url() + "/a@b", Map.of()).check())
        .hasMessageContaining(server.url() + "/a@b answers with an error: HTTP 404");
  }

  private void assertUnknown(int id, String message) {
    assertThatThrownBy(() -> connect(Map.of()).schemaById(id))
        .isInstanceOf(UnknownSchemaException.class)
        .hasMessageContaining(message)
        .message()
        .hasLineCount(1);
  }

  private SchemaRegistry connect(Map<String, String> config) {
    return RegistryClients.connect(server.url(), config);
  }

  private HttpRegistry secure(TestCertificate certificate) throws Exception {
    HttpRegistry secure = new HttpRegistry(certificate.server());
    others.add(secure);
    return secure;
  }

  private static String record(String name, String fields) {
    return "{\"type\": \"record\", \"name\": \"%s\", \"fields\": [%s]}".formatted(name, fields);
  }

  private int post(String subject, Map<String, Object> schema) throws Exception {
    return new ForeignSchemas(server.url()).post(subject, schema);
  }
}
