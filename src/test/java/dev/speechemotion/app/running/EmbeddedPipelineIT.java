package dev.speechemotion.app.running;

import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.fixtures.HttpRegistry;
import java.io.IOException;

/** The scenarios on the embedded broker with a registry in this process: without Docker. */
class EmbeddedPipelineIT extends PipelineScenarios {

  @Override
  Fixture start() throws IOException {
    return new Embedded(EmbeddedBroker.start(), new HttpRegistry());
  }

  private record Embedded(EmbeddedBroker broker, HttpRegistry registry) implements Fixture {
    @Override
    public String bootstrapServers() {
      return broker.bootstrapServers();
    }

    @Override
    public String registryUrl() {
      return registry.url();
    }

    @Override
    public void loseSchemas() {
      registry.forget();
    }

    @Override
    public void close() {
      registry.close();
      broker.close();
    }
  }
}
