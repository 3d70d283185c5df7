package dev.speechemotion.streams.call;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.streams.EmotionTopology;
import dev.speechemotion.streams.EmotionTopologyTest;
import dev.speechemotion.streams.StreamSettings;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.intake.ChunkRules;
import dev.speechemotion.streams.metrics.StreamMetrics;
import dev.speechemotion.streams.models.EmotionModels;
import dev.speechemotion.streams.models.OpenModels;
import dev.speechemotion.streams.quality.FoundFault;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.results.AlertRule;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The production topology in a driver, with a clock of its own and exactly-once. */
public final class StreamTester implements AutoCloseable {
  static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private static final Duration STEP = Duration.ofSeconds(1);

  final List<EmotionEvent> events = new ArrayList<>();
  final List<EmotionAlert> alerts = new ArrayList<>();
  final List<CallSummary> summaries = new ArrayList<>();
  final List<Instant> summaryTimes = new ArrayList<>();
  final List<TestRecord<byte[], byte[]>> deadLetters = new ArrayList<>();

  private final StreamSettings settings;
  private final EmotionModels models;
  private final EmotionSerdes serdes = EmotionSerdes.of(RegistryClients.inMemory());
  private final Path directory;

  /** What the changelog topic holds after compaction. */
  private final Map<Bytes, byte[]> stored = new HashMap<>();

  private MeterRegistry meters;
  private TopologyTestDriver driver;
  private Instant now = BEGIN;
  private TestInputTopic<byte[], byte[]> input;

  StreamTester(StreamSettings settings) {
    this(settings, EmotionTopologyTest.HighIsAngry::new);
  }

  StreamTester(StreamSettings settings, Supplier<EmotionClassifier> classifiers) {
    this(settings, FeatureSpec.TELEPHONE_8K, classifiers);
  }

  StreamTester(StreamSettings settings, FeatureSpec spec, Supplier<EmotionClassifier> classifiers) {
    this(settings, EmotionModels.fixed(spec, WindowSettings.DEFAULT, classifiers));
  }

  StreamTester(StreamSettings settings, EmotionModels models) {
    this.settings = settings;
    this.models = models;
    try {
      directory = Files.createTempDirectory("stream-tester-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      start();
    } catch (RuntimeException e) {
      delete();
      throw e;
    }
  }

  private void start() {
    meters = new SimpleMeterRegistry();
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    driver =
        new TopologyTestDriver(
            EmotionTopology.build(settings, models, serdes, meters), properties, now);
    input =
        driver.createInputTopic(
            settings.chunksTopic(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Loses everything but the changelog, and starts anew from it. */
  void restart() {
    collect();
    List<TestRecord<byte[], byte[]>> changelog =
        output("test-calls-changelog", new ByteArrayDeserializer(), new ByteArrayDeserializer())
            .readRecordsToList();
    driver.close();
    start();
    CallStore store = store();
    changelog.forEach(entry -> stored.put(Bytes.wrap(entry.key()), entry.value()));
    stored.forEach((key, value) -> store.inner().put(key, value));
    store.reload();
  }

  /** What calls of a task share, where nobody listens to what comes of them. */
  static TaskContext task(
      CallSettings settings, FeatureSpec spec, Supplier<EmotionClassifier> classifiers) {
    OpenModels models =
        new OpenModels(
            settings.alertRules(),
            EmotionModels.fixed(spec, WindowSettings.DEFAULT, classifiers),
            ChunkRules.MIN_RATE_HZ);
    return new TaskContext(settings, models, () -> 0, StreamMetrics.unseen(), new Nowhere());
  }

  /** Drops what comes of calls. */
  static class Nowhere implements TaskContext.Output {
    @Override
    public void event(EmotionEvent event) {}

    @Override
    public void alert(EmotionAlert alert) {}

    @Override
    public void summary(CallSummary summary) {}

    @Override
    public void wrong(FoundFault found) {}
  }

  CallStore store() {
    return (CallStore) driver.getStateStore(AnalyzeCalls.CALLS);
  }

  TopologyTestDriver driver() {
    return driver;
  }

  byte[] bytes(AudioChunk chunk) {
    return serdes.audioChunk().serializer().serialize(settings.chunksTopic(), chunk);
  }

  StreamTester send(List<AudioChunk> chunks) {
    chunks.forEach(this::send);
    return this;
  }

  StreamTester send(AudioChunk chunk) {
    return send(Utils.utf8(chunk.getCallId()), bytes(chunk));
  }

  StreamTester send(byte[] key, byte[] value) {
    input.pipeInput(new TestRecord<>(key, value, now));
    collect();
    return this;
  }

  StreamTester send(TestRecord<byte[], byte[]> record) {
    input.pipeInput(record);
    collect();
    return this;
  }

  /** Lets the clock go on; in steps, as a jump does not count as time that has passed. */
  StreamTester pass(Duration time) {
    Duration rest = time;
    while (!rest.isZero()) {
      Duration step = rest.compareTo(STEP) < 0 ? rest : STEP;
      jump(step);
      rest = rest.minus(step);
    }
    return this;
  }

  /** Sets the clock forward at one go, as if the process had stood still. */
  StreamTester jump(Duration time) {
    now = now.plus(time);
    driver.advanceWallClockTime(time);
    collect();
    return this;
  }

  private void collect() {
    StringDeserializer keys = new StringDeserializer();
    events.addAll(
        values(output(settings.eventsTopic(), keys, serdes.emotionEvent().deserializer())));
    alerts.addAll(
        values(output(settings.alertsTopic(), keys, serdes.emotionAlert().deserializer())));
    output(settings.summariesTopic(), keys, serdes.callSummary().deserializer())
        .readRecordsToList()
        .forEach(
            summary -> {
              summaries.add(summary.value());
              summaryTimes.add(summary.getRecordTime());
            });
    deadLetters.addAll(
        output(
                settings.deadLettersTopic(),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())
            .readRecordsToList());
  }

  private static <T> List<T> values(TestOutputTopic<String, T> topic) {
    return topic.readValuesToList();
  }

  private <K, V> TestOutputTopic<K, V> output(
      String topic, Deserializer<K> keys, Deserializer<V> values) {
    return driver.createOutputTopic(topic, keys, values);
  }

  /** Reasons of the dead letters so far. */
  List<RejectReason> reasons() {
    return deadLetters.stream()
        .map(letter -> RejectReason.valueOf(header(letter.headers(), "dlq.reason")))
        .toList();
  }

  static String header(Headers headers, String name) {
    return Utils.utf8(headers.lastHeader(name).value());
  }

  /** Events without the two fields that depend on when chunks came, not on their audio. */
  static List<EmotionEvent> timeless(List<EmotionEvent> events) {
    return events.stream()
        .map(
            event -> {
              EmotionEvent copy = EmotionEvent.newBuilder(event).build();
              copy.setLastChunkIngestedAt(Instant.EPOCH);
              copy.setCreatedAt(Instant.EPOCH);
              return copy;
            })
        .toList();
  }

  /** EmotionTotals without when they were made. */
  static List<CallSummary> timelessSummaries(List<CallSummary> summaries) {
    return summaries.stream()
        .map(
            summary -> {
              CallSummary copy = CallSummary.newBuilder(summary).build();
              copy.setCreatedAt(Instant.EPOCH);
              return copy;
            })
        .toList();
  }

  /** ChannelAlerts without when they were made. */
  static List<EmotionAlert> timelessAlerts(List<EmotionAlert> alerts) {
    return alerts.stream()
        .map(
            alert -> {
              EmotionAlert copy = EmotionAlert.newBuilder(alert).build();
              copy.setCreatedAt(Instant.EPOCH);
              return copy;
            })
        .toList();
  }

  /** A metric's value, over all its tags. */
  /** Sum of a counter or gauge of the stream over its tags, since the last start. */
  double metric(String name) {
    return meters.getMeters().stream()
        .filter(meter -> meter.getId().getName().equals(StreamMetrics.PREFIX + name))
        .mapToDouble(meter -> meter.measure().iterator().next().getValue())
        .sum();
  }

  MeterRegistry meters() {
    return meters;
  }

  /** The first channel of the first stream of a call. */
  Channel firstChannel(String callId) {
    return store().get(callId).orElseThrow().streams().get(0).channels().get(0);
  }

  /** Every window by itself: no smoothing, and an event whatever share of it is speech. */
  static final CallSettings PLAIN =
      but(
          CallSettings.DEFAULT,
          plain -> {
            plain.speechMinShare = 0;
            plain.smoothing = Duration.ZERO;
            plain.labelHysteresis = 0;
            plain.alertRules = List.of();
          });

  /** Settings some of which can be changed. */
  static final class Settings {
    Set<ChannelRole> analyzedRoles;
    Map<String, ChannelRole> channelRoles;
    Duration reorderWindow;
    int reorderMaxChunks;
    Duration gapTolerance;
    double speechMinShare;
    boolean noSpeechEvents;
    Duration smoothing;
    double labelHysteresis;
    List<AlertRule> alertRules;
    Duration inactivity;
    Duration endedCallMemory;
    Duration maxLag;

    private Settings(CallSettings call) {
      analyzedRoles = call.analyzedRoles();
      channelRoles = call.channelRoles();
      reorderWindow = call.reorderWindow();
      reorderMaxChunks = call.reorderMaxChunks();
      gapTolerance = call.gapTolerance();
      speechMinShare = call.speechMinShare();
      noSpeechEvents = call.noSpeechEvents();
      smoothing = call.smoothing();
      labelHysteresis = call.labelHysteresis();
      alertRules = call.alertRules();
      inactivity = call.inactivity();
      endedCallMemory = call.endedCallMemory();
      maxLag = call.maxLag();
    }

    CallSettings call() {
      return new CallSettings(
          analyzedRoles,
          channelRoles,
          reorderWindow,
          reorderMaxChunks,
          gapTolerance,
          speechMinShare,
          noSpeechEvents,
          smoothing,
          labelHysteresis,
          alertRules,
          inactivity,
          endedCallMemory,
          maxLag);
    }
  }

  /** {@link #PLAIN} but for what the change says. */
  static StreamSettings plainBut(Consumer<Settings> change) {
    return StreamSettings.defaults(but(PLAIN, change));
  }

  static CallSettings but(CallSettings call, Consumer<Settings> change) {
    Settings settings = new Settings(call);
    change.accept(settings);
    return settings.call();
  }

  public static StreamSettings plain() {
    return StreamSettings.defaults(PLAIN);
  }

  static StreamSettings analyzing(ChannelRole... roles) {
    return plainBut(plain -> plain.analyzedRoles = Set.of(roles));
  }

  static StreamSettings alerting(String... rules) {
    return plainBut(plain -> plain.alertRules = rules(rules));
  }

  static List<AlertRule> rules(String... rules) {
    return Arrays.stream(rules).map(AlertRule::parse).toList();
  }

  static StreamSettings speech(double minShare, boolean noSpeechEvents) {
    return plainBut(
        plain -> {
          plain.speechMinShare = minShare;
          plain.noSpeechEvents = noSpeechEvents;
        });
  }

  static StreamSettings smoothing(double seconds, double hysteresis) {
    return plainBut(
        plain -> {
          plain.smoothing = Duration.ofMillis(Math.round(seconds * 1_000));
          plain.labelHysteresis = hysteresis;
        });
  }

  static StreamSettings roles(Map<String, ChannelRole> roles) {
    return plainBut(plain -> plain.channelRoles = roles);
  }

  static StreamSettings shedding(Duration maxLag) {
    return plainBut(plain -> plain.maxLag = maxLag);
  }

  @Override
  public void close() {
    driver.close();
    delete();
  }

  private void delete() {
    try {
      Utils.delete(directory.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
