package dev.speechemotion.streams.registry;

import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.AlertTally;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionAlert;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
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
            ModelUsed.class,
            CallEnd.class,
            EmotionAlert.class,
            AlertState.class)
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
    private final SchemaRegistry registry;
    private final Schema schema;
    private final DatumWriter<T> datumWriter;
    private final Map<String, Integer> idByTopic = new HashMap<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    private BinaryEncoder encoder;

    @SuppressWarnings("unchecked")
    Writer(SchemaRegistry registry, Schema schema) {
      this.registry = registry;
      this.schema = schema;
      this.datumWriter = (DatumWriter<T>) MODEL.createDatumWriter(schema);
    }

    @Override
    public synchronized byte[] serialize(String topic, T value) {
      if (value == null) {
        return null;
      }
      Integer id = idByTopic.get(topic);
      if (id == null) {
        id = registry.register(subject(topic), publicForm(schema));
        idByTopic.put(topic, id);
      }
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
    private final SchemaRegistry registry;
    private final Map<Integer, Schema> writerSchemas;
    private final Schema schema;
    private final Map<Integer, DatumReader<T>> readers = new HashMap<>();
    private BinaryDecoder decoder;

    /**
     * @param writerSchemas schemas by id, shared by all readers of the registry
     */
    Reader(SchemaRegistry registry, Map<Integer, Schema> writerSchemas, Schema schema) {
      this.registry = registry;
      this.writerSchemas = writerSchemas;
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
      DatumReader<T> reader = readerFor(id);
      // Avro 1.12.2 checks every length against the bytes that are left before it allocates.
      decoder =
          DecoderFactory.get()
              .binaryDecoder(data, HEADER_BYTES, data.length - HEADER_BYTES, decoder);
      T value;
      boolean atEnd;
      try {
        value = reader.read(null, decoder);
        atEnd = decoder.isEnd();
      } catch (SecurityException e) {
        throw new IllegalStateException("Avro may not use the generated classes", e);
      } catch (IOException | RuntimeException | StackOverflowError e) {
        throw new RejectedRecordException(
            RejectReason.NOT_AVRO, "the value is not Avro of schema " + id, e);
      }
      if (!atEnd) {
        throw new RejectedRecordException(
            RejectReason.NOT_AVRO, "the value goes on after the Avro record of schema " + id);
      }
      return value;
    }

    @SuppressWarnings("unchecked")
    private DatumReader<T> readerFor(int id) {
      DatumReader<T> reader = readers.get(id);
      if (reader == null) {
        reader = (DatumReader<T>) MODEL.createDatumReader(writerSchema(id), schema);
        readers.put(id, reader);
      }
      return reader;
    }

    private Schema writerSchema(int id) {
      Schema known = writerSchemas.get(id);
      if (known != null) {
        return known;
      }
      if (id < 0) {
        throw new RejectedRecordException(
            RejectReason.UNKNOWN_SCHEMA, "a schema id cannot be negative: " + id);
      }
      try {
        Schema fetched = new Schema.Parser().parse(registry.schemaById(id));
        writerSchemas.put(id, fetched);
        return fetched;
      } catch (SchemaRegistry.UnknownSchemaException e) {
        throw new RejectedRecordException(RejectReason.UNKNOWN_SCHEMA, e.getMessage(), e);
      } catch (SchemaParseException e) {
        throw new RejectedRecordException(
            RejectReason.UNKNOWN_SCHEMA, "schema " + id + " cannot be parsed", e);
      } catch (AvroRuntimeException e) {
        throw new RejectedRecordException(
            RejectReason.UNKNOWN_SCHEMA, "schema " + id + " cannot be used", e);
      }
    }
  }
}
