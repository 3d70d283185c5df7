package dev.speechemotion.app.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script in the shell that it is for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CompletionCommandTest {
  @TempDir static Path folder;

  private Path script;

  @BeforeAll
  void printScript() throws IOException {
    CommandLineRun run = CommandLineRun.of("completion", "--name", "ses");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    script = Files.writeString(folder.resolve("completion"), run.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ses wat|watch",
        "ses comp|completion",
        "ses watch --form|--format",
        "'ses watch --format '|table text json",
        "ses stream --pseud|--pseudonymize",
      })
  void shouldCompleteInBash(String typed, String offered) throws Exception {
    // What bash does when somebody presses the tabulator key.
    String press =
        """
        compopt() { :; } # Works only while bash completes.
        source "%s"
        COMP_LINE="%s"; COMP_POINT=${#COMP_LINE}
        read -r -a COMP_WORDS <<< "$COMP_LINE"
        [[ $COMP_LINE == *" " ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        function=$(complete -p ses | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        $function ses "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        echo "${COMPREPLY[@]}"
        """
            .formatted(script, typed);

    assertThat(shell("bash", press).split("\\s+")).contains(offered.split(" "));
  }

  @Test
  void shouldRefuseANameThatTheShellWouldRun() {
    CommandLineRun run = CommandLineRun.of("completion", "--name", "a; rm -r b");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("--name must be of letters");
  }

  private static String shell(String name, String commands)
      throws IOException, InterruptedException {
    Process shell;
    try {
      shell = new ProcessBuilder(List.of(name, "-c", commands)).redirectErrorStream(true).start();
    } catch (IOException e) {
      assumeTrue(false, "skipped: there is no " + name);
      throw e;
    }
    String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).as(out).isZero();
    return out.strip();
  }
}
