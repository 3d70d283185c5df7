package dev.speechemotion.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.WindowSink;
import dev.speechemotion.model.forward.FittedNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped fully connected networks in plain Java against the same ones run by PyTorch. */
class PlainNetworkTest {
  private static final float TOLERANCE = 1e-5f;

  /** The recordings are short: the models' own windows would be few. */
  private static final WindowSettings OFTEN = new WindowSettings(1_000, 200);

  @ParameterizedTest
  @ValueSource(strings = {"telephone", "wideband", "tess-fcnn"})
  void shouldGiveWhatPyTorchGivesForRecordings(String name) throws Exception {
    try (EmotionModel model = EmotionModel.load(Path.of("models", name));
        FittedNetwork torch = torch(model)) {
      List<float[]> windows = windows(model);
      assertThat(windows.size()).isGreaterThan(20);

      assertAlike(model, torch, windows);
    }
  }

  /** NaN of what is not limited, as before; and what is limited counts as much as it may. */
  @ParameterizedTest
  @ValueSource(strings = {"telephone", "wideband", "tess-fcnn"})
  void shouldTakeWhatIsNoFeatureAsPyTorchDoes(String name) throws Exception {
    try (EmotionModel model = EmotionModel.load(Path.of("models", name));
        FittedNetwork torch = torch(model)) {
      float[] real = windows(model).get(0);
      List<float[]> windows = new ArrayList<>();
      for (float value :
          List.of(
              Float.NaN,
              Float.POSITIVE_INFINITY,
              Float.NEGATIVE_INFINITY,
              Float.MAX_VALUE,
              Float.MIN_VALUE,
              0f)) {
        for (int column : List.of(0, 17, real.length - 1)) {
          float[] window = real.clone();
          window[column] = value;
          windows.add(window);
        }
        float[] all = new float[real.length];
        Arrays.fill(all, value);
        windows.add(all);
      }

      assertAlike(model, torch, windows);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"telephone", "wideband", "tess-fcnn"})
  void shouldGiveAWindowTheSameBitsWhateverComesWithIt(String name) throws Exception {
    try (EmotionModel model = EmotionModel.load(Path.of("models", name));
        EmotionClassifier classifier = model.newClassifier();
        EmotionClassifier other = model.newClassifier()) {
      List<float[]> windows = windows(model);
      int labels = model.labels().size();
      float[] features = new float[windows.size() * classifier.featureCount()];
      for (int i = 0; i < windows.size(); i++) {
        System.arraycopy(
            windows.get(i), 0, features, i * classifier.featureCount(), classifier.featureCount());
      }
      float[] together = new float[windows.size() * labels];

      classifier.classify(features, windows.size(), together);

      float[] one = new float[labels];
      for (int i = windows.size() - 1; i >= 0; i--) {
        other.classify(windows.get(i), 1, one);
        assertThat(one).isEqualTo(Arrays.copyOfRange(together, i * labels, (i + 1) * labels));
      }
    }
  }

  @Test
  void shouldRefuseWeightsOfAnotherNetworkInTheSameWordsAsPyTorch() {
    byte[] weights = ModelFixture.weights(ModelFixture.ARCHITECTURE, ModelFixture.LABELS.size());
    for (Architecture other :
        List.of(
            ModelFixture.fcnn(List.of(9, 4), 0),
            ModelFixture.fcnn(List.of(8), 0),
            ModelFixture.fcnn(List.of(8, 4, 4), 0))) {
      for (int labels : List.of(3, 4)) {
        assertThat(refusal(() -> fitted(other, labels, weights)))
            .isEqualTo(refusal(() -> network(other, labels).onTorch(weights)));
      }
    }
  }

  @FunctionalInterface
  private interface Loading {
    FittedNetwork load() throws ModelException;
  }

  private static String refusal(Loading loading) {
    try (FittedNetwork network = loading.load()) {
      throw new AssertionError("not refused: " + network);
    } catch (ModelException e) {
      return e.getMessage();
    }
  }

  private static FittedNetwork fitted(Architecture architecture, int labels, byte[] weights)
      throws ModelException {
    return architecture
        .type()
        .fitted(architecture, ModelFixture.spec(architecture), labels, weights);
  }

  private static Network network(Architecture architecture, int labels) {
    return Network.forInference(architecture, ModelFixture.spec(architecture), labels);
  }

  private static FittedNetwork torch(EmotionModel model) throws ModelException {
    return Network.forInference(
            model.manifest().architecture(), model.featureSpec(), model.labels().size())
        .onTorch(model.weights());
  }

  private static void assertAlike(EmotionModel model, FittedNetwork torch, List<float[]> windows) {
    int labels = model.labels().size();
    float[] probabilities = new float[labels];
    float[] expected = new float[labels];
    try (EmotionClassifier classifier = model.newClassifier();
        EmotionClassifier byTorch =
            new NetworkClassifier(
                torch,
                model.manifest(),
                model.identity(),
                model.manifest().calibration(),
                Optional.empty(),
                Optional.empty(),
                (vector, answers) -> {})) {
      for (float[] window : windows) {
        classifier.classify(window, 1, probabilities);
        byTorch.classify(window, 1, expected);
        assertThat(probabilities).containsExactly(expected, within(TOLERANCE));
      }
    }
  }

  /** Vectors of the bundled recordings. */
  private static List<float[]> windows(EmotionModel model) throws Exception {
    FeatureExtractor extractor = new FeatureExtractor(model.featureSpec());
    List<float[]> windows = new ArrayList<>();
    WindowSink sink = (begin, end, speechShare, features) -> windows.add(features.clone());
    List<Path> files;
    try (Stream<Path> all = Files.list(Path.of("src/main/resources/demo"))) {
      files = all.filter(file -> file.toString().endsWith(".wav")).sorted().toList();
    }
    for (Path file : files) {
      AudioClip clip = AudioFiles.read(file);
      float[] samples = clip.channel(0);
      ChannelAnalyzer analyzer = new ChannelAnalyzer(extractor, OFTEN, clip.sampleRateHz());
      analyzer.accept(samples, 0, samples.length, sink);
      analyzer.finish(sink);
    }
    return windows;
  }
}
