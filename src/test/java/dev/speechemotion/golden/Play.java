package dev.speechemotion.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.streams.EmotionTopology;
import dev.speechemotion.streams.StreamSettings;
import dev.speechemotion.streams.call.RestoredCalls;
import dev.speechemotion.streams.models.EmotionModels;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.BytesDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** Plays messages into the production topology by a clock of its own, and notes what comes out. */
final class Play implements AutoCloseable {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<String> METRICS =
      List.of("duplicate-chunks-total", "rejected-records-total", "shed-chunks-total");

  /** The stream takes a step of the clock that is much longer than this for none. */
  private static final Duration STEP = Duration.ofSeconds(1);

  private final StreamSettings settings;
  private final EmotionModels models;
  private final EmotionSerdes serdes = EmotionSerdes.of(RegistryClients.inMemory());
  private final Path directory;
  private final Map<String, List<JsonNode>> recordsByTopic = new LinkedHashMap<>();
  private final Map<Bytes, byte[]> changelog = new HashMap<>();

  private Instant now = Feed.BEGIN;
  private Duration lag = Duration.ZERO;
  private MeterRegistry meters;
  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> input;

  Play(StreamSettings settings, EmotionModels models) throws IOException {
    this.settings = settings;
    this.models = models;
    directory = Files.createTempDirectory("golden-");
    Stream.of(
            settings.eventsTopic(),
            settings.alertsTopic(),
            settings.summariesTopic(),
            settings.deadLettersTopic())
        .forEach(topic -> recordsByTopic.put(topic, new ArrayList<>()));
    // Now, so that the ids of schemas, which are part of the dead letters, are always the same.
    serdes.register(
        settings.chunksTopic(),
        settings.eventsTopic(),
        settings.summariesTopic(),
        settings.alertsTopic());
    open();
  }

  private void open() {
    meters = new SimpleMeterRegistry();
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "golden");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    driver =
        new TopologyTestDriver(
            EmotionTopology.build(settings, models, serdes, meters), properties, now);
    input =
        driver.createInputTopic(
            settings.chunksTopic(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Timestamps of the records that follow are so far behind the clock. */
  Play lag(Duration lag) {
    this.lag = lag;
    return this;
  }

  Play send(List<AudioChunk> chunks) {
    chunks.forEach(this::send);
    return this;
  }

  /** Sends a message when it is ingested, or at once if it ought to have come before. */
  Play send(AudioChunk chunk) {
    Duration ahead = Duration.between(now, chunk.getIngestedAt());
    if (!ahead.isNegative()) {
      pass(ahead);
    }
    return send(Utils.utf8(chunk.getCallId()), bytes(chunk));
  }

  Play send(byte[] key, byte[] value, Header... headers) {
    input.pipeInput(new TestRecord<>(key, value, new RecordHeaders(headers), now.minus(lag)));
    return this;
  }

  byte[] bytes(AudioChunk chunk) {
    return serdes.audioChunk().serializer().serialize(settings.chunksTopic(), chunk);
  }

  Play pass(Duration time) {
    for (Duration rest = time; !rest.isZero(); ) {
      Duration step = rest.compareTo(STEP) < 0 ? rest : STEP;
      driver.advanceWallClockTime(step);
      now = now.plus(step);
      rest = rest.minus(step);
    }
    return this;
  }

  /** Loses everything but the changelog, and starts anew from it. */
  Play restart() {
    collect();
    for (String topic : driver.producedTopicNames()) {
      if (topic.endsWith("-changelog")) {
        driver
            .createOutputTopic(topic, new BytesDeserializer(), new ByteArrayDeserializer())
            .readRecordsToList()
            .forEach(entry -> changelog.put(entry.key(), entry.value()));
      }
    }
    driver.close();
    open();
    RestoredCalls.restore(driver, changelog);
    return this;
  }

  /** All records that came out so far, by topic, and how much was not taken. */
  List<JsonNode> output() {
    List<JsonNode> output = records();
    ObjectNode metrics = JSON.objectNode();
    METRICS.forEach(name -> metrics.put(name, metric(name)));
    output.add(metrics);
    return output;
  }

  List<JsonNode> records() {
    collect();
    List<JsonNode> records = new ArrayList<>();
    recordsByTopic.values().forEach(records::addAll);
    return records;
  }

  private long metric(String name) {
    String counter = "speech.emotion." + name.replace("-total", "").replace('-', '.');
    return (long) meters.find(counter).counters().stream().mapToDouble(Counter::count).sum();
  }

  private void collect() {
    collect(settings.eventsTopic(), serdes.emotionEvent().deserializer());
    collect(settings.alertsTopic(), serdes.emotionAlert().deserializer());
    collect(settings.summariesTopic(), serdes.callSummary().deserializer());
    collectDeadLetters();
  }

  private void collect(String topic, Deserializer<? extends IndexedRecord> values) {
    for (TestRecord<String, ? extends IndexedRecord> record :
        driver.createOutputTopic(topic, new StringDeserializer(), values).readRecordsToList()) {
      note(topic, record).set("value", json(record.value()));
    }
  }

  private void collectDeadLetters() {
    for (TestRecord<String, byte[]> letter :
        driver
            .createOutputTopic(
                settings.deadLettersTopic(), new StringDeserializer(), new ByteArrayDeserializer())
            .readRecordsToList()) {
      ObjectNode node = note(settings.deadLettersTopic(), letter);
      node.set("headers", json(letter.headers()));
      if (letter.value() != null) {
        CRC32 crc = new CRC32();
        crc.update(letter.value());
        node.put("length", letter.value().length).put("crc32", crc.getValue());
      }
    }
  }

  private ObjectNode note(String topic, TestRecord<String, ?> record) {
    ObjectNode node =
        JSON.objectNode()
            .put("topic", topic)
            .put("key", record.key())
            .put("timestamp", record.getRecordTime().toString());
    recordsByTopic.get(topic).add(node);
    return node;
  }

  private static ArrayNode json(Headers headers) {
    ArrayNode node = JSON.arrayNode();
    for (Header header : headers) {
      node.add(header.key() + ": " + new String(header.value(), StandardCharsets.UTF_8));
    }
    return node;
  }

  private static JsonNode json(Object value) {
    if (value instanceof IndexedRecord record) {
      ObjectNode node = JSON.objectNode();
      record
          .getSchema()
          .getFields()
          .forEach(field -> node.set(field.name(), json(record.get(field.pos()))));
      return node;
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode node = JSON.objectNode();
      new TreeMap<>(map).forEach((key, each) -> node.set(key.toString(), json(each)));
      return node;
    }
    if (value instanceof Collection<?> values) {
      ArrayNode node = JSON.arrayNode();
      values.forEach(each -> node.add(json(each)));
      return node;
    }
    if (value instanceof Float number) {
      return JSON.numberNode(Golden.decimal(number));
    }
    if (value instanceof Number number) {
      return JSON.numberNode(number.longValue());
    }
    if (value instanceof Boolean truth) {
      return JSON.booleanNode(truth);
    }
    return value == null ? JSON.nullNode() : JSON.textNode(value.toString());
  }

  @Override
  public void close() throws IOException {
    driver.close();
    Utils.delete(directory.toFile());
  }
}
