package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.TestFeed.customer;
import static dev.speechemotion.streams.call.TestFeed.tone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.EmotionStretch;
import dev.speechemotion.streams.StreamSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SmoothingTest {
  private final TestFeed feed = new TestFeed();

  @Test
  void shouldSmoothExponentiallyInMediaTime() {
    try (StreamTester stream = new StreamTester(StreamTester.smoothing(3, 0))) {
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
  void shouldNotFlicker() {
    List<CallSummary> summaries = new ArrayList<>();
    List<Integer> changes = new ArrayList<>();
    for (StreamSettings settings :
        List.of(StreamTester.smoothing(0, 0), StreamTester.smoothing(4, 0.1))) {
      TestFeed each = new TestFeed();
      try (StreamTester stream = new StreamTester(settings)) {
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

  private void say(StreamTester stream, double frequencyHz, double seconds) {
    stream.send(feed.chunks(800, List.of(customer()), tone(frequencyHz, 8_000, seconds)));
  }
}
