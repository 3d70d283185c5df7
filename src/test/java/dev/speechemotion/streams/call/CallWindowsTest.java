package dev.speechemotion.streams.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.WindowSink;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.deadletters.Rejection;
import dev.speechemotion.streams.intake.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is heard of calls that were written earlier is what the stream would have heard. */
class CallWindowsTest {
  private static final FeatureSpec SPEC = FeatureSpec.TELEPHONE_8K;
  private static final float LEAST_SPEECH = 0.3f;
  private static final int RATE_HZ = 8_000;
  private static final int CHUNK_SAMPLES = 160;
  private static final long BEGIN_MS = 1_700_000_000_000L;
  private static final long MINUTE_MS = 60_000;

  private final float[] speech = TestFeed.babble(1, RATE_HZ, 20);
  private final TestFeed feed = new TestFeed();
  private final Heard heard = new Heard();
  private final CallWindows calls = newCalls(heard);
  private final List<RejectReason> rejected = new ArrayList<>();
  private long nowMs = BEGIN_MS;

  private static final class Heard implements CallWindows.Listener {
    private final List<float[]> windows = new ArrayList<>();
    private final List<EmotionEvent> places = new ArrayList<>();
    private final List<CallSummary> calls = new ArrayList<>();

    @Override
    public void window(EmotionEvent place, float[] features) {
      windows.add(features.clone());
      places.add(place);
    }

    @Override
    public void call(CallSummary summary) {
      calls.add(summary);
    }
  }

  private static CallWindows newCalls(CallWindows.Listener listener) {
    return new CallWindows(
        CallSettings.DEFAULT, LEAST_SPEECH, SPEC, WindowSettings.DEFAULT, listener);
  }

  @Test
  void shouldHearWhatAnAnalyzerOfTheWholeRecordingDoes() {
    take(feed.start());
    feed.chunks(CHUNK_SAMPLES, List.of(TestFeed.customer()), speech).forEach(this::take);
    take(feed.stop());

    assertThat(heard.windows).hasSizeGreaterThan(10);
    assertSameWindows(heard.windows, expected(speech, true));
    assertThat(heard.calls).hasSize(1);
    assertThat(heard.calls.get(0).getChannels().get(0).getAudioMs()).isEqualTo(20_000);
    // Each with its place in the call.
    assertThat(heard.places).hasSameSizeAs(heard.windows);
    assertThat(heard.places)
        .extracting(EmotionEvent::getCallId)
        .containsOnly(heard.calls.get(0).getCallId());
    assertThat(heard.places)
        .extracting(EmotionEvent::getChannel)
        .containsOnly(heard.calls.get(0).getChannels().get(0).getChannel());
    assertThat(heard.places.get(3).getEndMs() - heard.places.get(2).getEndMs()).isEqualTo(1_000);
  }

  @Test
  void shouldHearThemWhateverTheOrderAndHoweverOften() {
    take(feed.start());
    Random random = new Random(1);
    List<AudioChunk> chunks = feed.chunks(CHUNK_SAMPLES, List.of(TestFeed.customer()), speech);
    TestFeed.doubled(TestFeed.reordered(chunks, random, 0.2, 5), random, 0.1, 5)
        .forEach(this::take);
    take(feed.stop());

    assertThat(rejected).isEmpty();
    assertSameWindows(heard.windows, expected(speech, true));
  }

  @Test
  void shouldLeaveTheAgentOut() {
    float[] agent = TestFeed.babble(2, RATE_HZ, 20);

    take(feed.start());
    feed.chunks(CHUNK_SAMPLES, List.of(TestFeed.agent(), TestFeed.customer()), agent, speech)
        .forEach(this::take);
    take(feed.stop());

    assertSameWindows(heard.windows, expected(speech, true));
    assertThat(heard.calls.get(0).getChannels())
        .extracting(ChannelSummary::getAnalyzed)
        .containsExactly(false, true);
  }

  @Test
  void shouldEndACallThatIsQuietByTheTimeOfTheRecords() {
    feed.chunks(CHUNK_SAMPLES, List.of(TestFeed.customer()), speech).forEach(this::take);
    assertThat(heard.calls).isEmpty();

    nowMs += 6 * MINUTE_MS;
    TestFeed other = new TestFeed();
    other.callId = "call-2";
    take(other.start());

    assertThat(heard.calls).extracting(CallSummary::getCallId).containsExactly("call-1");
    assertSameWindows(heard.windows, expected(speech, true));
    // It is remembered for a while that it has ended.
    take(feed.media(List.of(TestFeed.customer()), new float[CHUNK_SAMPLES]));
    assertThat(rejected).containsExactly(RejectReason.LATE);
  }

  @Test
  void shouldLeaveOutTheWindowThatACallStillGoingOnHasNotCompleted() {
    take(feed.start());
    feed.chunks(CHUNK_SAMPLES, List.of(TestFeed.customer()), speech).forEach(this::take);

    calls.finish(nowMs + MINUTE_MS);

    assertThat(expected(speech, true)).hasSizeGreaterThan(expected(speech, false).size());
    assertSameWindows(heard.windows, expected(speech, false));
    assertThat(heard.calls).hasSize(1);
    assertThat(heard.calls.get(0).getChannels().get(0).getAudioMs()).isEqualTo(20_000);
  }

  @Test
  void shouldEndACallWithoutStopIfItWasQuietAtTheEnd() {
    take(feed.start());
    feed.chunks(CHUNK_SAMPLES, List.of(TestFeed.customer()), speech).forEach(this::take);

    calls.finish(nowMs + 6 * MINUTE_MS);

    assertSameWindows(heard.windows, expected(speech, true));
    assertThat(heard.calls).hasSize(1);
  }

  @Test
  void shouldHearACallOfWhichTheBeginningWasNotRead() {
    feed.offsetMicros = 1_000_000_000;
    feed.sequence = 50_000;
    feed.encoding = AudioEncoding.PCM_S16LE;

    feed.chunks(CHUNK_SAMPLES, List.of(TestFeed.customer()), speech).forEach(this::take);
    take(feed.stop());

    assertThat(heard.windows).hasSizeGreaterThan(10);
    assertThat(heard.calls.get(0).getChannels().get(0).getAudioMs()).isEqualTo(20_000);
  }

  private void take(AudioChunk chunk) {
    nowMs += 20;
    calls.take(new Message(chunk), nowMs).map(Rejection::reason).ifPresent(rejected::add);
  }

  /** The windows with enough speech of the whole recording, as it was coded. */
  private List<float[]> expected(float[] samples, boolean ended) {
    byte[] bytes = new byte[samples.length * feed.encoding.bytesPerSample()];
    feed.encoding.encode(samples, 0, samples.length, bytes, 0);
    float[] decoded = new float[samples.length];
    feed.encoding.decode(bytes, 0, 1, samples.length, decoded, 0);
    List<float[]> windows = new ArrayList<>();
    WindowSink sink =
        (beginMs, endMs, speechShare, features) -> {
          if (speechShare >= LEAST_SPEECH) {
            windows.add(features.clone());
          }
        };
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(new FeatureExtractor(SPEC), WindowSettings.DEFAULT, RATE_HZ);
    analyzer.accept(decoded, 0, decoded.length, sink);
    if (ended) {
      analyzer.finish(sink);
    }
    return windows;
  }

  private static void assertSameWindows(List<float[]> actual, List<float[]> expected) {
    assertThat(actual.toArray(new float[0][])).isDeepEqualTo(expected.toArray(new float[0][]));
  }
}
