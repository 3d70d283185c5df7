package dev.speechemotion.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Holds the topology to its golden file. Names of nodes, stores and topics are part of what a
 * running application has on its brokers, so a change is made on purpose: run this test with {@code
 * -Dgolden.update=true} and commit the file.
 */
class TopologyDescriptionTest {
  private static final Path GOLDEN = Path.of("src/test/resources/topology.txt");

  @Test
  void shouldBeTheTopologyOfTheGoldenFile() throws IOException {
    String description =
        EmotionTopology.build(
                StreamSettings.defaults(),
                FeatureSpec.TELEPHONE_8K,
                () -> {
                  throw new AssertionError("building must not make a classifier");
                },
                EmotionSerdes.of(RegistryClients.inMemory()))
            .describe()
            .toString();
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(GOLDEN, description);
    }

    assertThat(description.lines())
        .as("the topology, against %s (-Dgolden.update=true writes it anew)", GOLDEN)
        .containsExactlyElementsOf(Files.readAllLines(GOLDEN));
  }
}
