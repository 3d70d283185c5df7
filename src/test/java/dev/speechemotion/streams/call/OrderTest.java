package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.StreamTester.timeless;
import static dev.speechemotion.streams.call.StreamTester.timelessAlerts;
import static dev.speechemotion.streams.call.StreamTester.timelessSummaries;
import static dev.speechemotion.streams.call.TestFeed.agent;
import static dev.speechemotion.streams.call.TestFeed.babble;
import static dev.speechemotion.streams.call.TestFeed.channel;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static dev.speechemotion.streams.call.TestFeed.doubled;
import static dev.speechemotion.streams.call.TestFeed.reordered;
import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.streams.StreamSettings;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.intake.ChunkRules;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.intake.MessageOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages come in any order, twice, or not at all; results are those of the audio. */
class OrderTest {
  private static final float[] CUSTOMER_AUDIO = babble(1, 8_000, 6.5);
  private static final float[] AGENT_AUDIO = babble(2, 8_000, 6.5);
  private static final int CHUNK = 160;
  private static final StreamSettings SETTINGS =
      StreamSettings.defaults(
          StreamTester.but(
              CallSettings.DEFAULT,
              settings -> settings.alertRules = StreamTester.rules("neutral >= 0.5 for 2s")));

  private final TestFeed feed = new TestFeed();

  /** How feeds number messages and cut audio. */
  enum Kind {
    ONE_TRACK,
    INTERLEAVED,
    TRACKS_NUMBERED_TOGETHER,
    WITHOUT_OFFSETS,
    WITH_MESSAGES_BETWEEN
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldNotDependOnTheOrderWithinTheWindowNorOnDuplicates(Kind kind) {
    List<AudioChunk> chunks = call(kind, 1);
    Results inOrder = run(chunks, Integer.MAX_VALUE);
    assertThat(inOrder.events).hasSizeGreaterThanOrEqualTo(5);
    assertThat(inOrder.summaries).hasSize(1);
    for (int seed = 0; seed < 4; seed++) {
      Random random = new Random(seed);

      List<AudioChunk> disturbed = doubled(reordered(chunks, random, 0.3, 18), random, 0.1, 30);
      Results results = run(disturbed, Integer.MAX_VALUE);

      assertThat(disturbed).hasSizeGreaterThan(chunks.size()).isNotEqualTo(chunks);
      assertThat(results).as("seed %d", seed).isEqualTo(inOrder);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldGiveTheSameOverRestartsWhileMessagesWait(Kind kind) {
    Random random = new Random(7);
    List<AudioChunk> chunks = doubled(reordered(call(kind, 1), random, 0.3, 18), random, 0.1, 30);

    assertThat(run(chunks, 11)).isEqualTo(run(chunks, Integer.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(longs = {-5_000, 0, 65_530, ChunkRules.MAX_SEQUENCE_NUMBER - 1_000})
  void shouldTakeAnyFirstNumber(long first) {
    List<AudioChunk> chunks = call(Kind.TRACKS_NUMBERED_TOGETHER, first);

    assertThat(run(reordered(chunks, new Random(1), 0.3, 18), Integer.MAX_VALUE))
        .isEqualTo(run(call(Kind.TRACKS_NUMBERED_TOGETHER, 1), Integer.MAX_VALUE));
  }

  @Test
  void shouldTakeAStreamWithoutStartThatBeginsOutOfOrder() {
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 100);
    chunks.remove(0);
    List<AudioChunk> swapped = new ArrayList<>(chunks);
    Collections.reverse(swapped.subList(0, 20));

    assertThat(run(swapped, Integer.MAX_VALUE)).isEqualTo(run(chunks, Integer.MAX_VALUE));
  }

  @Test
  void shouldTakeAStartThatComesAfterMedia() {
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 1);
    for (int place : new int[] {1, 5, 20, 40, 200}) {
      List<AudioChunk> late = new ArrayList<>(chunks);
      late.add(place, late.remove(0));

      assertThat(run(late, Integer.MAX_VALUE))
          .as("after %d", place)
          .isEqualTo(run(chunks, Integer.MAX_VALUE));
    }
  }

  @Test
  void shouldProcessTheNextMessageAtOnce() {
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 1);
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      // START, 150 chunks of 20 ms, and two for the last frame's second half
      stream.send(chunks.subList(0, 152));
      assertThat(stream.events).isEmpty();

      stream.send(chunks.get(152));

      assertThat(stream.events).hasSize(1);
      assertThat(stream.store().get("call-1").orElseThrow().heldBytes()).isZero();
    }
  }

  @Test
  void shouldNotDelayTheFirstWindowOfAStreamWithoutStart() {
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 1);
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      stream.send(chunks.subList(1, 20));
      assertThat(stream.store().get("call-1").orElseThrow().heldBytes()).isEqualTo(19 * CHUNK);

      stream.send(chunks.subList(20, 153));

      assertThat(stream.events).hasSize(1);
      assertThat(stream.store().get("call-1").orElseThrow().heldBytes()).isZero();
    }
  }

  @Test
  void shouldCountDuplicatesAndNotCallThemErrors() {
    List<AudioChunk> chunks = call(Kind.TRACKS_NUMBERED_TOGETHER, 1);
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      stream.send(chunks.subList(0, 100));
      stream.send(chunks.subList(0, 100));
      stream.send(chunks.subList(110, 120)).send(chunks.subList(110, 120));
      stream.send(chunks.subList(100, chunks.size()));
      stream.send(chunks.get(chunks.size() - 1)).send(chunks.get(50));

      assertThat(stream.deadLetters).isEmpty();
      assertThat(stream.metric("duplicate.chunks")).isEqualTo(100 + 10 + 10 + 1 + 1);
      assertThat(stream.summaries).hasSize(1);
      assertThat(stream.summaries.get(0).getChannels())
          .extracting(ChannelSummary::getAudioMs)
          .containsExactly(6_500L, 6_500L);
    }
  }

  @Test
  void shouldCloseAPlaceWhenTheWindowIsOverAndSendWhatComesThenToTheDeadLetters() {
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 1);
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      stream.send(chunks.subList(0, 50));
      // 500 ms of the ones behind it are held; with the next one it is given up.
      stream.send(chunks.subList(51, 76));
      assertThat(stream.store().get("call-1").orElseThrow().heldBytes()).isEqualTo(25 * CHUNK);
      stream.send(chunks.get(76));
      assertThat(stream.store().get("call-1").orElseThrow().heldBytes()).isZero();

      stream.send(chunks.get(50)).send(chunks.get(50)).send(chunks.get(49));

      assertThat(stream.reasons()).containsExactly(RejectReason.LATE, RejectReason.LATE);
      assertThat(stream.metric("duplicate.chunks")).isEqualTo(1);
      assertThat(StreamTester.header(stream.deadLetters.get(0).headers(), "dlq.message"))
          .contains("sequenceNumber 51");
      stream.send(chunks.subList(77, chunks.size()));
      ChannelSummary channel = stream.summaries.get(0).getChannels().get(0);
      assertThat(channel.getGapMs()).isEqualTo(20);
      assertThat(channel.getGapCount()).isEqualTo(1);
      assertThat(channel.getAudioMs()).isEqualTo(6_480);
      assertThat(stream.summaries.get(0).getDurationMs()).isEqualTo(6_500);
    }
  }

  @Test
  void shouldKnowLateChunksFromDuplicatesOverManyLosses() {
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 1);
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      List<AudioChunk> lost = new ArrayList<>();
      for (int i = 0; i < chunks.size(); i++) {
        if (i % 9 == 5) {
          lost.add(chunks.get(i));
        } else {
          stream.send(chunks.get(i));
          if (i % 40 == 0) {
            stream.restart();
          }
        }
      }
      assertThat(lost).hasSizeGreaterThan(MessageOrder.MAX_HOLES);
      stream.send(chunks.subList(200, 220));

      long lostAgain = lost.stream().filter(chunks.subList(200, 220)::contains).count();
      assertThat(lostAgain).isEqualTo(2);
      assertThat(stream.reasons()).hasSize((int) lostAgain).containsOnly(RejectReason.LATE);
      stream.send(lost.get(0));
      assertThat(stream.reasons()).hasSize((int) lostAgain + 1);
    }
  }

  @Test
  void shouldBoundWhatWaitsByCount() {
    StreamSettings few =
        StreamTester.plainBut(
            plain -> {
              plain.reorderWindow = Duration.ofSeconds(10);
              plain.reorderMaxChunks = 5;
            });
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 1);
    try (StreamTester stream = new StreamTester(few)) {
      stream.send(chunks.subList(0, 10)).send(chunks.subList(11, 16));
      assertThat(stream.store().get("call-1").orElseThrow().heldBytes()).isEqualTo(5 * CHUNK);

      stream.send(chunks.get(16));

      assertThat(stream.store().get("call-1").orElseThrow().heldBytes()).isZero();
      stream.send(chunks.get(10));
      assertThat(stream.reasons()).containsExactly(RejectReason.LATE);
    }
  }

  @Test
  void shouldBoundWhatWaitsByBytesOverTheWholeCall() {
    feed.rateHz = 96_000;
    feed.encoding = dev.speechemotion.audio.AudioEncoding.PCM_F32LE;
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      for (int i = 0; i < 8; i++) {
        TestFeed each = new TestFeed();
        each.streamId = "stream-" + i;
        each.rateHz = feed.rateHz;
        each.encoding = feed.encoding;
        stream.send(each.start());
        each.sequence++;
        stream.send(each.chunks(9_600, List.of(customer()), babble(i, 96_000, 0.4)));
        assertThat(stream.store().get("call-1").orElseThrow().heldBytes())
            .isLessThanOrEqualTo(Message.MAX_HELD_BYTES);
      }
    }
  }

  @Test
  void shouldLetAStopWaitForWhatItOvertook() {
    List<AudioChunk> chunks = call(Kind.TRACKS_NUMBERED_TOGETHER, 1);
    List<AudioChunk> overtaken = new ArrayList<>(chunks);
    overtaken.add(overtaken.size() - 7, overtaken.remove(overtaken.size() - 1));

    assertThat(run(overtaken, Integer.MAX_VALUE)).isEqualTo(run(chunks, Integer.MAX_VALUE));
  }

  @Test
  void shouldTakeAStopThatWaitsInVainWhenTheWindowHasPassedOnTheClock() {
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 1);
    int last = chunks.size() - 1;
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      stream.send(chunks.subList(0, last - 1)).send(chunks.get(last));
      assertThat(stream.summaries).isEmpty();

      stream.pass(Duration.ofSeconds(2));

      assertThat(stream.summaries).hasSize(1);
      assertThat(stream.summaries.get(0).getEndedBy()).isEqualTo(CallEnd.STOP);
      assertThat(stream.summaries.get(0).getDurationMs()).isEqualTo(6_480);
      stream.send(chunks.get(last - 1));
      assertThat(stream.reasons()).containsExactly(RejectReason.LATE);
    }
  }

  @Test
  void shouldLetAStopWaitOverARestart() {
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 1);
    int last = chunks.size() - 1;
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      stream.send(chunks.subList(0, last - 1)).send(chunks.get(last));
      stream.restart();
      assertThat(stream.summaries).isEmpty();

      stream.send(chunks.get(last - 1));

      assertThat(stream.summaries.get(0).getDurationMs()).isEqualTo(6_500);
      assertThat(stream.deadLetters).isEmpty();
    }
  }

  @Test
  void shouldEndAShortStreamWithoutStartAtItsStop() {
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 1);
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      stream.send(chunks.subList(1, 6));
      AudioChunk stop =
          AudioChunk.newBuilder(chunks.get(chunks.size() - 1)).setSequenceNumber(7).build();

      stream.send(stop);

      assertThat(stream.summaries).hasSize(1);
      assertThat(stream.summaries.get(0).getDurationMs()).isEqualTo(100);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 60000", "60000, 1"})
  void shouldFindOutThatAFeedNumbersEachTrackByItself(long customerFirst, long agentFirst) {
    List<AudioChunk> chunks = numberedByTrack(customerFirst, agentFirst);
    Random random = new Random(3);

    Results byTrack = run(chunks, Integer.MAX_VALUE);

    Results together = run(call(Kind.TRACKS_NUMBERED_TOGETHER, 1), Integer.MAX_VALUE);
    assertThat(byTrack.events).isEqualTo(together.events);
    assertThat(byTrack.rejected).isEmpty();
    // What comes before that is known may be out of order as well, but not of the other track.
    List<AudioChunk> disturbed = new ArrayList<>(chunks.subList(0, 60));
    disturbed.addAll(
        doubled(
            reordered(chunks.subList(60, chunks.size() - 1), random, 0.3, 18), random, 0.1, 30));
    disturbed.add(chunks.get(chunks.size() - 1));
    Results results = run(disturbed, 13);
    assertThat(results.events).isEqualTo(together.events);
    assertThat(results.rejected).isEmpty();
  }

  @Test
  void shouldTakeAPauseInItsPlace() {
    feed.withOffsets = false;
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(feed.start());
    chunks.addAll(feed.chunks(CHUNK, List.of(customer()), babble(1, 8_000, 3.5)));
    chunks.add(
        feed.message(ChunkKind.PAUSED).setGap(new MediaGap(3_500_000L, 1_500_000L, null)).build());
    chunks.addAll(feed.chunks(CHUNK, List.of(customer()), babble(2, 8_000, 3.5)));
    chunks.add(feed.stop());
    List<AudioChunk> moved = new ArrayList<>(chunks);
    moved.add(180, moved.remove(176));
    moved.add(170, moved.get(180));

    assertThat(chunks.get(176).getKind()).isEqualTo(ChunkKind.PAUSED);
    assertThat(run(moved, Integer.MAX_VALUE)).isEqualTo(run(chunks, Integer.MAX_VALUE));
  }

  @Test
  void shouldBeginAnewWithAStartThatComesLaterThanAllOfItsStream() {
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 1);
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      stream.send(chunks.subList(0, chunks.size() - 1));
      List<EmotionEvent> first = List.copyOf(stream.events);

      // The feed connects again and counts from 1 again.
      for (AudioChunk chunk : chunks) {
        stream.send(
            AudioChunk.newBuilder(chunk)
                .setIngestedAt(chunk.getIngestedAt().plusSeconds(10))
                .build());
      }

      assertThat(stream.deadLetters).isEmpty();
      assertThat(stream.events.size()).isEqualTo(2 * (first.size() + 1));
      assertThat(stream.summaries).hasSize(1);
      assertThat(stream.summaries.get(0).getChannels().get(0).getAudioMs()).isEqualTo(13_000);
    }
  }

  @ParameterizedTest
  @CsvSource({"true, 0", "true, 1", "true, 80", "false, 0", "false, 1", "false, 80"})
  void shouldGoOnWhereAFeedCountsAnewWithoutSayingSo(boolean withOffsets, long first) {
    feed.withOffsets = withOffsets;
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(feed.start());
    List<AudioChunk> audio = feed.chunks(CHUNK, List.of(customer()), CUSTOMER_AUDIO);
    chunks.addAll(audio.subList(0, 200));
    feed.ingestedFrom = StreamTester.BEGIN.plusSeconds(10);
    feed.sequence = first;
    List<AudioChunk> anew = new ArrayList<>();
    for (AudioChunk chunk : audio.subList(200, audio.size())) {
      AudioChunk numbered = feed.message(ChunkKind.MEDIA).build();
      anew.add(
          AudioChunk.newBuilder(chunk)
              .setSequenceNumber(numbered.getSequenceNumber())
              .setIngestedAt(numbered.getIngestedAt())
              .build());
    }
    anew.add(feed.stop());
    // What it sent before may still come, and its own messages in disorder and twice.
    Random random = new Random(first);
    chunks.addAll(doubled(reordered(anew, random, 0.3, 18), random, 0.1, 30));
    chunks.add(230, chunks.get(190));

    Results results = run(chunks, 41);

    assertThat(results.rejected).containsExactly(RejectReason.LATE);
    ChannelSummary channel = results.summaries.get(0).getChannels().get(0);
    assertThat(results.summaries).hasSize(1);
    assertThat(channel.getAudioMs()).isEqualTo(6_500);
    assertThat(channel.getGapMs()).isZero();
    // How much is missing between the counts nobody knows, so no window spans that.
    assertThat(results.events)
        .extracting(event -> event.getBeginMs() + "-" + event.getEndMs())
        .containsExactly("0-3000", "1000-4000", "4000-6500");
  }

  @Test
  void shouldPutAsideWhatHasANumberAndATimeThatOtherAudioHad() {
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 1);
    TestFeed again = new TestFeed();
    again.ingestedFrom = StreamTester.BEGIN.plusSeconds(10);
    again.sequence = 2;
    List<AudioChunk> others = again.chunks(CHUNK, List.of(customer()), AGENT_AUDIO);
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      stream.send(chunks.subList(0, 200));
      int events = stream.events.size();
      stream.send(others.subList(0, 199));

      assertThat(stream.reasons()).hasSize(199).containsOnly(RejectReason.BAD_SEQUENCE_NUMBER);
      assertThat(StreamTester.header(stream.deadLetters.get(7).headers(), "dlq.message"))
          .isEqualTo("sequenceNumber 9 is another message's");
      assertThat(stream.events).hasSize(events);
      assertThat(stream.metric("duplicate.chunks")).isZero();
    }
  }

  @Test
  void shouldSayThatNumbersThatStandStillShouldCount() {
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 1);
    chunks.forEach(chunk -> chunk.setSequenceNumber(1));
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      stream.send(chunks.subList(0, 50));

      assertThat(stream.reasons()).isNotEmpty().containsOnly(RejectReason.BAD_SEQUENCE_NUMBER);
      assertThat(stream.deadLetters)
          .extracting(letter -> StreamTester.header(letter.headers(), "dlq.message"))
          .containsOnly(
              "sequenceNumber 1 is another message's, the last one's; have the feed number the"
                  + " messages of a stream 1, 2, 3 …");
    }
  }

  @Test
  void shouldPutAsideTheMessagesOfAFeedThatDoesNotCount() {
    List<AudioChunk> chunks = call(Kind.WITHOUT_OFFSETS, 1).subList(1, 100);
    chunks.forEach(chunk -> chunk.setSequenceNumber(0));
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      stream.send(chunks);

      assertThat(stream.reasons()).hasSize(98).containsOnly(RejectReason.BAD_SEQUENCE_NUMBER);
    }
  }

  @Test
  void shouldTakeForADuplicateWhatIsIngestedAgainLater() {
    List<AudioChunk> chunks = call(Kind.WITHOUT_OFFSETS, 1);
    List<AudioChunk> twice = new ArrayList<>();
    for (int i = 0; i < chunks.size(); i++) {
      twice.add(chunks.get(i));
      if (i >= 50 && i % 7 == 0) {
        twice.add(
            AudioChunk.newBuilder(chunks.get(i - i % 50))
                .setIngestedAt(chunks.get(i).getIngestedAt().plusMillis(1))
                .build());
      }
    }

    assertThat(twice).hasSizeGreaterThan(chunks.size() + 30);
    assertThat(run(twice, 41)).isEqualTo(run(chunks, Integer.MAX_VALUE));
  }

  @Test
  void shouldHearAudioOrPutItAsideWhateverTheFeedDoesToItsNumbers() {
    int putAside = 0;
    for (int seed = 0; seed < 12; seed++) {
      Random random = new Random(seed);
      TestFeed each = new TestFeed();
      each.withOffsets = random.nextBoolean();
      List<AudioChunk> sent = new ArrayList<>();
      for (int part = 0; part < 4; part++) {
        if (random.nextBoolean()) {
          sent.add(each.start());
        }
        sent.addAll(each.chunks(CHUNK, List.of(customer()), babble(part, 8_000, 3)));
        each.ingestedFrom = StreamTester.BEGIN.plusSeconds(10 * (part + 1));
        each.sequence = random.nextBoolean() ? random.nextInt(200) : each.sequence;
        each.offsetMicros = random.nextInt(4) == 0 ? 0 : each.offsetMicros;
      }
      sent.removeIf(chunk -> chunk.getKind() == ChunkKind.MEDIA && random.nextInt(20) == 0);
      List<AudioChunk> distinct = List.copyOf(sent);
      sent = doubled(reordered(sent, random, 0.3, 18), random, 0.1, 300);
      try (StreamTester stream = new StreamTester(SETTINGS)) {
        stream.send(sent.subList(0, 300));
        stream.restart();
        stream.send(sent.subList(300, sent.size()));
        stream.pass(Duration.ofMinutes(6));

        long heard = stream.summaries.get(0).getChannels().get(0).getAudioMs() / 20;
        long media = media(sent);
        assertThat(heard)
            .as("seed %d: nothing is heard twice", seed)
            .isPositive()
            .isLessThanOrEqualTo(media(distinct));
        assertThat(heard + stream.deadLetters.size())
            .as("seed %d: nothing is lost", seed)
            .isGreaterThanOrEqualTo(media(distinct))
            .isLessThanOrEqualTo(media);
        putAside += stream.deadLetters.size();
      }
    }
    assertThat(putAside).isPositive();
  }

  private static long media(List<AudioChunk> chunks) {
    return chunks.stream().filter(chunk -> chunk.getKind() == ChunkKind.MEDIA).count();
  }

  @Test
  void shouldTakeAPauseWithTheNumberOfAudioWhenItComes() {
    List<AudioChunk> chunks = call(Kind.WITHOUT_OFFSETS, 1);
    AudioChunk pause = feed.message(ChunkKind.PAUSED).setSequenceNumber(151).build();
    List<AudioChunk> paused = new ArrayList<>(chunks);
    paused.add(151, pause);
    paused.add(152, pause);

    Results results = run(paused, Integer.MAX_VALUE);

    assertThat(results.rejected).isEmpty();
    assertThat(results.events).extracting(EmotionEvent::getBeginMs).contains(3_000L);
  }

  @Test
  void shouldPutAPauseAsideThatComesTooLate() {
    List<AudioChunk> chunks = call(Kind.ONE_TRACK, 1);
    chunks.set(50, AudioChunk.newBuilder(chunks.get(50)).setKind(ChunkKind.PAUSED).build());
    List<AudioChunk> late = new ArrayList<>(chunks);
    late.add(150, late.remove(50));

    assertThat(run(late, Integer.MAX_VALUE).rejected).containsExactly(RejectReason.LATE);
  }

  @Test
  void shouldLetAStopWaitThatComesTwice() {
    List<AudioChunk> chunks = call(Kind.TRACKS_NUMBERED_TOGETHER, 1);
    List<AudioChunk> overtaken = new ArrayList<>(chunks);
    AudioChunk stop = overtaken.remove(overtaken.size() - 1);
    overtaken.addAll(overtaken.size() - 7, List.of(stop, stop));

    assertThat(run(overtaken, Integer.MAX_VALUE)).isEqualTo(run(chunks, Integer.MAX_VALUE));
  }

  @Test
  void shouldWaitOnlyWithinTheStream() {
    TestFeed other = new TestFeed();
    other.streamId = "stream-2";
    List<AudioChunk> mine = call(Kind.ONE_TRACK, 1);
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      stream.send(mine.get(0)).send(mine.subList(2, 10)).send(other.start());
      stream.send(
          other.chunks(CHUNK, List.of(channel(ChannelRole.CUSTOMER, "second")), CUSTOMER_AUDIO));

      assertThat(stream.events).hasSizeGreaterThan(3);
      assertThat(stream.store().get("call-1").orElseThrow().heldBytes()).isEqualTo(8 * CHUNK);
    }
  }

  private record Results(
      List<EmotionEvent> events,
      List<dev.speechemotion.avro.EmotionAlert> alerts,
      List<dev.speechemotion.avro.CallSummary> summaries,
      List<RejectReason> rejected) {}

  private static Results run(List<AudioChunk> chunks, int chunksBetweenRestarts) {
    try (StreamTester stream = new StreamTester(SETTINGS)) {
      for (int i = 0; i < chunks.size(); i++) {
        if (i > 0 && i % chunksBetweenRestarts == 0) {
          stream.restart();
        }
        stream.send(chunks.get(i));
      }
      stream.pass(Duration.ofSeconds(3));
      return new Results(
          timeless(stream.events),
          timelessAlerts(stream.alerts),
          timelessSummaries(stream.summaries),
          stream.reasons());
    }
  }

  private List<AudioChunk> call(Kind kind, long first) {
    TestFeed each = new TestFeed();
    each.sequence = first;
    each.withOffsets = kind != Kind.WITHOUT_OFFSETS;
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(each.start());
    switch (kind) {
      case ONE_TRACK, WITHOUT_OFFSETS ->
          chunks.addAll(each.chunks(CHUNK, List.of(customer()), CUSTOMER_AUDIO));
      case INTERLEAVED ->
          chunks.addAll(
              each.chunks(CHUNK, List.of(customer(), agent()), CUSTOMER_AUDIO, AGENT_AUDIO));
      case TRACKS_NUMBERED_TOGETHER -> addTracks(each, chunks);
      case WITH_MESSAGES_BETWEEN -> {
        List<AudioChunk> audio = each.chunks(CHUNK, List.of(customer()), CUSTOMER_AUDIO);
        long number = first + 1;
        for (AudioChunk chunk : audio) {
          chunks.add(AudioChunk.newBuilder(chunk).setSequenceNumber(number++).build());
          if (number % 5 == 0) {
            chunks.add(
                AudioChunk.newBuilder(each.message(ChunkKind.MARK).build())
                    .setSequenceNumber(number++)
                    .build());
          }
        }
        each.sequence = number;
      }
    }
    AudioChunk stop = each.stop();
    chunks.add(stop);
    // Numbers are no times: the same call has the same times whatever it is numbered from.
    for (int i = 0; i < chunks.size(); i++) {
      chunks.get(i).setIngestedAt(StreamTester.BEGIN.plusMillis(20 * i));
    }
    return chunks;
  }

  private static void addTracks(TestFeed each, List<AudioChunk> chunks) {
    for (int from = 0; from < CUSTOMER_AUDIO.length; from += CHUNK) {
      int to = from + CHUNK;
      chunks.add(each.mediaAt(List.of(customer()), Arrays.copyOfRange(CUSTOMER_AUDIO, from, to)));
      chunks.add(each.media(List.of(agent()), Arrays.copyOfRange(AGENT_AUDIO, from, to)));
    }
  }

  private List<AudioChunk> numberedByTrack(long customerFirst, long agentFirst) {
    List<AudioChunk> chunks = new ArrayList<>(call(Kind.TRACKS_NUMBERED_TOGETHER, 1));
    AudioChannel ofCustomer = customer();
    long customerNext = customerFirst;
    long agentNext = agentFirst;
    chunks.remove(0);
    for (int i = 0; i < chunks.size(); i++) {
      AudioChunk chunk = chunks.get(i);
      if (chunk.getKind() == ChunkKind.MEDIA) {
        boolean mine = chunk.getChannels().get(0).equals(ofCustomer);
        chunks.set(
            i,
            AudioChunk.newBuilder(chunk)
                .setSequenceNumber(mine ? customerNext++ : agentNext++)
                .build());
      }
    }
    return chunks;
  }
}
