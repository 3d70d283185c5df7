package dev.speechemotion.app.running;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.speechemotion.app.fixtures.FreePort;
import dev.speechemotion.app.fixtures.TestCertificate;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.MountableFile;

/** The scenarios on Kafka and Apicurio Registry in containers; skipped without Docker. */
class ContainersPipelineIT extends PipelineScenarios {
  private static final int REGISTRY_PORT = 8080;
  private static final int REGISTRY_TLS_PORT = 8443;
  private static final String SECRET = "a-secret";
  private static final String REGISTRY_API = "/apis/ccompat/v7";

  @TempDir private static Path folder;

  private TestCertificate certificate;
  private String hostAndTlsPort;

  @Override
  Fixture start() throws Exception {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        "skipped: there is no Docker engine; the same scenarios run on the embedded broker");
    certificate = TestCertificate.make(folder, "dns:localhost,ip:127.0.0.1");
    KafkaContainer kafka =
        new KafkaContainer("apache/kafka:4.3.1")
            // So that the scenarios, which start the application often, need not wait for it.
            .withEnv("KAFKA_GROUP_STREAMS_INITIAL_REBALANCE_DELAY_MS", "0")
            .withEnv("KAFKA_GROUP_STREAMS_ASSIGNMENT_INTERVAL_MS", "0")
            .withEnv("KAFKA_GROUP_STREAMS_MIN_HEARTBEAT_INTERVAL_MS", "200")
            .withEnv("KAFKA_GROUP_STREAMS_HEARTBEAT_INTERVAL_MS", "500");
    int port = FreePort.find();
    int tlsPort = FreePort.find();
    GenericContainer<?> registry =
        new GenericContainer<>("apicurio/apicurio-registry:3.3.3")
            .withExposedPorts(REGISTRY_PORT, REGISTRY_TLS_PORT)
            .withCopyFileToContainer(
                MountableFile.forHostPath(certificate.file(), 0644), "/registry.p12")
            .withEnv("QUARKUS_HTTP_SSL_CERTIFICATE_KEY_STORE_FILE", "/registry.p12")
            .withEnv("QUARKUS_HTTP_SSL_CERTIFICATE_KEY_STORE_PASSWORD", TestCertificate.PASSWORD)
            .withEnv("QUARKUS_HTTP_AUTH_BASIC", "true")
            .withEnv("QUARKUS_HTTP_AUTH_PERMISSION_ALL_PATHS", "/apis/*")
            .withEnv("QUARKUS_HTTP_AUTH_PERMISSION_ALL_POLICY", "authenticated")
            .withEnv("QUARKUS_SECURITY_USERS_EMBEDDED_ENABLED", "true")
            .withEnv("QUARKUS_SECURITY_USERS_EMBEDDED_PLAIN_TEXT", "true")
            .withEnv("QUARKUS_SECURITY_USERS_EMBEDDED_USERS_BOB", SECRET)
            .withEnv("QUARKUS_SECURITY_USERS_EMBEDDED_ROLES_BOB", "admin")
            .waitingFor(
                Wait.forHttp(REGISTRY_API + "/subjects")
                    .forPort(REGISTRY_PORT)
                    .withBasicCredentials("bob", SECRET)
                    .withStartupTimeout(Duration.ofMinutes(2)));
    // Ports of our choice, where it answers again after a restart.
    registry.setPortBindings(
        List.of(port + ":" + REGISTRY_PORT, tlsPort + ":" + REGISTRY_TLS_PORT));
    try {
      Startables.deepStart(kafka, registry).join();
    } catch (RuntimeException e) {
      kafka.stop();
      registry.stop();
      throw e;
    }
    hostAndTlsPort = registry.getHost() + ":" + tlsPort;
    String url = "http://bob:" + SECRET + "@" + registry.getHost() + ":" + port + REGISTRY_API;
    return new Containers(kafka, registry, url);
  }

  /** All other scenarios log in too, but without TLS. */
  @Test
  void shouldLogInToARegistryThatSpeaksTls() throws Exception {
    String url = "https://" + hostAndTlsPort + REGISTRY_API;
    Map<String, String> trust =
        Map.of(
            "ssl.truststore.location",
            certificate.file().toString(),
            "ssl.truststore.password",
            TestCertificate.PASSWORD);
    Map<String, String> login = new HashMap<>(trust);
    login.put("basic.auth.user.info", "bob:" + SECRET);

    try (SchemaRegistry registry = RegistryClients.connect(url, login)) {
      registry.check();
      int id = registry.register("over-tls", "\"string\"");
      assertThat(registry.schemaById(id)).isEqualTo("\"string\"");
    }
    try (SchemaRegistry registry = RegistryClients.connect(url, trust)) {
      assertThatThrownBy(registry::check).hasMessageContaining("HTTP 401");
    }
    try (SchemaRegistry registry =
        RegistryClients.connect(url, Map.of("basic.auth.user.info", "bob:" + SECRET))) {
      assertThatThrownBy(registry::check).hasMessageContaining("not reachable");
    }
  }

  private record Containers(KafkaContainer kafka, GenericContainer<?> registry, String registryUrl)
      implements Fixture {
    @Override
    public String bootstrapServers() {
      return kafka.getBootstrapServers();
    }

    /** It keeps them in memory. */
    @Override
    public void loseSchemas() {
      registry
          .getDockerClient()
          .restartContainerCmd(registry.getContainerId())
          .withTimeout(1)
          .exec();
    }

    @Override
    public void close() {
      registry.stop();
      kafka.stop();
    }
  }
}
