package dev.speechemotion.streams;

import dev.speechemotion.avro.AudioChunk;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Reads and checks chunks; forwards the good ones by callId and the others to the dead letters. */
final class DecodeChunks implements Processor<byte[], byte[], Object, Object> {
  private final StreamSettings settings;
  private final EmotionSerdes serdes;

  private ProcessorContext<Object, Object> context;
  private Deserializer<AudioChunk> deserializer;
  private ChunkRules rules;
  private DeadLetters deadLetters;

  DecodeChunks(StreamSettings settings, EmotionSerdes serdes) {
    this.settings = settings;
    this.serdes = serdes;
  }

  @Override
  public void init(ProcessorContext<Object, Object> context) {
    this.context = context;
    deserializer = serdes.audioChunk().deserializer();
    rules = new ChunkRules(settings.maxPayloadBytes());
    deadLetters = new DeadLetters(context, EmotionTopology.DECODE);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (record.key() == null) {
      reject(record, new Rejection(RejectReason.NULL_KEY, "the record has no key"), null);
      return;
    }
    if (record.value() == null) {
      reject(record, new Rejection(RejectReason.NULL_VALUE, "the record has no value"), null);
      return;
    }
    AudioChunk chunk;
    try {
      chunk = deserializer.deserialize(settings.chunksTopic(), record.value());
    } catch (RejectedRecordException e) {
      reject(record, new Rejection(e.reason(), e.getMessage()), e);
      return;
    }
    Rejection rejection = rules.check(record.key(), chunk);
    if (rejection != null) {
      reject(record, rejection, null);
      return;
    }
    context.forward(
        record
            .<Object>withKey(chunk.getCallId())
            .<Object>withValue(new ReceivedChunk(chunk, record.key(), record.value())),
        EmotionTopology.ANALYZE);
  }

  private void reject(Record<byte[], byte[]> record, Rejection rejection, Exception cause) {
    Record<byte[], byte[]> deadLetter =
        deadLetters.reject(
            rejection, record.key(), record.value(), record.timestamp(), record.headers(), cause);
    context.forward(
        deadLetter.<Object>withKey(deadLetter.key()).<Object>withValue(deadLetter.value()),
        EmotionTopology.DEAD_LETTERS);
  }

  @Override
  public void close() {
    deadLetters.close();
  }
}
