package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.StreamTester.timeless;
import static dev.speechemotion.streams.call.TestFeed.babble;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.VoiceAdaptation;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.WindowSink;
import dev.speechemotion.streams.StreamSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stream with windows whose vectors are their log-mel frames, adapted to the call. */
class FramesTest {
  private static final FeatureSpec SPEC = FeatureSpec.TELEPHONE_8K_LOGMEL;
  private static final int BANDS = FeatureLayout.of(SPEC).windowColumnCount();

  /** The last window is shorter than the others. */
  private static final float[] AUDIO = Arrays.copyOf(babble(1, 8_000, 10), 76_000);

  @ParameterizedTest
  @ValueSource(ints = {37, 160, 44_000})
  void shouldGiveTheSameEventsForAnyChunkSize(int chunkSamples) {
    List<EmotionEvent> events = run(new TestFeed().chunks(800, List.of(customer()), AUDIO), false);

    assertThat(events).hasSize(8);
    assertThat(
            timeless(run(new TestFeed().chunks(chunkSamples, List.of(customer()), AUDIO), false)))
        .isEqualTo(timeless(events));
  }

  @Test
  void shouldGiveTheSameEventsOverRestarts() {
    List<AudioChunk> chunks = new TestFeed().chunks(7_000, List.of(customer()), AUDIO);

    assertThat(timeless(run(chunks, true))).isEqualTo(timeless(run(chunks, false)));
  }

  /** What training and classify compute, bit for bit. */
  @Test
  void shouldClassifyTheVectorsThatTheAnalyzerAndTheNormalizationGive() {
    List<EmotionEvent> events = run(new TestFeed().chunks(160, List.of(customer()), AUDIO), false);

    List<Float> expected = new ArrayList<>();
    BandShares classifier = new BandShares();
    VoiceAdaptation voice = new VoiceAdaptation();
    WindowSink sink =
        (begin, end, speechShare, features) -> {
          float[] probabilities = new float[2];
          voice.hear(classifier.population(), features, speechShare);
          float[] adapted =
              voice.apply(classifier.population(), features, new float[features.length]);
          classifier.classify(adapted, 1, probabilities);
          expected.add(probabilities[1]);
        };
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(new FeatureExtractor(SPEC), WindowSettings.DEFAULT, 8_000);
    float[] heard = heard(new TestFeed().media(List.of(customer()), AUDIO));
    analyzer.accept(heard, 0, heard.length, sink);
    analyzer.finish(sink);

    assertThat(events)
        .extracting(event -> event.getProbabilities().get("high"))
        .containsExactlyElementsOf(expected)
        .doesNotHaveDuplicates();
  }

  /** The samples as the stream gets them. */
  private static float[] heard(AudioChunk chunk) {
    AudioEncoding encoding = AudioEncoding.valueOf(chunk.getEncoding().name());
    byte[] payload = chunk.getPayload().array();
    float[] samples = new float[payload.length / encoding.bytesPerSample()];
    encoding.decode(payload, 0, 1, samples.length, samples, 0);
    return samples;
  }

  private static List<EmotionEvent> run(List<AudioChunk> chunks, boolean restarts) {
    try (StreamTester stream = new StreamTester(StreamSettings.defaults(), SPEC, BandShares::new)) {
      for (AudioChunk chunk : chunks) {
        stream.send(chunk);
        if (restarts) {
          stream.restart();
        }
      }
      stream.send(new TestFeed().stop());
      return new ArrayList<>(stream.events);
    }
  }

  /** How much louder the upper bands are than the lower ones, over the frames that there are. */
  static class BandShares implements EmotionClassifier {
    private final Population population;

    BandShares() {
      float[] mean = new float[BANDS];
      float[] deviation = new float[BANDS];
      Arrays.fill(mean, -30);
      Arrays.fill(deviation, 15);
      population = new Population(mean, deviation, 4, 0);
    }

    @Override
    public List<String> labels() {
      return List.of("low", "high");
    }

    @Override
    public int featureCount() {
      return FeatureLayout.of(SPEC).windowFeatureCount();
    }

    @Override
    public ModelIdentity model() {
      return new ModelIdentity("bands", "1", "0".repeat(64));
    }

    @Override
    public Optional<Population> population() {
      return Optional.of(population);
    }

    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      double difference = 0;
      int frames = 0;
      for (int at = 0; at < features.length && !Float.isNaN(features[at]); at += BANDS) {
        for (int i = 0; i < BANDS; i++) {
          difference += (i < BANDS / 2 ? -1 : 1) * features[at + i];
        }
        frames++;
      }
      probabilities[1] = (float) (1 / (1 + Math.exp(-difference / frames / 1_000)));
      probabilities[0] = 1 - probabilities[1];
    }

    @Override
    public void close() {}
  }
}
