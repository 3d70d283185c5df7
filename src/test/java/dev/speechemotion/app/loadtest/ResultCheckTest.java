package dev.speechemotion.app.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.serving.ClassifiedWindow;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ResultCheckTest {
  @BeforeAll
  static void trustGeneratedClasses() {
    // As whoever reads events does.
    EmotionSerdes.of(RegistryClients.inMemory());
  }

  private static final LoadPlan PLAN = new LoadPlan(1, 5, 0, 20, 1, 0);
  private static final ClassifiedWindow FIRST =
      new ClassifiedWindow(0, 3_000, 0.5, new float[] {0.75f, 0.25f});
  private static final ClassifiedWindow SECOND =
      new ClassifiedWindow(1_000, 4_000, 0.5, new float[] {0.5f, 0.5f});
  private static final ClassifiedWindow SILENT =
      new ClassifiedWindow(2_000, 5_000, 0, ClassifiedWindow.NO_PROBABILITIES);

  private final ResultCheck check = check(false);

  private static ResultCheck check(boolean noSpeechEvents) {
    ExpectedResults.OfChannel channel =
        new ExpectedResults.OfChannel(List.of(FIRST, SECOND, SILENT), new int[] {150, 200, 250});
    return new ResultCheck(
        PLAN, new ExpectedResults(List.of(channel), List.of("angry", "happy")), noSpeechEvents);
  }

  private static EmotionEvent event(ClassifiedWindow window) {
    return EmotionEvent.newBuilder()
        .setCallId(LoadPlan.callId(0))
        .setStreamId("stream-1")
        .setChannel("customer-0")
        .setRole(ChannelRole.CUSTOMER)
        .setSequenceNumber(0)
        .setBeginMs(window.beginMs())
        .setEndMs(window.endMs())
        .setEmotion("angry")
        .setConfidence(0)
        .setUncertain(false)
        .setProbabilities(
            window.holdsSpeech()
                ? Map.of("angry", window.probabilities()[0], "happy", window.probabilities()[1])
                : Map.of())
        .setSmoothedProbabilities(Map.of())
        .setSpeech(window.holdsSpeech())
        .setSpeechShare((float) window.speechShare())
        .setGapMs(0)
        .setGapBeforeMs(0)
        .setModelName("m")
        .setModelVersion("1")
        .setModelHash("h")
        .setLastChunkIngestedAt(Instant.EPOCH)
        .setCreatedAt(Instant.EPOCH)
        .build();
  }

  @Test
  void shouldBeContentWithEveryEventOnce() {
    check.event(event(FIRST), 0);
    check.event(event(SECOND), 0);

    assertThat(check.lost()).isZero();
    assertThat(check.duplicated()).isZero();
    assertThat(check.different()).isZero();
  }

  @Test
  void shouldMissAnEvent() {
    check.event(event(SECOND), 0);

    assertThat(check.lost()).isEqualTo(1);
  }

  @Test
  void shouldMissTheEventOfASilentWindowWhereThereShouldBeOne() {
    ResultCheck all = check(true);
    all.event(event(FIRST), 0);
    all.event(event(SECOND), 0);

    assertThat(all.lost()).isEqualTo(1);
  }

  @Test
  void shouldNoticeWhatComesTwice() {
    check.event(event(FIRST), 0);
    check.event(event(FIRST), 0);

    assertThat(check.duplicated()).isEqualTo(1);
  }

  @Test
  void shouldNoticeADifferenceOfTheLastBit() {
    EmotionEvent event = event(FIRST);
    event.setProbabilities(Map.of("angry", Math.nextUp(0.75f), "happy", 0.25f));
    check.event(event, 0);

    assertThat(check.different()).isEqualTo(1);
  }

  @Test
  void shouldNoticeAnEventOfNoWindow() {
    check.event(event(new ClassifiedWindow(500, 3_500, 0.5, new float[] {1, 0})), 0);

    assertThat(check.different()).isEqualTo(1);
  }

  @Test
  void shouldMeasureFromTheAppendOfTheLastChunkThatAWindowNeeds() {
    check.beginToMeasure();
    long nowMs = System.currentTimeMillis() + 1;
    for (int chunk = 0; chunk <= 200; chunk++) {
      check.appended(0, chunk, nowMs + chunk);
    }
    check.event(event(FIRST), nowMs + 150 + 7);
    check.event(event(SECOND), nowMs + 200 + 5);

    assertThat(check.latenciesMs()).containsExactly(5, 7);
  }

  @Test
  void shouldNotMeasureBeforeItIsTold() {
    check.appended(0, 150, System.currentTimeMillis());
    check.event(event(FIRST), System.currentTimeMillis());

    assertThat(check.latenciesMs()).isEmpty();
  }
}
