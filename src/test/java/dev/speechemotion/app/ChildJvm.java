package dev.speechemotion.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A main class of this class path in a process of its own, which can be killed. */
final class ChildJvm implements AutoCloseable {
  private static final int LOG_TAIL_LINES = 60;

  private final Process process;
  private final Path log;

  private ChildJvm(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a main class.
   *
   * @param log takes what the process writes, after what is there already
   */
  static ChildJvm start(Path log, int heapMb, Class<?> main, List<String> args) throws IOException {
    return start(log, heapMb, List.of(), main, args);
  }

  /**
   * Starts a main class.
   *
   * @param options of the JVM
   */
  static ChildJvm start(
      Path log, int heapMb, List<String> options, Class<?> main, List<String> args)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMb + "m",
                "-XX:+UseSerialGC",
                // It lives for seconds: what the second compiler takes would never come back.
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path")));
    command.addAll(options);
    command.add(main.getName());
    command.addAll(args);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return new ChildJvm(process, log);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL; returns when the process is gone. */
  void kill() {
    process.destroyForcibly();
    await(10);
  }

  /** SIGTERM; gives the exit code. */
  int stop() {
    process.destroy();
    return awaitExit();
  }

  /** Waits for the end; gives the exit code. */
  int awaitExit() {
    if (!await(60)) {
      kill();
      throw new AssertionError("the process did not end; its log ends:\n" + logTail());
    }
    return process.exitValue();
  }

  private boolean await(int seconds) {
    try {
      return process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  String log() {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  String logTail() {
    List<String> lines = log().lines().toList();
    return String.join(
        "\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
  }

  @Override
  public void close() {
    kill();
  }
}
