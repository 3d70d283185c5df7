package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.TestFeed.babble;
import static dev.speechemotion.streams.call.TestFeed.channel;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.StreamSettings;
import dev.speechemotion.streams.deadletters.RejectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

/** When calls end, what comes after that, and who is heard. */
class EndOfCallTest {
  private static final float[] AUDIO = babble(1, 8_000, 4);

  private final TestFeed feed = new TestFeed();

  @Test
  void shouldTellWhatComesAfterTheEndForLateUntilAStart() {
    List<AudioChunk> call = call(feed);
    TestFeed later = new TestFeed();
    later.ingestedFrom = StreamTester.BEGIN.plusSeconds(10);
    List<AudioChunk> again = call(later);
    AudioChunk after = feed.media(List.of(customer()), new float[160]);
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(call);
      stream.restart();

      stream.send(after);

      assertThat(stream.reasons()).containsExactly(RejectReason.LATE);
      assertThat(StreamTester.header(stream.deadLetters.get(0).headers(), "dlq.message"))
          .isEqualTo("the call has ended");
      stream.send(call.get(7)).send(call.get(call.size() - 1));
      // All of it comes once more, its START too.
      stream.send(call);
      assertThat(stream.deadLetters).as("duplicates are none").hasSize(1);
      assertThat(stream.summaries).hasSize(1);
      stream.send(again);
      assertThat(stream.deadLetters).hasSize(1);
      assertThat(stream.summaries).hasSize(2);
      assertThat(stream.summaries.get(1).getChannels().get(0).getEventCount())
          .isEqualTo(stream.summaries.get(0).getChannels().get(0).getEventCount());
    }
  }

  @Test
  void shouldBeginACallAnewWithAStreamThatItDidNotHave() {
    TestFeed other = new TestFeed();
    other.streamId = "stream-2";
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(call(feed)).send(call(other));

      assertThat(stream.deadLetters).isEmpty();
      assertThat(stream.summaries).hasSize(2);
    }
  }

  @Test
  void shouldForgetThatACallHasEndedAfterAWhileWithoutAnythingOfIt() {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(call(feed));
      byte[] remembered = stream.store().inner().get(Bytes.wrap("call-1".getBytes()));
      assertThat(remembered.length).isLessThan(150);
      stream.pass(Duration.ofMinutes(9));
      stream.send(feed.media(List.of(customer()), new float[160]));
      stream.pass(Duration.ofMinutes(9));
      stream.send(feed.media(List.of(customer()), new float[160]));
      assertThat(stream.reasons()).containsExactly(RejectReason.LATE, RejectReason.LATE);

      stream.pass(Duration.ofSeconds(602));

      assertThat(stream.store().size()).isZero();
      assertThat(stream.store().inner().get(Bytes.wrap("call-1".getBytes()))).isNull();
      stream.send(feed.media(List.of(customer()), new float[160]));
      assertThat(stream.deadLetters).hasSize(2);
      assertThat(stream.store().size()).isEqualTo(1);
    }
  }

  @Test
  void shouldNotRememberEndedCallsIfToldSo() {
    StreamSettings forgetful =
        StreamTester.plainBut(plain -> plain.endedCallMemory = Duration.ZERO);
    try (StreamTester stream = new StreamTester(forgetful)) {
      stream.send(call(feed));

      assertThat(stream.summaries).hasSize(1);
      assertThat(stream.store().size()).isZero();
    }
  }

  @Test
  void shouldTellAudioOfAStoppedStreamForLateWhileTheCallGoesOn() {
    TestFeed other = new TestFeed();
    other.streamId = "stream-2";
    List<AudioChunk> call = call(feed);
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(other.start()).send(call);
      stream.send(call.get(3)).send(feed.media(List.of(customer()), new float[160]));

      assertThat(stream.reasons()).containsExactly(RejectReason.LATE);
      stream.send(feed.start());
      stream.send(feed.chunks(160, List.of(customer()), AUDIO)).send(feed.stop());
      stream.send(other.stop());
      assertThat(stream.deadLetters).hasSize(1);
      assertThat(stream.summaries).hasSize(1);
      assertThat(stream.summaries.get(0).getChannels().get(0).getAudioMs()).isEqualTo(8_000);
    }
  }

  @Test
  void shouldCountLateChunks() {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(call(feed));
      stream.send(feed.media(List.of(customer()), new float[160]));
      stream.send(feed.media(List.of(customer()), new float[160]));

      assertThat(stream.metric("rejected.records")).isEqualTo(2);
    }
  }

  @Test
  void shouldNotEndCallsBecauseTheProcessStoodStill() {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      List<AudioChunk> call = call(feed);
      stream.send(call.subList(0, 100));
      stream.pass(Duration.ofMinutes(2));

      stream.jump(Duration.ofHours(3));
      stream.jump(Duration.ofSeconds(1));

      assertThat(stream.summaries).isEmpty();
      stream.send(call.subList(100, call.size()));
      assertThat(stream.summaries).hasSize(1);
      assertThat(stream.summaries.get(0).getEndedBy()).isEqualTo(CallEnd.STOP);
      assertThat(stream.deadLetters).isEmpty();
    }
  }

  @Test
  void shouldGiveSummariesTheTimeOfTheRecordsWhateverTheClockSays() {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(call(feed).subList(0, 100));
      stream.jump(Duration.ofDays(1));

      stream.pass(Duration.ofMinutes(6));

      assertThat(stream.summaries).hasSize(1);
      assertThat(stream.summaryTimes).containsExactly(StreamTester.BEGIN);
    }
  }

  @Test
  void shouldNotEndACallWhoseAudioStillWaits() {
    CallClock clock = new CallClock(Duration.ofSeconds(1));
    CallClock.Activity call = new CallClock.Activity();
    long nowMs = 0;
    clock.tick(nowMs);
    clock.record(1_000_000);
    clock.see(call);
    // The task takes 20 minutes for 4 minutes of records: it lags behind.
    for (int second = 1; second <= 1_200; second++) {
      clock.tick(nowMs += 1_000);
      clock.record(1_000_000 + second * 200);
    }
    assertThat(clock.isQuiet(call, 300_000)).isFalse();

    for (int second = 1_201; second <= 1_500; second++) {
      clock.tick(nowMs += 1_000);
      clock.record(1_000_000 + second * 200);
    }

    assertThat(clock.isQuiet(call, 300_000)).isTrue();
  }

  @Test
  void shouldEndQuietCallsWhereRecordsHaveNoTimes() {
    CallClock clock = new CallClock(Duration.ofSeconds(1));
    CallClock.Activity call = new CallClock.Activity();
    clock.tick(0);
    clock.record(0);
    clock.see(call);
    for (int second = 1; second <= 3_000; second++) {
      assertThat(clock.isQuiet(call, 300_000)).isFalse();
      clock.tick(second * 1_000);
      clock.record(0);
    }

    assertThat(clock.isQuiet(call, 300_000)).isTrue();
  }

  @Test
  void shouldTakeTheClockBackAndForthForNoTime() {
    CallClock clock = new CallClock(Duration.ofSeconds(1));
    CallClock.Activity call = new CallClock.Activity();
    clock.tick(1_000_000);
    clock.see(call);
    for (int i = 0; i < 10; i++) {
      clock.tick(1_000);
      clock.tick(900_000_000);
    }

    assertThat(clock.isQuiet(call, 30_000)).isFalse();
  }

  @Test
  void shouldNotEndOtherCallsWhileOneIsPaused() {
    TestFeed paused = new TestFeed();
    paused.callId = "paused";
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(paused.start()).send(paused.message(ChunkKind.PAUSED).build());
      stream.send(feed.start());
      for (AudioChunk chunk : feed.chunks(16_000, List.of(customer()), babble(1, 8_000, 400))) {
        stream.pass(Duration.ofSeconds(2));
        stream.send(chunk);
      }

      assertThat(stream.summaries).extracting(CallSummary::getCallId).containsExactly("paused");
      assertThat(stream.summaries.get(0).getEndedBy()).isEqualTo(CallEnd.INACTIVITY);
    }
  }

  @Test
  void shouldTakeRolesFromTheSettingsWhereTheFeedDoesNotSay() {
    StreamSettings settings =
        StreamTester.roles(
            Map.of(
                "inbound", ChannelRole.CUSTOMER,
                "outbound", ChannelRole.AGENT,
                "0", ChannelRole.AGENT,
                "1", ChannelRole.CUSTOMER));
    try (StreamTester stream = new StreamTester(settings)) {
      stream.send(feed.start());
      stream.send(
          feed.chunks(
              160,
              List.of(
                  channel(ChannelRole.UNKNOWN, "inbound"),
                  channel(ChannelRole.UNKNOWN, "outbound"),
                  channel(ChannelRole.CUSTOMER, "0"),
                  channel(ChannelRole.UNKNOWN, "other")),
              AUDIO,
              AUDIO,
              AUDIO,
              AUDIO));
      stream.send(
          feed.chunks(
              160,
              List.of(channel(ChannelRole.UNKNOWN, null), channel(ChannelRole.UNKNOWN, null)),
              AUDIO,
              AUDIO));
      stream.send(feed.stop());

      assertThat(stream.summaries.get(0).getChannels())
          .extracting(ChannelSummary::getChannel, ChannelSummary::getRole)
          .containsExactly(
              tuple("inbound", ChannelRole.CUSTOMER),
              tuple("outbound", ChannelRole.AGENT),
              tuple("0", ChannelRole.CUSTOMER),
              tuple("other", ChannelRole.UNKNOWN),
              tuple("agent-0", ChannelRole.AGENT),
              tuple("customer-1", ChannelRole.CUSTOMER));
      assertThat(stream.events)
          .extracting(EmotionEvent::getChannel)
          .doesNotContain("outbound", "agent-0")
          .contains("inbound", "0", "other", "customer-1");
    }
  }

  @Test
  void shouldNameTheModelInTheSummaryAndSpeakOfValence() {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(call(feed));

      CallSummary summary = stream.summaries.get(0);
      assertThat(summary.getModels()).hasSize(1);
      assertThat(summary.getModels().get(0).getName()).isEqualTo("high-is-angry");
      ChannelSummary channel = summary.getChannels().get(0);
      float angry = channel.getMeanProbabilities().get("angry");
      assertThat(channel.getMeanArousal())
          .isCloseTo(angry * (float) Math.sin(Math.toRadians(99)), within(1e-6f));
      assertThat(channel.getMeanValence())
          .isCloseTo(angry * (float) Math.cos(Math.toRadians(99)), within(1e-6f));
      EmotionEvent event = stream.events.get(0);
      assertThat(event.getArousal())
          .isCloseTo(
              event.getSmoothedProbabilities().get("angry") * (float) Math.sin(Math.toRadians(99)),
              within(1e-6f));
    }
  }

  @Test
  void shouldRefuseSettingsThatMakeNoSense() {
    assertThatThrownBy(() -> StreamTester.speech(1.1, false))
        .hasMessageContaining("speechMinShare");
    assertThatThrownBy(() -> StreamTester.smoothing(-1, 0)).hasMessageContaining("smoothing");
    assertThatThrownBy(() -> StreamTester.smoothing(1, 1)).hasMessageContaining("labelHysteresis");
    assertThatThrownBy(
            () ->
                StreamTester.plainBut(
                    plain -> {
                      plain.analyzedRoles = Set.of(ChannelRole.CUSTOMER);
                      plain.alertRules = StreamTester.rules("angry >= 0.6 for 10s on AGENT");
                    }))
        .hasMessageContaining("'angry >= 0.6 for 10s on AGENT'")
        .hasMessageContaining("not analyzed");
  }

  private static List<AudioChunk> call(TestFeed feed) {
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(feed.start());
    chunks.addAll(feed.chunks(160, List.of(customer()), AUDIO));
    chunks.add(feed.stop());
    return chunks;
  }
}
