package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.TestFeed.agent;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.EmotionTopologyTest;
import dev.speechemotion.streams.media.TalkTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows with too little speech, and who talks when. */
class SpeechTest {
  /** The VAD's hang-over, and half a slot. */
  private static final Offset<Long> HANG_OVER_MS = within(260L);

  private final TestFeed feed = new TestFeed();

  @Test
  void shouldGiveNoEmotionOfWindowsWithTooLittleSpeech() {
    List<AudioChunk> chunks = call(talk(10, 0, 4));

    try (StreamTester stream = new StreamTester(StreamTester.speech(0.1, false))) {
      stream.send(chunks);

      assertThat(stream.events).extracting(EmotionEvent::getSpeech).containsOnly(true);
      // The last window that has 0.3 s of speech begins at 3 s: talk until 4 s.
      assertThat(stream.events).extracting(EmotionEvent::getBeginMs).endsWith(2_000L, 3_000L);
      assertThat(stream.events).extracting(EmotionEvent::getSequenceNumber).endsWith(2L, 3L);
      ChannelSummary channel = stream.summaries.get(0).getChannels().get(0);
      assertThat(channel.getEventCount()).isEqualTo(4);
      assertThat(channel.getNoSpeechCount()).isEqualTo(4);
    }
  }

  @Test
  void shouldSayThatThereIsNoSpeechIfToldTo() {
    List<AudioChunk> chunks = call(talk(10, 0, 4));

    try (StreamTester stream = new StreamTester(StreamTester.speech(0.1, true))) {
      stream.send(chunks);

      assertThat(stream.events)
          .extracting(EmotionEvent::getSpeech)
          .containsExactly(true, true, true, true, false, false, false, false);
      assertThat(stream.events)
          .extracting(EmotionEvent::getSequenceNumber)
          .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
      EmotionEvent silent = stream.events.get(4);
      assertThat(silent.getEmotion()).isEqualTo("none");
      assertThat(silent.getConfidence()).isZero();
      assertThat(silent.getUncertain()).isTrue();
      assertThat(silent.getProbabilities()).isEmpty();
      assertThat(silent.getSmoothedProbabilities()).isEmpty();
      assertThat(silent.getValence()).isNull();
      assertThat(silent.getSpeechShare()).isLessThan(0.1f);
      assertThat(stream.summaries.get(0).getChannels().get(0).getEventCount()).isEqualTo(4);
    }
  }

  @Test
  void shouldGiveNoEmotionOfTones() {
    float[] ringBack = new float[80_000];
    for (int i = 0; i < ringBack.length; i++) {
      double t = i / 8_000.0;
      double tones = Math.sin(2 * Math.PI * 440 * t) + Math.sin(2 * Math.PI * 480 * t);
      ringBack[i] = t % 6 < 2 ? 0.2f * (float) tones : 0;
    }
    List<AudioChunk> chunks = call(ringBack);

    try (StreamTester silent = new StreamTester(StreamTester.speech(0.1, false));
        StreamTester telling = new StreamTester(StreamTester.speech(0.1, true))) {
      silent.send(chunks);
      telling.send(chunks);

      assertThat(silent.events).isEmpty();
      assertThat(telling.events).hasSize(8);
      assertThat(telling.events).extracting(EmotionEvent::getEmotion).containsOnly("none");
      assertThat(telling.events).extracting(EmotionEvent::getSpeechShare).containsOnly(0f);
    }
  }

  /** Takes nothing for speech, as a model with a detector does with music. */
  private static final class HearsNobody extends EmotionTopologyTest.HighIsAngry {
    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      Arrays.fill(probabilities, 0);
    }
  }

  @Test
  void shouldGiveNoEmotionWhereTheModelHearsNoSpeech() {
    List<AudioChunk> chunks = call(talk(10, 0, 10));

    try (StreamTester plain = new StreamTester(StreamTester.speech(0.1, false));
        StreamTester silent = new StreamTester(StreamTester.speech(0.1, false), HearsNobody::new);
        StreamTester telling = new StreamTester(StreamTester.speech(0.1, true), HearsNobody::new)) {
      plain.send(chunks);
      silent.send(chunks);
      telling.send(chunks);

      assertThat(silent.events).isEmpty();
      assertThat(silent.metric("windows")).isEqualTo(plain.metric("windows"));
      assertThat(telling.events).hasSize(8);
      for (EmotionEvent event : telling.events) {
        assertThat(event.getSpeech()).isFalse();
        assertThat(event.getEmotion()).isEqualTo("none");
        assertThat(event.getConfidence()).isZero();
        assertThat(event.getProbabilities()).isEmpty();
        assertThat(event.getSpeechShare()).isGreaterThan(0.9f);
      }
      ChannelSummary channel = telling.summaries.get(0).getChannels().get(0);
      assertThat(channel.getEventCount()).isZero();
      assertThat(channel.getNoSpeechCount()).isEqualTo(8);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldMeasureTalkAndOverlapOfChannelsAlsoOfThoseNotAnalyzed(boolean interleaved) {
    float[] customerAudio = talk(20, 1, 6, 9, 13);
    float[] agentAudio = talk(20, 5, 10, 15, 17);
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(feed.start());
    if (interleaved) {
      chunks.addAll(feed.chunks(160, List.of(customer(), agent()), customerAudio, agentAudio));
    } else {
      List<AudioChunk> first = feed.chunks(160, List.of(customer()), customerAudio);
      feed.offsetMicros = 0;
      List<AudioChunk> second = feed.chunks(160, List.of(agent()), agentAudio);
      for (int i = 0; i < first.size(); i++) {
        first.get(i).setSequenceNumber(1L + 2 * i);
        second.get(i).setSequenceNumber(2L + 2 * i);
        chunks.add(first.get(i));
        chunks.add(second.get(i));
      }
    }
    chunks.add(feed.stop());

    CallSummary summary = run(chunks);

    ChannelSummary customer = summary.getChannels().get(0);
    ChannelSummary agent = summary.getChannels().get(1);
    assertThat(customer.getTalkMs()).isCloseTo(9_000, within(2 * 260L));
    assertThat(customer.getNonTalkMs()).isEqualTo(20_000 - customer.getTalkMs());
    assertThat(agent.getAnalyzed()).isFalse();
    assertThat(agent.getTalkMs()).isCloseTo(7_000, within(2 * 260L));
    // 5 to 6 and 9 to 10
    assertThat(summary.getOverlapMs()).isCloseTo(2_000, within(2 * 260L));
    assertThat(summary.getTalkMs())
        .isCloseTo(customer.getTalkMs() + agent.getTalkMs() - summary.getOverlapMs(), within(100L));
    assertThat(summary.getNonTalkMs()).isEqualTo(20_000 - summary.getTalkMs());
  }

  @Test
  void shouldMeasureTheSameHoweverTheAudioIsCut() {
    float[] audio = talk(12, 1, 6, 9, 11);

    CallSummary fine = run(new TestFeed(), audio, 37);
    CallSummary coarse = run(new TestFeed(), audio, 6_000);

    assertThat(fine.getTalkMs()).isPositive().isEqualTo(coarse.getTalkMs());
    assertThat(fine.getChannels().get(0).getTalkMs())
        .isEqualTo(coarse.getChannels().get(0).getTalkMs());
  }

  private static CallSummary run(TestFeed feed, float[] audio, int chunkSamples) {
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(feed.start());
    chunks.addAll(feed.chunks(chunkSamples, List.of(customer()), audio));
    chunks.add(feed.stop());
    return run(chunks);
  }

  @Test
  void shouldCompareStreamsByTheirClocks() {
    TestFeed second = new TestFeed();
    second.streamId = "stream-2";
    feed.capturedFrom = Instant.parse("2026-01-01T00:00:00Z");
    // Its media time 0 is 4 s later, so it talks from 5 s to 6 s of the first one's.
    second.capturedFrom = feed.capturedFrom.plusSeconds(4);
    List<AudioChunk> mine = feed.chunks(160, List.of(customer()), talk(10, 1, 6));
    List<AudioChunk> other = second.chunks(160, List.of(agent()), talk(6, 1, 2));
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(AudioChunk.newBuilder(feed.start()).setSequenceNumber(-1).build());
    chunks.add(AudioChunk.newBuilder(second.start()).setSequenceNumber(-1).build());
    for (int i = 0; i < mine.size(); i++) {
      chunks.add(mine.get(i));
      if (i >= 200) {
        chunks.add(other.get(i - 200));
      }
    }
    chunks.add(AudioChunk.newBuilder(feed.stop()).setSequenceNumber(mine.size()).build());
    chunks.add(AudioChunk.newBuilder(second.stop()).setSequenceNumber(other.size()).build());

    assertThat(run(chunks).getOverlapMs()).isCloseTo(1_000, HANG_OVER_MS);
  }

  @Test
  void shouldCompareOnlyWhatIsWithinTenSeconds() {
    TalkTime talk = new TalkTime();
    for (int slot = 0; slot < 1_000; slot++) {
      talk.talk(slot);
    }
    for (int slot = 0; slot < 1_000; slot++) {
      talk.talk(slot);
    }

    // The first 488 are forgotten, and count as nobody else's talk.
    assertThat(talk.overlapMs()).isEqualTo(512 * 20);
    assertThat(talk.talkMs()).isEqualTo(1_488 * 20);
    talk.talk(5_000);
    assertThat(talk.talkMs()).isEqualTo(1_489 * 20);
    assertThat(talk.overlapMs()).isEqualTo(512 * 20);
  }

  @Test
  void shouldCountAThirdVoiceNotTwice() {
    TalkTime talk = new TalkTime();
    for (int channel = 0; channel < 3; channel++) {
      talk.talk(7);
    }

    assertThat(talk.talkMs()).isEqualTo(20);
    assertThat(talk.overlapMs()).isEqualTo(20);
  }

  private List<AudioChunk> call(float[] audio) {
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(feed.start());
    chunks.addAll(feed.chunks(160, List.of(customer()), audio));
    chunks.add(feed.stop());
    return chunks;
  }

  private static CallSummary run(List<AudioChunk> chunks) {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);
      assertThat(stream.deadLetters).isEmpty();
      return stream.summaries.get(0);
    }
  }

  /** Faint noise with words of 300 ms every 450 ms from one second to another, and so on. */
  private static float[] talk(double seconds, int... fromTo) {
    Random random = new Random(1);
    float[] samples = new float[(int) (8_000 * seconds)];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = 0.0005f * (float) random.nextGaussian();
      for (int j = 0; j < fromTo.length; j += 2) {
        if (i >= 8_000 * fromTo[j] && i < 8_000 * fromTo[j + 1] && i % 3_600 < 2_400) {
          double word = i % 3_600 / 8_000.0;
          // From 220 Hz up, and with harmonics, as a voice: a tone is none.
          double phase = 2 * Math.PI * (220 + 100 * word) * word;
          for (int harmonic = 1; harmonic <= 4; harmonic++) {
            samples[i] += 0.1f * (float) Math.sin(harmonic * phase);
          }
        }
      }
    }
    return samples;
  }
}
