package dev.speechemotion.app.commands;

import static dev.speechemotion.app.commands.CommandLineRun.assertFailure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.fixtures.FreePort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code adapt} says to options that don't fit one another, and where there is no broker. */
class BrokerAdaptCommandTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "                                                | name where the audio of the place is",
        "--bootstrap-server=h:1                          | --bootstrap-server needs --hours N",
        "--set=topic.chunks=audio                        | --set needs --hours N",
        "--corrections                                   | --corrections needs --hours N",
        "--recordings=x --corrections                    | and --corrections exclude",
        "--hours=1 --corrections --labels=x              | --corrections and --labels exclude",
        "--hours=0                                       | must be above 0",
        "--hours=-2                                      | must be above 0",
        "--hours=NaN                                     | must be above 0",
        "--hours=1e9                                     | at most a year",
        "--hours=much                                    | --hours",
        "--recordings=x --hours=1                        | --recordings and --hours exclude",
        "--recordings=x --bootstrap-server=h:1           | and --bootstrap-server exclude",
      })
  void shouldRefuseOptionsThatDoNotFit(String options, String reason) {
    CommandLineRun run = adapt(options == null ? List.of() : List.of(options.trim().split(" ")));

    assertThat(run.exitCode()).as(run.toString()).isEqualTo(2);
    assertThat(run.errLines().get(0)).contains(reason);
    assertThat(folder.resolve("site")).doesNotExist();
  }

  @Test
  @Timeout(60)
  void shouldSayThatThereIsNoBroker() throws Exception {
    String nowhere = "localhost:" + FreePort.find();

    CommandLineRun run =
        adapt(
            List.of(
                "--bootstrap-server", nowhere, "--hours", "1", "--set", "startup.timeout.ms=700"));

    assertFailure(run, "no Kafka broker at " + nowhere);
    assertThat(folder.resolve("site")).doesNotExist();
  }

  private CommandLineRun adapt(List<String> options) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "adapt",
                "--model",
                "models/telephone",
                "--out",
                folder.resolve("site").toString()));
    all.addAll(options);
    return CommandLineRun.of(all.toArray(new String[0]));
  }
}
