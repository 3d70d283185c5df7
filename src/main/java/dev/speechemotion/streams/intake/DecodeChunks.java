package dev.speechemotion.streams.intake;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.streams.deadletters.DeadLetters;
import dev.speechemotion.streams.deadletters.Rejection;
import dev.speechemotion.streams.metrics.StreamMetrics;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.MeasurableStat;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** Reads and checks chunks; forwards the good ones by callId and the others to the dead letters. */
public final class DecodeChunks implements Processor<byte[], byte[], Object, Object> {
  /** Name of the node. */
  public static final String NAME = "decode-chunks";

  private final String topic;
  private final ChunkRules rules;
  private final Supplier<Deserializer<AudioChunk>> deserializers;
  private final Supplier<Optional<Pseudonyms>> pseudonyms;
  private final String next;
  private final StreamMetrics metrics;

  private ProcessorContext<Object, Object> context;
  private ChunkDecoder decoder;
  private DeadLetters deadLetters;
  private Sensor nextOffset;
  private NextOffset position;

  /**
   * @param topic that the chunks come from
   * @param deserializers gives each processor one of its own
   * @param pseudonyms gives each processor its own, if ids are to be replaced
   * @param next name of the node that gets {@link ReceivedChunk}s
   * @param metrics of the application
   */
  public DecodeChunks(
      String topic,
      ChunkRules rules,
      Supplier<Deserializer<AudioChunk>> deserializers,
      Supplier<Optional<Pseudonyms>> pseudonyms,
      String next,
      StreamMetrics metrics) {
    this.topic = topic;
    this.rules = rules;
    this.deserializers = deserializers;
    this.pseudonyms = pseudonyms;
    this.next = next;
    this.metrics = metrics;
  }

  @Override
  public void init(ProcessorContext<Object, Object> context) {
    this.context = context;
    decoder = new ChunkDecoder(topic, rules, deserializers.get(), pseudonyms.get());
    deadLetters = new DeadLetters(context, metrics);
    position = new NextOffset();
    nextOffset =
        context.metrics().addSensor(context.taskId() + "-next-offset", Sensor.RecordingLevel.INFO);
    nextOffset.add(
        new MetricName(
            "next-offset",
            "stream-speech-emotion-metrics",
            "offset of the record that is being processed, or of the one after the last",
            Map.of("partition", Integer.toString(context.taskId().partition()))),
        position);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    long offset = context.recordMetadata().map(RecordMetadata::offset).orElse(0L);
    position.offset = offset;
    decode(record);
    position.offset = offset + 1;
  }

  private void decode(Record<byte[], byte[]> record) {
    Optional<Message> message =
        decoder.decode(record.key(), record.value(), rejection -> reject(rejection, record));
    if (message.isPresent()) {
      ReceivedChunk received = new ReceivedChunk(message.get(), record.key(), record.value());
      context.forward(
          record.<Object>withKey(message.get().callId()).<Object>withValue(received), next);
    }
  }

  private void reject(Rejection rejection, Record<byte[], byte[]> record) {
    deadLetters.reject(rejection, record, record.key(), record.value());
  }

  @Override
  public void close() {
    context.metrics().removeSensor(nextOffset);
  }

  /** Read by whoever asks for the metric; nothing is recorded for each record. */
  private static final class NextOffset implements MeasurableStat {
    private volatile double offset = Double.NaN;

    @Override
    public double measure(MetricConfig config, long nowMs) {
      return offset;
    }

    @Override
    public void record(MetricConfig config, double value, long nowMs) {
      throw new UnsupportedOperationException("the offset is set where it is known");
    }
  }
}
