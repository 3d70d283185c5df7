package dev.speechemotion.app.running;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.app.client.CallPlayer;
import dev.speechemotion.app.client.ChunkProducer;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.embedded.DemoCall;
import dev.speechemotion.app.fixtures.ForeignSchemas;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.WindowSink;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.streams.models.EmotionModels;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the whole pipeline must do on a real broker: the stream application with the shipped model,
 * chunks of real speech as the feed sends them, results read back as committed. Subclasses say
 * which broker and which registry.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(240)
abstract class PipelineScenarios {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int RATE_HZ = 8_000;
  private static final int SPEECH_SECONDS = 11;

  /** A broker and a registry that are there for the scenarios. */
  interface Fixture extends AutoCloseable {
    String bootstrapServers();

    String registryUrl();

    /** Has the registry forget all that it knows. */
    void loseSchemas();

    @Override
    void close();
  }

  private Fixture fixture;
  private EmotionModel model;
  private SchemaRegistry registry;
  private EmotionSerdes serdes;
  private DemoCall speech;
  private Settings settings;

  @TempDir private Path stateDirectory;

  /** Starts the broker and the registry; called once per class. */
  abstract Fixture start() throws Exception;

  @BeforeAll
  void startAll() throws Exception {
    fixture = start();
    registry = RegistryClients.connect(fixture.registryUrl(), Map.of());
    model = EmotionModel.load(EmotionModel.find(Path.of("models/tess-fcnn")));
    speech = DemoCall.load();
  }

  @AfterAll
  void closeAll() {
    if (model != null) {
      model.close();
    }
    if (fixture != null) {
      fixture.close();
    }
  }

  /** Each scenario has topics and an application of its own. */
  @BeforeEach
  void createTopics(TestInfo test) throws Exception {
    String name = test.getTestMethod().orElseThrow().getName();
    // Made anew, since the registry may have lost what others know.
    serdes = EmotionSerdes.of(registry);
    settings = settings(name, stateDirectory.resolve("state"));
    new ClusterReadiness(settings)
        .requireTopics(settings.streamSettings().topics(), true, new StopRequest());
  }

  private Settings settings(String name, Path state) {
    Map<String, String> values = new HashMap<>();
    values.put(Property.BOOTSTRAP_SERVERS, fixture.bootstrapServers());
    values.put(Property.APPLICATION_ID, name);
    values.put(Property.TOPIC_CHUNKS, name + "-chunks");
    values.put(Property.TOPIC_EVENTS, name + "-events");
    values.put(Property.TOPIC_SUMMARIES, name + "-summaries");
    values.put(Property.TOPIC_ALERTS, name + "-alerts");
    values.put(Property.TOPIC_DEAD_LETTERS, name + "-dlq");
    values.put(Property.TOPIC_PARTITIONS, "2");
    // Each window by itself, so that events can be told from the parts below the topology.
    values.put(Property.SMOOTHING_SECONDS, "0");
    values.put(Property.LABEL_HYSTERESIS, "0");
    values.put(Property.SPEECH_MIN_SHARE, "0");
    values.put(Property.COMMIT_INTERVAL_MS, "100");
    values.put(Property.STATE_DIR, state.toString());
    // An instance that crashed is given up after so long.
    values.put(Property.KAFKA_PREFIX + "session.timeout.ms", "6000");
    return Settings.of(values);
  }

  @Test
  void shouldGiveTheEventsThatTheModelGivesOfflineAndASummary() throws Exception {
    List<ProducerRecord<String, AudioChunk>> interleaved = chunks("interleaved", true);
    List<ProducerRecord<String, AudioChunk>> separate = chunks("separate", false);
    List<Expected> expected = offline(interleaved);

    List<ConsumerRecord<String, CallSummary>> summaries;
    try (StreamApp app = app(model::newClassifier)) {
      app.start();
      send(interleaved);
      send(separate);
      summaries = awaitSummaries(app, 2);
    }

    List<ConsumerRecord<String, EmotionEvent>> events = events();
    assertThat(events).hasSize(2 * expected.size());
    assertThat(expected).hasSize(SPEECH_SECONDS - 2);
    for (String callId : List.of("interleaved", "separate")) {
      List<EmotionEvent> ofCall = ofCall(events, callId);
      assertThat(ofCall).extracting(Expected::of).as(callId).isEqualTo(expected);
      for (int i = 0; i < ofCall.size(); i++) {
        EmotionEvent event = ofCall.get(i);
        assertThat(event.getSequenceNumber()).isEqualTo(i);
        assertThat(event.getCallId()).isEqualTo(callId);
        assertThat(event.getRole()).isEqualTo(ChannelRole.CUSTOMER);
        assertThat(event.getProbabilities()).containsOnlyKeys(model.labels());
        assertThat(event.getProbabilities().values().stream().mapToDouble(p -> p).sum())
            .isCloseTo(1, within(1e-5));
        assertThat(event.getModelHash()).isEqualTo(model.identity().hash());
        assertThat(event.getCreatedAt()).isAfterOrEqualTo(event.getLastChunkIngestedAt());
      }
    }
    assertThat(summaries)
        .extracting(ConsumerRecord::key)
        .containsExactlyInAnyOrder("interleaved", "separate");
    for (ConsumerRecord<String, CallSummary> summary : summaries) {
      assertThat(summary.value().getEndedBy()).isEqualTo(CallEnd.STOP);
      assertThat(summary.value().getDurationMs()).isEqualTo(SPEECH_SECONDS * 1_000L);
      assertThat(summary.value().getChannels())
          .extracting(channel -> channel.getRole() + " " + channel.getEventCount())
          .containsExactlyInAnyOrder("CUSTOMER " + expected.size(), "AGENT 0");
    }
  }

  @Test
  void shouldPutBadRecordsAsideAndGoOn() throws Exception {
    List<ProducerRecord<String, AudioChunk>> call = chunks("good", true);
    byte[] notAvro = "this is not a chunk".getBytes(StandardCharsets.UTF_8);
    byte[] large = new byte[1_000_000];

    try (StreamApp app = app(model::newClassifier);
        Producer<byte[], byte[]> bytes =
            new KafkaProducer<>(
                settings.kafkaClient(ProducerConfig.configNames()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      app.start();
      send(call.subList(0, 100));
      String topic = settings.text(Property.TOPIC_CHUNKS);
      byte[] key = "good".getBytes(StandardCharsets.UTF_8);
      bytes.send(new ProducerRecord<>(topic, key, notAvro)).get();
      bytes.send(new ProducerRecord<>(topic, key, null)).get();
      bytes.send(new ProducerRecord<>(topic, key, large)).get();
      bytes.send(new ProducerRecord<>(topic, 0, null, notAvro)).get();
      send(call.subList(50, 100));
      send(call.subList(100, call.size()));
      awaitSummaries(app, 1);
    }

    // The fifty that came twice are duplicates, and no bad records.
    List<ConsumerRecord<byte[], byte[]>> letters = deadLetters(3 + 1);
    assertThat(letters)
        .extracting(letter -> header(letter, "dlq.reason"))
        .containsExactlyInAnyOrder(
            "NOT_CONFLUENT_FORMAT", "NULL_VALUE", "UNKNOWN_SCHEMA", "NULL_KEY");
    assertThat(letters)
        .filteredOn(letter -> header(letter, "dlq.reason").equals("NOT_CONFLUENT_FORMAT"))
        .allSatisfy(
            letter -> {
              assertThat(letter.value()).isEqualTo(notAvro);
              assertThat(header(letter, "dlq.topic"))
                  .isEqualTo(settings.text(Property.TOPIC_CHUNKS));
              assertThat(Long.parseLong(header(letter, "dlq.offset"))).isEqualTo(100);
            });
    assertThat(ofCall(events(), "good")).extracting(Expected::of).isEqualTo(offline(call));
  }

  @Test
  void shouldPutRecordsOfForeignSchemasAsideAndReadSchemasWithReferences() throws Exception {
    List<ProducerRecord<String, AudioChunk>> call = chunks("call", true);
    ForeignSchemas schemas = new ForeignSchemas(fixture.registryUrl());
    byte[] chunk = serdes.audioChunk().serializer().serialize("x", call.get(0).value());
    String topic = settings.text(Property.TOPIC_CHUNKS);
    int withReferences = schemas.chunkWithReferences();
    try (StreamApp app = app(model::newClassifier);
        Producer<String, byte[]> bytes =
            new KafkaProducer<>(
                settings.kafkaClient(ProducerConfig.configNames()),
                new StringSerializer(),
                new ByteArraySerializer())) {
      app.start();
      for (int id : List.of(schemas.json(), schemas.protobuf())) {
        bytes.send(new ProducerRecord<>(topic, "call", ForeignSchemas.withId(chunk, id))).get();
      }
      bytes.send(new ProducerRecord<>(topic, "call", schemas.chunkWithoutCallId())).get();
      for (ProducerRecord<String, AudioChunk> record : call) {
        byte[] value = serdes.audioChunk().serializer().serialize("x", record.value());
        bytes.send(
            new ProducerRecord<>(topic, "call", ForeignSchemas.withId(value, withReferences)));
      }
      bytes.flush();
      awaitSummaries(app, 1);
    }

    assertThat(ofCall(events(), "call")).extracting(Expected::of).isEqualTo(offline(call));
    assertThat(deadLetters(3))
        .extracting(letter -> header(letter, "dlq.reason"))
        .containsExactlyInAnyOrder("UNKNOWN_SCHEMA", "UNKNOWN_SCHEMA", "NOT_AVRO");
    assertThat(deadLetters(3))
        .extracting(letter -> header(letter, "dlq.message"))
        .anyMatch(message -> message.contains("a JSON schema"))
        .anyMatch(message -> message.contains("a PROTOBUF schema"))
        .anyMatch(message -> message.contains("field callId: found null, expecting string"));
  }

  @Test
  void shouldRegisterAgainWhatTheRegistryHasLost() throws Exception {
    List<ProducerRecord<String, AudioChunk>> call = chunks("call", true);
    try (StreamApp app = app(model::newClassifier)) {
      app.start();
      send(call.subList(0, 300));
      awaitEvents(app, windowsWithin(300));

      fixture.loseSchemas();

      send(call.subList(300, call.size()));
      await(app, this::summariesReadAnew, read -> read.size() == 1);
      assertThat(app.notReadyBecause()).isEmpty();
    }
    assertUndisturbed(call);
  }

  /** As by a consumer that has not asked the registry yet; empty while that is not possible. */
  private List<ConsumerRecord<String, CallSummary>> summariesReadAnew() {
    try (SchemaRegistry anew = RegistryClients.connect(fixture.registryUrl(), Map.of())) {
      return read(Property.TOPIC_SUMMARIES, EmotionSerdes.of(anew).callSummary().deserializer());
    } catch (SchemaRegistry.RegistryException | SerializationException e) {
      return List.of();
    }
  }

  @Test
  void shouldGoOnAfterARestartAsIfNothingHadHappened() throws Exception {
    List<ProducerRecord<String, AudioChunk>> call = chunks("call", true);

    sendInPartsAndRestart(call, () -> {});

    assertUndisturbed(call);
  }

  @Test
  void shouldGoOnFromTheChangelogAloneAfterALossOfTheDisk() throws Exception {
    List<ProducerRecord<String, AudioChunk>> call = chunks("call", true);
    AtomicInteger disks = new AtomicInteger();

    sendInPartsAndRestart(
        call,
        () ->
            settings =
                settings(
                    settings.text(Property.APPLICATION_ID),
                    stateDirectory.resolve("disk-" + disks.incrementAndGet())));

    assertUndisturbed(call);
  }

  @Test
  void shouldGoOnAfterACrashAsIfNothingHadHappened() throws Exception {
    List<ProducerRecord<String, AudioChunk>> call = chunks("call", true);
    AtomicInteger windowsUntilCrash = new AtomicInteger();
    Supplier<EmotionClassifier> failing =
        () -> new Failing(model.newClassifier(), windowsUntilCrash);

    int[] parts = {233, 400, call.size()};
    send(call.subList(0, parts[0]));
    for (int i = 0; i < parts.length - 1; i++) {
      windowsUntilCrash.set(Integer.MAX_VALUE);
      try (StreamApp app = app(failing)) {
        app.start();
        awaitEvents(app, windowsWithin(parts[i]));
        // The second window from here kills the stream thread in the middle of a transaction.
        windowsUntilCrash.set(2);
        send(call.subList(parts[i], parts[i + 1]));
        assertThatThrownBy(() -> app.awaitEnd(new StopRequest()))
            .hasMessageContaining("on purpose");
      }
    }
    try (StreamApp app = app(model::newClassifier)) {
      app.start();
      awaitSummaries(app, 1);
    }

    assertUndisturbed(call);
  }

  /** Stops and starts the application in the middle of windows. */
  private void sendInPartsAndRestart(
      List<ProducerRecord<String, AudioChunk>> call, Runnable betweenRuns) throws Exception {
    int[] parts = {0, 233, 301, 477, call.size()};
    for (int i = 1; i < parts.length; i++) {
      send(call.subList(parts[i - 1], parts[i]));
      try (StreamApp app = app(model::newClassifier)) {
        app.start();
        if (parts[i] == call.size()) {
          awaitSummaries(app, 1);
        } else {
          awaitEvents(app, windowsWithin(parts[i]));
        }
      }
      betweenRuns.run();
    }
  }

  /**
   * Windows of 3 s every second that are complete; the last frame of one comes some chunks later.
   */
  private static int windowsWithin(int chunks) {
    return (chunks - 5) / 50 - 2;
  }

  private void assertUndisturbed(List<ProducerRecord<String, AudioChunk>> call) {
    List<ConsumerRecord<String, EmotionEvent>> events = events();
    assertThat(ofCall(events, "call")).extracting(Expected::of).isEqualTo(offline(call));
    assertThat(events)
        .extracting(event -> event.value().getSequenceNumber())
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    List<ConsumerRecord<String, CallSummary>> summaries =
        read(Property.TOPIC_SUMMARIES, serdes.callSummary().deserializer());
    assertThat(summaries).hasSize(1);
    assertThat(summaries.get(0).value().getChannels().get(0).getAudioMs())
        .isEqualTo(SPEECH_SECONDS * 1_000L);
  }

  /** What an event says of its audio; the rest depends on when it was made. */
  private record Expected(
      long beginMs,
      long endMs,
      String emotion,
      Map<String, Float> probabilities,
      float speechShare) {
    static Expected of(EmotionEvent event) {
      return new Expected(
          event.getBeginMs(),
          event.getEndMs(),
          event.getEmotion(),
          event.getProbabilities(),
          event.getSpeechShare());
    }
  }

  /** The events of the customer's channel as the parts below the topology give them. */
  private List<Expected> offline(List<ProducerRecord<String, AudioChunk>> call) {
    List<Expected> expected = new ArrayList<>();
    float[] probabilities = new float[model.labels().size()];
    try (EmotionClassifier classifier = model.newClassifier()) {
      ChannelAnalyzer analyzer =
          new ChannelAnalyzer(
              new FeatureExtractor(model.featureSpec()), WindowSettings.DEFAULT, RATE_HZ);
      WindowSink sink =
          (beginMs, endMs, speechShare, features) -> {
            classifier.classify(features, 1, probabilities);
            Map<String, Float> byLabel = new HashMap<>();
            String best = model.labels().get(0);
            for (int i = 0; i < probabilities.length; i++) {
              byLabel.put(model.labels().get(i), probabilities[i]);
              best = probabilities[i] > byLabel.get(best) ? model.labels().get(i) : best;
            }
            expected.add(new Expected(beginMs, endMs, best, byLabel, speechShare));
          };
      for (ProducerRecord<String, AudioChunk> record : call) {
        AudioChunk chunk = record.value();
        if (chunk.getKind() == ChunkKind.MEDIA) {
          int frames = chunk.getPayload().remaining() / 2;
          float[] samples = new float[frames];
          AudioEncoding.MULAW.decode(chunk.getPayload().array(), 0, 2, frames, samples, 0);
          analyzer.accept(samples, 0, frames, sink);
        }
      }
      analyzer.finish(sink);
    }
    return expected;
  }

  /** The chunks of a call as the feed sends them: 20 ms, mu-law, customer and agent. */
  private List<ProducerRecord<String, AudioChunk>> chunks(String callId, boolean interleaved)
      throws Exception {
    try (MockProducer<String, AudioChunk> producer =
        new MockProducer<>(true, null, new StringSerializer(), serdes.audioChunk().serializer())) {
      CallPlayer.Format format =
          new CallPlayer.Format(
              20, AudioEncoding.MULAW, RATE_HZ, Double.POSITIVE_INFINITY, interleaved);
      new CallPlayer(producer, settings.text(Property.TOPIC_CHUNKS), format)
          .play(callId, firstSeconds(), DemoCall.ROLES, new StopRequest());
      return List.copyOf(producer.history());
    }
  }

  private AudioClip firstSeconds() {
    int rateHz = speech.clip().sampleRateHz();
    float[][] channels = new float[speech.clip().channelCount()][];
    Arrays.setAll(channels, i -> Arrays.copyOf(speech.clip().channel(i), SPEECH_SECONDS * rateHz));
    return new AudioClip(rateHz, channels);
  }

  private StreamApp app(Supplier<EmotionClassifier> classifiers) {
    return new StreamApp(
        settings,
        EmotionModels.fixed(model.featureSpec(), model.manifest().windows(), classifiers),
        registry);
  }

  private void send(List<ProducerRecord<String, AudioChunk>> chunks) throws Exception {
    try (Producer<String, AudioChunk> producer = ChunkProducer.create(settings, serdes)) {
      List<Future<RecordMetadata>> sent = chunks.stream().map(producer::send).toList();
      producer.flush();
      for (Future<RecordMetadata> each : sent) {
        each.get();
      }
    }
  }

  @Test
  void shouldCountAndTimeWhatItDoes() throws Exception {
    List<ProducerRecord<String, AudioChunk>> call = chunks("metrics", true);
    try (StreamApp app = app(model::newClassifier)) {
      assertThat(app.notReadyBecause()).isPresent();
      app.start();
      app.awaitRunning(PATIENCE);
      assertThat(app.notReadyBecause()).isEmpty();
      send(call);
      awaitSummaries(app, 1);
      int events = events().size();
      assertThat(events).isPositive();

      String page = app.meters().page();

      assertThat(sum(page, "speech_emotion_chunks_total")).isEqualTo(call.size());
      assertThat(sum(page, "speech_emotion_audio_bytes_total"))
          .isEqualTo(2.0 * RATE_HZ * SPEECH_SECONDS);
      assertThat(sum(page, "speech_emotion_events_total")).isEqualTo(events);
      assertThat(sum(page, "speech_emotion_inference_seconds_count")).isEqualTo(events);
      assertThat(sum(page, "speech_emotion_features_seconds_count")).isGreaterThanOrEqualTo(events);
      assertThat(sum(page, "speech_emotion_ingest_to_event_seconds_count")).isEqualTo(events);
      assertThat(sum(page, "speech_emotion_event_to_commit_seconds_count")).isEqualTo(events);
      assertThat(sum(page, "speech_emotion_rejected_records_total")).isZero();
      assertThat(sum(page, "speech_emotion_records_processed_total"))
          .isGreaterThanOrEqualTo(call.size());
      assertThat(page)
          .contains("speech_emotion_ingest_to_event_seconds_bucket{le=\"1.0\"}")
          .contains("speech_emotion_rejected_records_total{reason=\"late\"} 0.0")
          .contains("speech_emotion_records_lag{partition=\"0\"} 0.0")
          .contains("speech_emotion_state_bytes")
          .contains("kafka_stream_thread_commit_latency_max")
          .contains("jvm_memory_used_bytes{area=\"heap\"");
    }
  }

  private static double sum(String page, String name) {
    return page.lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private List<ConsumerRecord<String, CallSummary>> awaitSummaries(StreamApp app, int count)
      throws Exception {
    return await(
        app,
        () -> read(Property.TOPIC_SUMMARIES, serdes.callSummary().deserializer()),
        read -> read.size() >= count);
  }

  private void awaitEvents(StreamApp app, int count) throws Exception {
    await(app, this::events, read -> read.size() >= count);
  }

  private <T> List<T> await(StreamApp app, Supplier<List<T>> read, Predicate<List<T>> enough)
      throws Exception {
    long beganNanos = System.nanoTime();
    while (true) {
      List<T> got = read.get();
      if (enough.test(got)) {
        return got;
      }
      app.requireHealthy();
      if (System.nanoTime() - beganNanos > PATIENCE.toNanos()) {
        fail("only %d results within %s; chunks %s", got.size(), PATIENCE, progress());
      }
      Thread.sleep(100);
    }
  }

  /** Committed and last offset of each partition with chunks: tells slow from wrong. */
  private String progress() throws Exception {
    Map<String, Object> config = Map.of("bootstrap.servers", fixture.bootstrapServers());
    try (Admin admin = Admin.create(config)) {
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin
              .listConsumerGroupOffsets(settings.text(Property.APPLICATION_ID))
              .partitionsToOffsetAndMetadata()
              .get();
      Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
      committed.keySet().forEach(partition -> latest.put(partition, OffsetSpec.latest()));
      var ends = admin.listOffsets(latest).all().get();
      return committed.entrySet().stream()
          .map(
              entry ->
                  entry.getKey()
                      + " at "
                      + entry.getValue().offset()
                      + " of "
                      + ends.get(entry.getKey()).offset())
          .toList()
          .toString();
    }
  }

  private List<ConsumerRecord<String, EmotionEvent>> events() {
    return read(Property.TOPIC_EVENTS, serdes.emotionEvent().deserializer());
  }

  private static List<EmotionEvent> ofCall(
      List<ConsumerRecord<String, EmotionEvent>> events, String callId) {
    return events.stream()
        .filter(event -> event.key().equals(callId))
        .map(ConsumerRecord::value)
        .toList();
  }

  private List<ConsumerRecord<byte[], byte[]>> deadLetters(int count) {
    List<ConsumerRecord<byte[], byte[]>> letters =
        read(Property.TOPIC_DEAD_LETTERS, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    assertThat(letters).hasSize(count);
    return letters;
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private <T> List<ConsumerRecord<String, T>> read(String property, Deserializer<T> values) {
    return read(property, new StringDeserializer(), values);
  }

  /** All committed records of a topic. */
  private <K, T> List<ConsumerRecord<K, T>> read(
      String property, Deserializer<K> keys, Deserializer<T> values) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", fixture.bootstrapServers(), "isolation.level", "read_committed");
    try (KafkaConsumer<K, T> consumer = new KafkaConsumer<>(config, keys, values)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(settings.text(property)).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<K, T>> records = new ArrayList<>();
      while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }

  /** A classifier that fails when a count of windows has run down. */
  private record Failing(EmotionClassifier inner, AtomicInteger windowsLeft)
      implements EmotionClassifier {
    @Override
    public List<String> labels() {
      return inner.labels();
    }

    @Override
    public int featureCount() {
      return inner.featureCount();
    }

    @Override
    public ModelIdentity model() {
      return inner.model();
    }

    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      if (windowsLeft.decrementAndGet() == 0) {
        throw new IllegalStateException("a crash on purpose");
      }
      inner.classify(features, windowCount, probabilities);
    }

    @Override
    public void close() {
      inner.close();
    }
  }
}
