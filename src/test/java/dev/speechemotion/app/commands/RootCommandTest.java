package dev.speechemotion.app.commands;

import static dev.speechemotion.app.commands.CommandLineRun.assertFailure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.fixtures.FreePort;
import dev.speechemotion.app.fixtures.Reference;
import dev.speechemotion.app.settings.PropertyMarkdown;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of the command line: exit codes, what goes where, one line for what is wrong. */
class RootCommandTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "demo",
        "stream",
        "train",
        "adapt",
        "evaluate",
        "alerts",
        "classify",
        "features",
        "feed",
        "watch"
      })
  void shouldPrintHelpOnStdout(String command) {
    CommandLineRun run = CommandLineRun.of((command + " --help").trim().split(" "));

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("Usage: " + (RootCommand.NAME + " " + command).trim());
    assertThat(run.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"classify", "alerts", "dlq", "loadtest", "features", "watch"})
  void shouldNameFormatsAsTheyAreTyped(String command) {
    assertThat(CommandLineRun.of(command, "--help").out()).contains("json").doesNotContain("JSON");
  }

  @Test
  void shouldPrintTheVersionOnStdout() {
    CommandLineRun run = CommandLineRun.of("--version");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith(RootCommand.NAME + " ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "xyz",
        "demo --unknown",
        "demo --speed 0",
        "demo --speed fast",
        "classify",
        "classify a.wav --format xml",
        "features a.wav --spec librosa-96k",
        "features a.wav --per year",
        "feed",
        "feed a.wav --encoding mp3",
        "feed a.wav --chunk-ms much",
        "feed a.wav --chunk-ms 0",
        "feed a.wav --speed 0",
        "loadtest --seconds 4",
        "loadtest --channels 0",
        "loadtest --warm-up 60",
        "loadtest --turns -1",
        "loadtest --join-after 5",
        "loadtest --instances 0",
        "loadtest --instances 2 --leave-after 60",
        "loadtest --instances 2 --join-after 5 --speed max",
        "loadtest --kill",
        "loadtest --partitions 0",
        "feed a.wav --roles boss",
        "watch --max-events many",
        "stream --set a",
        "stream --max-lag NaN",
        "evaluate --model models/open --layout tess --data x --adapt sites",
        "train --layout tess --data x --out y --epochs many",
      })
  void shouldExitWith2OnWrongUsage(String commandLine) {
    CommandLineRun run =
        CommandLineRun.of(commandLine.isEmpty() ? new String[0] : commandLine.split(" "));

    assertThat(run.exitCode()).as(run.toString()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("Usage: " + RootCommand.NAME);
    String command = commandLine.split(" ")[0];
    if (!command.isEmpty() && !command.equals("xyz")) {
      // What is wrong would be out of sight above all the options of some commands.
      assertThat(run.errLines()).hasSizeLessThanOrEqualTo(2);
      assertThat(run.err())
          .containsPattern("Usage: %s %s .*--help".formatted(RootCommand.NAME, command));
    }
  }

  @Test
  void shouldSayThatAnEncoderIsNoModel() {
    assertFailure(
        CommandLineRun.of(
            "classify", "--model", "models/encoder", Reference.wav("sine440-8000").toString()),
        "models/encoder: this is a pretrained encoder");
  }

  @Test
  void shouldPrintTheConfigurationTable() {
    CommandLineRun run = CommandLineRun.of("stream", "--help-config");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo(PropertyMarkdown.markdown());
  }

  @Test
  void shouldPrintTheSettingsInUseWithoutSecrets() {
    CommandLineRun run =
        CommandLineRun.of(
            "stream",
            "--print-config",
            "--max-lag",
            "30",
            "--set",
            "kafka.ssl.keystore.password=hunter2",
            "--registry",
            "https://bob:hunter2@registry");

    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.outLines())
        .contains(
            "max.lag.ms=30000",
            "topic.events=emotion-events",
            "registry.url=https://***@registry",
            "kafka.ssl.keystore.password=***");
    assertThat(run.out()).doesNotContain("hunter2");
  }

  @Test
  void shouldTakeTheMaximalLagInSeconds() {
    assertFailure(
        CommandLineRun.of("stream", "--max-lag", "-1.5"), "-1500 for configuration max.lag.ms");
  }

  @Test
  void shouldNameAnUnknownProperty() {
    assertFailure(
        CommandLineRun.of("stream", "--set", "windows.hop.ms=500"),
        "did you mean 'window.hop.ms'?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"stream", "demo", "classify"})
  void shouldNameAModelDirectoryThatIsMissing(String command, @TempDir Path folder)
      throws Exception {
    String missing = folder.resolve("no-model").toString();

    CommandLineRun run =
        switch (command) {
          case "stream" -> CommandLineRun.of("stream", "--set", "model.dir=" + missing);
          case "demo" -> CommandLineRun.of("demo", "--model", missing);
          default ->
              CommandLineRun.of(
                  "classify", "--model", missing, Reference.wav("sine440-8000").toString());
        };

    assertFailure(run, missing);
  }

  @Test
  void shouldSayThatThereIsNoBroker() throws Exception {
    String nowhere = "localhost:" + FreePort.find();

    assertFailure(
        CommandLineRun.of(
            "watch", "--bootstrap-server", nowhere, "--set", "startup.timeout.ms=700"),
        "no Kafka broker at " + nowhere);
    assertFailure(
        CommandLineRun.of(
            "feed",
            Reference.wav("sine440-8000").toString(),
            "--bootstrap-server",
            nowhere,
            "--set",
            "startup.timeout.ms=1"),
        "no Kafka broker at " + nowhere);
  }

  @Test
  void shouldSayThatWhatAnswersIsNoBroker() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      assertFailure(
          CommandLineRun.of(
              "watch",
              "--bootstrap-server",
              "localhost:" + silent.getLocalPort(),
              "--set",
              "startup.timeout.ms=1500"),
          "not as a Kafka broker does");
    }
  }

  @Test
  void shouldRefuseABootstrapServerWithoutAPort() {
    assertFailure(
        CommandLineRun.of("watch", "--bootstrap-server", "localhost"), "must be host:port");
  }

  @ParameterizedTest
  @ValueSource(strings = {"classify", "features", "feed"})
  void shouldNameARecordingThatCannotBeRead(String command, @TempDir Path folder) throws Exception {
    byte[] whole = Files.readAllBytes(Reference.wav("sine440-8000"));
    Path cutOff = Files.write(folder.resolve("cut-off.wav"), Arrays.copyOf(whole, 44));
    Path empty = Files.write(folder.resolve("empty.wav"), new byte[0]);
    Path text = Files.writeString(folder.resolve("text.wav"), "This is not audio. ".repeat(50));
    Path missing = folder.resolve("missing.wav");
    Files.createDirectory(folder.resolve("folder.wav"));

    for (Path bad : new Path[] {cutOff, empty, text, missing, folder.resolve("folder.wav")}) {
      assertFailure(CommandLineRun.of(command, bad.toString()), bad.getFileName().toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"classify", "features"})
  void shouldGoOnAfterAFileThatCannotBeRead(String command, @TempDir Path folder) throws Exception {
    Path text = Files.writeString(folder.resolve("text.wav"), "This is not audio. ".repeat(50));
    String good = Reference.wav("emodb-03a01Fa-8000").toString();

    CommandLineRun run =
        CommandLineRun.of(
            command, text.toString(), good, "no\0name.wav", folder.resolve("x.wav").toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("emodb-03a01Fa-8000.wav");
    assertThat(run.errLines()).hasSize(3);
    assertThat(run.errLines().get(0)).contains("text.wav is not a WAV or AIFF file");
    assertThat(run.errLines().get(1)).contains("name.wav: its name cannot be written");
    assertThat(run.errLines().get(2)).contains("no such file").contains("x.wav");
  }

  @Test
  void shouldHintAtFilesWhoseNamesBeginLikeOptions() {
    CommandLineRun run = CommandLineRun.of("classify", "-dash.wav");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.errLines()).contains("If that is a file, write -- before it: -- -dash.wav");
    assertThat(CommandLineRun.of("demo", "-dash.mp3").errLines())
        .contains("If that is a file, write -- before it: -- -dash.mp3");
    assertFailure(CommandLineRun.of("classify", "--", "-dash.wav"), "no such file: -dash.wav");
  }

  @ParameterizedTest
  @ValueSource(strings = {"feed", "train --layout csv --out x --data", "evaluate --model"})
  void shouldSayThatANameIsInAnotherEncoding(String command) {
    List<String> args = new ArrayList<>(List.of(command.split(" ")));
    // What is no path under LC_ALL=C is hard to have here; a zero is no path anywhere.
    args.add("t\0n.wav");

    CommandLineRun run = CommandLineRun.of(args.toArray(new String[0]));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.errLines()).hasSize(2);
    assertThat(run.err()).contains("its name cannot be written").doesNotContain("Exception");
  }

  @Test
  void shouldSayThatBytesOfANameAreNoCharacters() {
    assertFailure(
        CommandLineRun.of("features", "t\uFFFDn.wav"), "n.wav: its name cannot be written");
    assertThat(CommandLineRun.of("stream", "t\uFFFDn.wav").err())
        .contains("n.wav: its name cannot be written");
  }

  @Test
  void shouldNameTheReasonsThatThereAre() {
    CommandLineRun run = CommandLineRun.of("dlq", "--reason", "nonsense");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("no reason 'nonsense'", "NULL_KEY", "LATE", "(none)");
  }
}
