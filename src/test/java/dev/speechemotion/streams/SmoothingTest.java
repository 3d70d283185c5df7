package dev.speechemotion.streams;

import static dev.speechemotion.streams.TestFeed.customer;
import static dev.speechemotion.streams.TestFeed.tone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.EmotionStretch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SmoothingTest {
  private final TestFeed feed = new TestFeed();

  @Test
  void shouldSmoothExponentiallyInMediaTime() {
    try (StreamTester stream =
        new StreamTester(StreamTester.calling(StreamTester.smoothing(3, 0)))) {
      say(stream, 500, 5);
      say(stream, 3_500, 10);

      double smoothed = 0;
      for (int i = 0; i < stream.events.size(); i++) {
        EmotionEvent event = stream.events.get(i);
        float raw = event.getProbabilities().get("angry");
        smoothed = i == 0 ? raw : smoothed + (1 - Math.exp(-1 / 3.0)) * (raw - smoothed);
        assertThat((double) event.getSmoothedProbabilities().get("angry"))
            .isCloseTo(smoothed, within(1e-5));
        assertThat(event.getSmoothedProbabilities().values().stream().mapToDouble(p -> p).sum())
            .isCloseTo(1, within(1e-5));
        assertThat(event.getConfidence())
            .isEqualTo(event.getSmoothedProbabilities().get(event.getEmotion()));
      }
      assertThat(stream.events.size()).isGreaterThan(10);
    }
  }

  @Test
  void shouldForgetOverASilence() {
    Smoothing smoothing = new Smoothing(Duration.ofSeconds(2), 0, List.of("a", "b"));
    ChannelState channel = new ChannelState("x", 0, ChannelRole.CUSTOMER);
    float[] smoothed = new float[2];

    smoothing.follow(channel, new float[] {1, 0}, 3_000, smoothed);
    channel.labelEndMs = 3_000;
    smoothing.follow(channel, new float[] {0, 1}, 4_000, smoothed);
    assertThat(smoothed[0]).isCloseTo((float) Math.exp(-0.5), within(1e-6f));
    channel.labelEndMs = 4_000;
    smoothing.follow(channel, new float[] {0, 1}, 64_000, smoothed);

    assertThat(smoothed[0]).isLessThan(1e-6f);
  }

  @Test
  void shouldKeepTheLabelUntilAnotherIsMoreProbableByTheHysteresis() {
    Smoothing smoothing = new Smoothing(Duration.ZERO, 0.1, List.of("a", "b"));
    ChannelState channel = new ChannelState("x", 0, ChannelRole.CUSTOMER);
    List<Integer> labels = new ArrayList<>();
    for (float a : new float[] {0.51f, 0.49f, 0.46f, 0.44f, 0.49f, 0.54f, 0.56f}) {
      labels.add(
          smoothing.follow(channel, new float[] {a, 1 - a}, 1_000 * labels.size(), new float[2]));
    }

    assertThat(labels).containsExactly(0, 0, 0, 1, 1, 1, 0);
  }

  @Test
  void shouldNotFlicker() {
    List<CallSummary> summaries = new ArrayList<>();
    List<Integer> changes = new ArrayList<>();
    for (CallSettings settings :
        List.of(StreamTester.smoothing(0, 0), StreamTester.smoothing(4, 0.1))) {
      TestFeed each = new TestFeed();
      try (StreamTester stream = new StreamTester(StreamTester.calling(settings))) {
        stream.send(each.start());
        for (int i = 0; i < 10; i++) {
          float[] part = tone(i % 2 == 0 ? 1_500 : 2_700, 8_000, 3);
          stream.send(each.chunks(800, List.of(customer()), part));
        }
        stream.send(each.stop());
        int count = 0;
        for (int i = 1; i < stream.events.size(); i++) {
          count +=
              stream.events.get(i).getEmotion().equals(stream.events.get(i - 1).getEmotion())
                  ? 0
                  : 1;
        }
        changes.add(count);
        summaries.addAll(stream.summaries);
      }
    }

    assertThat(changes.get(0)).isGreaterThan(4);
    assertThat(changes.get(1)).isLessThanOrEqualTo(1);
    assertThat(summaries.get(0).getChannels().get(0).getTimeline()).hasSize(changes.get(0) + 1);
  }

  @Test
  void shouldDrawATimelineThatCoversTheTimeOnce() {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(feed.start());
      say(stream, 500, 6);
      say(stream, 3_500, 6);
      feed.offsetMicros += 2_000_000;
      say(stream, 500, 5.5);
      stream.send(feed.stop());

      ChannelSummary channel = stream.summaries.get(0).getChannels().get(0);
      assertThat(channel.getTimeline())
          .containsExactly(
              new EmotionStretch("neutral", 0L, 7_000L),
              new EmotionStretch("angry", 7_000L, 12_000L),
              new EmotionStretch("neutral", 14_000L, 19_500L));
      assertThat(channel.getEmotionShares().get("angry")).isEqualTo((float) (5_000 / 17_500.0));
      assertThat(channel.getEmotion()).isEqualTo("neutral");
    }
  }

  @Test
  void shouldBoundTheTimelineByMergingItsShortestStretches() {
    Timeline timeline = new Timeline();
    long atMs = 0;
    for (int i = 0; i < 500; i++) {
      long lengthMs = i % 10 == 0 ? 60_000 : 1_000;
      timeline.add("emotion-" + i % 3, atMs, atMs + lengthMs);
      atMs += lengthMs;
    }

    assertThat(timeline.stretches).hasSizeLessThanOrEqualTo(Timeline.MAX_STRETCHES);
    long expectedMs = 0;
    for (int i = 0; i < timeline.stretches.size(); i++) {
      Timeline.Stretch stretch = timeline.stretches.get(i);
      assertThat(stretch.beginMs()).isEqualTo(expectedMs);
      expectedMs = stretch.endMs();
    }
    assertThat(expectedMs).isEqualTo(atMs);
    assertThat(timeline.stretches.stream().filter(stretch -> stretch.lengthMs() >= 60_000))
        .hasSizeGreaterThan(40);
  }

  private void say(StreamTester stream, double frequencyHz, double seconds) {
    stream.send(feed.chunks(800, List.of(customer()), tone(frequencyHz, 8_000, seconds)));
  }
}
