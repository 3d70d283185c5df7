package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.StreamTester.timeless;
import static dev.speechemotion.streams.call.TestFeed.babble;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of audio that comes too late for its time, where that is asked for. */
class SheddingTest {
  private static final Duration MAX_LAG = Duration.ofSeconds(10);
  private static final float[] AUDIO = babble(1, 8_000, 20);

  private final TestFeed feed = new TestFeed();

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldCountAudioAsMissingWhileTheLagIsTooLarge(boolean withOffsets) {
    feed.withOffsets = withOffsets;
    List<AudioChunk> chunks = feed.chunks(160, List.of(customer()), AUDIO);
    try (StreamTester stream = new StreamTester(StreamTester.shedding(MAX_LAG))) {
      send(stream, chunks.subList(0, 400), 10_000);
      send(stream, chunks.subList(400, 500), 10_001);
      send(stream, chunks.subList(500, 600), 5_000);
      send(stream, chunks.subList(600, 1_000), 4_999);
      stream.send(feed.stop());

      // 8 s are heard, 4 s passed over, 8 s heard.
      assertThat(stream.metric("shed.chunks")).isEqualTo(200);
      assertThat(stream.deadLetters).isEmpty();
      assertThat(stream.events)
          .allMatch(event -> event.getEndMs() <= 8_000 || event.getBeginMs() >= 12_000);
      assertThat(stream.events)
          .filteredOn(event -> event.getBeginMs() == 12_000)
          .singleElement()
          .extracting(EmotionEvent::getGapBeforeMs)
          .isEqualTo(4_000L);
      CallSummary summary = stream.summaries.get(0);
      ChannelSummary channel = summary.getChannels().get(0);
      assertThat(summary.getDurationMs()).isEqualTo(20_000);
      assertThat(channel.getAudioMs()).isEqualTo(16_000);
      assertThat(channel.getGapMs()).isEqualTo(4_000);
      assertThat(channel.getGapCount()).isEqualTo(1);
    }
  }

  @Test
  void shouldCountWhatIsPassedOverAtTheBeginningAndAtTheEnd() {
    List<AudioChunk> chunks = feed.chunks(160, List.of(customer()), AUDIO);
    try (StreamTester stream = new StreamTester(StreamTester.shedding(MAX_LAG))) {
      send(stream, chunks.subList(0, 100), 60_000);
      stream.restart();
      send(stream, chunks.subList(100, 600), 0);
      send(stream, chunks.subList(600, 1_000), 60_000);
      stream.restart();
      send(stream, List.of(feed.stop()), 60_000);

      ChannelSummary channel = stream.summaries.get(0).getChannels().get(0);
      assertThat(channel.getAudioMs()).isEqualTo(10_000);
      assertThat(channel.getGapMs()).isEqualTo(10_000);
      assertThat(channel.getGapCount()).isEqualTo(2);
      assertThat(stream.summaries.get(0).getDurationMs()).isEqualTo(20_000);
      assertThat(stream.events.get(0).getGapBeforeMs()).isEqualTo(2_000);
    }
  }

  @Test
  void shouldNeverPassAudioOverUnlessAskedTo() {
    List<AudioChunk> chunks = feed.chunks(160, List.of(customer()), AUDIO);
    try (StreamTester stream = new StreamTester(StreamTester.plain());
        StreamTester lagging = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);
      send(lagging, chunks, Duration.ofDays(1).toMillis());

      assertThat(timeless(lagging.events)).isEqualTo(timeless(stream.events)).isNotEmpty();
      assertThat(lagging.metric("shed.chunks")).isZero();
    }
  }

  @Test
  void shouldCountCallsInProgress() {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      TestFeed other = new TestFeed();
      other.callId = "call-2";
      stream.send(feed.start()).send(other.start()).pass(Duration.ofSeconds(2));
      assertThat(stream.metric("open.calls")).isEqualTo(2);

      stream.send(other.stop()).pass(Duration.ofSeconds(2));
      assertThat(stream.metric("open.calls")).isEqualTo(1);
    }
  }

  /** Sends chunks with timestamps so far behind the clock. */
  private static void send(StreamTester stream, List<AudioChunk> chunks, long lagMs) {
    Instant timestamp = StreamTester.BEGIN.minusMillis(lagMs);
    for (AudioChunk chunk : chunks) {
      stream.send(new TestRecord<>(Utils.utf8(chunk.getCallId()), stream.bytes(chunk), timestamp));
    }
  }
}
