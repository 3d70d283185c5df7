package dev.speechemotion.app.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A command run within the test's process: its exit code and what it wrote. */
public final class CommandLineRun {
  private final int exitCode;
  private final String out;
  private final String err;

  private CommandLineRun(int exitCode, String out, String err) {
    this.exitCode = exitCode;
    this.out = out;
    this.err = err;
  }

  public static CommandLineRun of(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        RootCommand.run(
            args,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new CommandLineRun(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  public int exitCode() {
    return exitCode;
  }

  public String out() {
    return out;
  }

  public String err() {
    return err;
  }

  public List<String> outLines() {
    return out.lines().toList();
  }

  public List<String> errLines() {
    return err.lines().toList();
  }

  /** Asserts exit code 1 and a single line on stderr that says why. */
  static void assertFailure(CommandLineRun run, String reason) {
    assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
    assertThat(run.errLines()).as(run.toString()).hasSize(1);
    assertThat(run.err()).contains(reason).doesNotContain("Exception");
  }

  @Override
  public String toString() {
    return "exit code " + exitCode + "\nout:\n" + out + "\nerr:\n" + err;
  }
}
