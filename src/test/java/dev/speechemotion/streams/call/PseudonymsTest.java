package dev.speechemotion.streams.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.Participant;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.streams.EmotionTopology;
import dev.speechemotion.streams.EmotionTopologyTest;
import dev.speechemotion.streams.StreamSettings;
import dev.speechemotion.streams.intake.PseudonymKey;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class PseudonymsTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  /** All that names the call or somebody has this word. */
  private static final String ORIGINAL = "original";

  private static final String CALL = "CA-original-call";

  /** The first 32 digits of {@code printf %s CA-original-call | openssl dgst -sha256 -hmac …}. */
  private static final String PSEUDONYM = "783bf324d46609a5858ec6798efdc71e";

  private static final String CHANGELOG = "test-calls-changelog";

  private final EmotionSerdes serdes = EmotionSerdes.of(RegistryClients.inMemory());
  private final StreamSettings names =
      StreamSettings.defaults(StreamTester.alerting("angry >= 0.6 for 5s").call());

  @TempDir private Path folder;

  /** All that the stream wrote, by topic. */
  private final Map<String, List<TestRecord<byte[], byte[]>>> written = new HashMap<>();

  @Test
  void shouldLetNothingThatNamesSomebodyIntoResultsStateOrLog() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(log);
    try {
      play(Optional.of(new PseudonymKey(SECRET)));
    } finally {
      root.detachAppender(log);
    }

    assertThat(written.keySet())
        .containsExactlyInAnyOrder(
            names.eventsTopic(),
            names.alertsTopic(),
            names.summariesTopic(),
            names.deadLettersTopic(),
            CHANGELOG);
    written.forEach(
        (topic, records) -> {
          // A dead letter is what came, as it came.
          assertThat(records)
              .as(topic)
              .allMatch(
                  record ->
                      text(record).contains(ORIGINAL) == topic.equals(names.deadLettersTopic()));
        });
    assertThat(log.list)
        .isNotEmpty()
        .noneMatch(line -> line.getFormattedMessage().contains(ORIGINAL));

    List<EmotionEvent> events = events();
    assertThat(keys(names.eventsTopic())).containsOnly(PSEUDONYM);
    assertThat(events).extracting(EmotionEvent::getCallId).containsOnly(PSEUDONYM);
    assertThat(events)
        .extracting(EmotionEvent::getChannel)
        .hasSizeGreaterThan(2)
        .contains("agent-1")
        .allMatch(channel -> channel.equals("agent-1") || channel.matches("[0-9a-f]{32}"));
    assertThat(events).extracting(EmotionEvent::getStreamId).allMatch(id -> id.length() == 32);
    assertThat(keys(names.alertsTopic())).containsOnly(PSEUDONYM);
    assertThat(values(names.alertsTopic(), serdes.emotionAlert().deserializer()))
        .extracting(EmotionAlert::getCallId)
        .containsOnly(PSEUDONYM);
    assertThat(keys(names.summariesTopic())).containsExactly(PSEUDONYM);
    CallSummary summary =
        values(names.summariesTopic(), serdes.callSummary().deserializer()).get(0);
    assertThat(summary.getCallId()).isEqualTo(PSEUDONYM);
    assertThat(summary.getEndReason()).isNull();
    // Who runs the feed, not who calls.
    assertThat(summary.getAccount()).isEqualTo("account-1");
  }

  @Test
  void shouldHearTheSameWithPseudonymsAndWithout() {
    play(Optional.empty());
    List<String> without = events().stream().map(PseudonymsTest::heard).toList();
    assertThat(written.get(names.eventsTopic()))
        .allMatch(record -> text(record).contains(ORIGINAL));
    written.clear();

    play(Optional.of(new PseudonymKey(SECRET)));

    assertThat(events()).extracting(PseudonymsTest::heard).isEqualTo(without);
  }

  @Test
  void shouldNeitherTakeAShortKeyNorShowOne() {
    assertThatThrownBy(() -> new PseudonymKey(SECRET.substring(1)))
        .hasMessageContaining("at least 32 characters, got 31")
        .hasMessageNotContaining(SECRET.substring(1));
    assertThat(new PseudonymKey(SECRET)).hasToString("[hidden]");
    assertThat(settings(Optional.of(new PseudonymKey(SECRET))).toString()).doesNotContain(SECRET);
  }

  private StreamSettings settings(Optional<PseudonymKey> key) {
    return new StreamSettings(
        names.chunksTopic(),
        names.eventsTopic(),
        names.summariesTopic(),
        names.alertsTopic(),
        names.deadLettersTopic(),
        names.maxPayloadBytes(),
        StreamTester.but(
            names.call(),
            call -> call.analyzedRoles = Set.of(ChannelRole.CUSTOMER, ChannelRole.AGENT)),
        key);
  }

  /** A call with a bad record in it, and a message that waits for its turn at a commit. */
  private void play(Optional<PseudonymKey> key) {
    TestFeed feed = new TestFeed();
    feed.callId = CALL;
    feed.streamId = "MZ-original-stream";
    List<AudioChannel> channels =
        List.of(
            TestFeed.channel(ChannelRole.CUSTOMER, "sip:original-caller@example.com"),
            TestFeed.channel(ChannelRole.AGENT, null));
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(
        feed.message(ChunkKind.START)
            .setAccount("account-1")
            .setParticipant(new Participant("original-id", "+49-original-1", "+49-original-2"))
            .setAttributes(Map.of("customer", "original-name"))
            .setStartMessage("{\"from\": \"original\"}")
            .build());
    float[] high = TestFeed.tone(3_500, feed.rateHz, 12);
    chunks.addAll(feed.chunks(160, channels, high, high));
    chunks.remove(300);
    chunks.add(feed.message(ChunkKind.STOP).setEndReason("original-caller has hung up").build());

    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve("state").toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    try (TopologyTestDriver driver =
        new TopologyTestDriver(
            EmotionTopology.build(
                settings(key),
                FeatureSpec.TELEPHONE_8K,
                EmotionTopologyTest.HighIsAngry::new,
                serdes),
            properties,
            StreamTester.BEGIN)) {
      var input =
          driver.createInputTopic(
              names.chunksTopic(), new ByteArraySerializer(), new ByteArraySerializer());
      input.pipeInput(Utils.utf8(CALL), Utils.utf8("no chunk, but of original"));
      for (AudioChunk chunk : chunks) {
        input.pipeInput(
            Utils.utf8(CALL), serdes.audioChunk().serializer().serialize("audio-chunks", chunk));
      }
      for (String topic : driver.producedTopicNames()) {
        written.put(
            topic,
            driver
                .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList());
      }
    }
  }

  private List<EmotionEvent> events() {
    return values(names.eventsTopic(), serdes.emotionEvent().deserializer());
  }

  private <T> List<T> values(String topic, Deserializer<T> deserializer) {
    return written.get(topic).stream()
        .map(record -> deserializer.deserialize(topic, record.value()))
        .toList();
  }

  private List<String> keys(String topic) {
    return written.get(topic).stream().map(record -> Utils.utf8(record.key())).toList();
  }

  private static String heard(EmotionEvent event) {
    return event.getRole() + " " + event.getEndMs() + " " + event.getProbabilities();
  }

  /** With a character for each byte, so that text within is found. */
  private static String text(TestRecord<byte[], byte[]> record) {
    String value =
        record.value() == null ? "" : new String(record.value(), StandardCharsets.ISO_8859_1);
    return new String(record.key(), StandardCharsets.ISO_8859_1) + value;
  }
}
