package dev.speechemotion.streams.registry;

import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.AlertTally;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.AudioFault;
import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionCorrection;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.EmotionStretch;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.avro.ModelUsed;
import dev.speechemotion.avro.Participant;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.deadletters.RejectedRecordException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.io.ResolvingDecoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/** Reads and writes values in Confluent wire format: byte 0, schema id big-endian, Avro binary. */
public final class ConfluentAvro {
  static final byte MAGIC = 0;
  static final int HEADER_BYTES = 5;

  private static final SpecificData MODEL = new SpecificData();

  static {
    MODEL.addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
    // Avro makes no objects of classes that it has not been told to trust, not even in the builders
    // of generated classes.
    ClassSecurityValidator.Builder ours = ClassSecurityValidator.builder();
    List.of(
            AudioChunk.class,
            AudioChannel.class,
            ChunkKind.class,
            ChannelRole.class,
            PayloadEncoding.class,
            MediaGap.class,
            Participant.class,
            EmotionEvent.class,
            CallSummary.class,
            ChannelSummary.class,
            EmotionStretch.class,
            AlertTally.class,
            AudioFault.class,
            ModelUsed.class,
            CallEnd.class,
            EmotionAlert.class,
            AlertState.class,
            EmotionCorrection.class)
        .forEach(ours::add);
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(ClassSecurityValidator.getGlobal(), ours.build()));
  }

  private ConfluentAvro() {}

  /** Does nothing that loading this class has not done. */
  public static void trustGeneratedClasses() {}

  static String subject(String topic) {
    return topic + "-value";
  }

  /**
   * The schema as other languages know it, which is as it stands in {@code schemas/}: without the
   * property that has Java read texts as String.
   */
  static String publicForm(Schema schema) {
    String json = schema.toString().replace(",\"avro.java.string\":\"String\"", "");
    return new Schema.Parser().parse(json).toString();
  }

  /** Serializer; synchronized because sinks of all stream threads share one. */
  static final class Writer<T> implements Serializer<T> {
    private final KnownSchemas schemas;
    private final Schema schema;
    private final DatumWriter<T> datumWriter;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    private BinaryEncoder encoder;

    @SuppressWarnings("unchecked")
    Writer(KnownSchemas schemas, Schema schema) {
      this.schemas = schemas;
      this.schema = schema;
      this.datumWriter = (DatumWriter<T>) MODEL.createDatumWriter(schema);
    }

    @Override
    public synchronized byte[] serialize(String topic, T value) {
      if (value == null) {
        return null;
      }
      int id = schemas.idFor(topic, schema);
      bytes.reset();
      bytes.write(MAGIC);
      bytes.write(id >>> 24);
      bytes.write(id >>> 16);
      bytes.write(id >>> 8);
      bytes.write(id);
      encoder = EncoderFactory.get().directBinaryEncoder(bytes, encoder);
      try {
        datumWriter.write(value, encoder);
        encoder.flush();
      } catch (IOException e) {
        throw new IllegalStateException("writing to memory cannot fail", e);
      }
      return bytes.toByteArray();
    }
  }

  /** Deserializer; what it cannot read it rejects with the reason. */
  static final class Reader<T> implements Deserializer<T> {
    private final KnownSchemas schemas;
    private final Schema schema;

    /** By the writer's schema, not by its id, of which another schema may have become known. */
    private final Map<Schema, DatumReader<T>> readers = new IdentityHashMap<>();

    private BinaryDecoder decoder;

    Reader(KnownSchemas schemas, Schema schema) {
      this.schemas = schemas;
      this.schema = schema;
    }

    /**
     * @throws RejectedRecordException if the bytes cannot be read
     * @throws SchemaRegistry.RegistryException if the registry is not reachable
     */
    @Override
    public synchronized T deserialize(String topic, byte[] data) {
      if (data == null) {
        return null;
      }
      if (data.length <= HEADER_BYTES) {
        throw new RejectedRecordException(
            RejectReason.NOT_CONFLUENT_FORMAT,
            "the value has only " + data.length + " bytes, too few for the Confluent wire format");
      }
      if (data[0] != MAGIC) {
        throw new RejectedRecordException(
            RejectReason.NOT_CONFLUENT_FORMAT,
            "the value begins with byte " + (data[0] & 0xff) + ", not with 0");
      }
      int id = ByteBuffer.wrap(data).getInt(1);
      Schema writer = writerSchema(id);
      // Avro 1.12.2 checks every length against the bytes that are left before it allocates.
      decoder =
          DecoderFactory.get()
              .binaryDecoder(data, HEADER_BYTES, data.length - HEADER_BYTES, decoder);
      T value;
      boolean atEnd;
      try {
        value = readerFor(writer).read(null, decoder);
        atEnd = decoder.isEnd();
      } catch (SecurityException e) {
        throw new IllegalStateException("Avro may not use the generated classes", e);
      } catch (IOException | RuntimeException | StackOverflowError e) {
        throw new RejectedRecordException(
            RejectReason.NOT_AVRO,
            misfit(writer, data, e)
                .map(misfit -> "schema " + id + " does not fit: " + misfit)
                .orElse("the value is not Avro of schema " + id),
            e);
      }
      if (!atEnd) {
        throw new RejectedRecordException(
            RejectReason.NOT_AVRO, "the value goes on after the Avro record of schema " + id);
      }
      return value;
    }

    /** What field is of another type than ours; empty if the bytes are at fault. */
    private Optional<String> misfit(Schema writer, byte[] data, Throwable failure) {
      // That of the resolution of schemas, which names types; others may say what the bytes hold.
      if (!(failure instanceof AvroTypeException) || !failure.getMessage().startsWith("Found ")) {
        return Optional.empty();
      }
      String field = MisfitField.find(writer, schema, data);
      return Optional.of(
          (field.isEmpty() ? "" : "field " + field + ": ")
              + "f"
              + failure.getMessage().substring(1));
    }

    @SuppressWarnings("unchecked")
    private DatumReader<T> readerFor(Schema writer) {
      DatumReader<T> reader = readers.get(writer);
      if (reader == null) {
        reader =
            (DatumReader<T>) MODEL.createDatumReader(writer, ProducerAliases.added(schema, writer));
        readers.put(writer, reader);
      }
      return reader;
    }

    private Schema writerSchema(int id) {
      if (id < 0) {
        throw new RejectedRecordException(
            RejectReason.UNKNOWN_SCHEMA, "a schema id cannot be negative: " + id);
      }
      try {
        return schemas.byId(id);
      } catch (SchemaRegistry.UnknownSchemaException e) {
        throw new RejectedRecordException(RejectReason.UNKNOWN_SCHEMA, e.getMessage(), e);
      }
    }
  }

  /** Of a record that cannot be read: the field that is at fault. */
  static final class MisfitField extends SpecificDatumReader<Object> {
    private static final SpecificData FIELD_BY_FIELD = new SpecificData();

    static {
      FIELD_BY_FIELD.addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
      // The fast reader, which reads records otherwise, does not go by readField.
      FIELD_BY_FIELD.setFastReaderEnabled(false);
    }

    private final Deque<String> path = new ArrayDeque<>();

    private MisfitField(Schema writer, Schema reader) {
      super(writer, reader, FIELD_BY_FIELD);
    }

    /** The field at which reading fails, with those that it is in; empty if it is the record. */
    static String find(Schema writer, Schema reader, byte[] data) {
      MisfitField misfit = new MisfitField(writer, ProducerAliases.added(reader, writer));
      try {
        misfit.read(
            null,
            DecoderFactory.get()
                .binaryDecoder(data, HEADER_BYTES, data.length - HEADER_BYTES, null));
      } catch (IOException | RuntimeException e) {
        // As expected; the path stays at the field where it happened.
      }
      return String.join(".", misfit.path);
    }

    @Override
    protected void readField(
        Object record, Schema.Field field, Object old, ResolvingDecoder in, Object state)
        throws IOException {
      path.addLast(field.name());
      super.readField(record, field, old, in, state);
      // Left where it is if that fails.
      path.removeLast();
    }
  }
}
