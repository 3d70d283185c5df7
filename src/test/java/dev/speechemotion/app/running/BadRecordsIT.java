package dev.speechemotion.app.running;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.fixtures.BadRecords;
import dev.speechemotion.app.fixtures.CallResults;
import dev.speechemotion.app.fixtures.FastModels;
import dev.speechemotion.app.fixtures.ForeignSchemas;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.fixtures.LiveCalls;
import dev.speechemotion.app.fixtures.StreamProcess;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bad records by the thousand through the real application, with calls between them. How many is
 * chosen with {@code -Dbad.records} and {@code -Dbad.seed}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(3_600)
class BadRecordsIT {
  private static final int RECORDS = Integer.getInteger("bad.records", 20_000);
  private static final long SEED = Long.getLong("bad.seed", 1);
  private static final int CALLS = 6;
  private static final int LARGEST_RECORD_BYTES = 8 << 20;

  /** Letters are cut to this, headers and all. */
  private static final int LARGEST_LETTER_BYTES = 1_000_000;

  private static final Duration START_TIMEOUT = Duration.ofSeconds(120);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(120 + RECORDS / 1_000);
  private static final Predicate<String> GOOD = callId -> callId.startsWith("call-");

  @TempDir static Path folder;

  private EmbeddedBroker broker;
  private HttpRegistry registry;
  private EmotionSerdes serdes;
  private LiveCalls calls;

  @BeforeAll
  void start() throws Exception {
    broker = EmbeddedBroker.start();
    registry = new HttpRegistry();
    serdes = EmotionSerdes.of(RegistryClients.connect(registry.url(), Map.of()));
    calls = LiveCalls.make(serdes, CALLS, SEED);
  }

  @AfterAll
  void close() {
    broker.close();
    registry.close();
  }

  @Test
  void shouldPutEveryBadRecordAsideAndGiveTheResultsOfTheCallsBetweenThem() throws Exception {
    CallResults undisturbed = run("alone", 0);
    assertThat(undisturbed.events().keySet()).isEqualTo(calls.callIds());

    CallResults among = run("among", RECORDS);

    among.assertEqualTo(undisturbed);
  }

  private CallResults run(String name, int badRecords) throws Exception {
    Settings settings = settings(name);
    new ClusterReadiness(settings)
        .requireTopics(settings.streamSettings().topics(), true, new StopRequest());
    allowLargeRecords(settings);
    BadRecords bad =
        new BadRecords(
            settings.text(Property.TOPIC_CHUNKS),
            serdes,
            calls,
            new ForeignSchemas(registry.url()),
            SEED);
    long beganNanos;
    try (StreamProcess app = new StreamProcess(folder.resolve(name + ".log"), values(name))) {
      app.start().awaitRunning(START_TIMEOUT);
      beganNanos = System.nanoTime();
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(() -> send(settings, bad, badRecords));
      try (LiveCalls.Feed feed = calls.new Feed(settings, serdes, badRecords / 20_000.0)) {
        feed.finish();
      }
      sending.join();
      CallResults.awaitSummaries(settings, calls.callIds(), END_TIMEOUT, app::requireAlive);
      requireLetters(settings, bad, badRecords, app);
      if (badRecords > 0) {
        System.out.printf(
            "%d bad records in %.1f s%n", badRecords, (System.nanoTime() - beganNanos) / 1e9);
      }
      assertThat(app.stop()).as(app.log()).isZero();
    }
    return CallResults.read(settings, serdes, GOOD);
  }

  private Map<String, String> values(String name) {
    Map<String, String> values = new HashMap<>(FastModels.SETTINGS);
    values.put(Property.BOOTSTRAP_SERVERS, broker.bootstrapServers());
    values.put(Property.REGISTRY_URL, registry.url());
    values.put(Property.APPLICATION_ID, name);
    values.put(Property.TOPIC_CHUNKS, name + "-chunks");
    values.put(Property.TOPIC_EVENTS, name + "-events");
    values.put(Property.TOPIC_SUMMARIES, name + "-summaries");
    values.put(Property.TOPIC_ALERTS, name + "-alerts");
    values.put(Property.TOPIC_DEAD_LETTERS, name + "-dlq");
    values.put(Property.STATE_DIR, folder.resolve(name).toString());
    return values;
  }

  private Settings settings(String name) {
    return Settings.of(values(name));
  }

  /** So that what the input topic takes is larger than what the dead letters take. */
  private static void allowLargeRecords(Settings settings) throws Exception {
    try (Admin admin =
        Admin.create(
            Map.of("bootstrap.servers", (Object) settings.text(Property.BOOTSTRAP_SERVERS)))) {
      ConfigEntry entry =
          new ConfigEntry(
              TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(LARGEST_RECORD_BYTES));
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(
                      ConfigResource.Type.TOPIC, settings.text(Property.TOPIC_CHUNKS)),
                  List.of(new AlterConfigOp(entry, AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  private static void send(Settings settings, BadRecords bad, int count) {
    Map<String, Object> config = settings.kafkaClient(ProducerConfig.configNames());
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_RECORD_BYTES);
    config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    CompletableFuture<Void> failure = new CompletableFuture<>();
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < count; i++) {
        producer.send(
            bad.make(i).record(),
            (metadata, e) -> {
              if (e != null) {
                failure.completeExceptionally(e);
              }
            });
      }
    }
    assertThat(failure).isNotDone();
  }

  /** Each bad record must be there once, with its reason, and as it was unless it had to be cut. */
  private void requireLetters(Settings settings, BadRecords bad, int count, StreamProcess app) {
    BitSet expected = new BitSet();
    for (int i = 0; i < count; i++) {
      if (!bad.make(i).odd()) {
        expected.set(i);
      }
    }
    BitSet seen = new BitSet();
    Map<RejectReason, Integer> reasons = new EnumMap<>(RejectReason.class);
    int cut = 0;
    int odd = 0;
    long deadline = System.nanoTime() + END_TIMEOUT.toNanos();
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", settings.text(Property.BOOTSTRAP_SERVERS));
    config.put("isolation.level", "read_committed");
    try (var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      String topic = settings.text(Property.TOPIC_DEAD_LETTERS);
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (seen.cardinality() < expected.cardinality()) {
        app.requireAlive();
        assertThat(System.nanoTime())
            .as("%d of %d dead letters", seen.cardinality(), expected.cardinality())
            .isLessThan(deadline);
        for (ConsumerRecord<byte[], byte[]> letter : consumer.poll(Duration.ofMillis(200))) {
          RejectReason reason = RejectReason.valueOf(header(letter, "dlq.reason"));
          int number = Integer.parseInt(header(letter, BadRecords.NUMBER));
          BadRecords.Bad sent = bad.make(number);
          if (sent.odd()) {
            odd++;
            continue;
          }
          assertThat(seen.get(number)).as("twice: " + number).isFalse();
          seen.set(number);
          reasons.merge(reason, 1, Integer::sum);
          if (sent.reason() != null) {
            assertThat(reason).as("record " + number).isEqualTo(sent.reason());
          }
          cut += requireAsItWas(letter, sent) ? 0 : 1;
        }
      }
    }
    assertThat(seen).isEqualTo(expected);
    if (count > 0) {
      System.out.printf("reasons: %s; %d cut; %d of the odd ones refused%n", reasons, cut, odd);
      assertThat(reasons.size()).isGreaterThan(12);
      assertThat(cut).isPositive();
    }
  }

  /** Says whether the letter is whole. */
  private static boolean requireAsItWas(
      ConsumerRecord<byte[], byte[]> letter, BadRecords.Bad sent) {
    byte[] key = sent.record().key();
    byte[] value = sent.record().value();
    Header truncated = letter.headers().lastHeader("dlq.truncated");
    if (truncated == null) {
      assertThat(letter.key()).isEqualTo(key);
      assertThat(letter.value()).isEqualTo(value);
      return true;
    }
    assertThat(header(letter, "dlq.truncated")).isEqualTo(String.valueOf(value.length));
    assertThat(letter.value()).isEqualTo(Arrays.copyOf(value, letter.value().length));
    assertThat(letter.serializedValueSize()).isLessThan(LARGEST_LETTER_BYTES);
    return false;
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }
}
