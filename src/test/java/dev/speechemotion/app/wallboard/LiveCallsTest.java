package dev.speechemotion.app.wallboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.speechemotion.app.fixtures.PretendCall;
import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.AudioFault;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LiveCallsTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final ChannelRole CUSTOMER = ChannelRole.CUSTOMER;

  private final SetClock clock = new SetClock();
  private final LiveCalls calls = new LiveCalls(clock);
  private final PretendCall call = new PretendCall("call-1", NOON);

  private static final class SetClock extends Clock {
    private Instant now = NOON;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  private void take(SpecificRecord... records) {
    calls.take(List.of(records));
  }

  private JsonNode picture() {
    return calls.picture(0, new HashSet<>());
  }

  private static JsonNode row(JsonNode picture, String id) {
    return StreamSupport.stream(picture.get("calls").spliterator(), false)
        .filter(row -> row.get("id").asText().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static String strip(JsonNode row) {
    StringBuilder text = new StringBuilder();
    for (JsonNode stretch : row.get("channels").get(0).get("strip")) {
      text.append(
          "%s %d-%d "
              .formatted(
                  stretch.get(0).asText(), stretch.get(1).asLong(), stretch.get(2).asLong()));
    }
    return text.toString().strip();
  }

  @Test
  void shouldShowTheEmotionOfNowAndSinceWhenItLasts() {
    take(
        call.event(CUSTOMER, 3_000, "neutral", 0.7),
        call.event(CUSTOMER, 4_000, "angry", 0.6),
        call.event(CUSTOMER, 5_000, "angry", 0.8));

    JsonNode row = row(picture(), "call-1");
    JsonNode channel = row.get("channels").get(0);
    assertThat(channel.get("emotion").asText()).isEqualTo("angry");
    assertThat(channel.get("confidence").asDouble()).isEqualTo(0.8);
    assertThat(channel.get("sinceMs").asLong()).isEqualTo(3_000);
    assertThat(channel.get("untilMs").asLong()).isEqualTo(5_000);
    assertThat(strip(row)).isEqualTo("neutral 0-3000 angry 3000-5000");
    assertThat(row.get("beganAt").asLong()).isEqualTo(NOON.plusMillis(400).toEpochMilli());
    assertThat(row.has("endedAt")).isFalse();
  }

  @Test
  void shouldShowWhatIsWrongWithTheAudioForAsLongAsItIs() {
    EmotionEvent wrong = call.event(CUSTOMER, 3_000, "none", 0);
    wrong.setQuality(List.of(AudioFault.WRONG_G711_LAW));
    take(wrong);

    JsonNode channel = row(picture(), "call-1").get("channels").get(0);
    assertThat(channel.get("quality")).hasSize(1);
    assertThat(channel.get("quality").get(0).asText()).isEqualTo("WRONG_G711_LAW");

    take(call.event(CUSTOMER, 14_000, "neutral", 0.7));

    assertThat(row(picture(), "call-1").get("channels").get(0).has("quality")).isFalse();
  }

  @Test
  void shouldPutTheCustomerFirst() {
    take(
        call.event(ChannelRole.AGENT, 3_000, "neutral", 0.7),
        call.event(CUSTOMER, 3_000, "sad", 0.7));

    JsonNode channels = row(picture(), "call-1").get("channels");
    assertThat(channels.get(0).get("role").asText()).isEqualTo("CUSTOMER");
    assertThat(channels.get(1).get("role").asText()).isEqualTo("AGENT");
  }

  @Test
  void shouldGiveOnlyWhatIsNew() {
    Set<String> known = new HashSet<>();
    take(call.event(CUSTOMER, 3_000, "neutral", 0.7), call.event(CUSTOMER, 4_000, "sad", 0.7));
    take(new PretendCall("call-2", NOON).event(CUSTOMER, 3_000, "happy", 0.7));
    JsonNode first = calls.picture(0, known);
    assertThat(first.get("calls")).hasSize(2);

    take(call.event(CUSTOMER, 5_000, "sad", 0.7), call.event(CUSTOMER, 6_000, "fear", 0.7));
    JsonNode changes = calls.picture(first.get("version").asLong(), known);

    assertThat(changes.get("calls")).hasSize(1);
    JsonNode row = row(changes, "call-1");
    // The first stretch is as it was; the second has become longer.
    assertThat(row.get("channels").get(0).get("from").asInt()).isEqualTo(1);
    assertThat(strip(row)).isEqualTo("sad 3000-5000 fear 5000-6000");
    assertThat(calls.picture(changes.get("version").asLong(), known).get("calls")).isEmpty();
  }

  @Test
  void shouldKeepAlertsWhileTheyHoldAndCountThoseOfToday() {
    take(call.alert(CUSTOMER, AlertState.RAISED, 20_000));
    JsonNode raised = row(picture(), "call-1").get("alerts");
    assertThat(raised).hasSize(1);
    assertThat(raised.get(0).get("rule").asText()).isEqualTo(PretendCall.RULE);
    assertThat(raised.get(0).get("emotion").asText()).isEqualTo("angry");

    take(call.alert(CUSTOMER, AlertState.CLEARED, 30_000));
    assertThat(row(picture(), "call-1").get("alerts")).isEmpty();
    assertThat(row(picture(), "call-1").get("raised").asInt()).isEqualTo(1);
    assertThat(picture().get("totals").get("alerts").asInt()).isEqualTo(1);
    assertThat(calls.detail("call-1").orElseThrow().get("history")).hasSize(2);
  }

  @Test
  void shouldShowTheEndForAWhileAndThenForgetTheCall() {
    Set<String> known = new HashSet<>();
    take(call.event(CUSTOMER, 3_000, "neutral", 0.7), call.summary(60_000));
    JsonNode picture = calls.picture(0, known);
    JsonNode row = row(picture, "call-1");
    assertThat(row.get("endedBy").asText()).isEqualTo("STOP");
    assertThat(row.get("mediaMs").asLong()).isEqualTo(60_000);
    assertThat(row.get("channels").get(1).get("analyzed").asBoolean()).isFalse();

    clock.now = NOON.plusSeconds(60).plus(LiveCalls.AFTER_THE_END).plusSeconds(1);
    take();

    JsonNode later = calls.picture(picture.get("version").asLong(), known);
    assertThat(later.get("gone")).hasSize(1);
    assertThat(later.get("calls")).isEmpty();
    assertThat(calls.detail("call-1")).isEmpty();
    assertThat(later.get("totals").get("calls").asInt()).isEqualTo(1);
  }

  @Test
  void shouldNotBeginACallAgainByAnEventThatWasMadeBeforeItsEnd() {
    EmotionEvent last = call.event(CUSTOMER, 60_000, "neutral", 0.7);
    clock.now = NOON.plus(LiveCalls.AFTER_THE_END).plusSeconds(90);
    take(call.summary(60_000));
    take();
    take(last);
    assertThat(picture().get("calls")).isEmpty();

    // But by one that was made later: call centers use ids again.
    PretendCall again = new PretendCall("call-1", clock.now);
    take(again.event(CUSTOMER, 3_000, "happy", 0.7));
    assertThat(row(picture(), "call-1").has("endedAt")).isFalse();
  }

  @Test
  void shouldReplaceAnEndedCallByANewOneOfTheSameId() {
    Set<String> known = new HashSet<>();
    take(call.event(CUSTOMER, 3_000, "angry", 0.7), call.summary(4_000));
    long version = calls.picture(0, known).get("version").asLong();

    PretendCall again = new PretendCall("call-1", NOON.plusSeconds(10));
    take(again.event(CUSTOMER, 3_000, "happy", 0.7));

    JsonNode row = row(calls.picture(version, known), "call-1");
    assertThat(row.has("endedAt")).isFalse();
    assertThat(row.get("channels").get(0).get("from").asInt()).isZero();
    assertThat(strip(row)).isEqualTo("happy 0-3000");
  }

  @Test
  void shouldForgetACallOfWhichNothingComes() {
    take(call.event(CUSTOMER, 3_000, "neutral", 0.7));
    clock.now = NOON.plus(LiveCalls.MOST_QUIET).plusSeconds(10);
    take();
    assertThat(picture().get("calls")).isEmpty();
  }

  @Test
  void shouldForgetACallOfTheFuture() {
    EmotionEvent event = call.event(CUSTOMER, 3_000, "neutral", 0.7);
    event.setCreatedAt(NOON.plus(Duration.ofDays(10_000)));
    take(event);
    assertThat(picture().get("calls")).hasSize(1);

    clock.now = NOON.plus(LiveCalls.MOST_QUIET).plusSeconds(1);
    take();
    assertThat(picture().get("calls")).isEmpty();
  }

  @Test
  void shouldHoldNoMoreCallsThanItMay() {
    PretendCall ended = new PretendCall("ended", NOON);
    take(ended.event(CUSTOMER, 3_000, "neutral", 0.7), ended.summary(4_000));
    for (int i = 0; i < LiveCalls.MOST_CALLS; i++) {
      take(new PretendCall("call-" + i, NOON.plusMillis(i)).event(CUSTOMER, 3_000, "sad", 0.5));
    }
    JsonNode picture = picture();
    assertThat(picture.get("calls")).hasSize(LiveCalls.MOST_CALLS);
    assertThat(picture.get("calls").toString()).doesNotContain("\"ended\"");

    take(new PretendCall("one more", NOON.plusSeconds(9)).event(CUSTOMER, 3_000, "sad", 0.5));
    picture = picture();
    assertThat(picture.get("calls")).hasSize(LiveCalls.MOST_CALLS);
    // Who was quiet longest went.
    assertThat(picture.get("calls").toString()).contains("one more").doesNotContain("\"call-0\"");
  }

  @Test
  void shouldHoldALongCallInBoundedSpaceFromItsBeginning() {
    List<SpecificRecord> events = new ArrayList<>();
    String[] moods = {"neutral", "angry", "sad"};
    for (int second = 3; second <= 4_000; second++) {
      events.add(call.event(CUSTOMER, second * 1_000L, moods[second / 5 % 3], 0.6));
    }
    calls.take(events);

    JsonNode channel = calls.detail("call-1").orElseThrow().get("channels").get(0);
    assertThat(channel.get("strip").size()).isLessThanOrEqualTo(EmotionStrip.MOST_STRETCHES);
    assertThat(channel.get("strip").get(0).get(1).asLong()).isZero();
    // What goes together is spread over the call.
    for (JsonNode stretch : channel.get("strip")) {
      assertThat(stretch.get(2).asLong() - stretch.get(1).asLong()).isLessThan(400_000);
    }
    JsonNode ends = channel.get("endMs");
    assertThat(ends.size()).isBetween(EmotionTrack.MOST_POINTS / 2, EmotionTrack.MOST_POINTS);
    assertThat(ends.get(0).asLong()).isEqualTo(3_000);
    assertThat(ends.get(ends.size() - 1).asLong()).isEqualTo(4_000_000);
    for (int i = 1; i < ends.size(); i++) {
      assertThat(ends.get(i).asLong()).isGreaterThan(ends.get(i - 1).asLong());
    }
  }

  @Test
  void shouldGiveTheProbabilitiesOverTimeInColumns() {
    take(call.event(CUSTOMER, 3_000, "neutral", 0.7), call.event(CUSTOMER, 4_000, "angry", 0.9));

    JsonNode detail = calls.detail("call-1").orElseThrow();
    List<String> labels = new ArrayList<>();
    detail.get("labels").forEach(label -> labels.add(label.asText()));
    assertThat(labels).containsExactly("angry", "fear", "happy", "neutral", "sad", "surprise");
    JsonNode channel = detail.get("channels").get(0);
    JsonNode columns = channel.get("probabilities");
    assertThat(columns).hasSize(labels.size());
    assertThat(columns.get(labels.indexOf("neutral")).get(0).asDouble()).isEqualTo(0.7);
    assertThat(columns.get(labels.indexOf("angry")).get(1).asDouble()).isEqualTo(0.9);
    assertThat(channel.get("said").get(1).asInt()).isEqualTo(labels.indexOf("angry"));
    assertThat(channel.get("beginMs").get(1).asLong()).isEqualTo(1_000);
  }

  @Test
  void shouldTellGapsAndSilence() {
    EmotionEvent silent = call.event(CUSTOMER, 5_000, "none", 0);
    silent.setSpeech(false);
    silent.setProbabilities(Map.of());
    silent.setSmoothedProbabilities(Map.of());
    EmotionEvent afterGap = call.event(CUSTOMER, 20_000, "sad", 0.6);
    afterGap.setGapBeforeMs(4_000);
    take(call.event(CUSTOMER, 3_000, "sad", 0.6), silent, afterGap);

    JsonNode channel = calls.detail("call-1").orElseThrow().get("channels").get(0);
    assertThat(strip(row(picture(), "call-1")))
        .isEqualTo("sad 0-3000 none 3000-5000 sad 17000-20000");
    assertThat(channel.get("gaps").toString()).isEqualTo("[[13000,17000]]");
    assertThat(channel.get("said").get(1).asInt()).isEqualTo(-1);
  }

  @Test
  void shouldKnowTheWindowThatIsCorrected() {
    take(call.event(CUSTOMER, 4_000, "angry", 0.9));

    String channel = PretendCall.channel(CUSTOMER);
    assertThat(calls.window("call-1", PretendCall.STREAM, channel, 1_000, 4_000))
        .hasValueSatisfying(
            heard -> {
              assertThat(heard.emotion()).isEqualTo("angry");
              assertThat(heard.role()).isEqualTo(CUSTOMER);
              assertThat(heard.modelName()).isEqualTo("open");
            });
    assertThat(calls.window("call-1", PretendCall.STREAM, channel, 1_000, 4_001)).isEmpty();
    assertThat(calls.window("call-1", "another", channel, 1_000, 4_000)).isEmpty();
    assertThat(calls.window("another", PretendCall.STREAM, channel, 1_000, 4_000)).isEmpty();
  }

  @Test
  void shouldBeginTheTotalsAnewAtMidnight() {
    take(call.event(CUSTOMER, 3_000, "angry", 0.7), call.summary(60_000));
    JsonNode totals = picture().get("totals");
    assertThat(totals.get("day").asText()).isEqualTo("2026-03-01");
    assertThat(totals.get("calls").asInt()).isEqualTo(1);
    assertThat(totals.get("meanDurationMs").asLong()).isEqualTo(60_000);
    assertThat(totals.get("emotionMs").get("angry").asLong()).isEqualTo(3_000);

    clock.now = NOON.plus(Duration.ofHours(12));
    totals = picture().get("totals");
    assertThat(totals.get("day").asText()).isEqualTo("2026-03-02");
    assertThat(totals.get("calls").asInt()).isZero();
    assertThat(totals.get("emotionMs")).isEmpty();
  }

  @Test
  @Timeout(30)
  void shouldWakeWhoWaitsForAChange() throws Exception {
    take(call.event(CUSTOMER, 3_000, "angry", 0.7));
    long version = picture().get("version").asLong();
    assertThat(calls.awaitChange(version, Duration.ofMillis(20))).isFalse();

    CompletableFuture<Boolean> changed =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return calls.awaitChange(version, Duration.ofSeconds(20));
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    take(call.event(CUSTOMER, 4_000, "angry", 0.7));
    assertThat(changed.get(20, TimeUnit.SECONDS)).isTrue();
  }
}
