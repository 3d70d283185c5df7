package dev.speechemotion.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.app.process.CommandFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
  private static final String SECRET = "hunter2";

  /** Kafka takes them for passwords because what stands beside them in a file may be a key. */
  private static final Set<String> FOR_ALL_TO_SEE =
      Set.of(
          SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG,
          SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG);

  @TempDir private Path folder;

  private String inFile(String text) throws Exception {
    Path file = Files.createTempFile(folder, "secret", "");
    return "${file:" + Files.writeString(file, text) + "}";
  }

  @Test
  void shouldReadFromFilesWhereverAValueSaysSo() throws Exception {
    String first = inFile("one\n");
    String second = inFile("$two\\ \r\n");
    Path file = Files.writeString(folder.resolve("app.properties"), "kafka.a=" + first + "\n");

    Settings settings =
        Settings.load(
            Optional.of(file),
            Map.of("SES_KAFKA_B", "<" + first + "," + second + ">"),
            Map.of("registry.c", second, "topic.events", first));

    assertThat(settings.kafkaProperties())
        .containsEntry("a", "one")
        .containsEntry("b", "<one,$two\\>");
    assertThat(settings.registryClient()).containsEntry("c", "$two\\");
    assertThat(settings.text(Property.TOPIC_EVENTS)).isEqualTo("one");
  }

  @Test
  void shouldNotTakeAMistypedReferenceForTheSecret() throws Exception {
    Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});

    for (String mistyped : List.of("${file:/run/secrets/token", "${file:}", "a${file:")) {
      assertThatThrownBy(() -> Settings.of(Map.of(Property.HTTP_TOKEN, mistyped)))
          .isInstanceOf(CommandFailure.class)
          .hasMessageContainingAll("http.token", "write ${file:PATH}");
    }
    assertThatThrownBy(() -> Settings.of(Map.of(Property.HTTP_TOKEN, "${file:" + binary + "}")))
        .hasMessageContainingAll("http.token", binary.toString(), "not text in UTF-8");
  }

  @Test
  void shouldNameTheFileThatCannotBeRead() throws Exception {
    Path none = folder.resolve("none");
    Path large = Files.write(folder.resolve("large"), new byte[(1 << 20) + 1]);

    assertThatThrownBy(() -> Settings.of(Map.of("kafka.a", "${file:" + none + "}")))
        .isInstanceOf(CommandFailure.class)
        .hasMessage(
            "configuration: kafka.a takes its value from the file "
                + none
                + ", which cannot be read: there is none");
    assertThatThrownBy(() -> Settings.of(Map.of("kafka.a", "${file:" + large + "}")))
        .hasMessageContainingAll("kafka.a", large.toString(), "more than 1048576 bytes");
    assertThatThrownBy(() -> Settings.of(Map.of("kafka.a", "${file:" + folder + "}")))
        .hasMessageContainingAll("kafka.a", folder.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http.token",
        "http.tls.keystore.password",
        "kafka.sasl.jaas.config",
        "kafka.producer.sasl.jaas.config",
        "kafka.ssl.keystore.key",
        "registry.basic.auth.user.info",
        "registry.bearer.auth.token",
        "registry.bearer.auth.client.secret",
        "registry.ssl.truststore.password"
      })
  void shouldNotShowASecret(String property) {
    String shown = Settings.of(Map.of(property, SECRET)).shown();

    assertThat(shown).contains("\n" + property + "=***\n").doesNotContain(SECRET);
  }

  @ParameterizedTest
  @CsvSource({
    "registry.url, https://bob:hunter2@registry:8081/a, https://***@registry:8081/a",
    "registry.url, 'https://b@b:hunter2@r,http://hunter2@s', 'https://***@r,http://***@s'",
    "kafka.sasl.oauthbearer.token.endpoint.url, https://login/token, https://login/token",
    "kafka.sasl.mechanism, PLAIN, PLAIN",
    "topic.events, events, events",
  })
  void shouldShowWhatIsNoneButNoLogin(String property, String value, String shown) {
    assertThat(Settings.of(Map.of(property, value)).shown().lines())
        .contains(property + "=" + shown);
  }

  @Test
  void shouldShowTheFileInThePlaceOfWhatItHolds() throws Exception {
    String file = inFile(SECRET);
    Map<String, String> given =
        Map.of("kafka.ssl.key.password", file, "kafka.client.id", "app-" + file);

    assertThat(Settings.of(given).shown())
        .contains("kafka.ssl.key.password=" + file, "kafka.client.id=app-" + file)
        .doesNotContain(SECRET);
  }

  @Test
  void shouldShowEveryPropertyOnALineOfItsOwn() {
    Map<String, String> given = new HashMap<>();
    given.put("kafka.ssl.truststore.certificates", "-----BEGIN\nabc\n-----END");

    assertThat(Settings.of(given).shown().lines())
        .hasSize(Property.DEFINITION.names().size() + 1)
        .contains(
            "topic.events=emotion-events",
            "window.hop.ms=",
            "http.token=",
            "kafka.ssl.truststore.certificates=-----BEGIN\\nabc\\n-----END");
  }

  @Test
  void shouldTakeForSecretWhatKafkaDoes() {
    Stream.of(
            Property.DEFINITION,
            AdminClientConfig.configDef(),
            ProducerConfig.configDef(),
            ConsumerConfig.configDef(),
            StreamsConfig.configDef())
        .map(ConfigDef::configKeys)
        .flatMap(keys -> keys.values().stream())
        .filter(key -> key.type == Type.PASSWORD && !FOR_ALL_TO_SEE.contains(key.name))
        .forEach(key -> assertThat(Secrets.shown(key.name, SECRET)).as(key.name).isEqualTo("***"));
  }

  @Test
  void shouldNotShowWhatIsInAFileWhenItIsNotValid() throws Exception {
    Map<String, String> given = Map.of("topic.partitions", inFile(SECRET));

    assertThatThrownBy(() -> Settings.of(given))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContainingAll("topic.partitions", "***")
        .hasMessageNotContaining(SECRET)
        .hasNoCause();
  }
}
