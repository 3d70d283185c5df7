package dev.speechemotion.app.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the documentation to what it prints of the code. */
class ReadmeTest {
  @Test
  void shouldPrintTheTableOfProperties() throws Exception {
    assertThat(Files.readString(Path.of("deploy/README.md")))
        .as("the table of settings must be what `stream --help-config` prints")
        .contains(PropertyMarkdown.markdown());
  }

  /** Those are the ones that OtherClientsIT and DemoServeIT run. */
  @ParameterizedTest
  @ValueSource(strings = {"python/read_events.py", "javascript/read_events.mjs"})
  void shouldShowTheScriptsThatAreTested(String script) throws Exception {
    assertThat(Files.readString(Path.of("README.md")))
        .contains("\n" + Files.readString(Path.of("src/test").resolve(script)) + "```");
  }
}
