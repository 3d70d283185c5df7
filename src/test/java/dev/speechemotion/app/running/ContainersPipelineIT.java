package dev.speechemotion.app.running;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import dev.speechemotion.app.fixtures.FreePort;
import java.io.IOException;
import java.time.Duration;
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
  Fixture start() throws IOException {
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
    int port = FreePort.find();
    GenericContainer<?> registry =
        new GenericContainer<>("apicurio/apicurio-registry:3.3.3")
            .withExposedPorts(REGISTRY_PORT)
            // Where it answers at the same port after a restart.
            .withCreateContainerCmdModifier(
                create ->
                    create
                        .getHostConfig()
                        .withPortBindings(
                            new PortBinding(
                                Ports.Binding.bindPort(port), new ExposedPort(REGISTRY_PORT))))
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
    String url = "http://" + registry.getHost() + ":" + port + REGISTRY_API;
    return new Containers(kafka, registry, url);
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
