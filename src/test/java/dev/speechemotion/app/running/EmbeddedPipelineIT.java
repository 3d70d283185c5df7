package dev.speechemotion.app.running;

import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.io.IOException;

/** The scenarios on the embedded broker with a registry in memory: without Docker. */
class EmbeddedPipelineIT extends PipelineScenarios {

  @Override
  Fixture start() throws IOException {
    return new Embedded(EmbeddedBroker.start(), RegistryClients.inMemory());
  }

  private record Embedded(EmbeddedBroker broker, SchemaRegistry registry) implements Fixture {
    @Override
    public String bootstrapServers() {
      return broker.bootstrapServers();
    }

    @Override
    public void close() {
      broker.close();
    }
  }
}
