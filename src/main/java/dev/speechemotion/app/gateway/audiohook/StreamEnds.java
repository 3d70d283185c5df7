package dev.speechemotion.app.gateway.audiohook;

import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.streams.deadletters.RejectedRecordException;
import dev.speechemotion.streams.registry.EmotionSerdes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Finds in the input topic how far a stream had come that another gateway, or this one before it
 * was started again, has sent. Looks for all that are asked for meanwhile at once. Serves all
 * threads.
 */
final class StreamEnds implements AutoCloseable {
  private static final Duration LOOK_BACK = KnownStreams.PATIENCE.multipliedBy(2);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Settings settings;
  private final Deserializer<AudioChunk> deserializer;
  private final ConcurrentLinkedQueue<Wanted> wanted = new ConcurrentLinkedQueue<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread reader = new Thread(task, "stream-ends");
            reader.setDaemon(true);
            return reader;
          });

  /**
   * The end of a stream.
   *
   * @param nextNumber one more than its highest sequence number
   * @param heardMicros media time of its audio's end
   * @param stopped whether it has ended, so that only a START begins it again
   */
  record End(long nextNumber, long heardMicros, boolean stopped) {
    /** Of a stream that nothing is known of. */
    static final End NONE = new End(AudioHookStream.FIRST_NUMBER, 0, true);

    End with(AudioChunk chunk) {
      long until = heardMicros;
      if (chunk.getKind() == ChunkKind.MEDIA && chunk.getMediaOffsetMicros() != null) {
        long frames = chunk.getPayload().remaining() / Math.max(1, chunk.getChannels().size());
        until =
            Math.max(
                until, chunk.getMediaOffsetMicros() + frames * 1_000_000 / chunk.getSampleRateHz());
      }
      return new End(
          Math.max(nextNumber, chunk.getSequenceNumber() + 1),
          until,
          chunk.getKind() == ChunkKind.STOP);
    }
  }

  private record Wanted(String callId, String streamId, CompletableFuture<Optional<End>> result) {}

  StreamEnds(Settings settings, EmotionSerdes serdes) {
    this.settings = settings;
    deserializer = serdes.audioChunk().deserializer();
  }

  /** The end of a stream; empty if there is nothing of it in the last minutes. */
  CompletableFuture<Optional<End>> find(String callId, String streamId) {
    Wanted one = new Wanted(callId, streamId, new CompletableFuture<>());
    wanted.add(one);
    thread.execute(this::answerAll);
    return one.result();
  }

  private void answerAll() {
    List<Wanted> all = new ArrayList<>();
    for (Wanted next = wanted.poll(); next != null; next = wanted.poll()) {
      all.add(next);
    }
    if (all.isEmpty()) {
      return;
    }
    try {
      Map<ByteBuffer, Map<String, End>> ends = new HashMap<>();
      all.forEach(one -> ends.put(key(one.callId()), new HashMap<>()));
      read(ends);
      all.forEach(
          one ->
              one.result()
                  .complete(Optional.ofNullable(ends.get(key(one.callId())).get(one.streamId()))));
    } catch (RuntimeException e) {
      all.forEach(one -> one.result().completeExceptionally(e));
    }
  }

  private static ByteBuffer key(String callId) {
    return ByteBuffer.wrap(callId.getBytes(StandardCharsets.UTF_8));
  }

  private void read(Map<ByteBuffer, Map<String, End>> ends) {
    Map<String, Object> config = settings.kafkaClient(ConsumerConfig.configNames());
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    String topic = settings.text(Property.TOPIC_CHUNKS);
    try (Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic, TIMEOUT).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList();
      // What the client is told of partitions that are not assigned it warns of.
      consumer.assign(partitions);
      long since = Instant.now().minus(LOOK_BACK).toEpochMilli();
      Map<TopicPartition, Long> untils = consumer.endOffsets(partitions, TIMEOUT);
      Map<TopicPartition, OffsetAndTimestamp> begins =
          consumer.offsetsForTimes(
              partitions.stream().collect(Collectors.toMap(each -> each, each -> since)), TIMEOUT);
      begins.values().removeIf(Objects::isNull);
      consumer.assign(begins.keySet());
      begins.forEach((partition, begin) -> consumer.seek(partition, begin.offset()));
      while (begins.keySet().stream()
          .anyMatch(each -> consumer.position(each, TIMEOUT) < untils.get(each))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          take(record, ends);
        }
      }
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record, Map<ByteBuffer, Map<String, End>> ends) {
    if (record.key() == null || record.value() == null) {
      return;
    }
    Map<String, End> ofCall = ends.get(ByteBuffer.wrap(record.key()));
    if (ofCall == null) {
      return;
    }
    AudioChunk chunk;
    try {
      chunk = deserializer.deserialize(record.topic(), record.value());
    } catch (RejectedRecordException e) {
      // Not one of a gateway.
      return;
    }
    if (chunk.getKind() != ChunkKind.MEDIA || chunk.getSampleRateHz() > 0) {
      ofCall.merge(
          chunk.getStreamId(),
          new End(AudioHookStream.FIRST_NUMBER, 0, false).with(chunk),
          (end, unused) -> end.with(chunk));
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
