package dev.speechemotion.streams.intake;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.streams.deadletters.DeadLetters;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.deadletters.RejectedRecordException;
import dev.speechemotion.streams.deadletters.Rejection;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Reads and checks chunks; forwards the good ones by callId and the others to the dead letters. */
public final class DecodeChunks implements Processor<byte[], byte[], Object, Object> {
  /** Name of the node. */
  public static final String NAME = "decode-chunks";

  private final String topic;
  private final ChunkRules rules;
  private final Supplier<Deserializer<AudioChunk>> deserializers;
  private final String next;

  private ProcessorContext<Object, Object> context;
  private Deserializer<AudioChunk> deserializer;
  private DeadLetters deadLetters;

  /**
   * @param topic that the chunks come from
   * @param deserializers gives each processor one of its own
   * @param next name of the node that gets {@link ReceivedChunk}s
   */
  public DecodeChunks(
      String topic,
      ChunkRules rules,
      Supplier<Deserializer<AudioChunk>> deserializers,
      String next) {
    this.topic = topic;
    this.rules = rules;
    this.deserializers = deserializers;
    this.next = next;
  }

  @Override
  public void init(ProcessorContext<Object, Object> context) {
    this.context = context;
    deserializer = deserializers.get();
    deadLetters = new DeadLetters(context, NAME);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (record.key() == null) {
      reject(new Rejection(RejectReason.NULL_KEY, "the record has no key"), record);
      return;
    }
    if (record.value() == null) {
      reject(new Rejection(RejectReason.NULL_VALUE, "the record has no value"), record);
      return;
    }
    AudioChunk chunk;
    try {
      chunk = deserializer.deserialize(topic, record.value());
    } catch (RejectedRecordException e) {
      reject(e.rejection(), record);
      return;
    }
    Optional<Rejection> rejection = rules.check(record.key(), chunk);
    if (rejection.isPresent()) {
      reject(rejection.get(), record);
      return;
    }
    ReceivedChunk received = new ReceivedChunk(new Message(chunk), record.key(), record.value());
    context.forward(record.<Object>withKey(chunk.getCallId()).<Object>withValue(received), next);
  }

  private void reject(Rejection rejection, Record<byte[], byte[]> record) {
    deadLetters.reject(rejection, record, record.key(), record.value());
  }

  @Override
  public void close() {
    deadLetters.close();
  }
}
