package dev.speechemotion.app.running;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.time.Duration;
import java.util.Map;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;

/** The scenarios on Kafka and Apicurio Registry in containers; skipped without Docker. */
class ContainersPipelineIT extends PipelineScenarios {
  private static final int REGISTRY_PORT = 8080;
  private static final String REGISTRY_API = "/apis/ccompat/v7";

  @Override
  Fixture start() {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        "skipped: there is no Docker engine; the same scenarios run on the embedded broker");
    KafkaContainer kafka =
        new KafkaContainer("apache/kafka:4.3.1")
            // So that the scenarios, which start the application often, need not wait for it.
            .withEnv("KAFKA_GROUP_STREAMS_INITIAL_REBALANCE_DELAY_MS", "0")
            .withEnv("KAFKA_GROUP_STREAMS_ASSIGNMENT_INTERVAL_MS", "0")
            .withEnv("KAFKA_GROUP_STREAMS_MIN_HEARTBEAT_INTERVAL_MS", "200")
            .withEnv("KAFKA_GROUP_STREAMS_HEARTBEAT_INTERVAL_MS", "500");
    GenericContainer<?> registry =
        new GenericContainer<>("apicurio/apicurio-registry:3.3.3")
            .withExposedPorts(REGISTRY_PORT)
            .waitingFor(
                Wait.forHttp(REGISTRY_API + "/subjects")
                    .forPort(REGISTRY_PORT)
                    .withStartupTimeout(Duration.ofMinutes(2)));
    try {
      Startables.deepStart(kafka, registry).join();
    } catch (RuntimeException e) {
      kafka.stop();
      registry.stop();
      throw e;
    }
    String url =
        "http://" + registry.getHost() + ":" + registry.getMappedPort(REGISTRY_PORT) + REGISTRY_API;
    return new Containers(kafka, registry, RegistryClients.connect(url, Map.of()));
  }

  private record Containers(
      KafkaContainer kafka, GenericContainer<?> registryServer, SchemaRegistry registry)
      implements Fixture {
    @Override
    public String bootstrapServers() {
      return kafka.getBootstrapServers();
    }

    @Override
    public void close() {
      registry.close();
      registryServer.stop();
      kafka.stop();
    }
  }
}
