package dev.speechemotion.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.streams.registry.EmotionSerdes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * What was committed to the output topics, per call and in order, with every field but those that
 * tell when it was processed.
 *
 * @param deadLetters the reason of each
 */
record CallResults(
    Map<String, List<Object>> events,
    Map<String, List<Object>> summaries,
    Map<String, List<Object>> alerts,
    Map<String, List<Object>> deadLetters) {
  private static final Set<String> PROCESSING_TIMES = Set.of("createdAt");
  private static final Duration POLL = Duration.ofMillis(200);

  /** Reads all that is committed. */
  static CallResults read(Settings settings, EmotionSerdes serdes) {
    return read(settings, serdes, callId -> true);
  }

  /** Reads what is committed of the calls that are wanted. */
  static CallResults read(Settings settings, EmotionSerdes serdes, Predicate<String> wanted) {
    return new CallResults(
        read(settings, Settings.TOPIC_EVENTS, value(serdes.emotionEvent().deserializer()), wanted),
        read(
            settings, Settings.TOPIC_SUMMARIES, value(serdes.callSummary().deserializer()), wanted),
        read(settings, Settings.TOPIC_ALERTS, value(serdes.emotionAlert().deserializer()), wanted),
        read(settings, Settings.TOPIC_DEAD_LETTERS, CallResults::reason, wanted));
  }

  /** Waits until every call has a summary that is committed. */
  static void awaitSummaries(
      Settings settings, Set<String> callIds, Duration timeout, Runnable meanwhile)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      Set<String> ended =
          read(settings, Settings.TOPIC_SUMMARIES, CallResults::nothing, callIds::contains)
              .keySet();
      if (ended.containsAll(callIds)) {
        return;
      }
      meanwhile.run();
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "within %s only %d of %d calls ended".formatted(timeout, ended.size(), callIds.size()));
      }
      Thread.sleep(300);
    }
  }

  /** The same without what is there several times. */
  CallResults once() {
    return new CallResults(once(events), once(summaries), once(alerts), once(deadLetters));
  }

  private static Map<String, List<Object>> once(Map<String, List<Object>> results) {
    Map<String, List<Object>> once = new TreeMap<>();
    results.forEach((callId, values) -> once.put(callId, values.stream().distinct().toList()));
    return once;
  }

  /** Call by call, so that a failure shows the one call that differs. */
  void assertEqualTo(CallResults expected) {
    assertEqual("events", events, expected.events);
    assertEqual("summaries", summaries, expected.summaries);
    assertEqual("alerts", alerts, expected.alerts);
    assertEqual("dead letters", deadLetters, expected.deadLetters);
  }

  private static void assertEqual(
      String what, Map<String, List<Object>> actual, Map<String, List<Object>> expected) {
    assertThat(actual.keySet()).as("calls with " + what).isEqualTo(expected.keySet());
    expected.forEach(
        (callId, values) ->
            assertThat(actual.get(callId)).as(what + " of " + callId).isEqualTo(values));
  }

  static int count(Map<String, List<Object>> results) {
    return results.values().stream().mapToInt(List::size).sum();
  }

  private interface Value {
    Object of(ConsumerRecord<byte[], byte[]> record);
  }

  private static Value value(Deserializer<? extends SpecificRecord> deserializer) {
    return record -> {
      Map<String, Object> fields = new LinkedHashMap<>();
      SpecificRecord value = deserializer.deserialize(record.topic(), record.value());
      for (Schema.Field field : value.getSchema().getFields()) {
        if (!PROCESSING_TIMES.contains(field.name())) {
          fields.put(field.name(), value.get(field.pos()));
        }
      }
      return fields;
    };
  }

  private static Object reason(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.headers().lastHeader("dlq.reason").value(), StandardCharsets.UTF_8);
  }

  private static Object nothing(ConsumerRecord<byte[], byte[]> record) {
    return "";
  }

  private static Map<String, List<Object>> read(
      Settings settings, String topic, Value value, Predicate<String> wanted) {
    Map<String, List<Object>> byCall = new TreeMap<>();
    forEach(
        settings,
        settings.text(topic),
        record -> {
          String callId =
              record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
          if (wanted.test(callId)) {
            byCall.computeIfAbsent(callId, id -> new ArrayList<>()).add(value.of(record));
          }
        });
    return byCall;
  }

  /** All committed records of a topic. */
  static List<ConsumerRecord<byte[], byte[]>> records(Settings settings, String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    forEach(settings, topic, records::add);
    return records;
  }

  private static void forEach(
      Settings settings, String topic, Consumer<ConsumerRecord<byte[], byte[]>> action) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            settings.text(Settings.BOOTSTRAP_SERVERS),
            "isolation.level",
            "read_committed");
    try (var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(POLL).forEach(action);
      }
    }
  }
}
