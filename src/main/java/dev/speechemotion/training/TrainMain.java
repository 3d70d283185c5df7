package dev.speechemotion.training;

import java.io.IOException;
import picocli.CommandLine;

/** Offline training: the same as the command {@code train}. */
public final class TrainMain {
  private TrainMain() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new TrainCommand())
            .setExecutionExceptionHandler(TrainMain::fail)
            .setParameterExceptionHandler((e, given) -> WrongUsage.print(e))
            .execute(args));
  }

  static int fail(Exception e, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    if (!(e instanceof IOException)) {
      throw e;
    }
    command.getErr().println("train: " + e.getMessage());
    return command.getCommandSpec().exitCodeOnExecutionException();
  }
}
