package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.StreamTester.analyzing;
import static dev.speechemotion.streams.call.StreamTester.timeless;
import static dev.speechemotion.streams.call.TestFeed.agent;
import static dev.speechemotion.streams.call.TestFeed.babble;
import static dev.speechemotion.streams.call.TestFeed.channel;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.streams.StreamSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of a call: channels, media time, segments, end, summary, restart. */
class CallTest {
  private static final float[] CUSTOMER_AUDIO = babble(1, 8_000, 5.5);
  private static final float[] AGENT_AUDIO = babble(2, 8_000, 5.5);
  private static final int CHUNK_100_MS = 800;

  private final TestFeed feed = new TestFeed();

  @Test
  void shouldFillEveryFieldOfAnEvent() {
    feed.capturedFrom = Instant.parse("2025-12-31T23:00:00Z");
    feed.callId = "call-7";
    feed.streamId = "stream-7";
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(feed.start());
      stream.pass(Duration.ofSeconds(3));
      stream.send(feed.chunks(CHUNK_100_MS, List.of(customer()), CUSTOMER_AUDIO));

      EmotionEvent event = stream.events.get(1);
      assertThat(event.getCallId()).isEqualTo("call-7");
      assertThat(event.getStreamId()).isEqualTo("stream-7");
      assertThat(event.getChannel()).isEqualTo("external");
      assertThat(event.getRole()).isEqualTo(ChannelRole.CUSTOMER);
      assertThat(event.getSequenceNumber()).isEqualTo(1);
      assertThat(event.getBeginMs()).isEqualTo(1_000);
      assertThat(event.getEndMs()).isEqualTo(4_000);
      assertThat(event.getBeginAt()).isEqualTo("2025-12-31T23:00:01Z");
      assertThat(event.getEndAt()).isEqualTo("2025-12-31T23:00:04Z");
      assertThat(event.getProbabilities()).containsOnlyKeys("neutral", "angry");
      assertThat(event.getProbabilities().get(event.getEmotion())).isEqualTo(event.getConfidence());
      assertThat(event.getConfidence()).isBetween(0.5f, 1f);
      assertThat(event.getSpeechShare()).isBetween(0f, 1f);
      assertThat(event.getModelName()).isEqualTo("high-is-angry");
      assertThat(event.getModelVersion()).isEqualTo("1");
      assertThat(event.getModelHash()).hasSize(64);
      // The window ends at 4 s, and its last frame half a frame later: in the 41st chunk.
      assertThat(event.getLastChunkIngestedAt()).isEqualTo(StreamTester.BEGIN.plusMillis(1 + 41));
      assertThat(event.getCreatedAt()).isEqualTo(StreamTester.BEGIN.plusSeconds(3));
    }
  }

  @Test
  void shouldGiveTheSameEventsForInterleavedAndSeparateChannels() {
    List<AudioChunk> interleaved = new ArrayList<>();
    interleaved.addAll(
        feed.chunks(CHUNK_100_MS, List.of(customer(), agent()), CUSTOMER_AUDIO, AGENT_AUDIO));
    interleaved.add(feed.stop());
    List<AudioChunk> separate = separateTracks(160);

    List<EmotionEvent> fromInterleaved =
        run(analyzing(ChannelRole.CUSTOMER, ChannelRole.AGENT), interleaved);
    List<EmotionEvent> fromSeparate =
        run(analyzing(ChannelRole.CUSTOMER, ChannelRole.AGENT), separate);

    for (String name : List.of("external", "internal")) {
      assertThat(ofChannel(fromInterleaved, name)).hasSizeGreaterThan(3);
      assertThat(timeless(ofChannel(fromInterleaved, name)))
          .isEqualTo(timeless(ofChannel(fromSeparate, name)));
    }
    assertThat(ofChannel(fromInterleaved, "external"))
        .extracting(EmotionEvent::getProbabilities)
        .doesNotContainAnyElementsOf(
            ofChannel(fromInterleaved, "internal").stream()
                .map(EmotionEvent::getProbabilities)
                .toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {37, 160, 4_095, 4_097, 44_000})
  void shouldGiveTheSameEventsForAnyChunkSize(int chunkSamples) {
    feed.capturedFrom = Instant.EPOCH;
    TestFeed other = new TestFeed();
    other.capturedFrom = Instant.EPOCH;
    List<AudioChunk> chunks =
        withStop(feed, feed.chunks(CHUNK_100_MS, List.of(customer()), CUSTOMER_AUDIO));
    List<AudioChunk> otherChunks =
        withStop(other, other.chunks(chunkSamples, List.of(customer()), CUSTOMER_AUDIO));

    List<EmotionEvent> events = run(StreamTester.plain(), chunks);

    assertThat(events).hasSizeGreaterThan(3);
    assertThat(timeless(run(StreamTester.plain(), otherChunks))).isEqualTo(timeless(events));
  }

  @ParameterizedTest
  @ValueSource(ints = {8_000, 16_000, 44_100})
  void shouldNumberEventsWithoutHolesAndEndWithAShorterWindow(int rateHz) {
    feed.rateHz = rateHz;
    feed.encoding = AudioEncoding.PCM_S16LE;
    List<AudioChunk> chunks =
        withStop(feed, feed.chunks(rateHz / 10, List.of(customer()), babble(3, rateHz, 5.5)));

    List<EmotionEvent> events = run(StreamTester.plain(), chunks);

    assertThat(events).extracting(EmotionEvent::getSequenceNumber).containsExactly(0L, 1L, 2L, 3L);
    assertThat(events)
        .extracting(EmotionEvent::getBeginMs, EmotionEvent::getEndMs)
        .startsWith(
            Tuple.tuple(0L, 3_000L), Tuple.tuple(1_000L, 4_000L), Tuple.tuple(2_000L, 5_000L));
    assertThat(events.get(3).getEndMs()).isEqualTo(5_500);
  }

  @Test
  void shouldNotAnalyzeAgentsUnlessToldTo() {
    List<AudioChunk> chunks =
        withStop(
            feed,
            feed.chunks(CHUNK_100_MS, List.of(customer(), agent()), CUSTOMER_AUDIO, AGENT_AUDIO));

    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);
      assertThat(stream.events)
          .extracting(EmotionEvent::getRole)
          .containsOnly(ChannelRole.CUSTOMER);
      ChannelSummary agent = stream.summaries.get(0).getChannels().get(1);
      assertThat(agent.getAnalyzed()).isFalse();
      assertThat(agent.getAudioMs()).isEqualTo(5_500);
      assertThat(agent.getEventCount()).isZero();
      assertThat(agent.getEmotion()).isNull();
    }
    assertThat(run(analyzing(ChannelRole.AGENT), chunks))
        .isNotEmpty()
        .extracting(EmotionEvent::getRole)
        .containsOnly(ChannelRole.AGENT);
  }

  @Test
  void shouldNameChannelsByRoleAndPositionWhereTheFeedDoesNot() {
    List<AudioChunk> chunks =
        withStop(
            feed,
            feed.chunks(
                CHUNK_100_MS,
                List.of(
                    channel(ChannelRole.AGENT, null),
                    channel(ChannelRole.CUSTOMER, null),
                    channel(ChannelRole.CUSTOMER, null)),
                CUSTOMER_AUDIO,
                AGENT_AUDIO,
                CUSTOMER_AUDIO));

    assertThat(run(StreamTester.plain(), chunks))
        .extracting(EmotionEvent::getChannel)
        .containsOnly("customer-1", "customer-2");
  }

  @Test
  void shouldSummarizeTheCall() {
    List<AudioChunk> chunks = new ArrayList<>();
    AudioChunk start = feed.message(ChunkKind.START).setAccount("account-1").build();
    chunks.add(start);
    chunks.addAll(feed.chunks(CHUNK_100_MS, List.of(customer()), CUSTOMER_AUDIO));
    AudioChunk stop = feed.stop();
    chunks.add(stop);

    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);

      CallSummary summary = stream.summaries.get(0);
      assertThat(stream.summaries).hasSize(1);
      assertThat(summary.getCallId()).isEqualTo("call-1");
      assertThat(summary.getAccount()).isEqualTo("account-1");
      assertThat(summary.getSource()).isEqualTo("test");
      assertThat(summary.getEndedBy()).isEqualTo(CallEnd.STOP);
      assertThat(summary.getEndReason()).isEqualTo("hangup");
      assertThat(summary.getFirstChunkIngestedAt()).isEqualTo(start.getIngestedAt());
      assertThat(summary.getLastChunkIngestedAt()).isEqualTo(stop.getIngestedAt());
      assertThat(summary.getDurationMs()).isEqualTo(5_500);
      ChannelSummary channel = summary.getChannels().get(0);
      assertThat(channel.getEventCount()).isEqualTo(4);
      assertThat(channel.getGapMs()).isZero();
      for (String label : List.of("neutral", "angry")) {
        assertThat(channel.getMeanProbabilities().get(label))
            .isCloseTo(
                (float)
                    stream.events.stream()
                        .mapToDouble(event -> event.getProbabilities().get(label))
                        .average()
                        .orElseThrow(),
                within(1e-6f));
        assertThat(channel.getEmotionShares().get(label))
            .isEqualTo(
                (float)
                    (stream.events.stream()
                            .filter(event -> event.getEmotion().equals(label))
                            .mapToLong(CallTest::newMs)
                            .sum()
                        / 5_500.0));
      }
      assertThat(channel.getEmotion()).isEqualTo("neutral");
      stream.pass(Duration.ofMinutes(11));
      assertThat(stream.store().size()).isZero();
      stream.store().reload();
      assertThat(stream.store().size()).isZero();
    }
  }

  @Test
  void shouldNotSpanAJumpInMediaTime() {
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.addAll(feed.chunks(CHUNK_100_MS, List.of(customer()), babble(1, 8_000, 3.5)));
    feed.offsetMicros += 700_000;
    chunks.addAll(feed.chunks(CHUNK_100_MS, List.of(customer()), babble(2, 8_000, 3.5)));
    withStop(feed, chunks);

    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);

      assertThat(spans(stream.events))
          .containsExactly("0-3000", "1000-3500", "4200-7200", "5200-7700");
      assertThat(stream.events)
          .extracting(EmotionEvent::getSequenceNumber)
          .containsExactly(0L, 1L, 2L, 3L);
      assertThat(stream.summaries.get(0).getChannels().get(0).getGapMs()).isEqualTo(700);
      assertThat(stream.summaries.get(0).getChannels().get(0).getAudioMs()).isEqualTo(7_000);
      assertThat(stream.summaries.get(0).getDurationMs()).isEqualTo(7_700);
    }
  }

  @Test
  void shouldTakeOffsetsThatJitterForTheSameSegment() {
    List<AudioChunk> steady = withStop(feed, feed.chunks(160, List.of(customer()), CUSTOMER_AUDIO));
    List<AudioChunk> jittery = new ArrayList<>();
    for (AudioChunk chunk : steady) {
      long jitterMicros = chunk.getSequenceNumber() % 3 * 10_000;
      jittery.add(
          AudioChunk.newBuilder(chunk)
              .setMediaOffsetMicros(chunk.getMediaOffsetMicros() + jitterMicros)
              .build());
    }

    assertThat(timeless(run(StreamTester.plain(), jittery)))
        .isEqualTo(timeless(run(StreamTester.plain(), steady)));
  }

  @Test
  void shouldGoOnWithoutOffsets() {
    TestFeed without = new TestFeed();
    without.withOffsets = false;

    assertThat(
            timeless(
                run(
                    StreamTester.plain(),
                    withStop(without, without.chunks(160, List.of(customer()), CUSTOMER_AUDIO)))))
        .isEqualTo(
            timeless(
                run(
                    StreamTester.plain(),
                    withStop(feed, feed.chunks(160, List.of(customer()), CUSTOMER_AUDIO)))));
  }

  @ParameterizedTest
  @EnumSource(
      value = ChunkKind.class,
      names = {"PAUSED", "RESUMED", "DISCARDED"})
  void shouldNotSpanAnInterruptionAndKeepMediaTime(ChunkKind kind) {
    feed.withOffsets = false;
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.addAll(feed.chunks(CHUNK_100_MS, List.of(customer()), babble(1, 8_000, 3.5)));
    chunks.add(
        feed.message(kind).setGap(new MediaGap(3_500_000L, 1_500_000L, "discarded")).build());
    chunks.addAll(feed.chunks(CHUNK_100_MS, List.of(customer()), babble(2, 8_000, 3.5)));
    withStop(feed, chunks);

    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);

      assertThat(spans(stream.events))
          .containsExactly("0-3000", "1000-3500", "5000-8000", "6000-8500");
      assertThat(stream.summaries.get(0).getChannels().get(0).getGapMs()).isEqualTo(1_500);
    }
  }

  @Test
  void shouldBeginASegmentWhenTheFormatChanges() {
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.addAll(feed.chunks(CHUNK_100_MS, List.of(customer()), babble(1, 8_000, 3.5)));
    feed.rateHz = 16_000;
    chunks.addAll(feed.chunks(1_600, List.of(customer()), babble(2, 16_000, 3.5)));
    feed.encoding = AudioEncoding.PCM_F32LE;
    chunks.addAll(feed.chunks(1_600, List.of(customer()), babble(3, 16_000, 1)));
    withStop(feed, chunks);

    assertThat(spans(run(StreamTester.plain(), chunks)))
        .containsExactly("0-3000", "1000-3500", "3500-6500", "4500-7000", "7000-8000");
  }

  @Test
  void shouldEndWhenEveryStreamHasStopped() {
    TestFeed second = new TestFeed();
    second.streamId = "stream-2";
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(feed.start()).send(second.start());
      stream.send(feed.chunks(CHUNK_100_MS, List.of(customer()), CUSTOMER_AUDIO));
      stream.send(feed.stop());
      assertThat(stream.events).hasSize(4);
      assertThat(stream.summaries).isEmpty();

      stream.send(second.chunks(CHUNK_100_MS, List.of(agent()), AGENT_AUDIO)).send(second.stop());

      assertThat(stream.summaries).hasSize(1);
      assertThat(stream.summaries.get(0).getChannels())
          .extracting(ChannelSummary::getStreamId)
          .containsExactly("stream-1", "stream-2");
    }
  }

  @Test
  void shouldEndACallThatHasGoneQuiet() {
    TestFeed busy = new TestFeed();
    busy.callId = "busy";
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(feed.chunks(CHUNK_100_MS, List.of(customer()), CUSTOMER_AUDIO));
      stream.send(busy.start());
      stream.pass(Duration.ofMinutes(4));
      stream.send(busy.message(ChunkKind.MARK).build());
      assertThat(stream.summaries).isEmpty();

      stream.pass(Duration.ofSeconds(62));

      assertThat(stream.events).hasSize(4);
      assertThat(stream.summaries).hasSize(1);
      assertThat(stream.summaries.get(0).getCallId()).isEqualTo("call-1");
      assertThat(stream.summaries.get(0).getEndedBy()).isEqualTo(CallEnd.INACTIVITY);
      assertThat(stream.summaries.get(0).getDurationMs()).isEqualTo(5_500);

      stream.pass(Duration.ofMinutes(10));
      assertThat(stream.summaries)
          .extracting(CallSummary::getCallId)
          .containsExactly("call-1", "busy");
    }
  }

  @Test
  void shouldNotTakeARestartForInactivity() {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(feed.start());
      stream.pass(Duration.ofMinutes(4));
      stream.restart();
      stream.pass(Duration.ofMinutes(4));
      assertThat(stream.summaries).isEmpty();

      stream.pass(Duration.ofMinutes(5));
      assertThat(stream.summaries).hasSize(1);
    }
  }

  @Test
  void shouldKeepCallsApart() {
    TestFeed other = new TestFeed();
    other.callId = "call-2";
    List<AudioChunk> mine =
        withStop(feed, feed.chunks(CHUNK_100_MS, List.of(customer()), CUSTOMER_AUDIO));
    List<AudioChunk> theirs =
        withStop(other, other.chunks(CHUNK_100_MS, List.of(customer()), AGENT_AUDIO));
    List<AudioChunk> mixed = new ArrayList<>();
    for (int i = 0; i < mine.size(); i++) {
      mixed.add(mine.get(i));
      mixed.add(theirs.get(i));
    }

    List<EmotionEvent> alone = run(StreamTester.plain(), mine);

    assertThat(
            run(StreamTester.plain(), mixed).stream()
                .filter(event -> event.getCallId().equals("call-1"))
                .toList())
        .isEqualTo(alone);
  }

  @Test
  void shouldIgnoreMessagesOfCallsThatItDoesNotKnow() {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      for (ChunkKind kind : List.of(ChunkKind.STOP, ChunkKind.MARK, ChunkKind.PAUSED)) {
        stream.send(feed.message(kind).build());
      }

      assertThat(stream.summaries).isEmpty();
      assertThat(stream.deadLetters).isEmpty();
      assertThat(stream.store().size()).isZero();
    }
  }

  @Test
  void shouldBeginAnewWithAStartAfterTheEnd() {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      for (int round = 0; round < 2; round++) {
        TestFeed again = new TestFeed();
        again.ingestedFrom = StreamTester.BEGIN.plusSeconds(10 * round);
        stream.send(again.start());
        stream.send(again.chunks(CHUNK_100_MS, List.of(customer()), CUSTOMER_AUDIO));
        stream.send(again.stop());
      }

      assertThat(timeless(stream.events.subList(0, 4)))
          .isEqualTo(timeless(stream.events.subList(4, 8)));
      assertThat(stream.summaries).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 23})
  void shouldGiveTheSameResultsAfterRestarts(int chunksBetweenRestarts) {
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(feed.start());
    feed.rateHz = 16_000;
    feed.encoding = AudioEncoding.PCM_S16LE;
    feed.capturedFrom = Instant.EPOCH;
    chunks.addAll(
        feed.chunks(
            1_601, List.of(customer(), agent()), babble(1, 16_000, 4.2), babble(2, 16_000, 4.2)));
    chunks.add(feed.message(ChunkKind.PAUSED).build());
    feed.offsetMicros += 500_000;
    chunks.addAll(
        feed.chunks(
            1_601, List.of(customer(), agent()), babble(1, 16_000, 3.1), babble(2, 16_000, 3.1)));
    chunks.add(feed.stop());
    StreamSettings settings = StreamTester.alerting("neutral >= 0.5 for 2s");

    try (StreamTester undisturbed = new StreamTester(settings);
        StreamTester disturbed = new StreamTester(settings)) {
      undisturbed.send(chunks);
      for (int i = 0; i < chunks.size(); i++) {
        if (i % chunksBetweenRestarts == 0) {
          disturbed.restart();
        }
        disturbed.send(chunks.get(i));
      }

      assertThat(undisturbed.events).hasSizeGreaterThan(4);
      assertThat(undisturbed.alerts).isNotEmpty();
      assertThat(disturbed.events).isEqualTo(undisturbed.events);
      assertThat(disturbed.alerts).isEqualTo(undisturbed.alerts);
      assertThat(disturbed.summaries).isEqualTo(undisturbed.summaries).hasSize(1);
    }
  }

  private List<AudioChunk> separateTracks(int chunkSamples) {
    TestFeed twilio = new TestFeed();
    List<AudioChunk> chunks = new ArrayList<>();
    for (int from = 0; from < CUSTOMER_AUDIO.length; from += chunkSamples) {
      int to = from + chunkSamples;
      chunks.add(twilio.mediaAt(List.of(customer()), Arrays.copyOfRange(CUSTOMER_AUDIO, from, to)));
      chunks.add(twilio.media(List.of(agent()), Arrays.copyOfRange(AGENT_AUDIO, from, to)));
    }
    return withStop(twilio, chunks);
  }

  private static List<AudioChunk> withStop(TestFeed feed, List<AudioChunk> chunks) {
    chunks.add(feed.stop());
    return chunks;
  }

  private static List<EmotionEvent> run(StreamSettings settings, List<AudioChunk> chunks) {
    try (StreamTester stream = new StreamTester(settings)) {
      stream.send(chunks);
      assertThat(stream.deadLetters).isEmpty();
      return stream.events;
    }
  }

  private static List<EmotionEvent> ofChannel(List<EmotionEvent> events, String channel) {
    return events.stream().filter(event -> event.getChannel().equals(channel)).toList();
  }

  /** What of a window no window before it had: they come every second. */
  private static long newMs(EmotionEvent event) {
    return event.getEndMs() - (event.getBeginMs() == 0 ? 0 : event.getBeginMs() + 2_000);
  }

  private static List<String> spans(List<EmotionEvent> events) {
    return events.stream().map(event -> event.getBeginMs() + "-" + event.getEndMs()).toList();
  }
}
