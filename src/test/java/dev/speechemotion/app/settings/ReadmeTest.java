package dev.speechemotion.app.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Holds the documentation to what it prints of the code. */
class ReadmeTest {
  @Test
  void shouldPrintTheTableOfProperties() throws Exception {
    assertThat(Files.readString(Path.of("deploy/README.md")))
        .as("the table of settings must be what `stream --help-config` prints")
        .contains(PropertyMarkdown.markdown());
  }
}
