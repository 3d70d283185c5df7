package dev.speechemotion.streams.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.avro.Participant;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.deadletters.RejectedRecordException;
import java.io.ByteArrayOutputStream;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmotionSerdesTest {
  private static final String TOPIC = "audio-chunks";

  private final SchemaRegistry registry = RegistryClients.inMemory();
  private final EmotionSerdes serdes = EmotionSerdes.of(registry);
  private final Deserializer<AudioChunk> deserializer = serdes.audioChunk().deserializer();

  @Test
  void shouldReadWhatItWrote() {
    AudioChunk chunk = chunk();

    byte[] bytes = serdes.audioChunk().serializer().serialize(TOPIC, chunk);

    assertThat(deserializer.deserialize(TOPIC, bytes)).isEqualTo(chunk);
    assertThat(deserializer.deserialize(TOPIC, bytes).getCallId()).isInstanceOf(String.class);
  }

  @Test
  void shouldBuildChunksWithDefaults() {
    AudioChunk chunk =
        AudioChunk.newBuilder()
            .setCallId("call-1")
            .setStreamId("stream-1")
            .setKind(ChunkKind.START)
            .setSequenceNumber(0)
            .setIngestedAt(Instant.EPOCH)
            .build();

    byte[] bytes = serdes.audioChunk().serializer().serialize(TOPIC, chunk);

    assertThat(deserializer.deserialize(TOPIC, bytes)).isEqualTo(chunk);
    assertThat(chunk.getEncoding()).isEqualTo(PayloadEncoding.UNKNOWN);
  }

  @Test
  void shouldWriteConfluentWireFormatThatOtherLanguagesRead() throws Exception {
    byte[] bytes = serdes.audioChunk().serializer().serialize(TOPIC, chunk());

    // As a client in another language does it: by the schema that the registry gives.
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    assertThat(buffer.get()).isZero();
    Schema writer = new Schema.Parser().parse(registry.schemaById(buffer.getInt()));
    GenericRecord record =
        new GenericDatumReader<GenericRecord>(writer)
            .read(null, DecoderFactory.get().binaryDecoder(bytes, 5, bytes.length - 5, null));
    assertThat(record.get("callId")).hasToString("call-1");
    assertThat(record.get("payload")).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
  }

  @ParameterizedTest
  @ValueSource(strings = {"AudioChunk", "EmotionEvent", "CallSummary", "EmotionAlert"})
  void shouldRegisterSchemasAsTheyStandInTheirFiles(String name) throws Exception {
    serdes.register("audio-chunks", "emotion-events", "call-summaries", "emotion-alerts");
    String topic =
        Map.of(
                "AudioChunk", "audio-chunks",
                "EmotionEvent", "emotion-events",
                "CallSummary", "call-summaries",
                "EmotionAlert", "emotion-alerts")
            .get(name);
    String file = Files.readString(Path.of("schemas", name + ".avsc"));

    int id = registry.register(topic + "-value", file);

    assertThat(new Schema.Parser().parse(registry.schemaById(id)))
        .isEqualTo(new Schema.Parser().parse(file));
    // The file's schema was there already: registering it elsewhere gives the same id.
    assertThat(registry.register(topic + "-value", file)).isEqualTo(id).isLessThanOrEqualTo(4);
  }

  @Test
  void shouldReadRecordsOfOlderAndNewerSchemas() throws Exception {
    Schema newer =
        new Schema.Parser()
            .parse(
                Files.readString(Path.of("schemas/AudioChunk.avsc"))
                    .replaceFirst(
                        "\"fields\": \\[",
                        "\"fields\": [{\"name\": \"added\", \"type\": \"string\","
                            + " \"default\": \"\"},")
                    .replace("\"STOP\"]", "\"STOP\", \"HOLD\"]"));
    GenericRecord record = new GenericData.Record(newer);
    newer
        .getFields()
        .forEach(
            field -> {
              if (field.hasDefaultValue()) {
                record.put(field.name(), GenericData.get().getDefaultValue(field));
              }
            });
    record.put("callId", "call-1");
    record.put("streamId", "stream-1");
    record.put("kind", new GenericData.EnumSymbol(newer.getField("kind").schema(), "HOLD"));
    record.put("sequenceNumber", 7L);
    record.put("ingestedAt", 8L);
    int id = registry.register(TOPIC + "-value", newer.toString());

    AudioChunk chunk = deserializer.deserialize(TOPIC, wire(id, newer, record));

    assertThat(chunk.getSequenceNumber()).isEqualTo(7);
    assertThat(chunk.getIngestedAt()).isEqualTo(Instant.ofEpochMilli(8));
    assertThat(chunk.getKind()).isEqualTo(ChunkKind.UNKNOWN);
  }

  /** What a producer's schema may have that ours has not: a change of its text, from and to. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "another namespace | dev.speechemotion.avro | com.acme",
        "other names of records | \"Audio | \"My",
        "nullable field | (\"name\": \"callId\",\\s*\"type\": )\"string\" | $1[\"null\", \"string\"]",
        "nullable enum | \"type\": (\\{\\s*\"type\": \"enum\",\\s*\"name\": \"ChunkKind\"[^}]*}) |"
            + " \"type\": [\"null\", $1]",
        "nullable number | (\"name\": \"sampleRateHz\",\\s*\"type\": )\"int\",\\s*\"default\": 0 |"
            + " $1[\"null\", \"int\"], \"default\": null",
        "alias of a field | \"name\": \"callId\" | \"name\": \"id\", \"aliases\": [\"callId\"]",
        "alias of an enum | \"name\": \"ChunkKind\" | \"name\": \"Kind\", \"aliases\": [\"ChunkKind\"]",
        "alias of an inner field | \"name\": \"role\" | \"name\": \"who\", \"aliases\": [\"role\"]",
        "added optional field | \"fields\": \\[ | \"fields\": [{\"name\": \"added\","
            + " \"type\": [\"null\", \"string\"], \"default\": null},",
        "bad default of a field | (\"name\": \"callId\",) | $1 \"default\": 7,"
      })
  void shouldReadWhatFitsIfByOtherNames(String what, String from, String to) throws Exception {
    String ours = Files.readString(Path.of("schemas/AudioChunk.avsc"));
    String text = ours.replaceFirst(from, to);
    if (from.startsWith("dev")) {
      text = ours.replace(from, to);
    }
    assertThat(text).as(what).isNotEqualTo(ours);
    Schema theirs = new Schema.Parser().setValidateDefaults(false).parse(text);
    int id = register(what, theirs);

    AudioChunk chunk = deserializer.deserialize(TOPIC, wire(id, theirs, theirChunk(theirs)));

    assertThat(chunk.getCallId()).isEqualTo("call-1");
    assertThat(chunk.getKind()).isEqualTo(ChunkKind.MEDIA);
    assertThat(chunk.getSampleRateHz()).isEqualTo(8_000);
    assertThat(chunk.getChannels())
        .containsExactly(new AudioChannel(ChannelRole.CUSTOMER, "external"));
    assertThat(chunk.getGap()).isEqualTo(new MediaGap(0L, 20_000L, "loss"));
  }

  /** As the topic, the record, or the topic and the record name it; the id alone counts. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "audio-chunks-value",
        "dev.speechemotion.avro.AudioChunk",
        "audio-chunks-dev.speechemotion.avro.AudioChunk"
      })
  void shouldReadWhateverTheSubjectIsCalled(String subject) throws Exception {
    String text = Files.readString(Path.of("schemas/AudioChunk.avsc")).replace("One message", "A");
    Schema theirs = new Schema.Parser().parse(text);
    int id = registry.register(subject, text);

    AudioChunk chunk = deserializer.deserialize(TOPIC, wire(id, theirs, theirChunk(theirs)));

    assertThat(chunk.getCallId()).isEqualTo("call-1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "callId | \"string\" | [\"null\", \"string\"] | | field callId: found null, expecting string",
        "callId | \"string\" | [\"string\", \"int\"] | 7 | field callId: found int, expecting string",
        "sequenceNumber | \"long\" | \"string\" | x |"
            + " field sequenceNumber: found string, expecting long",
        "offsetMicros | \"long\" | [\"null\", \"long\"] | |"
            + " field gap.offsetMicros: found null, expecting long",
      })
  void shouldNameTheFieldThatDoesNotFit(
      String field, String from, String to, String value, String message) throws Exception {
    Schema theirs =
        new Schema.Parser()
            .parse(
                Files.readString(Path.of("schemas/AudioChunk.avsc"))
                    .replaceFirst(
                        "(\"name\": \"" + field + "\",\\s*\"type\": )" + from, "$1" + to));
    GenericRecord chunk = theirChunk(theirs);
    Object misfit = "7".equals(value) ? (Object) 7 : value;
    (theirs.getField(field) == null ? (GenericRecord) chunk.get("gap") : chunk).put(field, misfit);
    int id = register("misfit", theirs);

    RejectedRecordException rejection = rejection(wire(id, theirs, chunk));

    assertThat(rejection.reason()).isEqualTo(RejectReason.NOT_AVRO);
    assertThat(rejection).hasMessage("schema " + id + " does not fit: " + message);
  }

  @Test
  void shouldNameTheFieldThatIsMissing() throws Exception {
    Schema theirs =
        new Schema.Parser()
            .parse(
                Files.readString(Path.of("schemas/AudioChunk.avsc"))
                    .replace("\"callId\"", "\"conversation\""));
    int id = register("missing", theirs);

    assertThat(rejection(wire(id, theirs, theirChunk(theirs))))
        .hasMessageContaining("missing required field callId");
  }

  private int register(String subject, Schema schema) {
    // Under a text that the registry has not yet, lest it gives the id of ours.
    schema.addProp("test", subject);
    return registry.register(subject, schema.toString());
  }

  private static GenericData.EnumSymbol symbol(Schema type, String symbol) {
    Schema of = type.getType() == Schema.Type.UNION ? type.getTypes().get(1) : type;
    return new GenericData.EnumSymbol(of, symbol);
  }

  /** A chunk as a producer makes it by its own schema; fields are found by place or by alias. */
  private static GenericRecord theirChunk(Schema theirs) {
    GenericRecord record = new GenericData.Record(theirs);
    for (Schema.Field field : theirs.getFields()) {
      String name = field.aliases().isEmpty() ? field.name() : field.aliases().iterator().next();
      Object value =
          switch (name) {
            case "callId", "conversation" -> "call-1";
            case "streamId" -> "stream-1";
            case "kind" -> symbol(field.schema(), "MEDIA");
            case "sequenceNumber" -> 7L;
            case "sampleRateHz" -> 8_000;
            case "ingestedAt" -> 8L;
            case "channels" -> {
              Schema type = field.schema().getElementType();
              GenericRecord channel = new GenericData.Record(type);
              channel.put(0, symbol(type.getFields().get(0).schema(), "CUSTOMER"));
              channel.put(1, "external");
              yield List.of(channel);
            }
            case "gap" -> {
              GenericRecord gap = new GenericData.Record(field.schema().getTypes().get(1));
              gap.put(0, 0L);
              gap.put(1, 20_000L);
              gap.put(2, "loss");
              yield gap;
            }
            default -> GenericData.get().getDefaultValue(field);
          };
      record.put(field.pos(), value);
    }
    return record;
  }

  @Test
  void shouldSayWhyAValueCannotBeRead() {
    byte[] good = serdes.audioChunk().serializer().serialize(TOPIC, chunk());
    byte[] wrongMagic = good.clone();
    wrongMagic[0] = 1;
    byte[] negativeId = good.clone();
    negativeId[1] = (byte) 0x80;
    byte[] unknownId = good.clone();
    unknownId[3] = 99;

    assertThat(rejection(new byte[0]).reason()).isEqualTo(RejectReason.NOT_CONFLUENT_FORMAT);
    assertThat(rejection(new byte[5])).hasMessageContaining("only 5 bytes");
    assertThat(rejection(wrongMagic).reason()).isEqualTo(RejectReason.NOT_CONFLUENT_FORMAT);
    assertThat(rejection(wrongMagic)).hasMessageContaining("byte 1");
    assertThat(rejection(negativeId).reason()).isEqualTo(RejectReason.UNKNOWN_SCHEMA);
    assertThat(rejection(unknownId).reason()).isEqualTo(RejectReason.UNKNOWN_SCHEMA);
    assertThat(rejection(Arrays.copyOf(good, good.length - 1)).reason())
        .isEqualTo(RejectReason.NOT_AVRO);
    assertThat(rejection(Arrays.copyOf(good, good.length + 1)))
        .hasMessageContaining("goes on after");
  }

  @Test
  void shouldRejectRecordsOfASchemaThatDoesNotFit() throws Exception {
    Schema other =
        new Schema.Parser()
            .parse(
                "{\"type\": \"record\", \"name\": \"Other\", \"fields\":"
                    + " [{\"name\": \"callId\", \"type\": \"string\"}]}");
    GenericRecord record = new GenericData.Record(other);
    record.put("callId", "call-1");
    int id = registry.register("other-value", other.toString());

    assertThat(rejection(wire(id, other, record)).reason()).isEqualTo(RejectReason.NOT_AVRO);
    assertThat(rejection(wire(id, other, record)).reason()).isEqualTo(RejectReason.NOT_AVRO);
  }

  @Test
  void shouldNotAllocateWhatALengthClaims() {
    int id = registry.register(TOPIC + "-value", AudioChunk.getClassSchema().toString());
    // callId claims 2^31 - 9 characters: zigzag varint of a length that no heap here holds.
    byte[] hugeText = {
      0,
      (byte) (id >>> 24),
      (byte) (id >>> 16),
      (byte) (id >>> 8),
      (byte) id,
      (byte) 0xee,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      0x0f,
      'a'
    };

    assertThat(rejection(hugeText).reason()).isEqualTo(RejectReason.NOT_AVRO);
  }

  @Test
  void shouldReadOrRejectWhateverBytesCome() {
    byte[] good = serdes.audioChunk().serializer().serialize(TOPIC, chunk());
    Random random = new Random(7);
    int rejected = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] mutated = Arrays.copyOf(good, 6 + random.nextInt(good.length));
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        mutated[5 + random.nextInt(mutated.length - 5)] = (byte) random.nextInt();
      }
      try {
        deserializer.deserialize(TOPIC, mutated);
      } catch (RejectedRecordException e) {
        rejected++;
      }
    }
    assertThat(rejected).isGreaterThan(10_000);
  }

  @Test
  void shouldTellARegistryThatIsAwayFromASchemaThatIsUnknown() throws Exception {
    int closedPort;
    try (ServerSocket socket = new ServerSocket(0)) {
      closedPort = socket.getLocalPort();
    }
    SchemaRegistry away = RegistryClients.connect("http://127.0.0.1:" + closedPort, Map.of());

    assertThatThrownBy(away::check)
        .isInstanceOf(SchemaRegistry.RegistryException.class)
        .hasMessageContaining("127.0.0.1:" + closedPort)
        .hasMessageContaining("not reachable");
    assertThatThrownBy(() -> away.schemaById(1))
        .isInstanceOf(SchemaRegistry.RegistryException.class);
    assertThatThrownBy(() -> registry.schemaById(12345))
        .isInstanceOf(SchemaRegistry.UnknownSchemaException.class)
        .hasMessageContaining("12345");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost:8081", "ftp://host", "http://", "http:// x"})
  void shouldRefuseWhatIsNoAddress(String url) {
    assertThatThrownBy(() -> RegistryClients.connect(url, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://");
  }

  private RejectedRecordException rejection(byte[] bytes) {
    return catchThrowableOfType(
        RejectedRecordException.class, () -> deserializer.deserialize(TOPIC, bytes));
  }

  private static byte[] wire(int id, Schema schema, GenericRecord record) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(0);
    bytes.write(ByteBuffer.allocate(4).putInt(id).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private static AudioChunk chunk() {
    return AudioChunk.newBuilder()
        .setCallId("call-1")
        .setStreamId("stream-1")
        .setKind(ChunkKind.MEDIA)
        .setSequenceNumber(Long.MAX_VALUE)
        .setTrackSequence(3L)
        .setMediaOffsetMicros(20_000L)
        .setChannels(List.of(new AudioChannel(ChannelRole.CUSTOMER, "external")))
        .setEncoding(PayloadEncoding.MULAW)
        .setSampleRateHz(8_000)
        .setPayload(ByteBuffer.wrap(new byte[] {1, 2, 3}))
        .setCapturedAt(Instant.ofEpochMilli(1_700_000_000_000L))
        .setIngestedAt(Instant.ofEpochMilli(1_700_000_000_020L))
        .setGap(new MediaGap(0L, 20_000L, "loss"))
        .setSource("audiohook")
        .setProtocolVersion("2")
        .setAccount("account")
        .setParticipant(new Participant("id", "+1", "+2"))
        .setLanguage("en-US")
        .setDtmf("#")
        .setMark("mark")
        .setEndReason("end")
        .setError("error")
        .setAttributes(Map.of("key", "value"))
        .setStartMessage("{}")
        .build();
  }
}
