package dev.speechemotion.streams.intake;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.deadletters.RejectedRecordException;
import dev.speechemotion.streams.deadletters.Rejection;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.Deserializer;

/** Makes messages of records: reads the bytes, and checks what they say. Serves one thread. */
public final class ChunkDecoder {
  private final String topic;
  private final ChunkRules rules;
  private final Deserializer<AudioChunk> deserializer;
  private final Optional<Pseudonyms> pseudonyms;

  /**
   * @param topic that the records come from
   * @param pseudonyms takes the place of ids; empty: ids stay as they are
   */
  public ChunkDecoder(
      String topic,
      ChunkRules rules,
      Deserializer<AudioChunk> deserializer,
      Optional<Pseudonyms> pseudonyms) {
    this.topic = topic;
    this.rules = rules;
    this.deserializer = deserializer;
    this.pseudonyms = pseudonyms;
  }

  /**
   * The message of a record; empty if it cannot be used.
   *
   * @param key may be null
   * @param value may be null
   * @param rejected is told why it cannot be used
   */
  public Optional<Message> decode(byte[] key, byte[] value, Consumer<Rejection> rejected) {
    if (key == null) {
      rejected.accept(new Rejection(RejectReason.NULL_KEY, "the record has no key"));
      return Optional.empty();
    }
    if (value == null) {
      rejected.accept(new Rejection(RejectReason.NULL_VALUE, "the record has no value"));
      return Optional.empty();
    }
    AudioChunk chunk;
    try {
      chunk = deserializer.deserialize(topic, value);
    } catch (RejectedRecordException e) {
      rejected.accept(e.rejection());
      return Optional.empty();
    }
    Optional<Rejection> rejection = rules.check(key, chunk);
    if (rejection.isPresent()) {
      rejected.accept(rejection.get());
      return Optional.empty();
    }
    pseudonyms.ifPresent(each -> each.replaceIn(chunk));
    return Optional.of(new Message(chunk));
  }
}
