package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.StreamTester.timeless;
import static dev.speechemotion.streams.call.TestFeed.agent;
import static dev.speechemotion.streams.call.TestFeed.babble;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.resampling.Resampler;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.ModelUsed;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.streams.models.EmotionModels;
import dev.speechemotion.streams.models.OpenModels;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which model a channel gets, and how it goes over to another one. */
class ModelsTest {
  private static final float[] AUDIO = babble(1, 8_000, 12);
  private static final int SWAP_AT = 275;

  private final TestModel old = new TestModel("old", FeatureSpec.TELEPHONE_8K);
  private final TestModel other = new TestModel("other", FeatureSpec.TELEPHONE_8K);
  private final TestModel wide = new TestModel("wide", FeatureSpec.WIDEBAND_16K);
  private final Offers offers = new Offers(old, wide);
  private final TestFeed feed = new TestFeed();

  @Test
  void shouldTakeTheModelOfEachChannelsSamplingRate() {
    TestFeed wideFeed = new TestFeed();
    wideFeed.streamId = "stream-2";
    wideFeed.rateHz = 16_000;
    wideFeed.encoding = AudioEncoding.PCM_S16LE;
    try (StreamTester stream = new StreamTester(StreamTester.plain(), offers)) {
      stream.send(feed.chunks(160, List.of(customer()), AUDIO));
      stream.send(wideFeed.chunks(320, List.of(customer()), babble(2, 16_000, 14)));
      stream.send(feed.stop()).send(wideFeed.stop());

      assertThat(stream.events)
          .allSatisfy(
              event ->
                  assertThat(event.getModelName())
                      .isEqualTo(event.getStreamId().equals("stream-1") ? "old" : "wide"));
      assertThat(stream.events).extracting(EmotionEvent::getModelName).contains("old", "wide");
      assertThat(stream.summaries.get(0).getModels())
          .extracting(ModelUsed::getName)
          .containsExactly("old", "wide");
      assertThat(stream.summaries.get(0).getModelName())
          .as("that of the last event")
          .isEqualTo("wide");
    }
  }

  @Test
  void shouldGoOverWithTheSamplingRate() {
    try (StreamTester stream = new StreamTester(StreamTester.plain(), offers)) {
      stream.send(feed.chunks(160, List.of(customer()), babble(1, 8_000, 4)));
      feed.rateHz = 16_000;
      stream.send(feed.chunks(320, List.of(customer()), babble(2, 16_000, 4)));
      stream.send(feed.stop());

      assertThat(stream.events)
          .allSatisfy(
              event ->
                  assertThat(event.getModelName())
                      .isEqualTo(event.getBeginMs() < 4_000 ? "old" : "wide"));
      assertThat(stream.events).extracting(EmotionEvent::getModelName).contains("old", "wide");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16_000, 48_000})
  void shouldTakeTheModelForWhatAChannelHoldsWhateverItsRate(int rateHz) {
    float[] line = Resampler.resample(AUDIO, 8_000, rateHz);
    feed.rateHz = rateHz;
    feed.encoding = AudioEncoding.PCM_S16LE;
    TestFeed inTelephonesRate = new TestFeed();
    inTelephonesRate.encoding = AudioEncoding.PCM_S16LE;
    List<EmotionEvent> expected =
        run(inTelephonesRate.chunks(160, List.of(customer()), AUDIO), null);

    List<EmotionEvent> events = run(feed.chunks(rateHz / 50, List.of(customer()), line), null);

    assertThat(events).extracting(EmotionEvent::getModelName).containsOnly("old");
    assertThat(events)
        .extracting(event -> event.getBeginMs() + "-" + event.getEndMs())
        .containsExactlyElementsOf(
            expected.stream().map(event -> event.getBeginMs() + "-" + event.getEndMs()).toList());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldChooseAlikeInAnyChunksAndAfterAnyRestart(boolean telephone) {
    // Silence for so long that nothing is known before the first windows.
    float[] audio = new float[16_000 * 14];
    float[] speech = telephone ? Resampler.resample(AUDIO, 8_000, 16_000) : babble(2, 16_000, 12);
    System.arraycopy(speech, 0, audio, 60_000, audio.length - 60_000);
    List<EmotionEvent> expected = timeless(inChunks(audio, 16_000, false));
    assertThat(expected)
        .extracting(EmotionEvent::getModelName)
        .endsWith(telephone ? "old" : "wide")
        .hasSize(12);

    assertThat(timeless(inChunks(audio, 123, false))).isEqualTo(expected);
    assertThat(timeless(inChunks(audio, 5_000, true))).isEqualTo(expected);
    assertThat(timeless(inChunks(audio, 40_000, true))).isEqualTo(expected);
  }

  private List<EmotionEvent> inChunks(float[] audio, int chunkSamples, boolean restarts) {
    TestFeed wideFeed = wide();
    try (StreamTester stream = new StreamTester(StreamTester.plain(), offers)) {
      for (AudioChunk chunk : wideFeed.chunks(chunkSamples, List.of(customer()), audio)) {
        stream.send(chunk);
        if (restarts) {
          stream.restart();
        }
      }
      stream.send(wideFeed.stop());
      return stream.events;
    }
  }

  @Test
  void shouldKnowInTheNextSegmentWhatItFoundInTheLast() {
    TestFeed wideFeed = wide();
    float[] line = Resampler.resample(AUDIO, 8_000, 16_000);
    try (StreamTester stream = new StreamTester(StreamTester.plain(), offers)) {
      stream.send(wideFeed.chunks(320, List.of(customer()), line));
      wideFeed.offsetMicros += 5_000_000;
      stream.send(wideFeed.chunks(320, List.of(customer()), new float[16_000 * 4]));
      stream.send(wideFeed.stop());

      assertThat(stream.events).hasSizeGreaterThan(11);
      assertThat(stream.events).extracting(EmotionEvent::getModelName).containsOnly("old");
    }
  }

  private static TestFeed wide() {
    TestFeed feed = new TestFeed();
    feed.rateHz = 16_000;
    feed.encoding = AudioEncoding.PCM_S16LE;
    return feed;
  }

  @Test
  void shouldClassifyTheNextWindowByTheNewModelIfItTakesTheSameFeatures() {
    List<AudioChunk> chunks = feed.chunks(160, List.of(customer()), AUDIO);
    List<EmotionEvent> undisturbed = run(chunks, null);
    List<EmotionEvent> swapped = run(chunks, other);

    assertThat(swapped).hasSameSizeAs(undisturbed);
    for (int i = 0; i < swapped.size(); i++) {
      EmotionEvent event = swapped.get(i);
      // 5.5 s have been heard when the new one comes.
      boolean after = event.getEndMs() > 5_500;
      assertThat(event.getModelName()).isEqualTo(after ? "other" : "old");
      assertThat(event.getModelHash()).isEqualTo((after ? other : old).model().hash());
      assertThat(event.getBeginMs()).isEqualTo(undisturbed.get(i).getBeginMs());
      assertThat(event.getProbabilities()).isEqualTo(undisturbed.get(i).getProbabilities());
    }
    assertThat(swapped).extracting(EmotionEvent::getModelName).contains("old", "other");
  }

  @Test
  void shouldBeginASegmentWhereTheNewModelTakesOtherFeatures() {
    offers.low = old.offer;
    try (StreamTester stream = new StreamTester(StreamTester.plain(), offers)) {
      List<AudioChunk> chunks = feed.chunks(160, List.of(customer(), agent()), AUDIO, AUDIO);
      stream.send(chunks.subList(0, SWAP_AT));
      offers.low = wide.offer;
      stream.send(chunks.subList(SWAP_AT, chunks.size()));
      stream.send(feed.stop());

      assertThat(stream.events)
          .allSatisfy(
              event -> {
                boolean before = event.getEndMs() <= 5_500;
                assertThat(event.getModelName()).isEqualTo(before ? "old" : "wide");
                assertThat(event.getBeginMs() >= 5_500).isEqualTo(!before);
                assertThat(event.getGapBeforeMs()).isZero();
                assertThat(event.getGapMs()).isZero();
              });
      assertThat(stream.events).extracting(EmotionEvent::getBeginMs).contains(5_500L, 6_500L);
      assertThat(stream.events).extracting(EmotionEvent::getEndMs).contains(5_500L, 12_000L);
      CallSummary summary = stream.summaries.get(0);
      assertThat(summary.getModels()).extracting(ModelUsed::getName).containsExactly("old", "wide");
      assertThat(summary.getModelName()).isEqualTo("wide");
      assertThat(summary.getChannels())
          .allSatisfy(
              channel -> {
                assertThat(channel.getGapMs()).isZero();
                assertThat(channel.getAudioMs()).isEqualTo(12_000);
              });
      assertThat(summary.getChannels().get(0).getEventCount()).isEqualTo(stream.events.size());
    }
  }

  @Test
  void shouldGiveTheSameAfterTheSwapAsIfTheCallHadBegunThere() {
    TestFeed late = new TestFeed();
    late.offsetMicros = 5_500_000;
    List<EmotionEvent> fresh;
    offers.low = wide.offer;
    try (StreamTester stream = new StreamTester(StreamTester.plain(), offers)) {
      stream.send(
          late.chunks(160, List.of(customer()), Arrays.copyOfRange(AUDIO, 44_000, AUDIO.length)));
      fresh = timeless(stream.events);
    }
    offers.low = old.offer;
    List<EmotionEvent> swapped = run(feed.chunks(160, List.of(customer()), AUDIO), wide);

    List<EmotionEvent> after =
        swapped.stream().filter(event -> event.getModelName().equals("wide")).toList();
    assertThat(after)
        .extracting(EmotionEvent::getProbabilities)
        .isEqualTo(fresh.stream().map(EmotionEvent::getProbabilities).toList())
        .isNotEmpty();
  }

  @Test
  void shouldCloseTheOldModelWhenNoCallNeedsItAnyMore() {
    try (StreamTester stream = new StreamTester(StreamTester.plain(), offers)) {
      List<AudioChunk> chunks = feed.chunks(160, List.of(customer()), AUDIO);
      stream.send(chunks.subList(0, SWAP_AT));
      offers.low = wide.offer;
      stream.pass(Duration.ofSeconds(2));
      assertThat(old.openCount).as("a call is in the midst of a window").isEqualTo(1);

      stream.send(chunks.get(SWAP_AT)).pass(Duration.ofSeconds(2));

      assertThat(old.openCount).isZero();
      assertThat(wide.openCount).isEqualTo(1);
    }
    assertThat(wide.openCount).isZero();
  }

  @Test
  void shouldGoOnAfterARestartWithTheModelThatIsOnOfferThen() {
    List<AudioChunk> chunks = feed.chunks(160, List.of(customer()), AUDIO);
    try (StreamTester stream = new StreamTester(StreamTester.plain(), offers)) {
      stream.send(chunks.subList(0, SWAP_AT));
      offers.low = other.offer;
      stream.restart();
      stream.send(chunks.subList(SWAP_AT, 400));
      offers.low = wide.offer;
      stream.restart();
      stream.send(chunks.subList(400, chunks.size())).send(feed.stop());

      assertThat(stream.events)
          .extracting(EmotionEvent::getModelName)
          .containsSubsequence("old", "other", "wide");
      assertThat(stream.events)
          .as("a window that went on over a restart")
          .anySatisfy(
              event -> {
                assertThat(event.getModelName()).isEqualTo("other");
                assertThat(event.getBeginMs()).isLessThan(5_500);
                assertThat(event.getEndMs()).isGreaterThan(5_500);
              });
      ChannelSummary channel = stream.summaries.get(0).getChannels().get(0);
      assertThat(channel.getAudioMs()).isEqualTo(12_000);
      assertThat(channel.getGapMs()).isZero();
      assertThat(stream.summaries.get(0).getModels()).hasSize(3);
    }
  }

  @Test
  void shouldGiveTheSameOverRestartsAfterASwap() {
    List<AudioChunk> chunks = feed.chunks(4_000, List.of(customer()), AUDIO);
    List<EmotionEvent> undisturbed;
    List<CallSummary> summary;
    offers.low = old.offer;
    try (StreamTester stream = new StreamTester(StreamTester.plain(), offers)) {
      stream.send(chunks.subList(0, 11));
      offers.low = wide.offer;
      stream.send(chunks.subList(11, 24)).send(feed.stop());
      undisturbed = timeless(stream.events);
      summary = StreamTester.timelessSummaries(stream.summaries);
    }
    feed.sequence--;
    offers.low = old.offer;
    try (StreamTester stream = new StreamTester(StreamTester.plain(), offers)) {
      for (int i = 0; i < 24; i++) {
        if (i == 11) {
          offers.low = wide.offer;
        } else if (i != 12) {
          stream.restart();
        }
        stream.send(chunks.get(i));
      }
      stream.restart();
      stream.send(feed.stop());

      assertThat(timeless(stream.events)).isEqualTo(undisturbed);
      assertThat(StreamTester.timelessSummaries(stream.summaries)).isEqualTo(summary);
    }
  }

  @Test
  void shouldKeepWhatItKnowsOfTheVoiceOnlyIfThePopulationIsEqual() {
    TestModel adapting = new TestModel("adapting", FeatureSpec.TELEPHONE_8K, 4);
    TestModel again = new TestModel("again", FeatureSpec.TELEPHONE_8K, 4);
    TestModel anew = new TestModel("anew", FeatureSpec.TELEPHONE_8K, 5);
    List<AudioChunk> chunks = feed.chunks(160, List.of(customer()), AUDIO);
    offers.low = adapting.offer;
    try (StreamTester stream = new StreamTester(StreamTester.plain(), offers)) {
      stream.send(chunks.subList(0, 250));
      assertThat(windows(stream)).isEqualTo(2);
      offers.low = again.offer;
      stream.send(chunks.subList(250, 350));
      assertThat(windows(stream)).isEqualTo(4);
      offers.low = anew.offer;
      stream.send(chunks.subList(350, 450));
      assertThat(windows(stream)).isEqualTo(2);
    }
  }

  private static int windows(StreamTester stream) {
    return stream.firstChannel("call-1").voice().windows();
  }

  @Test
  void shouldRefuseModelsOfOtherLabels() {
    TestModel others =
        new TestModel("others", FeatureSpec.WIDEBAND_16K) {
          @Override
          public List<String> labels() {
            return List.of("angry", "neutral");
          }
        };
    OpenModels models = new OpenModels(List.of(), new Offers(old, others), 8_000);
    assertThatThrownBy(() -> models.offered(16_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "model others has the labels [angry, neutral], but the others have [neutral, angry]");
    assertThat(others.openCount).isZero();
    models.close();
    assertThat(old.openCount).isZero();
  }

  private List<EmotionEvent> run(List<AudioChunk> chunks, TestModel after) {
    try (StreamTester stream = new StreamTester(StreamTester.plain(), offers)) {
      stream.send(chunks.subList(0, SWAP_AT));
      if (after != null) {
        offers.low = after.offer;
      }
      stream.send(chunks.subList(SWAP_AT, chunks.size()));
      return timeless(stream.events);
    }
  }

  /** One model below 16 kHz and one from there on. */
  private static final class Offers implements EmotionModels {
    Offer low;
    final Offer high;

    Offers(TestModel low, TestModel high) {
      this.low = low.offer;
      this.high = high.offer;
    }

    @Override
    public Offer offered(int sampleRateHz) {
      return sampleRateHz < 16_000 ? low : high;
    }
  }

  /** The share of sign changes is the probability of "angry"; one is as good as many. */
  private static class TestModel implements EmotionClassifier {
    private final String name;
    private final FeatureSpec spec;
    private final Population population;
    final EmotionModels.Offer offer;
    int openCount;

    TestModel(String name, FeatureSpec spec) {
      this(name, spec, 0);
    }

    /**
     * @param priorWindows of its population; 0: none
     */
    TestModel(String name, FeatureSpec spec, int priorWindows) {
      this.name = name;
      this.spec = spec;
      float[] ones = new float[FeatureLayout.of(spec).windowFeatureCount()];
      Arrays.fill(ones, 1);
      population = priorWindows == 0 ? null : new Population(ones, ones, priorWindows, 0);
      offer =
          new EmotionModels.Offer(
              spec,
              WindowSettings.DEFAULT,
              () -> {
                openCount++;
                return this;
              });
    }

    @Override
    public List<String> labels() {
      return List.of("neutral", "angry");
    }

    @Override
    public int featureCount() {
      return FeatureLayout.of(spec).windowFeatureCount();
    }

    @Override
    public ModelIdentity model() {
      return new ModelIdentity(name, "1", name.repeat(8));
    }

    @Override
    public Optional<Population> population() {
      return Optional.ofNullable(population);
    }

    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      float signChanges = features[featureCount() - 1];
      probabilities[1] = Math.max(0, Math.min(1, signChanges));
      probabilities[0] = 1 - probabilities[1];
    }

    @Override
    public void close() {
      openCount--;
    }
  }
}
