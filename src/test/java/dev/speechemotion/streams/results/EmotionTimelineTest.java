package dev.speechemotion.streams.results;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EmotionTimelineTest {

  @Test
  void shouldBoundTheTimelineByMergingItsShortestStretches() {
    EmotionTimeline timeline = new EmotionTimeline();
    long atMs = 0;
    for (int i = 0; i < 500; i++) {
      long lengthMs = i % 10 == 0 ? 60_000 : 1_000;
      timeline.add("emotion-" + i % 3, atMs, atMs + lengthMs);
      atMs += lengthMs;
    }

    assertThat(timeline.stretches()).hasSizeLessThanOrEqualTo(EmotionTimeline.MAX_STRETCHES);
    long expectedMs = 0;
    for (int i = 0; i < timeline.stretches().size(); i++) {
      EmotionTimeline.Stretch stretch = timeline.stretches().get(i);
      assertThat(stretch.beginMs()).isEqualTo(expectedMs);
      expectedMs = stretch.endMs();
    }
    assertThat(expectedMs).isEqualTo(atMs);
    assertThat(timeline.stretches().stream().filter(stretch -> stretch.lengthMs() >= 60_000))
        .hasSizeGreaterThan(40);
  }
}
