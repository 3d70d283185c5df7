package dev.speechemotion.app;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.SystemTime;

/** The command {@code stream} in a process of its own, which can be killed and started again. */
final class StreamProcess implements AutoCloseable {
  private static final int HEAP_MB = 384;
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);
  private static final long BETWEEN_LOOKS_MS = 50;

  private final Path log;
  private final List<String> args = new ArrayList<>();
  private final List<String> jvmOptions = new ArrayList<>();
  private final int heapMb;
  private final String address;
  private final HttpClient http = HttpClient.newHttpClient();
  private ChildJvm process;

  /**
   * Starts nothing yet.
   *
   * @param log takes what the process writes; the same one for all its lives
   * @param settings properties of the application
   */
  StreamProcess(Path log, Map<String, String> settings) throws IOException {
    this(log, settings, HEAP_MB);
  }

  StreamProcess(Path log, Map<String, String> settings, int heapMb) throws IOException {
    this.log = log;
    this.heapMb = heapMb;
    int port = MainTest.freePort();
    address = "http://127.0.0.1:" + port;
    args.add("stream");
    settings.forEach((name, value) -> args.addAll(List.of("--set", name + "=" + value)));
    args.addAll(List.of("--set", Settings.HTTP_PORT + "=" + port));
  }

  /** Has Kafka's clock in the process go wrong by the milliseconds that stand in a file. */
  StreamProcess withClock(Path offsetFile) {
    jvmOptions.add("-D" + SystemTime.OFFSET_FILE + "=" + offsetFile);
    return this;
  }

  StreamProcess start() throws IOException {
    process = ChildJvm.start(log, heapMb, jvmOptions, Main.class, args);
    return this;
  }

  /** Waits until every partition is assigned and restored. */
  void awaitRunning(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!state().equals("RUNNING")) {
      requireAlive();
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not running within " + timeout + ":\n" + process.logTail());
      }
      Thread.sleep(BETWEEN_LOOKS_MS);
    }
  }

  /** What the health check says; empty if nothing answers. */
  String state() throws InterruptedException {
    return get("/health").trim();
  }

  /** Sum of a metric over its labels; NaN if nothing answers or there is none. */
  double metric(String name) throws InterruptedException {
    return get("/metrics")
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .reduce(Double::sum)
        .orElse(Double.NaN);
  }

  /** The answer to a GET; empty if there is none. */
  String get(String path) throws InterruptedException {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(address + path)).timeout(ANSWER_TIMEOUT).build();
      return http.send(request, BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return "";
    }
  }

  void requireAlive() {
    if (!process.isAlive()) {
      throw new AssertionError(
          "the application ended by itself, exit code "
              + process.awaitExit()
              + "; its log ends:\n"
              + process.logTail());
    }
  }

  /** SIGKILL. */
  void kill() {
    process.kill();
  }

  /** SIGTERM; gives the exit code. */
  int stop() {
    return process.stop();
  }

  /** Waits for the end; gives the exit code. */
  int awaitExit() {
    return process.awaitExit();
  }

  String log() {
    return process.log();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
