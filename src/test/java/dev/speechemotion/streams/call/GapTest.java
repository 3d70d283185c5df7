package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.StreamTester.timeless;
import static dev.speechemotion.streams.call.TestFeed.babble;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.streams.media.LineNoise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Audio that is missing: short gaps are filled, long ones cut, and media time goes on. */
class GapTest {
  private static final float[] AUDIO = babble(1, 8_000, 8);
  private static final int CHUNK = 160;

  private final TestFeed feed = new TestFeed();

  @ParameterizedTest
  @CsvSource({"true, 1", "true, 10", "false, 1", "false, 10"})
  void shouldFillAGapUpToTheTolerance(boolean withOffsets, int lostChunks) {
    feed.withOffsets = withOffsets;
    List<AudioChunk> chunks = call();
    chunks.subList(201, 201 + lostChunks).clear();

    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);

      assertThat(spans(stream.events))
          .containsExactly(
              "0-3000", "1000-4000", "2000-5000", "3000-6000", "4000-7000", "5000-8000");
      long gapMs = 20L * lostChunks;
      // It begins at 4 s, so two windows have nothing of it, and the last one neither.
      assertThat(stream.events)
          .extracting(EmotionEvent::getGapMs)
          .containsExactly(0L, 0L, gapMs, gapMs, gapMs, 0L);
      assertThat(stream.events).extracting(EmotionEvent::getGapBeforeMs).containsOnly(0L);
      assertSummary(stream, gapMs, 1, 8_000 - gapMs);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldCutTheWindowAtALongerGap(boolean withOffsets) {
    feed.withOffsets = withOffsets;
    List<AudioChunk> chunks = call();
    chunks.subList(201, 212).clear();

    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);

      assertThat(spans(stream.events))
          .containsExactly("0-3000", "1000-4000", "4220-7220", "5220-8000");
      assertThat(stream.events)
          .extracting(EmotionEvent::getGapBeforeMs)
          .containsExactly(0L, 0L, 220L, 0L);
      assertThat(stream.events).extracting(EmotionEvent::getGapMs).containsOnly(0L);
      assertSummary(stream, 220, 1, 7_780);
    }
  }

  @Test
  void shouldTakeWhatTracksLoseTogetherForTheirShareWhereThereAreNoOffsets() {
    feed.withOffsets = false;
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(feed.start());
    for (int from = 0; from < AUDIO.length; from += CHUNK) {
      float[] part = Arrays.copyOfRange(AUDIO, from, from + CHUNK);
      chunks.add(feed.media(List.of(customer()), part));
      chunks.add(feed.media(List.of(TestFeed.agent()), part));
    }
    chunks.add(feed.stop());
    // Five chunks of each track.
    chunks.subList(201, 211).clear();

    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);

      assertThat(stream.summaries.get(0).getChannels())
          .extracting(ChannelSummary::getGapMs)
          .containsExactly(100L, 100L);
      assertThat(stream.summaries.get(0).getDurationMs()).isEqualTo(8_000);
    }
  }

  @Test
  void shouldFillTheSameHoweverTheAudioIsCutAndOverRestarts() {
    List<AudioChunk> fine = withGap(80);
    List<AudioChunk> coarse = withGap(1_600);

    List<EmotionEvent> events = run(fine, Integer.MAX_VALUE);

    assertThat(events).extracting(EmotionEvent::getGapMs).contains(150L);
    assertThat(timeless(run(coarse, Integer.MAX_VALUE))).isEqualTo(timeless(events));
    assertThat(timeless(run(fine, 17))).isEqualTo(timeless(events));
  }

  private static List<AudioChunk> withGap(int chunkSamples) {
    TestFeed each = new TestFeed();
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(each.start());
    chunks.addAll(
        each.chunks(chunkSamples, List.of(customer()), Arrays.copyOf(AUDIO, 8 * 1_600 * 2)));
    each.offsetMicros += 150_000;
    chunks.addAll(
        each.chunks(chunkSamples, List.of(customer()), Arrays.copyOfRange(AUDIO, 32_000, 64_000)));
    chunks.add(each.stop());
    return chunks;
  }

  @Test
  void shouldFillWithNoiseAsLoudAsTheBackground() {
    float[] noise = new float[8_000];
    float power = 3e-5f;

    LineNoise.fill(noise, noise.length, power, 12_345);

    double squares = 0;
    double sum = 0;
    double neighbors = 0;
    for (int i = 0; i < noise.length; i++) {
      squares += noise[i] * noise[i];
      sum += noise[i];
      neighbors += i == 0 ? 0 : noise[i] * noise[i - 1];
    }
    assertThat(squares / noise.length).isCloseTo(power, within(power * 0.05));
    assertThat(sum / noise.length).isCloseTo(0, within(3e-4));
    assertThat(neighbors / squares).isCloseTo(0, within(0.05));
    float[] rest = new float[100];
    LineNoise.fill(rest, 100, power, 12_345 + 500);
    assertThat(rest).containsExactly(Arrays.copyOfRange(noise, 500, 600));
  }

  @Test
  void shouldFillWithSilenceWhereTheLineIsSilent() {
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(feed.start());
    chunks.addAll(feed.chunks(CHUNK, List.of(customer()), new float[8_000 * 4]));
    feed.offsetMicros += 200_000;
    chunks.addAll(feed.chunks(CHUNK, List.of(customer()), new float[8_000 * 2]));
    chunks.add(feed.stop());

    // No sample changes its sign, so nothing is angry, but only if none is noise.
    assertThat(run(chunks, Integer.MAX_VALUE))
        .hasSize(5)
        .allSatisfy(event -> assertThat(event.getProbabilities().get("angry")).isZero());
  }

  @Test
  void shouldChangeLittleWhereLittleIsMissing() {
    float[] steady = new float[8_000 * 8];
    Random random = new Random(2);
    for (int i = 0; i < steady.length; i++) {
      steady[i] = 0.01f * (float) random.nextGaussian();
    }
    List<AudioChunk> whole = new ArrayList<>();
    whole.add(feed.start());
    whole.addAll(feed.chunks(CHUNK, List.of(customer()), steady));
    whole.add(feed.stop());
    List<AudioChunk> lossy = new ArrayList<>(whole);
    lossy.removeIf(chunk -> chunk.getSequenceNumber() % 20 == 10);

    List<EmotionEvent> events = run(whole, Integer.MAX_VALUE);
    List<EmotionEvent> lossyEvents = run(lossy, Integer.MAX_VALUE);

    // White noise changes its sign half of the time, and so does what it is filled with.
    assertThat(lossyEvents).hasSameSizeAs(events);
    for (int i = 0; i < events.size(); i++) {
      assertThat(lossyEvents.get(i).getProbabilities().get("angry"))
          .isCloseTo(events.get(i).getProbabilities().get("angry"), within(0.01f));
      assertThat(lossyEvents.get(i).getGapMs()).isBetween(120L, 160L);
    }
  }

  @Test
  void shouldFillAGapThatTheFeedReports() {
    feed.withOffsets = false;
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(feed.start());
    chunks.addAll(feed.chunks(CHUNK, List.of(customer()), Arrays.copyOf(AUDIO, 16_000)));
    chunks.add(
        feed.message(ChunkKind.DISCARDED)
            .setGap(new MediaGap(2_000_000L, 150_000L, "discarded"))
            .build());
    chunks.addAll(feed.chunks(CHUNK, List.of(customer()), Arrays.copyOf(AUDIO, 16_000)));
    chunks.add(feed.stop());

    List<EmotionEvent> events = run(chunks, Integer.MAX_VALUE);

    assertThat(spans(events)).containsExactly("0-3000", "1000-4000", "2000-4150");
    assertThat(events).extracting(EmotionEvent::getGapMs).containsExactly(150L, 150L, 150L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PAUSED", "RESUMED"})
  void shouldCutAtAPauseHoweverShort(String kind) {
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(feed.start());
    chunks.addAll(feed.chunks(CHUNK, List.of(customer()), Arrays.copyOf(AUDIO, 28_000)));
    chunks.add(feed.message(ChunkKind.valueOf(kind)).build());
    feed.offsetMicros += 100_000;
    chunks.addAll(feed.chunks(CHUNK, List.of(customer()), Arrays.copyOf(AUDIO, 28_000)));
    chunks.add(feed.stop());

    assertThat(spans(run(chunks, Integer.MAX_VALUE)))
        .containsExactly("0-3000", "1000-3500", "3600-6600", "4600-7100");
  }

  @Test
  void shouldNotCutWhereTheFeedsClockIsSlow() {
    List<AudioChunk> chunks = call();
    for (AudioChunk chunk : chunks) {
      chunk.setMediaOffsetMicros(chunk.getMediaOffsetMicros() * 98 / 100);
    }

    List<EmotionEvent> events = run(chunks, Integer.MAX_VALUE);

    assertThat(spans(events)).startsWith("0-3000", "1000-4000", "2000-5000", "3000-6000");
    assertThat(events).extracting(EmotionEvent::getGapMs).containsOnly(0L);
  }

  private List<AudioChunk> call() {
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(feed.start());
    chunks.addAll(feed.chunks(CHUNK, List.of(customer()), AUDIO));
    chunks.add(feed.stop());
    return chunks;
  }

  private static void assertSummary(StreamTester stream, long gapMs, long gapCount, long audioMs) {
    ChannelSummary channel = stream.summaries.get(0).getChannels().get(0);
    assertThat(channel.getGapMs()).isEqualTo(gapMs);
    assertThat(channel.getGapCount()).isEqualTo(gapCount);
    assertThat(channel.getAudioMs()).isEqualTo(audioMs);
    assertThat(stream.summaries.get(0).getDurationMs()).isEqualTo(8_000);
    assertThat(stream.deadLetters).isEmpty();
  }

  private static List<EmotionEvent> run(List<AudioChunk> chunks, int chunksBetweenRestarts) {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      for (int i = 0; i < chunks.size(); i++) {
        if (i > 0 && i % chunksBetweenRestarts == 0) {
          stream.restart();
        }
        stream.send(chunks.get(i));
      }
      stream.pass(Duration.ofSeconds(3));
      assertThat(stream.deadLetters).isEmpty();
      return List.copyOf(stream.events);
    }
  }

  private static List<String> spans(List<EmotionEvent> events) {
    return events.stream().map(event -> event.getBeginMs() + "-" + event.getEndMs()).toList();
  }
}
