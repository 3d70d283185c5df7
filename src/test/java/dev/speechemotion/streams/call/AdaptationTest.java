package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.StreamTester.timeless;
import static dev.speechemotion.streams.call.TestFeed.babble;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.streams.EmotionTopology;
import dev.speechemotion.streams.state.StateInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors that are adapted to what the channel has said so far. */
class AdaptationTest {
  private static final float[] AUDIO = babble(1, 8_000, 20);
  private static final float UNCERTAIN_BELOW = 0.75f;
  private static final int FEATURES =
      FeatureLayout.of(FeatureSpec.TELEPHONE_8K).windowFeatureCount();

  private final TestFeed feed = new TestFeed();

  @ParameterizedTest
  @ValueSource(ints = {37, 160, 44_000})
  void shouldGiveTheSameEventsForAnyChunkSize(int chunkSamples) {
    List<EmotionEvent> events = run(feed.chunks(800, List.of(customer()), AUDIO), false);

    assertThat(events).hasSizeGreaterThan(15);
    assertThat(
            timeless(run(new TestFeed().chunks(chunkSamples, List.of(customer()), AUDIO), false)))
        .isEqualTo(timeless(events));
  }

  @Test
  void shouldGiveTheSameEventsOverRestarts() {
    List<AudioChunk> chunks = feed.chunks(8_000, List.of(customer()), AUDIO);

    assertThat(timeless(run(chunks, true))).isEqualTo(timeless(run(chunks, false)));
  }

  @Test
  void shouldTellChannelsApart() {
    List<AudioChunk> chunks =
        feed.chunks(
            800,
            List.of(customer(), TestFeed.channel(customer().getRole(), "other")),
            AUDIO,
            babble(2, 8_000, 20));

    List<EmotionEvent> both = run(chunks, false);
    List<EmotionEvent> alone = run(new TestFeed().chunks(800, List.of(customer()), AUDIO), false);

    assertThat(
            both.stream()
                .filter(event -> event.getChannel().equals("external"))
                .map(EmotionEvent::getProbabilities))
        .containsExactlyElementsOf(alone.stream().map(EmotionEvent::getProbabilities).toList());
  }

  @Test
  void shouldBringTheCallsMeanToThePopulationsAsTheCallGoesOn() {
    List<AudioChunk> chunks =
        feed.chunks(800, List.of(customer()), TestFeed.tone(3_000, 8_000, 60));

    List<EmotionEvent> events = run(chunks, false);

    // The tone's share of sign changes is 0.75, the population's mean 0.25; n0 is 4.
    for (int i = 0; i < 50; i++) {
      int counted = i + 1;
      assertThat((double) events.get(i).getProbabilities().get("angry"))
          .as("window %d", i)
          .isCloseTo(expected(counted), within(0.01));
    }
  }

  /** By the formula, with a deviation of 1 and windows that are all alike. */
  private static double expected(int windows) {
    double mean = 0.5 * windows / (4 + windows);
    double variance = 4.0 / (4 + windows - 1);
    return 0.25 + (0.5 - mean) / Math.sqrt(windows > 1 ? variance : 1);
  }

  @Test
  void shouldCallResultsUncertainThatAreBelowTheClassifiersThreshold() {
    List<EmotionEvent> events = run(feed.chunks(800, List.of(customer()), AUDIO), false);

    assertThat(events).extracting(EmotionEvent::getUncertain).contains(true, false);
    assertThat(events)
        .allSatisfy(
            event ->
                assertThat(event.getUncertain())
                    .isEqualTo(event.getConfidence() < UNCERTAIN_BELOW));
  }

  @Test
  void shouldForgetTheStatisticsWhenTheModelIsAnother() throws IOException {
    byte[] stored;
    try (StreamTester stream = new StreamTester(StreamTester.plain(), Adapting::new)) {
      stream.send(feed.chunks(800, List.of(customer()), AUDIO));
      stored = stream.store().inner().get(Bytes.wrap("call-1".getBytes()));
    }

    assertThat(channel(stored, Optional.of(population(4))).voice().windows()).isPositive();
    assertThat(channel(stored, Optional.of(population(5))).voice().windows()).isZero();
    assertThat(channel(stored, Optional.empty()).voice().windows()).isZero();
    assertThat(channel(stored, Optional.of(population(5))).totals().nextEvent()).isPositive();
  }

  @Test
  void shouldRefuseAPopulationOfOtherFeatures() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                EmotionTopology.requireFit(
                    StreamTester.plain(),
                    FeatureSpec.TELEPHONE_8K,
                    new Adapting() {
                      @Override
                      public Optional<Population> population() {
                        return Optional.of(new Population(new float[2], new float[] {1, 1}, 4, 0));
                      }
                    }))
        .withMessageContaining("its population has 2");
  }

  private static Channel channel(byte[] stored, Optional<Population> population)
      throws IOException {
    Adapting adapting =
        new Adapting() {
          @Override
          public Optional<Population> population() {
            return population;
          }
        };
    return new CallCodec(
            StreamTester.task(StreamTester.PLAIN, FeatureSpec.TELEPHONE_8K, () -> adapting))
        .read("call-1", new StateInput(stored), new CallRecords())
        .streams()
        .get(0)
        .channels()
        .get(0);
  }

  private static List<EmotionEvent> run(List<AudioChunk> chunks, boolean restarts) {
    try (StreamTester stream = new StreamTester(StreamTester.plain(), Adapting::new)) {
      for (AudioChunk chunk : chunks) {
        stream.send(chunk);
        if (restarts) {
          stream.restart();
        }
      }
      return new ArrayList<>(stream.events);
    }
  }

  private static Population population(float priorWindows) {
    float[] mean = new float[FEATURES];
    float[] deviation = new float[FEATURES];
    Arrays.fill(mean, 0.25f);
    Arrays.fill(deviation, 1);
    return new Population(mean, deviation, priorWindows, 0);
  }

  /** The adapted share of sign changes is the probability of "angry". */
  static class Adapting implements EmotionClassifier {
    private final Population population = AdaptationTest.population(4);

    @Override
    public List<String> labels() {
      return List.of("neutral", "angry");
    }

    @Override
    public int featureCount() {
      return FEATURES;
    }

    @Override
    public ModelIdentity model() {
      return new ModelIdentity("adapting", "1", "0".repeat(64));
    }

    @Override
    public Optional<Population> population() {
      return Optional.of(population);
    }

    @Override
    public float uncertainBelow() {
      return UNCERTAIN_BELOW;
    }

    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      probabilities[1] = Math.max(0, Math.min(1, features[featureCount() - 1]));
      probabilities[0] = 1 - probabilities[1];
    }

    @Override
    public void close() {}
  }
}
