package dev.speechemotion.streams.intake;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.streams.deadletters.DeadLetters;
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
  private ChunkDecoder decoder;
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
    decoder = new ChunkDecoder(topic, rules, deserializers.get());
    deadLetters = new DeadLetters(context, NAME);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
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
    deadLetters.close();
  }
}
