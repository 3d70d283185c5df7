package dev.speechemotion.deploy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A program that a test asks and that need not be there. */
record ExternalTool(List<String> command) {

  /**
   * The first of these that is there; without any, the test is skipped.
   *
   * @param commands the first word of each is looked for in the path; more words must be
   *     understood, as in {@code docker compose version}
   */
  static ExternalTool require(String... commands) throws IOException, InterruptedException {
    for (String each : commands) {
      ExternalTool tool = new ExternalTool(List.of(each.split(" ")));
      if (tool.isThere()) {
        return tool;
      }
    }
    assumeTrue(false, "skipped: none of these is here: " + String.join(", ", commands));
    throw new AssertionError();
  }

  private boolean isThere() throws IOException, InterruptedException {
    boolean found =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, command.get(0))));
    return found && (command.size() == 1 || run(Map.of(), "version").exitCode() == 0);
  }

  /** Runs it in the repository's root until it ends. */
  Result run(Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of(args));
    Path out = Files.createTempFile("out", ".txt");
    Path err = Files.createTempFile("err", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(all).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().putAll(environment);
      int exitCode = builder.start().waitFor();
      return new Result(
          exitCode,
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  record Result(int exitCode, String out, String err) {}
}
