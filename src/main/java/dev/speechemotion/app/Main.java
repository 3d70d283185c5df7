package dev.speechemotion.app;

import dev.speechemotion.app.commands.RootCommand;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.LogFormat;
import dev.speechemotion.app.process.StandardOutput;
import dev.speechemotion.app.process.StopRequest;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/** Sets up the log, runs the command that was asked for, and exits with its code. */
public final class Main {
  private static final int WRONG_USAGE = 2;

  private Main() {}

  public static void main(String[] args) {
    setUpLog(Arrays.asList(args));
    PrintStream err = errors();
    System.setOut(StandardOutput.ofProcess());
    int exitCode = StopRequest.orInterrupted(() -> RootCommand.run(args, System.out, err));
    System.exit(StandardOutput.exitCodeOr(exitCode));
  }

  private static PrintStream errors() {
    try {
      return LogFormat.of(System.getenv()).errors();
    } catch (CommandFailure e) {
      System.err.println(e.getMessage());
      System.exit(WRONG_USAGE);
      throw e;
    }
  }

  /** Sets what logback.xml reads; has no effect once anything was logged. */
  private static void setUpLog(List<String> args) {
    if (args.contains("-v") || args.contains("--verbose")) {
      System.setProperty("ses.log.level", "DEBUG");
      System.setProperty("ses.log.libraries.level", "INFO");
    } else if (!args.isEmpty() && args.get(0).equals("demo")) {
      // Whoever looks at the demo wants the timeline; there, broker and state may come and go.
      if (System.getenv("SES_LOG_LEVEL") == null) {
        System.setProperty("ses.log.level", "WARN");
      }
      System.setProperty("ses.log.surroundings.level", "ERROR");
    }
  }
}
