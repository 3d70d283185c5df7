package dev.speechemotion.app.loadtest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A main class of this program in a process of its own, which ends with this one. */
final class ChildProcess implements AutoCloseable {
  private static final int LOG_TAIL_LINES = 20;
  private static final int STOP_SECONDS = 60;

  /** As the container image has it, see there. */
  private static final Map<String, String> ENVIRONMENT = Map.of("MALLOC_ARENA_MAX", "2");

  private final Process process;
  private final Path log;
  private final BufferedReader out;

  private ChildProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Starts it. Nobody reads what it writes on standard output, where Java puts a dump of its
   * threads when it is slow to answer: in a pipe that is full, such a dump would halt it.
   *
   * @param log takes what it writes
   * @param jvmOptions before the class path
   */
  static ChildProcess java(Path log, List<String> jvmOptions, String mainClass, List<String> args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(args);
    return start(
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())),
        log,
        ENVIRONMENT);
  }

  /**
   * Starts any command.
   *
   * @param log takes what it writes on standard error
   */
  static ChildProcess start(Path log, List<String> command) throws IOException {
    return start(new ProcessBuilder(command), log, Map.of());
  }

  private static ChildProcess start(
      ProcessBuilder builder, Path log, Map<String, String> environment) throws IOException {
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    environment.forEach(builder.environment()::putIfAbsent);
    Process process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return new ChildProcess(process, log);
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The next line of standard output of a {@linkplain #start command}; null at its end. */
  String readLine() throws IOException {
    return out.readLine();
  }

  /** Of one that has ended. */
  int exitCode() {
    return process.exitValue();
  }

  /** SIGTERM; gives whether it ended by that, with exit code 0. */
  boolean stop() throws InterruptedException {
    // Process.destroy would close what it still has to say.
    process.toHandle().destroy();
    return process.waitFor(STOP_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** The end of what it wrote, without the steps of stack traces. */
  String logTail() {
    try {
      List<String> lines =
          Files.readString(log, StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("\tat "))
              .toList();
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
