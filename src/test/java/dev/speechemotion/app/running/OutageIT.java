package dev.speechemotion.app.running;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.fixtures.CallResults;
import dev.speechemotion.app.fixtures.FastModels;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.fixtures.KafkaProcesses;
import dev.speechemotion.app.fixtures.LiveCalls;
import dev.speechemotion.app.fixtures.StreamProcess;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Parts around the application that are away, full or forbidden. It must go on by itself when they
 * are back, or end with exit code 1 and one line that says why; and nothing may be lost.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class OutageIT {
  private static final int CALLS = 4;
  private static final ListTransactionsOptions OPEN =
      new ListTransactionsOptions()
          .filterStates(
              List.of(
                  TransactionState.ONGOING,
                  TransactionState.PREPARE_ABORT,
                  TransactionState.PREPARE_COMMIT));
  private static final Duration START_TIMEOUT = Duration.ofSeconds(120);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(120);

  @TempDir static Path folder;

  private HttpRegistry registry;
  private EmotionSerdes serdes;
  private LiveCalls calls;
  private KafkaProcesses kafka;
  private CallResults undisturbed;

  @BeforeAll
  void runUndisturbed() throws Exception {
    registry = new HttpRegistry();
    serdes = EmotionSerdes.of(RegistryClients.connect(registry.url(), Map.of()));
    calls = LiveCalls.make(serdes, CALLS, 1);
    kafka =
        KafkaProcesses.start(
            folder,
            1,
            Map.of(
                "authorizer.class.name",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found",
                "true",
                // How often the broker looks for transactions that take too long.
                "transaction.abort.timed.out.transaction.cleanup.interval.ms",
                "200"));
    Run run = new Run("undisturbed");
    try (StreamProcess app = run.app().start();
        LiveCalls.Feed feed = calls.new Feed(run.settings, serdes, 0)) {
      feed.finish();
      undisturbed = run.finish(app);
    }
    assertThat(undisturbed.events().keySet()).isEqualTo(calls.callIds());
  }

  @AfterAll
  void close() {
    if (kafka != null) {
      kafka.close();
    }
    registry.close();
  }

  @Test
  void shouldWaitForARegistryThatIsAwayWhenANewSchemaComes() throws Exception {
    Run run = new Run("registry");
    // Longer than a transaction may last, so that the waiting outlives one.
    run.values.put(Property.KAFKA_PREFIX + "producer.transaction.timeout.ms", "3000");
    int half = calls.chunks().size() / 2;
    int newSchema =
        registry.add(
            AudioChunk.getClassSchema()
                .toString()
                .replace(",\"avro.java.string\":\"String\"", "")
                .replace("One message of", "Again one message of"));
    try (StreamProcess app = run.app().start()) {
      app.awaitRunning(START_TIMEOUT);
      registry.close();
      // What is known is not asked for again.
      run.send(calls.chunks().subList(0, half), null);
      run.awaitEvents(1, app);

      run.send(calls.chunks().subList(half, calls.chunks().size()), newSchema);
      run.awaitLog(app, "the stream waits until it is back");
      Thread.sleep(6_000);
      app.requireAlive();
      assertThat(app.log()).containsOnlyOnce("the stream waits until it is back");
      assertThat(app.metric("speech_emotion_records_lag")).isPositive();
      registry.restart();

      run.finish(app).assertEqualTo(undisturbed);
      assertThat(app.log()).contains("the schema registry is back after");
    }
  }

  @Test
  void shouldEndWithOneLineIfTheRegistryKnowsItNoMoreAndLoseNothing() throws Exception {
    Run run = new Run("login");
    int newSchema =
        registry.add(
            AudioChunk.getClassSchema()
                .toString()
                .replace(",\"avro.java.string\":\"String\"", "")
                .replace("One message of", "Yet another message of"));
    try (StreamProcess app = run.app().start()) {
      app.awaitRunning(START_TIMEOUT);
      registry.demand("Basic changed");
      run.send(calls.chunks(), newSchema);
      assertThat(app.awaitExit()).as(app.log()).isEqualTo(1);
      assertThat(lastLine(app)).contains("the schema registry at " + registry.url(), "HTTP 401");

      app.start();
      assertThat(app.awaitExit()).as(app.log()).isEqualTo(1);
      assertThat(lastLine(app)).contains("HTTP 401; set registry.basic.auth.user.info");

      registry.demandNothing();
      app.start();
      run.finish(app).assertEqualTo(undisturbed);
    }
  }

  @Test
  void shouldNotBeReadyWhileSchemasAreLostAndRefused() throws Exception {
    Run run = new Run("lost");
    try (StreamProcess app = run.app().start()) {
      app.awaitRunning(START_TIMEOUT);
      assertThat(app.get("/health/ready")).isEqualTo("ready\n");
      registry.forbidRegistration(true);
      registry.forget();

      String reason = run.awaitReadiness(app, text -> text.contains("lost"));
      assertThat(reason)
          .contains("the schema of topic lost-events is lost and not registered again")
          .contains("HTTP 403");
      assertThat(app.get("/health")).isEqualTo("RUNNING\n");

      registry.forbidRegistration(false);
      run.awaitReadiness(app, "ready\n"::equals);
      assertThat(registry.subjects()).contains("lost-events-value");
    }
  }

  @Test
  void shouldStopInGoodOrderWhileItWaitsForTheRegistry() throws Exception {
    Run run = new Run("waiting");
    int newSchema =
        registry.add(
            AudioChunk.getClassSchema()
                .toString()
                .replace(",\"avro.java.string\":\"String\"", "")
                .replace("One message of", "Once more one message of"));
    try (StreamProcess app = run.app().start()) {
      app.awaitRunning(START_TIMEOUT);
      registry.close();
      run.send(calls.chunks(), newSchema);
      run.awaitLog(app, "the stream waits until it is back");
      assertThat(app.stop()).as(app.log()).isZero();
      registry.restart();

      app.start();
      run.finish(app).assertEqualTo(undisturbed);
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void shouldGoOnAfterItStoodStillForLongerThanATransactionMayLast() throws Exception {
    Run run = new Run("frozen");
    run.values.put(Property.KAFKA_PREFIX + "producer.transaction.timeout.ms", "1000");
    try (StreamProcess app = run.app().start();
        LiveCalls.Feed feed = calls.new Feed(run.settings, serdes, 12)) {
      app.awaitRunning(START_TIMEOUT);
      feed.allow(1);
      for (int i = 0; i < 3; i++) {
        app.freeze();
        while (!run.hasOpenTransaction()) {
          app.thaw();
          app.requireAlive();
          Thread.sleep(50);
          app.freeze();
        }
        run.awaitNoOpenTransaction();
        app.thaw();
      }
      feed.finish();

      run.finish(app).assertEqualTo(undisturbed);
      assertThat(app.log())
          .containsAnyOf("the thread is being fenced", "the broker had ended a transaction");
    }
  }

  @Test
  void shouldEndWithOneLineIfAnOutputTopicIsGoneAndLoseNothing() throws Exception {
    Run run = new Run("gone");
    run.values.put(Property.KAFKA_PREFIX + "max.block.ms", "2000");
    run.values.put(Property.KAFKA_PREFIX + "task.timeout.ms", "3000");
    String topic = run.settings.text(Property.TOPIC_EVENTS);
    try (StreamProcess app = run.app().start()) {
      app.awaitRunning(START_TIMEOUT);
      try (Admin admin = run.admin()) {
        admin.deleteTopics(List.of(topic)).all().get();
      }
      run.send(calls.chunks(), null);
      assertThat(app.awaitExit()).as(app.log()).isEqualTo(1);
      assertThat(lastLine(app)).contains("the stream application stopped").contains(topic);

      app.start();
      assertThat(app.awaitExit()).isEqualTo(1);
      assertThat(lastLine(app)).contains("missing topics").contains(topic);

      new ClusterReadiness(run.settings).requireTopics(List.of(topic), true, new StopRequest());
      app.start();
      run.finish(app).assertEqualTo(undisturbed);
    }
  }

  @Test
  void shouldEndWithOneLineIfAnOutputTopicIsNotWritableAndLoseNothing() throws Exception {
    Run run = new Run("forbidden");
    String topic = run.settings.text(Property.TOPIC_SUMMARIES);
    ResourcePattern resource = new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL);
    try (StreamProcess app = run.app().start();
        Admin admin = run.admin()) {
      app.awaitRunning(START_TIMEOUT);
      admin
          .createAcls(
              List.of(
                  acl(resource, AclOperation.ALL, AclPermissionType.ALLOW),
                  acl(resource, AclOperation.WRITE, AclPermissionType.DENY)))
          .all()
          .get();
      run.send(calls.chunks(), null);
      assertThat(app.awaitExit()).as(app.log()).isEqualTo(1);
      assertThat(lastLine(app))
          .contains("the stream application stopped")
          .contains(topic)
          .containsIgnoringCase("not authorized");

      admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get();
      app.start();
      run.finish(app).assertEqualTo(undisturbed);
    }
  }

  private static AclBinding acl(
      ResourcePattern resource, AclOperation operation, AclPermissionType permission) {
    return new AclBinding(
        resource, new AccessControlEntry("User:ANONYMOUS", "*", operation, permission));
  }

  @Test
  void shouldNameTheStateDirectoryIfItCannotBeMade() throws Exception {
    Run run = new Run("foreign");
    Files.writeString(run.stateDirectory(), "a file");
    try (StreamProcess app = run.app().start()) {
      assertThat(app.awaitExit()).as(app.log()).isEqualTo(1);
      assertThat(lastLine(app))
          .contains("cannot start", run.stateDirectory().toString(), "set state.dir");
    }
  }

  @Test
  void shouldNameTheFolderThatRocksDbCannotBeUnpackedInto() throws Exception {
    Run run = new Run("unpacked");
    Path file = Files.writeString(folder.resolve("a-file"), "");
    try (StreamProcess app = run.app().withTemporaryDirectory(file).start()) {
      assertThat(app.awaitExit()).as(app.log()).isEqualTo(1);
      assertThat(lastLine(app)).contains(file.toString(), "ROCKSDB_SHAREDLIB_DIR");
    }
  }

  @Test
  void shouldLoseNothingIfTheDiskWithTheStateIsFull() throws Exception {
    Run run = new Run("full");
    Path disk = Files.createDirectories(run.stateDirectory());
    assumeTrue(
        mount("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString()),
        "a small file system cannot be mounted here; this needs root");
    try (StreamProcess app = run.app().start()) {
      app.awaitRunning(START_TIMEOUT);
      run.send(calls.chunks().subList(0, 500), null);
      Path rest = disk.resolve("rest");
      fill(rest);
      run.send(calls.chunks().subList(500, calls.chunks().size()), null);

      // The state is in Kafka, and on the disk only to start from: the calls go on.
      CallResults.awaitSummaries(run.settings, calls.callIds(), END_TIMEOUT, app::requireAlive);
      assertThat(app.stop()).as(app.log()).isZero();

      app.start();
      assertThat(app.awaitExit()).as(app.log()).isEqualTo(1);
      assertThat(lastLine(app))
          .contains("cannot start", "No space left on device", disk.toString(), "state.dir");
      Files.delete(rest);
      app.start().awaitRunning(START_TIMEOUT);
      run.finish(app).assertEqualTo(undisturbed);
    } finally {
      mount("umount", disk.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {7_200, -5, -7_200})
  void shouldLoseNothingIfTheClockIsSet(long seconds) throws Exception {
    Run run = new Run("clock" + seconds);
    Path clock = folder.resolve(run.name);
    Files.writeString(clock, "0");
    try (StreamProcess app = run.app().withClock(clock).start();
        LiveCalls.Feed feed = calls.new Feed(run.settings, serdes, 0)) {
      app.awaitRunning(START_TIMEOUT);
      feed.allow(0.5);
      run.awaitEvents(1, app);

      Files.writeString(clock, String.valueOf(1_000 * seconds));
      if (seconds == -7_200) {
        assertThat(app.awaitExit()).as(app.log()).isEqualTo(1);
        assertThat(lastLine(app)).contains("clock was set back by 7200 s", "start again");
        app.start();
      }
      feed.finish();

      run.finish(app).assertEqualTo(undisturbed);
    }
  }

  private static boolean mount(String... command) throws Exception {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static void fill(Path file) throws Exception {
    try (var out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[4_096]);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  /** The last line that is for the user, not for the log. */
  private static String lastLine(StreamProcess app) {
    return app.log()
        .lines()
        .filter(line -> line.startsWith("speech-emotion-streams"))
        .reduce((before, last) -> last)
        .orElse("");
  }

  /** An application with topics of its own. */
  private final class Run {
    private final String name;
    private final Map<String, String> values = new HashMap<>(FastModels.SETTINGS);
    private final Settings settings;

    Run(String name) throws Exception {
      this.name = name;
      values.put(Property.BOOTSTRAP_SERVERS, kafka.bootstrapServers());
      values.put(Property.REGISTRY_URL, registry.url());
      values.put(Property.APPLICATION_ID, name);
      values.put(Property.TOPIC_CHUNKS, name + "-chunks");
      values.put(Property.TOPIC_EVENTS, name + "-events");
      values.put(Property.TOPIC_SUMMARIES, name + "-summaries");
      values.put(Property.TOPIC_ALERTS, name + "-alerts");
      values.put(Property.TOPIC_DEAD_LETTERS, name + "-dlq");
      values.put(Property.STATE_DIR, stateDirectory().toString());
      values.put(Property.ALERT_RULES, "surprise >= 0.5 for 2s");
      settings = Settings.of(values);
      new ClusterReadiness(settings)
          .requireTopics(settings.streamSettings().topics(), true, new StopRequest());
    }

    Path stateDirectory() {
      return folder.resolve(name + "-state");
    }

    StreamProcess app() throws Exception {
      return new StreamProcess(folder.resolve(name + ".log"), values);
    }

    Admin admin() {
      return Admin.create(Map.of("bootstrap.servers", (Object) kafka.bootstrapServers()));
    }

    /**
     * @param schemaId what the records name as their schema; null: as registered
     */
    void send(List<LiveCalls.Sent> chunks, Integer schemaId) {
      Map<String, Object> config = settings.kafkaClient(ProducerConfig.configNames());
      config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
      String topic = settings.text(Property.TOPIC_CHUNKS);
      try (Producer<byte[], byte[]> producer =
          new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
        for (LiveCalls.Sent sent : chunks) {
          AudioChunk chunk = sent.chunk();
          byte[] value = serdes.audioChunk().serializer().serialize("undisturbed-chunks", chunk);
          if (schemaId != null) {
            ByteBuffer.wrap(value).putInt(1, schemaId);
          }
          byte[] key = chunk.getCallId().getBytes(StandardCharsets.UTF_8);
          producer.send(
              new ProducerRecord<>(topic, null, chunk.getIngestedAt().toEpochMilli(), key, value));
        }
      }
    }

    boolean hasOpenTransaction() throws Exception {
      try (Admin admin = admin()) {
        return admin.listTransactions(OPEN).all().get().stream()
            .anyMatch(each -> each.transactionalId().startsWith(name));
      }
    }

    /** Waits until the broker has ended what the application had begun. */
    void awaitNoOpenTransaction() throws Exception {
      long deadline = System.nanoTime() + END_TIMEOUT.toNanos();
      while (hasOpenTransaction()) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.sleep(100);
      }
    }

    void awaitEvents(int count, StreamProcess app) throws InterruptedException {
      long deadline = System.nanoTime() + END_TIMEOUT.toNanos();
      while (CallResults.records(settings, settings.text(Property.TOPIC_EVENTS)).size() < count) {
        app.requireAlive();
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.sleep(200);
      }
    }

    String awaitReadiness(StreamProcess app, Predicate<String> reached)
        throws InterruptedException {
      long deadline = System.nanoTime() + END_TIMEOUT.toNanos();
      while (true) {
        String answer = app.get("/health/ready");
        if (reached.test(answer)) {
          return answer;
        }
        app.requireAlive();
        assertThat(System.nanoTime()).as(answer).isLessThan(deadline);
        Thread.sleep(100);
      }
    }

    void awaitLog(StreamProcess app, String text) throws InterruptedException {
      long deadline = System.nanoTime() + END_TIMEOUT.toNanos();
      while (!app.log().contains(text)) {
        app.requireAlive();
        assertThat(System.nanoTime()).as(app.log()).isLessThan(deadline);
        Thread.sleep(100);
      }
    }

    /** Waits for the end of all calls, stops the application, and gives the results. */
    CallResults finish(StreamProcess app) throws InterruptedException {
      CallResults.awaitSummaries(settings, calls.callIds(), END_TIMEOUT, app::requireAlive);
      assertThat(app.stop()).as(app.log()).isZero();
      return CallResults.read(settings, serdes);
    }
  }
}
