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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The stream with windows whose vectors are their frames, adapted to the call. */
class FramesTest {
  /** The last window is shorter than the others. */
  private static final float[] AUDIO = Arrays.copyOf(babble(1, 8_000, 10), 76_000);

  static List<FeatureSpec> specs() {
    return List.of(FeatureSpec.TELEPHONE_8K_LOGMEL, FeatureSpec.ENCODER_16K);
  }

  @ParameterizedTest
  @CsvSource({
    "telephone-8k-logmel, 37",
    "telephone-8k-logmel, 160",
    "telephone-8k-logmel, 44000",
    "encoder-16k, 37",
    "encoder-16k, 44000",
  })
  void shouldGiveTheSameEventsForAnyChunkSize(String name, int chunkSamples) {
    FeatureSpec spec = FeatureSpec.named(name).orElseThrow();
    List<EmotionEvent> events =
        run(spec, new TestFeed().chunks(800, List.of(customer()), AUDIO), false);

    assertThat(events).hasSize(8);
    assertThat(
            timeless(
                run(spec, new TestFeed().chunks(chunkSamples, List.of(customer()), AUDIO), false)))
        .isEqualTo(timeless(events));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldGiveTheSameEventsOverRestarts(FeatureSpec spec) {
    List<AudioChunk> chunks = new TestFeed().chunks(7_000, List.of(customer()), AUDIO);

    assertThat(timeless(run(spec, chunks, true))).isEqualTo(timeless(run(spec, chunks, false)));
  }

  /** What training and classify compute, bit for bit. */
  @ParameterizedTest
  @MethodSource("specs")
  void shouldClassifyTheVectorsThatTheAnalyzerAndTheNormalizationGive(FeatureSpec spec) {
    List<EmotionEvent> events =
        run(spec, new TestFeed().chunks(160, List.of(customer()), AUDIO), false);

    List<Float> expected = new ArrayList<>();
    BandShares classifier = new BandShares(spec);
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
        new ChannelAnalyzer(new FeatureExtractor(spec), WindowSettings.DEFAULT, 8_000);
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

  private static List<EmotionEvent> run(
      FeatureSpec spec, List<AudioChunk> chunks, boolean restarts) {
    try (StreamTester stream =
        new StreamTester(StreamSettings.defaults(), spec, () -> new BandShares(spec))) {
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
    private final FeatureLayout layout;
    private final int bands;
    private final Population population;

    BandShares(FeatureSpec spec) {
      layout = FeatureLayout.of(spec);
      bands = layout.windowColumnCount();
      float[] mean = new float[bands];
      float[] deviation = new float[bands];
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
      return layout.windowFeatureCount();
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
      for (int at = 0; at < features.length && !Float.isNaN(features[at]); at += bands) {
        for (int i = 0; i < bands; i++) {
          difference += (i < bands / 2 ? -1 : 1) * features[at + i];
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
