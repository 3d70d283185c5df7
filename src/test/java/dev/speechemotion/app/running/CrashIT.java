package dev.speechemotion.app.running;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.fixtures.CallResults;
import dev.speechemotion.app.fixtures.FastModels;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.fixtures.KafkaProcesses;
import dev.speechemotion.app.fixtures.LiveCalls;
import dev.speechemotion.app.fixtures.ModelCopies;
import dev.speechemotion.app.fixtures.StreamProcess;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.process.TemporaryFiles;
import dev.speechemotion.app.serving.ServedModels;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
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

  /** How far before and behind a window its first and last frames may reach. */
  private static final long REACH_MS = 60;

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
    run.values.put(Property.NUM_STANDBY_REPLICAS, "1");
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
  void shouldLoseNothingAtLeastOnceAndWithTheClassicProtocol() throws Exception {
    Run run = new Run("at-least-once", kafka);
    run.values.put(Property.PROCESSING_GUARANTEE, "at_least_once");
    run.values.put(Property.GROUP_PROTOCOL, "classic");
    run.values.put(Property.KAFKA_PREFIX + "session.timeout.ms", "4000");
    runKilledOnce(run, calls);

    run.results().once().assertEqualTo(undisturbed);
  }

  @Test
  void shouldGoOnFromItsStandbyReplicaAlone() throws Exception {
    Run run = new Run("standby", kafka);
    run.values.put(Property.NUM_STANDBY_REPLICAS, "1");
    run.values.put(Property.STATE_DIR, run.stateDirectory(2).toString());
    Settings second = Settings.of(run.values);
    try (StreamProcess dies = run.app(1).start();
        LiveCalls.Feed feed = run.feed(0);
        ServedModels models = ServedModels.load(second);
        StreamApp standsBy = new StreamApp(second, models, schemas)) {
      dies.awaitRunning(START_TIMEOUT);
      feed.allow(0.5);
      standsBy.start();
      standsBy.awaitRunning(START_TIMEOUT);
      String changelog = "standby-calls-changelog";
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
        Map<TopicPartition, Long> ends = awaitStandbys(standsBy, changelog, admin);
        empty(admin, changelog, ends);
      }

      dies.kill();

      feed.finish();
      CallResults.awaitSummaries(
          run.settings, calls.callIds(), END_TIMEOUT, standsBy::requireHealthy);
    }
    run.results().assertEqualTo(undisturbed);
  }

  /** Waits until an instance has a copy of all that it does not work on, and nothing changes. */
  private static Map<TopicPartition, Long> awaitStandbys(
      StreamApp app, String changelog, Admin admin) throws Exception {
    int looksAlike = 0;
    Map<TopicPartition, Long> ends = Map.of();
    long deadline = System.nanoTime() + END_TIMEOUT.toNanos();
    while (looksAlike < 20) {
      app.requireHealthy();
      Map<TopicPartition, Long> before = ends;
      ends = endOffsets(admin, changelog);
      Set<String> copied = new TreeSet<>();
      Set<String> copying = new TreeSet<>();
      Set<String> active = new TreeSet<>();
      app.metrics()
          .forEach(
              (name, metric) -> {
                if (name.name().equals("records-lag")
                    && changelog.equals(name.tags().get("topic"))) {
                  (metric.metricValue().equals(0.0) ? copied : copying)
                      .add(name.tags().get("partition"));
                } else if (name.name().equals("next-offset")) {
                  active.add(name.tags().get("partition"));
                }
              });
      boolean complete = !copied.isEmpty() && copying.isEmpty();
      copied.addAll(active);
      looksAlike =
          complete && copied.size() == ends.size() && ends.equals(before) ? looksAlike + 1 : 0;
      assertThat(System.nanoTime())
          .as("copied or active %s, copying %s, active %s", copied, copying, active)
          .isLessThan(deadline);
      Thread.sleep(200);
    }
    return ends;
  }

  private static Map<TopicPartition, Long> endOffsets(Admin admin, String topic) throws Exception {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    admin
        .describeTopics(List.of(topic))
        .allTopicNames()
        .get()
        .get(topic)
        .partitions()
        .forEach(
            each -> latest.put(new TopicPartition(topic, each.partition()), OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    admin
        .listOffsets(latest)
        .all()
        .get()
        .forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  /** Deletes all records of a topic but the mark of the last commit: nothing can be restored. */
  private static void empty(Admin admin, String topic, Map<TopicPartition, Long> ends)
      throws Exception {
    ConfigEntry policy = new ConfigEntry(TopicConfig.CLEANUP_POLICY_CONFIG, "compact,delete");
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                List.of(new AlterConfigOp(policy, AlterConfigOp.OpType.SET))))
        .all()
        .get();
    Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
    ends.forEach((partition, end) -> all.put(partition, RecordsToDelete.beforeOffset(end - 1)));
    admin.deleteRecords(all).all().get();
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
        // Reads what is there: the broker leads its partitions again.
        CallResults.records(run.settings, run.settings.text(Property.TOPIC_EVENTS));
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
    CallResults whole = runOnce(loss("whole"), calls);
    LiveCalls lossy = calls.lossy(SEED);
    CallResults alone = runOnce(loss("lossy-alone"), lossy);
    Run run = loss("lossy");
    runKilledOnce(run, lossy);

    CallResults results = run.results();
    results.assertEqualTo(alone);
    assertThat(results.deadLetters()).isEmpty();
    int lost = 0;
    int untouched = 0;
    for (String callId : calls.callIds()) {
      Map<String, Losses> losses = losses(lossy, callId);
      lost += losses.values().stream().mapToInt(each -> each.gaps.size()).sum();
      assertGaps(results, callId, losses);
      untouched += assertAllElseEqual(results, whole, callId, losses);
    }
    System.out.printf(
        "%d chunks of a channel lost; %d of %d windows are equal, as nothing of them was lost%n",
        lost, untouched, CallResults.count(results.events()));
    assertThat(lost).isGreaterThan(CALLS);
    assertThat(untouched).isGreaterThan(CALLS);
  }

  /**
   * With a model that classifies each window by itself, and with an event of every window: what is
   * lost in one must change no other. Windows are short, so that there are some without losses.
   */
  private Run loss(String name) throws Exception {
    Run run = new Run(name, kafka);
    Path model = ModelCopies.make(folder.resolve(name + "-model"), "short-windows", "1");
    run.values.put(Property.MODEL_DIR, ModelCopies.editWindows(model, 1_000, 500).toString());
    run.values.put(Property.MODEL_WIDEBAND_DIR, "");
    run.values.put(Property.SPEECH_MIN_SHARE, "0");
    return run;
  }

  private CallResults runOnce(Run run, LiveCalls fed) throws Exception {
    try (StreamProcess app = run.app(1).start();
        LiveCalls.Feed feed = fed.new Feed(run.settings, serdes, 0)) {
      feed.finish();
      run.awaitEnd(app);
      assertThat(app.stop()).as(app.log()).isZero();
    }
    return run.results();
  }

  /** What a channel lost between its first and its last chunk: begins, milliseconds. */
  private record Losses(TreeSet<Long> heard, TreeSet<Long> gaps) {
    long inMs(long beginMs, long endMs) {
      return gaps.stream()
          .mapToLong(
              at -> Math.max(0, Math.min(endMs, at + LiveCalls.CHUNK_MS) - Math.max(beginMs, at)))
          .sum();
    }

    /** Chunks lost in a row are one gap. */
    long places() {
      return gaps.stream().filter(at -> !gaps.contains(at - LiveCalls.CHUNK_MS)).count();
    }
  }

  private Map<String, Losses> losses(LiveCalls lossy, String callId) {
    Map<String, TreeSet<Long>> left = lossy.heardMs(callId);
    Map<String, Losses> losses = new HashMap<>();
    calls
        .heardMs(callId)
        .forEach(
            (channel, all) -> {
              TreeSet<Long> heard = left.get(channel);
              TreeSet<Long> gaps = new TreeSet<>(all.subSet(heard.first(), heard.last()));
              gaps.removeAll(heard);
              losses.put(channel, new Losses(heard, gaps));
            });
    return losses;
  }

  private void assertGaps(CallResults results, String callId, Map<String, Losses> losses) {
    Object summary = results.summaries().get(callId).get(0);
    List<?> channels = (List<?>) field(summary, "channels");
    assertThat(channels).hasSameSizeAs(losses.keySet());
    for (Object each : channels) {
      ChannelSummary channel = (ChannelSummary) each;
      Losses lost = losses.get(channel.getStreamId() + " " + channel.getRole());
      assertThat(channel.getGapMs())
          .as("gaps of " + callId)
          .isEqualTo((long) lost.gaps.size() * LiveCalls.CHUNK_MS);
      assertThat(channel.getGapCount()).as("gaps of " + callId).isEqualTo(lost.places());
    }
    for (Object event : results.events().get(callId)) {
      Losses lost = losses.get(field(event, "streamId") + " " + field(event, "role"));
      assertThat(ms(event, "gapMs"))
          .as("filled in " + event)
          .isEqualTo(lost.inMs(ms(event, "beginMs"), ms(event, "endMs")));
      assertThat(ms(event, "gapBeforeMs")).isZero();
    }
  }

  /** Gives how many windows nothing was lost of. */
  private static int assertAllElseEqual(
      CallResults results, CallResults whole, String callId, Map<String, Losses> losses) {
    Map<String, Object> byWindow = new HashMap<>();
    results.events().get(callId).forEach(event -> byWindow.put(window(event), event));
    int untouched = 0;
    for (Object expected : whole.events().get(callId)) {
      Losses lost = losses.get(field(expected, "streamId") + " " + field(expected, "role"));
      long fromMs = ms(expected, "beginMs") - REACH_MS;
      long toMs = ms(expected, "endMs") + REACH_MS;
      // Without its first or last chunk a channel begins later or ends earlier.
      if (lost.heard.first() > 0 || lost.heard.last() < toMs) {
        continue;
      }
      Object actual = byWindow.get(window(expected));
      assertThat(actual).as("event " + expected).isNotNull();
      if (lost.inMs(fromMs, toMs) == 0) {
        assertThat(field(actual, "probabilities"))
            .as("probabilities of " + actual)
            .isEqualTo(field(expected, "probabilities"));
        untouched++;
      }
    }
    return untouched;
  }

  /** What says which window of which channel an event is of. */
  private static String window(Object event) {
    StringBuilder window = new StringBuilder();
    for (String name :
        List.of("streamId", "channel", "role", "sequenceNumber", "beginMs", "endMs", "beginAt")) {
      window.append(field(event, name)).append(' ');
    }
    return window.toString();
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

  private static long ms(Object event, String name) {
    return (Long) field(event, name);
  }

  private static Object field(Object record, String name) {
    return ((Map<?, ?>) record).get(name);
  }

  /** An application with topics of its own, and what it gave. */
  private final class Run {
    private final String name;
    private final Map<String, String> values = new HashMap<>(FastModels.SETTINGS);
    private final Settings settings;

    Run(String name, KafkaProcesses kafka) throws Exception {
      this.name = name;
      values.put(Property.BOOTSTRAP_SERVERS, kafka.bootstrapServers());
      values.put(Property.REGISTRY_URL, registry.url());
      values.put(Property.APPLICATION_ID, name);
      values.put(Property.TOPIC_CHUNKS, name + "-chunks");
      values.put(Property.TOPIC_EVENTS, name + "-events");
      values.put(Property.TOPIC_SUMMARIES, name + "-summaries");
      values.put(Property.TOPIC_ALERTS, name + "-alerts");
      values.put(Property.TOPIC_DEAD_LETTERS, name + "-dlq");
      values.put(Property.ALERT_RULES, "surprise >= 0.5 for 2s; angry >= 0.3 for 1s");
      values.put(Property.KAFKA_PREFIX + "num.stream.threads", "2");
      settings = Settings.of(values);
      new ClusterReadiness(settings)
          .requireTopics(settings.streamSettings().topics(), true, new StopRequest());
    }

    Path stateDirectory(int instance) {
      return folder.resolve(name + "-state-" + instance);
    }

    /** One of the instances, which share the work; not started yet. */
    StreamProcess app(int instance) throws Exception {
      Map<String, String> own = new HashMap<>(values);
      own.put(Property.STATE_DIR, stateDirectory(instance).toString());
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
