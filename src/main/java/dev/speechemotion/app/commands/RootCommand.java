package dev.speechemotion.app.commands;

import dev.speechemotion.app.gateway.GatewayCommand;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.training.EvaluateCommand;
import dev.speechemotion.training.SpeechDetectorCommand;
import dev.speechemotion.training.TrainCommand;
import dev.speechemotion.training.WrongUsage;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line, with all commands below it. Exit code 0: done; 1: failed; 2: wrong usage. */
@Command(
    name = RootCommand.NAME,
    description = "Streaming speech-emotion recognition on Apache Kafka.",
    mixinStandardHelpOptions = true,
    versionProvider = RootCommand.Version.class,
    scope = ScopeType.INHERIT,
    subcommands = {
      DemoCommand.class,
      StreamCommand.class,
      TrainCommand.class,
      BrokerAdaptCommand.class,
      SpeechDetectorCommand.class,
      EvaluateCommand.class,
      AlertsCommand.class,
      ClassifyCommand.class,
      FeaturesCommand.class,
      FeedCommand.class,
      GatewayCommand.class,
      WatchCommand.class,
      DlqCommand.class,
      LoadTestCommand.class,
      CompletionCommand.class
    })
public final class RootCommand implements Runnable {
  static final String NAME = "speech-emotion-streams";

  @Spec private CommandSpec spec;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Log more, on stderr.")
  @SuppressWarnings("unused") // Declared for the help; read before the log starts.
  private boolean verbose;

  private RootCommand() {}

  /** Runs a command; gives the exit code. */
  public static int run(String[] args, PrintStream out, PrintStream err) {
    PrintWriter outWriter = writer(out);
    PrintWriter errWriter = writer(err);
    CommandLine commandLine =
        new CommandLine(new RootCommand())
            .setOut(outWriter)
            .setErr(errWriter)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .registerConverter(Path.class, RootCommand::path)
            .setExecutionExceptionHandler((e, command, parsed) -> fail(e, command))
            .setParameterExceptionHandler(RootCommand::refuse);
    int exitCode;
    try {
      exitCode = commandLine.execute(args);
    } catch (OutOfMemoryError e) {
      errWriter.println(NAME + ": too little memory; give Java more with -Xmx: " + e.getMessage());
      exitCode = commandLine.getCommandSpec().exitCodeOnExecutionException();
    }
    outWriter.flush();
    errWriter.flush();
    return exitCode;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which command?");
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(name + ": " + FileBatch.NAME_IN_OTHER_ENCODING);
    }
  }

  /** With a hint for files whose names begin like options or are not understood at all. */
  private static int refuse(ParameterException e, String[] args) {
    int exitCode = WrongUsage.print(e);
    PrintWriter err = e.getCommandLine().getErr();
    for (String arg : args) {
      if (arg.equals("--")) {
        break;
      } else if (arg.matches("(?i)-[^=]*\\.(wave?|aiff?|aifc|flac|mp3|ogg|opus|m4a|csv)")) {
        err.println("If that is a file, write -- before it: -- " + arg);
        break;
      } else if (e instanceof UnmatchedArgumentException && FileBatch.isUndecodable(arg)) {
        err.println(arg + ": " + FileBatch.NAME_IN_OTHER_ENCODING);
        break;
      }
    }
    return exitCode;
  }

  private static int fail(Exception e, CommandLine command) {
    if (e instanceof UncheckedIOException unchecked) {
      return fail(unchecked.getCause(), command);
    }
    if (e instanceof ConfigException) {
      return fail(
          new CommandFailure("configuration: " + e.getMessage() + " (a setting kafka.*)", e),
          command);
    }
    command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + describe(e));
    Logger log = LoggerFactory.getLogger(RootCommand.class);
    if (isForTheUser(e)) {
      log.debug("command failed", e);
    } else {
      log.error("command failed", e);
    }
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  /** Whether the message alone says what is wrong. */
  private static boolean isForTheUser(Exception e) {
    return e instanceof CommandFailure || e instanceof IOException;
  }

  private static String describe(Exception e) {
    if (e instanceof FileSystemException file && file.getReason() == null) {
      return describe(file) + ": " + e.getMessage();
    }
    return isForTheUser(e) && e.getMessage() != null ? e.getMessage() : e.toString();
  }

  /** For exceptions whose message is the path alone. */
  private static String describe(FileSystemException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "no permission";
    }
    if (e instanceof FileSystemLoopException) {
      return "a link that leads back to a folder above it";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "there is a file of that name";
    }
    return "cannot be read or written";
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version =
          Optional.ofNullable(RootCommand.class.getPackage().getImplementationVersion())
              .orElse("development");
      return new String[] {NAME + " " + version};
    }
  }
}
