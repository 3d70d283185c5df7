package dev.speechemotion.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.streams.EmotionSerdes;
import dev.speechemotion.streams.RegistryClients;
import dev.speechemotion.streams.SchemaRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
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
  private static final int KILLS = Integer.getInteger("crash.kills", 2);
  private static final int CALLS = Integer.getInteger("crash.calls", 8);
  private static final long SEED = Long.getLong("crash.seed", 1);

  /** About what the application takes to start on two cores; the feed is spread over the kills. */
  private static final double SECONDS_PER_LIFE = 6;

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
      feed.finish();
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
    try (StreamProcess app = run.app(1);
        LiveCalls.Feed feed = run.feed(KILLS * SECONDS_PER_LIFE)) {
      for (int kill = 0; kill < KILLS; kill++) {
        feed.allow((kill + 1.0) / (KILLS + 1));
        app.start();
        // Every third one dies while it starts, restores or works off what it finds.
        if (random.nextInt(3) > 0) {
          app.awaitRunning(START_TIMEOUT);
        }
        Thread.sleep(random.nextInt(4_000));
        app.requireAlive();
        app.kill();
        if (random.nextInt(4) == 0) {
          TemporaryFiles.delete(run.stateDirectory(1));
        }
      }
      app.start();
      feed.finish();
      run.awaitEnd(app);
      assertThat(app.stop()).as(app.log()).isZero();
    }

    run.results().assertEqualTo(undisturbed);
  }

  @Test
  void shouldGiveTheSameResultsWhileInstancesJoinLeaveAndDie() throws Exception {
    Run run = new Run("instances", kafka);
    run.values.put(Settings.NUM_STANDBY_REPLICAS, "1");
    Random random = new Random(SEED);
    try (StreamProcess one = run.app(1);
        StreamProcess two = run.app(2);
        LiveCalls.Feed feed = run.feed(KILLS * SECONDS_PER_LIFE)) {
      StreamProcess works = one.start();
      StreamProcess joins = two;
      works.awaitRunning(START_TIMEOUT);
      for (int kill = 0; kill < KILLS; kill++) {
        // One joins; then one of the two leaves or dies, and the other one goes on alone.
        feed.allow((kill + 1.0) / (KILLS + 1));
        joins.start();
        joins.awaitRunning(START_TIMEOUT);
        Thread.sleep(random.nextInt(4_000));
        StreamProcess goes = random.nextBoolean() ? works : joins;
        works = goes == one ? two : one;
        joins = goes;
        if (kill % 3 == 2) {
          assertThat(goes.stop()).as(goes.log()).isZero();
        } else {
          goes.kill();
        }
        works.requireAlive();
      }
      feed.finish();
      run.awaitEnd(works);
      assertThat(works.stop()).as(works.log()).isZero();
    }

    run.results().assertEqualTo(undisturbed);
  }

  @Test
  void shouldGiveTheSameResultsThoughTheBrokerRestarts() throws Exception {
    Run run = new Run("restarted", kafka);
    try (StreamProcess app = run.app(1).start();
        LiveCalls.Feed feed = run.feed(2 * SECONDS_PER_LIFE)) {
      feed.allow(0.3);
      app.awaitRunning(START_TIMEOUT);
      Thread.sleep(2_000);
      for (int restart = 0; restart < Math.max(1, KILLS / 4); restart++) {
        if (restart % 2 == 0) {
          kafka.kill(0);
        } else {
          kafka.stop(0);
        }
        kafka.start(0);
        kafka.awaitPort(0);
        feed.allow(0.3 + 0.7 * (restart + 1) / (KILLS + 1));
        Thread.sleep(3_000);
        app.requireAlive();
      }
      feed.finish();
      run.awaitEnd(app);
      assertThat(app.stop()).as(app.log()).isZero();
    }

    run.results().assertEqualTo(undisturbed);
  }

  @Test
  void shouldGiveTheSameResultsThoughOneOfThreeBrokersDies() throws Exception {
    try (KafkaProcesses three =
        KafkaProcesses.start(Files.createDirectory(folder.resolve("three")), 3, Map.of())) {
      Run run = new Run("three", three);
      try (StreamProcess app = run.app(1).start();
          LiveCalls.Feed feed = run.feed(2 * SECONDS_PER_LIFE)) {
        feed.allow(0.8);
        app.awaitRunning(START_TIMEOUT);
        Thread.sleep(2_000);
        int victim = new Random(SEED).nextInt(3);
        three.kill(victim);
        Thread.sleep(3_000);
        app.requireAlive();
        app.kill();
        app.start();
        feed.finish();
        run.awaitEnd(app);
        assertThat(app.stop()).as(app.log()).isZero();
      }

      run.results().assertEqualTo(undisturbed);
    }
  }

  @Test
  void shouldGiveTheSameResultsThoughChunksComeInDisorderAndTwice() throws Exception {
    Run run = new Run("disordered", kafka);
    runKilledOnce(run, calls.disordered(SEED, 300));

    run.results().assertEqualTo(undisturbed);
  }

  @Test
  void shouldHaveGapsWhereChunksWereLostAndAllElseTheSame() throws Exception {
    Run run = new Run("lost", kafka);
    Map<String, LiveCalls.Loss> losses = calls.losses(SEED);
    runKilledOnce(run, calls.without(losses));

    CallResults results = run.results();
    assertThat(results.deadLetters()).isEmpty();
    assertThat(losses.entrySet())
        .anyMatch(
            each ->
                !untilMs(undisturbed.events().get(each.getKey()), each.getValue().beginMs())
                    .isEmpty());
    losses.forEach(
        (callId, loss) -> {
          List<Object> before = untilMs(undisturbed.events().get(callId), loss.beginMs());
          // Behind them may come a shorter window that ends where the gap begins.
          assertThat(results.events().get(callId).subList(0, before.size()))
              .as("events of " + callId + " before " + loss)
              .isEqualTo(before);
          for (Object event : results.events().get(callId)) {
            assertThat(ms(event, "endMs") <= loss.beginMs() || ms(event, "beginMs") >= loss.endMs())
                .as(event + " does not span " + loss)
                .isTrue();
          }
          assertThat(field(results.summaries().get(callId).get(0), "channels"))
              .asInstanceOf(InstanceOfAssertFactories.list(ChannelSummary.class))
              .isNotEmpty()
              .allMatch(channel -> channel.getGapMs() == loss.endMs() - loss.beginMs());
        });
  }

  /** Feeds the calls, and kills the application in the middle. */
  private void runKilledOnce(Run run, LiveCalls fed) throws Exception {
    try (StreamProcess app = run.app(1).start();
        LiveCalls.Feed feed = fed.new Feed(run.settings, serdes, SECONDS_PER_LIFE)) {
      feed.allow(0.5);
      app.awaitRunning(START_TIMEOUT);
      Thread.sleep(2_000);
      app.kill();
      app.start();
      feed.finish();
      run.awaitEnd(app);
      assertThat(app.stop()).as(app.log()).isZero();
    }
  }

  private static List<Object> untilMs(List<Object> events, long endMs) {
    return events.stream().filter(event -> ms(event, "endMs") <= endMs).toList();
  }

  private static long ms(Object event, String name) {
    return (Long) field(event, name);
  }

  private static Object field(Object record, String name) {
    return ((Map<?, ?>) record).get(name);
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
      values.put(Settings.ALERT_RULES, "surprise >= 0.5 for 2s; angry >= 0.3 for 1s");
      values.put(Settings.KAFKA_PREFIX + "num.stream.threads", "2");
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
