package dev.speechemotion.app.running;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.fixtures.CallResults;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.streams.EmotionTopologyTest;
import dev.speechemotion.streams.models.EmotionModels;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * What is done to topics and groups behind the application's back. It goes on by itself, or ends
 * with one line that names the topic and says what to do and what is lost.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class TopicTroubleIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String CALL = "call";
  private static final byte[] KEY = CALL.getBytes(StandardCharsets.UTF_8);
  private static final int CHUNK_MS = 100;

  private EmbeddedBroker broker;
  private SchemaRegistry registry;
  private EmotionSerdes serdes;
  private Admin admin;
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Map<String, String> values = new HashMap<>();
  private String name;
  private Supplier<EmotionClassifier> classifiers;

  @TempDir private Path folder;

  @BeforeAll
  void startBroker() throws Exception {
    broker = EmbeddedBroker.start();
    registry = RegistryClients.inMemory();
    serdes = EmotionSerdes.of(registry);
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    logger().addAppender(log);
  }

  @AfterAll
  void closeBroker() {
    logger().detachAppender(log);
    admin.close();
    broker.close();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("dev.speechemotion.app.running");
  }

  /** Each test has topics and an application of its own. */
  @BeforeEach
  void nameTopics(TestInfo test) {
    name =
        (test.getTestMethod().orElseThrow().getName() + test.getDisplayName())
            .replaceAll("[^A-Za-z0-9]", "");
    classifiers = EmotionTopologyTest.HighIsAngry::new;
    values.clear();
    values.put(Property.BOOTSTRAP_SERVERS, broker.bootstrapServers());
    values.put(Property.APPLICATION_ID, name);
    values.put(Property.TOPIC_CHUNKS, name + "-chunks");
    values.put(Property.TOPIC_EVENTS, name + "-events");
    values.put(Property.TOPIC_SUMMARIES, name + "-summaries");
    values.put(Property.TOPIC_ALERTS, name + "-alerts");
    values.put(Property.TOPIC_DEAD_LETTERS, name + "-dlq");
    values.put(Property.TOPIC_PARTITIONS, "2");
    values.put(Property.COMMIT_INTERVAL_MS, "100");
    values.put(Property.STATE_DIR, folder.resolve(name).toString());
    log.start();
  }

  @AfterEach
  void forgetLog() {
    log.stop();
    log.list.clear();
  }

  @Test
  void shouldSayWhatRetentionDeletedBeforeItWasReadAndGoOnWithAGap() throws Exception {
    createTopics();
    int partition;
    try (StreamApp app = start()) {
      partition = send(0, 20);
      awaitCommitted(app, partition, 20);
      assertThat(metrics(app)).contains("speech_emotion_deleted_records_total 0.0\n");
    }
    send(20, 70);
    TopicPartition input = new TopicPartition(values.get(Property.TOPIC_CHUNKS), partition);
    admin.deleteRecords(Map.of(input, RecordsToDelete.beforeOffset(50))).all().get();

    try (StreamApp app = start()) {
      awaitCommitted(app, partition, 70);
      sendStop(partition, 70);
      await(app, () -> summaries().size() == 1);

      assertThat(metrics(app)).contains("speech_emotion_deleted_records_total 30.0\n");
    }
    ChannelSummary channel = summaries().get(0).getChannels().get(0);
    assertThat(channel.getAudioMs()).isEqualTo(40 * CHUNK_MS);
    assertThat(channel.getGapMs()).isEqualTo(30 * CHUNK_MS);
    assertThat(channel.getGapCount()).isEqualTo(1);
    assertThat(warnings("deleted before it was read"))
        .singleElement()
        .asString()
        .contains("topic " + input.topic(), "partition " + partition, "offsets 20 to 49");
  }

  @Test
  void shouldNotTakeTheHolesOfTransactionsForDeletedInput() throws Exception {
    createTopics();
    Map<String, Object> config = settings().kafkaClient(ProducerConfig.configNames());
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, name + "-feed");
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      int partition = producer.send(record(null, chunk(0))).get().partition();
      producer.commitTransaction();
      try (StreamApp app = start()) {
        awaitCommitted(app, partition, 1);
      }
      producer.beginTransaction();
      producer.send(record(null, chunk(1)));
      producer.flush();
      producer.abortTransaction();
      producer.beginTransaction();
      long offset = producer.send(record(null, chunk(1))).get().offset();
      producer.commitTransaction();

      try (StreamApp app = start()) {
        awaitCommitted(app, partition, offset + 1);
        assertThat(metrics(app)).contains("speech_emotion_deleted_records_total 0.0\n");
      }
    }
    assertThat(warnings("deleted")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"streams", "classic"})
  void shouldEndWhenTheInputGetsMorePartitionsAndGoOnAtTheNextStart(String protocol)
      throws Exception {
    values.put(Property.GROUP_PROTOCOL, protocol);
    // How soon a member of a classic group notices, and when the group gives one up that failed.
    values.put(Property.KAFKA_PREFIX + "session.timeout.ms", "6000");
    values.put(Property.KAFKA_PREFIX + "metadata.max.age.ms", "200");
    createTopics();
    String input = values.get(Property.TOPIC_CHUNKS);
    int partition;
    try (StreamApp app = start()) {
      partition = send(0, 20);
      awaitCommitted(app, partition, 20);
      admin.createPartitions(Map.of(input, NewPartitions.increaseTo(3))).all().get();

      assertThatThrownBy(() -> app.awaitEnd(new StopRequest()))
          .isInstanceOf(CommandFailure.class)
          .hasMessageContainingAll(changelog(), input, "start again", "nothing is lost");
    }

    try (StreamApp app = start()) {
      send(partition, 20, 40);
      sendStop(partition, 40);
      await(app, () -> summaries().size() == 1);
    }
    assertThat(warnings(changelog() + " has got")).singleElement().asString().contains("3 partit");
    assertThat(summaries().get(0).getChannels().get(0).getAudioMs()).isEqualTo(40 * CHUNK_MS);
  }

  @Test
  void shouldRefuseAChangelogWithMorePartitionsThanTheInput() throws Exception {
    createTopics();
    createChangelog(3, Map.of("cleanup.policy", "compact", "max.message.bytes", "16777216"));

    assertThatThrownBy(this::start)
        .isInstanceOf(CommandFailure.class)
        .hasMessageContainingAll(
            changelog() + " has 3 partitions", values.get(Property.TOPIC_CHUNKS) + " has 2");
  }

  @ParameterizedTest
  @CsvSource({
    "delete,16777216,cleanup.policy=delete",
    "'compact,delete',16777216,'cleanup.policy=compact,delete'",
    "compact,100000,max.message.bytes=100000"
  })
  void shouldRefuseAChangelogThatWouldLoseState(String policy, String most, String named)
      throws Exception {
    createTopics();
    createChangelog(2, Map.of("cleanup.policy", policy, "max.message.bytes", most));

    assertThatThrownBy(this::start)
        .isInstanceOf(CommandFailure.class)
        .hasMessageContainingAll(changelog(), named, "kafka-configs.sh");
  }

  @Test
  void shouldJoinInstancesThatRunWithTheClassicProtocol() throws Exception {
    createTopics();
    values.put(Property.GROUP_PROTOCOL, "classic");
    try (StreamApp older = start()) {
      older.awaitRunning(PATIENCE);
      values.put(Property.GROUP_PROTOCOL, "auto");
      values.put(Property.STATE_DIR, folder.resolve(name + "-newer").toString());
      try (StreamApp newer = start()) {
        newer.awaitRunning(PATIENCE);

        assertThat(
                admin.describeClassicGroups(List.of(name)).all().get().get(name).members().size())
            .isEqualTo(2);
        older.requireHealthy();
      }
    }
    assertThat(warnings("stop all instances")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"classic,streams", "streams,classic"})
  void shouldSayThatOthersUseTheOtherProtocol(String theirs, String ours) throws Exception {
    createTopics();
    values.put(Property.GROUP_PROTOCOL, theirs);
    try (StreamApp first = start()) {
      first.awaitRunning(PATIENCE);
      values.put(Property.GROUP_PROTOCOL, ours);
      values.put(Property.STATE_DIR, folder.resolve(name + "-second").toString());
      try (StreamApp second = start()) {
        assertThatThrownBy(() -> second.awaitEnd(new StopRequest()))
            .isInstanceOf(CommandFailure.class)
            .hasMessageContainingAll("group " + name, Property.GROUP_PROTOCOL, "nothing is lost");
      }
      first.requireHealthy();
    }
  }

  @Test
  void shouldSayWhichTopicTakesNoRecordSoLargeAndLoseNothing() throws Exception {
    createTopics();
    String letters = values.get(Property.TOPIC_DEAD_LETTERS);
    alter(letters, "5000");
    try (StreamApp app = start();
        Producer<byte[], byte[]> producer = bytes()) {
      String input = values.get(Property.TOPIC_CHUNKS);
      producer.send(new ProducerRecord<>(input, KEY, new byte[10_000])).get();

      assertThatThrownBy(() -> app.awaitEnd(new StopRequest()))
          .isInstanceOf(CommandFailure.class)
          .hasMessageContainingAll(
              "too large for the topic " + letters + ":", "max.message.bytes", "nothing is lost");
    }

    alter(letters, "20000");
    try (StreamApp app = start()) {
      await(app, () -> CallResults.records(settings(), letters).size() == 1);
    }
  }

  @Test
  void shouldBeginAnewWhenTheBrokerHasEndedATransaction() throws Exception {
    values.put(Property.SPEECH_MIN_SHARE, "0");
    createTopics();
    AtomicBoolean ended = new AtomicBoolean();
    classifiers = () -> new EndedTransaction(ended);
    int partition = send(0, 70);
    sendStop(partition, 70);

    try (StreamApp app = start()) {
      await(app, () -> summaries().size() == 1);
    }
    assertThat(ended).isTrue();
    assertThat(warnings("ended a transaction")).hasSize(1);
    assertThat(summaries().get(0).getChannels().get(0).getEventCount()).isEqualTo(5);
    assertThat(CallResults.records(settings(), values.get(Property.TOPIC_EVENTS))).hasSize(5);
  }

  /** Fails once as a commit fails when the broker has ended the transaction meanwhile. */
  private static final class EndedTransaction extends EmotionTopologyTest.HighIsAngry {
    private final AtomicBoolean ended;

    EndedTransaction(AtomicBoolean ended) {
      this.ended = ended;
    }

    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      if (!ended.getAndSet(true)) {
        throw new StreamsException("commit", new InvalidTxnStateException("on purpose"));
      }
      super.classify(features, windowCount, probabilities);
    }
  }

  private String changelog() {
    return name + "-calls-changelog";
  }

  private void createChangelog(int partitions, Map<String, String> config) throws Exception {
    NewTopic topic = new NewTopic(changelog(), partitions, (short) 1).configs(config);
    admin.createTopics(List.of(topic)).all().get();
    // The broker answers requests by what it has learned of its controller, a moment later.
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!admin.listTopics().names().get().contains(changelog())) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(10);
    }
  }

  private void alter(String topic, String maxMessageBytes) throws Exception {
    AlterConfigOp change =
        new AlterConfigOp(
            new ConfigEntry("max.message.bytes", maxMessageBytes), AlterConfigOp.OpType.SET);
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
  }

  private Settings settings() {
    return Settings.of(values);
  }

  private void createTopics() throws Exception {
    new ClusterReadiness(settings())
        .requireTopics(settings().streamSettings().topics(), true, new StopRequest());
  }

  private StreamApp start() {
    StreamApp app =
        new StreamApp(
            settings(),
            EmotionModels.fixed(FeatureSpec.TELEPHONE_8K, WindowSettings.DEFAULT, classifiers),
            registry);
    app.start();
    return app;
  }

  private static AudioChunk.Builder message(int number) {
    return AudioChunk.newBuilder()
        .setCallId(CALL)
        .setStreamId("stream")
        .setSequenceNumber(number)
        .setIngestedAt(Instant.now());
  }

  private static AudioChunk chunk(int number) {
    return message(number)
        .setKind(ChunkKind.MEDIA)
        .setEncoding(PayloadEncoding.MULAW)
        .setSampleRateHz(8_000)
        .setChannels(List.of(new AudioChannel(ChannelRole.CUSTOMER, "inbound")))
        .setPayload(ByteBuffer.wrap(new byte[8 * CHUNK_MS]))
        .build();
  }

  /**
   * @param partition null: by the key
   */
  private ProducerRecord<byte[], byte[]> record(Integer partition, AudioChunk chunk) {
    String topic = values.get(Property.TOPIC_CHUNKS);
    byte[] value = serdes.audioChunk().serializer().serialize(topic, chunk);
    return new ProducerRecord<>(topic, partition, KEY, value);
  }

  private Producer<byte[], byte[]> bytes() {
    return new KafkaProducer<>(
        settings().kafkaClient(ProducerConfig.configNames()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private int send(int from, int to) throws Exception {
    return send(null, from, to);
  }

  /** Sends the chunks from one number to before another; gives the partition. */
  private int send(Integer partition, int from, int to) throws Exception {
    try (Producer<byte[], byte[]> producer = bytes()) {
      Future<RecordMetadata> sent = null;
      for (int i = from; i < to; i++) {
        sent = producer.send(record(partition, chunk(i)));
      }
      return sent.get().partition();
    }
  }

  private void sendStop(int partition, int number) throws Exception {
    try (Producer<byte[], byte[]> producer = bytes()) {
      AudioChunk stop = message(number).setKind(ChunkKind.STOP).build();
      producer.send(record(partition, stop)).get();
    }
  }

  private void awaitCommitted(StreamApp app, int partition, long offset) throws Exception {
    TopicPartition input = new TopicPartition(values.get(Property.TOPIC_CHUNKS), partition);
    await(
        app,
        () -> {
          try {
            var committed =
                admin
                    .listConsumerGroupOffsets(name)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(input);
            return committed != null && committed.offset() >= offset;
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  private static void await(StreamApp app, BooleanSupplier condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      app.requireHealthy();
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(50);
    }
  }

  private List<CallSummary> summaries() {
    List<CallSummary> summaries = new ArrayList<>();
    String topic = values.get(Property.TOPIC_SUMMARIES);
    CallResults.records(settings(), topic)
        .forEach(
            record ->
                summaries.add(
                    serdes.callSummary().deserializer().deserialize(topic, record.value())));
    return summaries;
  }

  private static String metrics(StreamApp app) {
    return app.meters().page();
  }

  private List<String> warnings(String about) {
    return log.list.stream()
        .map(ILoggingEvent::getFormattedMessage)
        .filter(line -> line.contains(about))
        .toList();
  }
}
