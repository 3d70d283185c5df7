package dev.speechemotion.app.commands;

import static dev.speechemotion.app.commands.CommandLineRun.assertFailure;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code stream --pseudonymize}: what is wrong with the key is said before anything starts. */
class PseudonymizeOptionTest {
  @TempDir private Path folder;

  @Test
  void shouldRefuseAShortKeyWithoutShowingIt() throws IOException {
    Path file = Files.writeString(folder.resolve("key"), "swordfish\n");

    CommandLineRun run = CommandLineRun.of("stream", "--pseudonymize", file.toString());

    assertFailure(run, "must have at least 32 characters, got 9; `openssl rand -hex 32` makes one");
    assertThat(run.err()).doesNotContain("swordfish");
  }

  @Test
  void shouldBeAskedForByAdaptToo() throws IOException {
    Path file = Files.writeString(folder.resolve("key"), "swordfish\n");

    CommandLineRun run =
        CommandLineRun.of(
            "adapt",
            "--model",
            "models/open",
            "--out",
            folder.resolve("out").toString(),
            "--hours",
            "1",
            "--pseudonymize",
            file.toString());

    assertFailure(run, "must have at least 32 characters, got 9; `openssl rand -hex 32` makes one");
  }

  @Test
  void shouldNotRunWithoutAKeyThatWasAskedFor() throws IOException {
    Path file = Files.writeString(folder.resolve("key"), "\n");

    assertFailure(
        CommandLineRun.of("stream", "--pseudonymize", file.toString()), file + " holds no key");
    assertFailure(
        CommandLineRun.of("stream", "--pseudonymize", folder.resolve("none").toString()),
        "which cannot be read: there is none");
  }

  @Test
  void shouldNotPrintTheKeyWithTheOtherSettings() throws IOException {
    String key = "0123456789abcdef0123456789abcdef";
    Path file = Files.writeString(folder.resolve("key"), key + "\n");

    CommandLineRun run =
        CommandLineRun.of("stream", "--pseudonymize", file.toString(), "--print-config");

    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out()).contains("pseudonymize.key=${file:" + file + "}").doesNotContain(key);
  }
}
