package dev.speechemotion.app.commands;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints the script that has a shell complete commands and options. */
@Command(
    name = "completion",
    description =
        "Prints a script that has bash or zsh complete commands and options:"
            + " alias NAME='java -jar …/speech-emotion-streams.jar'; source <(NAME completion"
            + " --name NAME)")
final class CompletionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--name",
      defaultValue = RootCommand.NAME,
      paramLabel = "NAME",
      description = "What the program is called in the shell (default ${DEFAULT-VALUE}).")
  private String name;

  @Override
  public Integer call() {
    // It stands in the script as it is.
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new ParameterException(
          spec.commandLine(), "--name must be of letters, digits, '.', '_' and '-', got " + name);
    }
    spec.commandLine().getOut().print(AutoComplete.bash(name, spec.root().commandLine()));
    spec.commandLine().getOut().flush();
    return 0;
  }
}
