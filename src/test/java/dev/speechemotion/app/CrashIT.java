package dev.speechemotion.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.streams.EmotionSerdes;
import dev.speechemotion.streams.RegistryClients;
import dev.speechemotion.streams.SchemaRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is committed must be a function of the audio alone, whatever dies. Brokers and applications
 * are processes of their own and are ended with SIGKILL; the results, call by call and field by
 * field, must be those of a run in which nothing happened.
 *
 * <p>How long it takes is chosen with {@code -Dcrash.kills}, {@code -Dcrash.calls} and {@code
 * -Dcrash.seed}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(1_800)
class CrashIT {
  private static final int KILLS = Integer.getInteger("crash.kills", 3);
  private static final int CALLS = Integer.getInteger("crash.calls", 10);
  private static final long SEED = Long.getLong("crash.seed", 1);

  /** About what the application takes to start on two cores; the feed is spread over the kills. */
  private static final double SECONDS_PER_LIFE = 9;

  private static final Duration START_TIMEOUT = Duration.ofSeconds(120);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(240);

  @TempDir static Path folder;

  private HttpRegistry registry;
  private SchemaRegistry schemas;
  private EmotionSerdes serdes;
  private LiveCalls calls;
  private KafkaProcesses kafka;
  private CallResults undisturbed;

  @BeforeAll
  void runUndisturbed() throws Exception {
    registry = new HttpRegistry();
    schemas = RegistryClients.connect(registry.url(), Map.of());
    serdes = EmotionSerdes.of(schemas);
    calls = LiveCalls.make(serdes, CALLS, SEED);
    kafka = KafkaProcesses.start(folder, 1, Map.of());

    Run run = new Run("undisturbed", kafka);
    try (StreamProcess app = run.app(1).start();
        LiveCalls.Feed feed = run.feed(0)) {
      feed.await();
      run.awaitEnd(app);
      assertThat(app.stop()).as(app.log()).isZero();
    }
    undisturbed = run.results();

    assertThat(undisturbed.summaries().keySet()).isEqualTo(calls.callIds());
    assertThat(undisturbed.events().keySet()).isEqualTo(calls.callIds());
    assertThat(undisturbed.alerts()).isNotEmpty();
    assertThat(undisturbed.deadLetters()).isEmpty();
    System.out.printf(
        "%d calls, %d chunks: %d events, %d alerts%n",
        CALLS,
        calls.chunks().size(),
        CallResults.count(undisturbed.events()),
        CallResults.count(undisturbed.alerts()));
  }

  @AfterAll
  void close() {
    if (kafka != null) {
      kafka.close();
    }
    registry.close();
  }

  @Test
  void shouldGiveTheSameResultsHoweverOftenItIsKilled() throws Exception {
    Run run = new Run("killed", kafka);
    Random random = new Random(SEED);
    int inWork = 0;
    try (StreamProcess app = run.app(1);
        LiveCalls.Feed feed = run.feed(KILLS * SECONDS_PER_LIFE)) {
      for (int kill = 0; kill < KILLS; kill++) {
        app.start();
        // Every third one dies while it starts, restores or works off what it finds.
        if (random.nextInt(3) > 0) {
          app.awaitRunning(START_TIMEOUT);
        }
        Thread.sleep(random.nextInt(4_000));
        app.requireAlive();
        inWork += feed.isDone() ? 0 : 1;
        app.kill();
        if (random.nextInt(4) == 0) {
          TemporaryFiles.delete(run.stateDirectory(1));
        }
      }
      app.start();
      feed.await();
      run.awaitEnd(app);
      assertThat(app.stop()).as(app.log()).isZero();
    }

    assertThat(inWork).as("kills during the feed").isGreaterThan(KILLS / 2);
    run.results().assertEqualTo(undisturbed);
  }

  /** An application with topics of its own, and what it gave. */
  private final class Run {
    private final String name;
    private final Map<String, String> values = new HashMap<>();
    private final Settings settings;

    Run(String name, KafkaProcesses kafka) throws Exception {
      this.name = name;
      values.put(Settings.BOOTSTRAP_SERVERS, kafka.bootstrapServers());
      values.put(Settings.REGISTRY_URL, registry.url());
      values.put(Settings.APPLICATION_ID, name);
      values.put(Settings.TOPIC_CHUNKS, name + "-chunks");
      values.put(Settings.TOPIC_EVENTS, name + "-events");
      values.put(Settings.TOPIC_SUMMARIES, name + "-summaries");
      values.put(Settings.TOPIC_ALERTS, name + "-alerts");
      values.put(Settings.TOPIC_DEAD_LETTERS, name + "-dlq");
      values.put(Settings.COMMIT_INTERVAL_MS, "200");
      values.put(Settings.ALERT_RULES, "surprise >= 0.5 for 2s; angry >= 0.3 for 1s");
      values.put(Settings.KAFKA_PREFIX + "num.stream.threads", "2");
      values.put(Settings.KAFKA_PREFIX + "session.timeout.ms", "4000");
      values.put(Settings.KAFKA_PREFIX + "heartbeat.interval.ms", "1000");
      settings = Settings.of(values);
      new Cluster(settings).requireTopics(settings.streamSettings().topics(), true, new Stop());
    }

    Path stateDirectory(int instance) {
      return folder.resolve(name + "-state-" + instance);
    }

    /** One of the instances, which share the work; not started yet. */
    StreamProcess app(int instance) throws Exception {
      Map<String, String> own = new HashMap<>(values);
      own.put(Settings.STATE_DIR, stateDirectory(instance).toString());
      return new StreamProcess(folder.resolve(name + "-" + instance + ".log"), own);
    }

    LiveCalls.Feed feed(double seconds) {
      return calls.new Feed(settings, serdes, seconds);
    }

    void awaitEnd(StreamProcess app) throws InterruptedException {
      CallResults.awaitSummaries(settings, calls.callIds(), END_TIMEOUT, app::requireAlive);
    }

    CallResults results() {
      return CallResults.read(settings, serdes);
    }
  }
}
