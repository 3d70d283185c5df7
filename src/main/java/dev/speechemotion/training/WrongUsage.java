package dev.speechemotion.training;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is said when a command cannot be used as it was called. */
public final class WrongUsage {
  private WrongUsage() {}

  /** Prints what is wrong, and where to read on; gives the exit code. */
  public static int print(ParameterException e) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(e.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(e, err)) {
      if (command.getSubcommands().isEmpty()) {
        // All its options would be more than a screen, with what is wrong above it.
        err.printf(
            "Usage: %s; --help explains it%n", command.getHelp().abbreviatedSynopsis().strip());
      } else {
        command.usage(err);
      }
    }
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }
}
