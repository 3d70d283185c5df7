package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.StreamTester.header;
import static dev.speechemotion.streams.call.TestFeed.channel;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static dev.speechemotion.streams.call.TestFeed.tone;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.streams.deadletters.DeadLetters;
import dev.speechemotion.streams.deadletters.RejectReason;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Every way in which a record can be bad: it goes to the dead letters, and the call goes on. */
class BadRecordTest {
  private static final byte[] KEY = Utils.utf8("call-1");

  private final StreamTester stream = new StreamTester(StreamTester.plain());
  private final TestFeed feed = new TestFeed();

  @AfterEach
  void close() {
    stream.close();
  }

  static List<Arguments> badChunks() {
    String longId = "x".repeat(257);
    String longText = "x".repeat(1_025);
    return List.of(
        bad(RejectReason.BLANK_CALL_ID, chunk -> chunk.setCallId(" ")),
        bad(RejectReason.BLANK_CALL_ID, chunk -> chunk.setStreamId("")),
        bad(RejectReason.TEXT_TOO_LONG, chunk -> chunk.setCallId(longId)),
        bad(RejectReason.TEXT_TOO_LONG, chunk -> chunk.setStreamId(longId)),
        bad(RejectReason.TEXT_TOO_LONG, chunk -> chunk.setSource(longText)),
        bad(RejectReason.TEXT_TOO_LONG, chunk -> chunk.setAccount(longText)),
        bad(RejectReason.TEXT_TOO_LONG, chunk -> chunk.setEndReason(longText)),
        bad(RejectReason.TEXT_TOO_LONG, chunk -> chunk.setChannels(named(longId))),
        bad(RejectReason.TEXT_TOO_LONG, chunk -> chunk.setChannels(named(" "))),
        bad(RejectReason.KEY_MISMATCH, chunk -> chunk.setCallId("call-2")),
        bad(RejectReason.UNKNOWN_KIND, chunk -> chunk.setKind(ChunkKind.UNKNOWN)),
        bad(RejectReason.UNKNOWN_ENCODING, chunk -> chunk.setEncoding(PayloadEncoding.UNKNOWN)),
        bad(RejectReason.BAD_SAMPLE_RATE, chunk -> chunk.setSampleRateHz(0)),
        bad(RejectReason.BAD_SAMPLE_RATE, chunk -> chunk.setSampleRateHz(-8_000)),
        bad(RejectReason.BAD_SAMPLE_RATE, chunk -> chunk.setSampleRateHz(7_999)),
        bad(RejectReason.BAD_SAMPLE_RATE, chunk -> chunk.setSampleRateHz(96_001)),
        bad(RejectReason.BAD_SAMPLE_RATE, chunk -> chunk.setSampleRateHz(1_000_000_000)),
        bad(
            RejectReason.BAD_PAYLOAD_LENGTH,
            chunk -> chunk.setEncoding(PayloadEncoding.PCM_S16LE).setPayload(bytes(161))),
        bad(
            RejectReason.BAD_PAYLOAD_LENGTH,
            chunk -> chunk.setChannels(named("a", "b")).setPayload(bytes(161))),
        bad(RejectReason.EMPTY_PAYLOAD, chunk -> chunk.setPayload(bytes(0))),
        bad(RejectReason.PAYLOAD_TOO_LARGE, chunk -> chunk.setPayload(bytes((1 << 20) + 1))),
        bad(RejectReason.NO_CHANNELS, chunk -> chunk.setChannels(List.of())),
        bad(
            RejectReason.TOO_MANY_CHANNELS,
            chunk -> chunk.setChannels(Collections.nCopies(17, customer()))),
        bad(RejectReason.DUPLICATE_CHANNEL, chunk -> chunk.setChannels(named("a", "b", "a"))),
        bad(RejectReason.BAD_MEDIA_OFFSET, chunk -> chunk.setMediaOffsetMicros(-1L)),
        bad(RejectReason.BAD_MEDIA_OFFSET, chunk -> chunk.setMediaOffsetMicros(Long.MAX_VALUE)),
        bad(
            RejectReason.BAD_MEDIA_OFFSET,
            chunk -> chunk.setGap(new MediaGap(0L, Long.MIN_VALUE, null))),
        bad(
            RejectReason.BAD_MEDIA_OFFSET,
            chunk -> chunk.setGap(new MediaGap(Long.MAX_VALUE, 1L, null))),
        bad(RejectReason.BAD_TIMESTAMP, chunk -> chunk.setIngestedAt(Instant.ofEpochMilli(-1))),
        bad(
            RejectReason.BAD_TIMESTAMP,
            chunk -> chunk.setCapturedAt(Instant.ofEpochMilli(Long.MAX_VALUE))),
        // The chunks before have sequence numbers 0 to 34.
        bad(RejectReason.LATE, chunk -> chunk.setSequenceNumber(-1)),
        bad(RejectReason.BAD_SEQUENCE_NUMBER, chunk -> chunk.setSequenceNumber(Long.MIN_VALUE)));
  }

  @ParameterizedTest(name = "{0} {index}")
  @MethodSource("badChunks")
  void shouldRejectABadChunkAndGoOn(RejectReason reason, Consumer<AudioChunk.Builder> spoil) {
    List<AudioChunk> audio = feed.chunks(800, List.of(customer()), tone(440, 8_000, 7));
    stream.send(audio.subList(0, 35));

    AudioChunk.Builder bad = AudioChunk.newBuilder(audio.get(35));
    spoil.accept(bad);
    byte[] value = stream.bytes(bad.build());
    stream.send(KEY, value);

    assertThat(stream.reasons()).containsExactly(reason);
    byte[] letter = stream.deadLetters.get(0).value();
    assertThat(letter).isEqualTo(Arrays.copyOf(value, letter.length));
    assertThat(letter.length == value.length || reason == RejectReason.PAYLOAD_TOO_LARGE).isTrue();
    assertThat(stream.deadLetters.get(0).key()).isEqualTo(KEY);
    stream.send(audio.subList(35, 70)).send(feed.stop());
    assertThat(stream.events).hasSize(5);
    assertThat(stream.events.get(4).getEndMs()).isEqualTo(7_000);
    assertThat(stream.summaries.get(0).getChannels()).hasSize(1);
  }

  @Test
  void shouldHaveATestForEveryReason() {
    List<Object> tested = new ArrayList<>(badChunks().stream().map(each -> each.get()[0]).toList());
    tested.addAll(
        List.of(
            RejectReason.NULL_KEY,
            RejectReason.NULL_VALUE,
            RejectReason.NOT_CONFLUENT_FORMAT,
            RejectReason.UNKNOWN_SCHEMA,
            RejectReason.NOT_AVRO,
            RejectReason.LATE));

    assertThat(tested).contains((Object[]) RejectReason.values());
  }

  @Test
  void shouldRejectWhatIsNoChunkAtAll() {
    byte[] good = stream.bytes(feed.start());
    byte[] unknownSchema = good.clone();
    unknownSchema[4] = 99;

    stream.send(null, good);
    stream.send(KEY, null);
    stream.send(KEY, Utils.utf8("{\"not\": \"avro\"}"));
    stream.send(KEY, unknownSchema);
    stream.send(KEY, Arrays.copyOf(good, good.length - 1));

    assertThat(stream.reasons())
        .containsExactly(
            RejectReason.NULL_KEY,
            RejectReason.NULL_VALUE,
            RejectReason.NOT_CONFLUENT_FORMAT,
            RejectReason.UNKNOWN_SCHEMA,
            RejectReason.NOT_AVRO);
    assertThat(stream.deadLetters.get(0).key()).isNull();
    assertThat(stream.deadLetters.get(1).value()).isNull();
    assertThat(stream.deadLetters.get(3).value()).isEqualTo(unknownSchema);
  }

  @Test
  void shouldRejectAudioOfAStreamThatHasStopped() {
    TestFeed other = new TestFeed();
    other.streamId = "stream-2";
    stream.send(feed.start()).send(other.start()).send(feed.stop());

    stream.send(feed.media(List.of(customer()), tone(440, 8_000, 0.1)));

    assertThat(stream.reasons()).containsExactly(RejectReason.LATE);
  }

  @Test
  void shouldSayInHeadersWhereTheRecordStoodAndKeepItsOwn() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("trace", Utils.utf8("abc"));
    headers.add("dlq.reason", Utils.utf8("of a former round"));
    stream.send(feed.start());

    stream.send(new TestRecord<>(KEY, new byte[3], headers, StreamTester.BEGIN));

    TestRecord<byte[], byte[]> letter = stream.deadLetters.get(0);
    assertThat(header(letter.headers(), "dlq.reason")).isEqualTo("NOT_CONFLUENT_FORMAT");
    assertThat(letter.headers().headers("dlq.reason")).hasSize(1);
    assertThat(header(letter.headers(), "dlq.message")).contains("only 3 bytes");
    assertThat(header(letter.headers(), "dlq.topic")).isEqualTo("audio-chunks");
    assertThat(header(letter.headers(), "dlq.partition")).isEqualTo("0");
    assertThat(header(letter.headers(), "dlq.offset")).isEqualTo("1");
    assertThat(header(letter.headers(), "dlq.timestamp"))
        .isEqualTo(Long.toString(StreamTester.BEGIN.toEpochMilli()));
    assertThat(header(letter.headers(), "trace")).isEqualTo("abc");
    assertThat(letter.headers().lastHeader("dlq.truncated")).isNull();
  }

  @Test
  void shouldCutWhatIsTooLargeForTheDeadLetters() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("large", new byte[DeadLetters.MAX_RECORD_BYTES]);
    byte[] value = new byte[1 << 20];
    value[0] = 1;

    stream.send(new TestRecord<>(KEY, value, headers, StreamTester.BEGIN));
    stream.send(new TestRecord<>(new byte[1 << 20], null, new RecordHeaders(), StreamTester.BEGIN));

    TestRecord<byte[], byte[]> cut = stream.deadLetters.get(0);
    assertThat(cut.value()).hasSizeBetween(800_000, DeadLetters.MAX_RECORD_BYTES);
    assertThat(header(cut.headers(), "dlq.truncated")).isEqualTo("1048576");
    assertThat(cut.headers().lastHeader("large")).isNull();
    assertThat(stream.deadLetters.get(1).key()).isNull();
    assertThat(stream.reasons())
        .containsExactly(RejectReason.NOT_CONFLUENT_FORMAT, RejectReason.NULL_VALUE);
  }

  @Test
  void shouldCountRejectedRecordsByReason() {
    stream.send(KEY, null).send(KEY, null).send(null, new byte[1]);

    assertThat(total("null_value")).isEqualTo(2);
    assertThat(total("null_key")).isEqualTo(1);
  }

  @Test
  void shouldLogWhereBadRecordsStoodSeldomAndWithoutContent() {
    Logger logger = (Logger) LoggerFactory.getLogger(DeadLetters.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      for (int i = 0; i < 25; i++) {
        stream.send(Utils.utf8("secret-key"), Utils.utf8("\u0001secret value"));
      }
      stream.send(KEY, stream.bytes(feed.message(ChunkKind.UNKNOWN).build()));
      stream.pass(Duration.ofMinutes(1));
      stream.send(KEY, Utils.utf8("\u0001secret value"));
    } finally {
      logger.detachAppender(log);
    }

    List<String> lines = log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    assertThat(lines).hasSize(10 + 1 + 1 + 1 + 1);
    assertThat(lines.get(9))
        .isEqualTo(
            "Rejected record: NOT_CONFLUENT_FORMAT: the value begins with byte 1, not with 0"
                + " (topic audio-chunks, partition 0, offset 9)");
    assertThat(lines.get(10))
        .isEqualTo(
            "More records rejected as NOT_CONFLUENT_FORMAT within the minute are only counted, by"
                + " rejected_records_total");
    assertThat(lines.get(12)).isEqualTo("Rejected 15 more records: NOT_CONFLUENT_FORMAT");
    assertThat(lines).noneMatch(line -> line.contains("secret") || line.contains("call-1"));
    assertThat(log.list).allMatch(event -> event.getThrowableProxy() == null);
  }

  @Test
  void shouldNotLetACallGrowWithoutBound() {
    stream.send(feed.start());
    for (int i = 0; i < 70; i++) {
      stream.send(feed.media(named("channel-" + i), tone(440, 8_000, 0.01)));
    }
    for (int i = 0; i < 70; i++) {
      TestFeed other = new TestFeed();
      other.streamId = "stream-" + i;
      stream.send(other.start());
    }

    assertThat(stream.reasons()).hasSize(6 + 6).containsOnly(RejectReason.TOO_MANY_CHANNELS);
    assertThat(
            stream.store().get("call-1").orElseThrow().streams().stream()
                .mapToInt(each -> each.channels().size())
                .sum())
        .isEqualTo(64);
  }

  @Test
  void shouldTakeRecordsWithAnyTimestamp() {
    Instant farAway = Instant.parse("2999-01-01T00:00:00Z");
    stream.send(new TestRecord<>(KEY, stream.bytes(feed.start()), new RecordHeaders(), farAway));
    stream.send(new TestRecord<>(KEY, null, new RecordHeaders(), farAway));

    assertThat(stream.deadLetters.get(0).getRecordTime()).isBefore(Instant.now().plusSeconds(61));
  }

  @Test
  void shouldSurviveWhateverBytesCome() {
    Random random = new Random(3);
    List<AudioChunk> audio = feed.chunks(800, List.of(customer()), tone(440, 8_000, 4));
    byte[] good = stream.bytes(audio.get(0));
    for (int i = 0; i < 2_000; i++) {
      byte[] value = good.clone();
      for (int changes = random.nextInt(6); changes >= 0; changes--) {
        value[random.nextInt(value.length)] = (byte) random.nextInt();
      }
      stream.send(
          random.nextInt(10) == 0 ? null : KEY,
          Arrays.copyOf(
              value, random.nextInt(2) == 0 ? value.length : random.nextInt(value.length)));
    }
    assertThat(stream.deadLetters).hasSizeGreaterThan(1_000);

    TestFeed after = new TestFeed();
    after.callId = "after";
    stream.send(after.chunks(800, List.of(customer()), tone(440, 8_000, 4))).send(after.stop());
    assertThat(stream.events.stream().filter(event -> event.getCallId().equals("after")))
        .hasSize(2);
  }

  private double total(String reason) {
    return stream
        .meters()
        .get("speech.emotion.rejected.records")
        .tag("reason", reason)
        .counter()
        .count();
  }

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.allocate(count);
  }

  private static List<AudioChannel> named(String... names) {
    return IntStream.range(0, names.length)
        .mapToObj(i -> channel(ChannelRole.CUSTOMER, names[i]))
        .toList();
  }

  private static Arguments bad(RejectReason reason, Consumer<AudioChunk.Builder> spoil) {
    return Arguments.of(reason, spoil);
  }
}
