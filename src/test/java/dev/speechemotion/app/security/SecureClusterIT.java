package dev.speechemotion.app.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.commands.CommandLineRun;
import dev.speechemotion.app.fixtures.CallResults;
import dev.speechemotion.app.fixtures.FastModels;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.fixtures.KafkaProcesses;
import dev.speechemotion.app.fixtures.StreamProcess;
import dev.speechemotion.app.fixtures.TestCertificate;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The application with a broker and a schema registry that are set up for TLS and logins: it works,
 * or says in one line which setting is wrong. Secrets come from files, and are in no log.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class SecureClusterIT {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(60);
  private static final String KAFKA_PASSWORD = "scram-hunter2";
  private static final String REGISTRY_PASSWORD = "registry-hunter2";
  private static final String USER = "emotion";

  /** Read by Kafka's clients from the JVM. */
  private static final String ALLOWED_URLS = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

  /** What the broker of the tests listens for, and how a client comes in. */
  enum Way {
    TLS("SSL"),
    MUTUAL("SSL"),
    SCRAM("SASL_SSL"),
    TOKEN("SASL_SSL");

    private final String protocol;

    Way(String protocol) {
      this.protocol = protocol;
    }
  }

  @TempDir private static Path folder;

  private TestCertificate brokerCertificate;
  private TestCertificate clientCertificate;
  private TokenServer tokens;
  private KafkaProcesses kafka;
  private HttpRegistry registry;

  @BeforeAll
  void start() throws Exception {
    brokerCertificate = TestCertificate.make(folder, "ip:127.0.0.1");
    clientCertificate = TestCertificate.make(folder, "dns:emotion");
    tokens = new TokenServer();
    Map<String, String> listeners = new HashMap<>();
    for (Way way : Way.values()) {
      listeners.put(way.name(), way.protocol);
    }
    kafka =
        KafkaProcesses.start(
            folder,
            listeners,
            Map.ofEntries(
                Map.entry("ssl.keystore.location", brokerCertificate.file().toString()),
                Map.entry("ssl.keystore.password", TestCertificate.PASSWORD),
                Map.entry("ssl.key.password", TestCertificate.PASSWORD),
                Map.entry(
                    "listener.name.mutual.ssl.truststore.location",
                    clientCertificate.file().toString()),
                Map.entry("listener.name.mutual.ssl.truststore.password", TestCertificate.PASSWORD),
                Map.entry("listener.name.mutual.ssl.client.auth", "required"),
                Map.entry("listener.name.scram.sasl.enabled.mechanisms", "SCRAM-SHA-512"),
                Map.entry(
                    "listener.name.scram.scram-sha-512.sasl.jaas.config",
                    "org.apache.kafka.common.security.scram.ScramLoginModule required;"),
                Map.entry("listener.name.token.sasl.enabled.mechanisms", "OAUTHBEARER"),
                Map.entry(
                    "listener.name.token.oauthbearer.sasl.jaas.config",
                    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"
                        + " required;"),
                Map.entry(
                    "listener.name.token.oauthbearer.sasl.server.callback.handler.class",
                    "org.apache.kafka.common.security.oauthbearer"
                        + ".OAuthBearerValidatorCallbackHandler"),
                Map.entry("sasl.oauthbearer.jwks.endpoint.url", tokens.keysUrl()),
                Map.entry("sasl.oauthbearer.expected.audience", TokenServer.AUDIENCE)),
            List.of("-D" + ALLOWED_URLS + "=" + tokens.keysUrl()));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      ScramCredentialInfo scram = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096);
      admin
          .alterUserScramCredentials(
              List.of(new UserScramCredentialUpsertion(USER, scram, KAFKA_PASSWORD)))
          .all()
          .get();
    }
    registry = new HttpRegistry(brokerCertificate.server());
    registry.demand("Basic " + base64(USER + ":" + REGISTRY_PASSWORD));
  }

  @AfterAll
  void close() {
    if (kafka != null) {
      kafka.close();
    }
    if (registry != null) {
      registry.close();
    }
    tokens.close();
    System.clearProperty(ALLOWED_URLS);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Settings of an application of its own that comes in, with all secrets in files. */
  private Map<String, String> settings(Way way) throws Exception {
    String certificatePassword = secret("certificate-password", TestCertificate.PASSWORD);
    Map<String, String> values = new HashMap<>(FastModels.SETTINGS);
    String name = way.name();
    values.put(Property.BOOTSTRAP_SERVERS, kafka.bootstrapServers(name));
    values.put(Property.REGISTRY_URL, registry.url());
    values.put(
        "registry.basic.auth.user.info",
        USER + ":" + secret("registry-password", REGISTRY_PASSWORD));
    values.put("registry.ssl.truststore.location", brokerCertificate.file().toString());
    values.put("registry.ssl.truststore.password", certificatePassword);
    values.put(Property.APPLICATION_ID, name);
    values.put(Property.TOPIC_CHUNKS, name + "-chunks");
    values.put(Property.TOPIC_EVENTS, name + "-events");
    values.put(Property.TOPIC_SUMMARIES, name + "-summaries");
    values.put(Property.TOPIC_ALERTS, name + "-alerts");
    values.put(Property.TOPIC_DEAD_LETTERS, name + "-dlq");
    values.put(Property.STATE_DIR, folder.resolve("state-" + name).toString());
    values.put(Property.COMMIT_INTERVAL_MS, "100");
    values.put(Property.STARTUP_TIMEOUT_MS, "10000");
    values.put("kafka.security.protocol", way.protocol);
    values.put("kafka.ssl.truststore.location", brokerCertificate.file().toString());
    values.put("kafka.ssl.truststore.password", certificatePassword);
    switch (way) {
      case TLS -> {}
      case MUTUAL -> {
        values.put("kafka.ssl.keystore.location", clientCertificate.file().toString());
        values.put("kafka.ssl.keystore.password", certificatePassword);
        values.put("kafka.ssl.key.password", certificatePassword);
      }
      case SCRAM -> {
        values.put("kafka.sasl.mechanism", "SCRAM-SHA-512");
        values.put("kafka.sasl.jaas.config", scram(secret("kafka-password", KAFKA_PASSWORD)));
      }
      case TOKEN -> {
        values.put("kafka.sasl.mechanism", "OAUTHBEARER");
        values.put(
            "kafka.sasl.jaas.config",
            "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;");
        values.put(
            "kafka.sasl.login.callback.handler.class",
            "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler");
        values.put("kafka.sasl.oauthbearer.token.endpoint.url", tokens.tokenUrl());
        values.put("kafka.sasl.oauthbearer.client.credentials.client.id", USER);
        values.put(
            "kafka.sasl.oauthbearer.client.credentials.client.secret",
            secret("client-secret", TokenServer.SECRET));
      }
    }
    return values;
  }

  private static String scram(String password) {
    return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
        .formatted(USER, password);
  }

  /** What stands for a secret in the settings. */
  private String secret(String name, String text) throws Exception {
    return "${file:" + Files.writeString(folder.resolve(name), text + "\n") + "}";
  }

  @ParameterizedTest
  @EnumSource
  void shouldAnalyzeACallAndKeepSecretsOutOfTheLog(Way way) throws Exception {
    Map<String, String> values = settings(way);
    Settings settings = Settings.of(values);
    new ClusterReadiness(plain(values))
        .requireTopics(settings.streamSettings().topics(), true, new StopRequest());
    Path log = folder.resolve(way + ".log");
    try (StreamProcess app =
        new StreamProcess(log, values)
            .withJvmOptions(
                "-Dses.log.level=DEBUG",
                "-Dses.log.libraries.level=INFO",
                "-D" + ALLOWED_URLS + "=" + tokens.tokenUrl())
            .start()) {
      app.awaitRunning(START_TIMEOUT);
      feed(values);
      CallResults.awaitSummaries(plain(values), Set.of("call"), END_TIMEOUT, app::requireAlive);
      assertThat(app.stop()).as(app.log()).isZero();
    }

    try (var schemas = RegistryClients.connect(registry.url(), settings.registryClient())) {
      CallResults results = CallResults.read(plain(values), EmotionSerdes.of(schemas));
      assertThat(results.events().get("call")).isNotEmpty();
      assertThat(results.deadLetters()).isEmpty();
    }
    assertThat(Files.readString(log))
        .contains("DEBUG")
        .doesNotContain(
            KAFKA_PASSWORD,
            REGISTRY_PASSWORD,
            TestCertificate.PASSWORD,
            TokenServer.SECRET,
            base64(USER + ":" + REGISTRY_PASSWORD));
  }

  /** By the way that needs neither TLS nor login, which is what tests read and prepare by. */
  private Settings plain(Map<String, String> values) {
    Map<String, String> plain = new HashMap<>(values);
    plain.keySet().removeIf(name -> name.startsWith(Property.KAFKA_PREFIX));
    plain.put(Property.BOOTSTRAP_SERVERS, kafka.bootstrapServers());
    return Settings.of(plain);
  }

  /** Plays a call by the command, with the same settings. */
  private static void feed(Map<String, String> values) {
    System.setProperty(
        ALLOWED_URLS, values.getOrDefault("kafka.sasl.oauthbearer.token.endpoint.url", ""));
    CommandLineRun fed =
        run(
            values,
            "feed",
            Path.of("src/main/resources/demo/16a07Wa.wav").toString(),
            Path.of("src/main/resources/demo/15a07Nc.wav").toString(),
            "--call-id",
            "call",
            "--speed",
            "max");
    assertThat(fed.exitCode()).as(fed.toString()).isZero();
  }

  @Test
  void shouldSayThatTheBrokersCertificateIsNotTrusted() throws Exception {
    Map<String, String> values = settings(Way.TLS);
    TestCertificate other = TestCertificate.make(folder, "ip:127.0.0.1");
    values.put("kafka.ssl.truststore.location", other.file().toString());

    assertRefused(values, "certificate is not trusted here", "kafka.ssl.truststore.location");
  }

  @Test
  void shouldSayThatTheBrokersCertificateIsForAnotherHost() throws Exception {
    Map<String, String> values = settings(Way.TLS);
    values.computeIfPresent(
        Property.BOOTSTRAP_SERVERS, (name, address) -> address.replace("127.0.0.1", "localhost"));

    assertRefused(values, "not for that address", Property.BOOTSTRAP_SERVERS);
  }

  @Test
  void shouldSayThatTheBrokerWantsACertificate() throws Exception {
    Map<String, String> values = settings(Way.MUTUAL);
    values.keySet().removeIf(name -> name.startsWith("kafka.ssl.key"));

    assertRefused(values, "wants a certificate of the client", "kafka.ssl.keystore.location");
  }

  @Test
  void shouldSayThatThePasswordIsWrong() throws Exception {
    Map<String, String> values = settings(Way.SCRAM);
    values.put("kafka.sasl.jaas.config", scram("wrong-hunter2"));

    assertRefused(values, "Authentication failed", "kafka.sasl.jaas.config");
  }

  @Test
  void shouldSayThatTheMechanismIsNotTheBrokers() throws Exception {
    Map<String, String> values = settings(Way.SCRAM);
    values.put("kafka.sasl.mechanism", "SCRAM-SHA-256");

    assertRefused(values, "SCRAM-SHA-512", "kafka.sasl.mechanism");
  }

  @Test
  void shouldSayThatTheTokenServerRefusesTheClient() throws Exception {
    System.setProperty(ALLOWED_URLS, tokens.tokenUrl());
    Map<String, String> values = settings(Way.TOKEN);
    values.put("kafka.sasl.oauthbearer.client.credentials.client.secret", "wrong-hunter2");

    assertRefused(values, "401", "kafka.sasl.oauthbearer");
  }

  @Test
  void shouldSayThatTheBrokerRefusesTheToken() throws Exception {
    System.setProperty(ALLOWED_URLS, tokens.tokenUrl());
    Map<String, String> values = settings(Way.TOKEN);
    values.put("kafka.sasl.oauthbearer.client.credentials.client.id", TokenServer.STRANGER);

    assertRefused(values, "invalid_token");
  }

  @Test
  void shouldSayThatTheAddressOfTheTokensMustBeAllowed() throws Exception {
    System.setProperty(ALLOWED_URLS, "");

    assertRefused(settings(Way.TOKEN), ALLOWED_URLS);
  }

  @Test
  void shouldSayThatTheBrokerWantsTlsOrALogin() throws Exception {
    Map<String, String> values = settings(Way.TLS);
    values.keySet().removeIf(name -> name.startsWith(Property.KAFKA_PREFIX));
    values.put(Property.STARTUP_TIMEOUT_MS, "2000");

    assertRefused(values, "kafka.security.protocol");
  }

  @Test
  void shouldSayThatTheBrokerHasNoTls() throws Exception {
    Map<String, String> values = settings(Way.TLS);
    values.put(Property.BOOTSTRAP_SERVERS, kafka.bootstrapServers());
    values.put(Property.STARTUP_TIMEOUT_MS, "2000");

    assertRefused(values, "kafka.security.protocol");
  }

  @Test
  void shouldSayThatTheRegistryRefusesThePassword() throws Exception {
    Map<String, String> values = settings(Way.SCRAM);
    new ClusterReadiness(plain(values))
        .requireTopics(Settings.of(values).streamSettings().topics(), true, new StopRequest());
    values.put("registry.basic.auth.user.info", USER + ":wrong-hunter2");

    assertRefused(values, "HTTP 401", "registry.basic.auth.user.info");
  }

  @Test
  void shouldSayThatTheRegistrysCertificateIsNotTrusted() throws Exception {
    Map<String, String> values = settings(Way.SCRAM);
    new ClusterReadiness(plain(values))
        .requireTopics(Settings.of(values).streamSettings().topics(), true, new StopRequest());
    values.keySet().removeIf(name -> name.startsWith("registry.ssl"));
    values.put(Property.STARTUP_TIMEOUT_MS, "2000");

    assertRefused(values, "registry.ssl.truststore.location");
  }

  /** One line that holds these words and no secret. */
  private static void assertRefused(Map<String, String> values, String... words) {
    CommandLineRun run = run(values, "stream");

    assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
    assertThat(run.errLines()).as(run.toString()).hasSize(1);
    assertThat(run.err()).contains(words).doesNotContain("hunter2", TestCertificate.PASSWORD);
  }

  private static CommandLineRun run(Map<String, String> values, String... command) {
    List<String> args = new ArrayList<>(List.of(command));
    values.forEach((name, value) -> args.addAll(List.of("--set", name + "=" + value)));
    return CommandLineRun.of(args.toArray(new String[0]));
  }
}
