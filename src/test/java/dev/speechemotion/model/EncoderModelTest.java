package dev.speechemotion.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.WindowSink;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models with a pretrained encoder before their network. */
class EncoderModelTest {
  private static final Path ENCODER = Path.of("models/encoder");
  private static final Path REFERENCE = Path.of("src/test/resources/reference");
  private static final List<String> LABELS = List.of("angry", "happy", "neutral");
  private static final int WIDTH = 384;

  private static PretrainedEncoder encoder;

  @TempDir private Path folder;

  @BeforeAll
  static void load() throws ModelException {
    encoder = PretrainedEncoder.load(ENCODER);
  }

  @AfterAll
  static void close() {
    encoder.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"emodb-03a01Fa-16000", "chirp-16000", "noise-16000", "silence-16000"})
  void shouldAgreeWithTheReference(String name) throws IOException {
    JsonNode reference =
        new ObjectMapper()
            .readTree(REFERENCE.resolve("encoder/" + name + ".encoder.json").toFile());
    float[] samples =
        Arrays.copyOf(
            AudioFiles.read(REFERENCE.resolve(name + ".wav")).mono(),
            reference.get("samples").intValue());
    float[] window = windows(samples, 16_000).get(0);

    byte[] weights = Files.readAllBytes(ENCODER.resolve("weights.safetensors"));
    try (NDManager manager = NDManager.newBaseManager(ai.djl.Device.cpu(), Torch.ENGINE);
        SpeechEncoder layers = new SpeechEncoder(weights, manager.newSubManager());
        EncoderPooling pooling = encoder.newPooling()) {
      float[] pooled = pooling.pool(window);
      int tokens = samples.length / 320;
      for (int layer = 0; layer < 2; layer++) {
        float[] outputs = layers.encode(window, 0, tokens, manager).get(layer).toFloatArray();
        JsonNode expected = reference.at("/layers/" + layer);
        assertClose(Arrays.copyOfRange(outputs, 5 * WIDTH, 6 * WIDTH), expected.get("token5"));
        int at = layer * 3 * WIDTH;
        assertClose(Arrays.copyOfRange(pooled, at, at + WIDTH), expected.get("mean"));
        assertClose(
            Arrays.copyOfRange(pooled, at + WIDTH, at + 2 * WIDTH), expected.get("deviation"));
      }
    }
  }

  private static void assertClose(float[] values, JsonNode expected) {
    assertThat(expected).hasSize(values.length);
    for (int i = 0; i < values.length; i++) {
      assertThat((double) values[i]).isCloseTo(expected.get(i).doubleValue(), within(1e-3));
    }
  }

  @Test
  void shouldNameEveryPooledValue() {
    assertThat(EncoderPooling.names())
        .hasSize(EncoderPooling.LENGTH)
        .hasSize(2304)
        .doesNotHaveDuplicates()
        .startsWith("layer1.mean1")
        .endsWith("layer2.audible384");
  }

  /** What the encoder says of audible frames depends on the silence, but little. */
  @Test
  void shouldTakeTheMeanOfWhatIsAudible() throws IOException {
    float[] speech = AudioFiles.read(REFERENCE.resolve("emodb-03a01Fa-16000.wav")).mono();
    float[] followed = Arrays.copyOf(speech, speech.length + 16_000);
    try (EncoderPooling pooling = encoder.newPooling()) {
      float[] alone = pooling.pool(windows(speech, 16_000).get(0));
      float[] withSilence = pooling.pool(windows(followed, 16_000).get(0));

      for (int layer = 0; layer < 2; layer++) {
        int mean = layer * 3 * WIDTH;
        int audible = mean + 2 * WIDTH;
        assertThat(distance(alone, withSilence, audible))
            .isLessThan(0.5 * distance(alone, withSilence, mean));
      }
    }
  }

  private static double distance(float[] a, float[] b, int from) {
    double sum = 0;
    for (int i = from; i < from + WIDTH; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  @Test
  void shouldRefuseWindowsThatTheEncoderCannotTake() {
    try (EncoderPooling pooling = encoder.newPooling()) {
      float[] nothing = new float[24_000];
      Arrays.fill(nothing, Float.NaN);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> pooling.pool(nothing))
          .withMessage("the encoder takes 4 to 800 frames, got 0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> pooling.pool(new float[802 * 80]))
          .withMessage("the encoder takes 4 to 800 frames, got 802");
    }
  }

  @Test
  void shouldGiveTheSameBitsInEveryThreadFromTheSameWeights() throws Exception {
    List<float[]> windows = new ArrayList<>();
    for (int seed = 0; seed < 6; seed++) {
      windows.add(randomWindow(seed, 300 - 40 * seed));
    }
    List<float[]> expected = new ArrayList<>();
    try (EncoderPooling pooling = encoder.newPooling()) {
      windows.forEach(window -> expected.add(pooling.pool(window)));
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> runs = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        runs.add(
            threads.submit(
                () -> {
                  try (EncoderPooling pooling = encoder.newPooling()) {
                    for (int i = 0; i < windows.size(); i++) {
                      assertThat(pooling.pool(windows.get(i))).isEqualTo(expected.get(i));
                    }
                  }
                }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void shouldLeaveNothingOfAWindowBehind() throws IOException {
    byte[] weights = Files.readAllBytes(ENCODER.resolve("weights.safetensors"));
    try (NDManager manager = NDManager.newBaseManager(ai.djl.Device.cpu(), Torch.ENGINE);
        SpeechEncoder layers = new SpeechEncoder(weights, manager);
        EncoderPooling pooling = new EncoderPooling(layers)) {
      pooling.pool(randomWindow(0, 100));
      int arrays = manager.getManagedArrays().size();

      pooling.pool(randomWindow(0, 300));

      assertThat(manager.getManagedArrays()).hasSize(arrays);
    }
  }

  private static float[] randomWindow(long seed, int frames) {
    Random random = new Random(seed);
    float[] window = new float[24_000];
    Arrays.fill(window, Float.NaN);
    for (int i = 0; i < frames * 80; i++) {
      window[i] = (float) (0.5 * random.nextGaussian());
    }
    return window;
  }

  /** {@code softmax(W (pooled - mean) / deviation + b)}, written down here once more. */
  @Test
  void shouldClassifyByItsHead() throws IOException {
    float[][] head = head();
    float[] bias = {0.1f, -0.2f, 0.3f};
    save(folder, head, bias);
    float[] window = randomWindow(1, 300);

    try (EmotionModel model = EmotionModel.load(folder);
        EmotionClassifier classifier = model.newClassifier();
        EncoderPooling pooling = encoder.newPooling()) {
      float[] probabilities = new float[3];
      classifier.classify(window, 1, probabilities);

      float[] pooled = pooling.pool(window);
      double[] exps = new double[3];
      double sum = 0;
      for (int label = 0; label < 3; label++) {
        double logit = bias[label];
        for (int i = 0; i < pooled.length; i++) {
          logit += head[label][i] * (pooled[i] - 0.25) / 2;
        }
        exps[label] = Math.exp(logit / 1.5);
        sum += exps[label];
      }
      for (int label = 0; label < 3; label++) {
        assertThat((double) probabilities[label])
            .isCloseTo(0.9 * exps[label] / sum + 0.1 / 3, within(1e-5));
      }
      assertThat(classifier.featureCount()).isEqualTo(24_000);
      assertThat(classifier.population()).isEmpty();
      assertThat(classifier.uncertainBelow()).isEqualTo(0.4f);
      assertThat(model.featureSpec()).isEqualTo(FeatureSpec.ENCODER_16K);
      assertThat(model.manifest().architecture().inWords(24_000, 3))
          .contains("pretrained encoder", "a linear map of 2304 to 3");
    }
    try (var files = Files.list(folder)) {
      assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isLessThan(20_000_000);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8_000, 16_000})
  void shouldClassifyAudioOfBothBands(int rateHz) throws IOException {
    save(folder, head(), new float[3]);
    float[] samples = AudioFiles.read(REFERENCE.resolve("emodb-03a01Fa-" + rateHz + ".wav")).mono();

    try (EmotionModel model = EmotionModel.load(folder);
        EmotionClassifier classifier = model.newClassifier()) {
      List<float[]> windows = windows(samples, rateHz);
      assertThat(windows).isNotEmpty();
      for (float[] window : windows) {
        float[] probabilities = new float[3];
        classifier.classify(window, 1, probabilities);
        assertThat(probabilities[0] + probabilities[1] + probabilities[2])
            .isCloseTo(1, within(1e-5f));
      }
    }
  }

  @Test
  void shouldBeSavedAgainWithAnotherNormalization() throws IOException {
    save(folder.resolve("1"), head(), new float[3]);
    ModelManifest before;
    try (EmotionModel model = EmotionModel.load(folder.resolve("1"))) {
      before = model.manifest();
    }
    String measured = "2026-01-01T00:00:00Z";
    ModelManifest.Site recordings =
        new ModelManifest.Site(1, 20, 40, 1_000, "", "", measured, "0".repeat(64), "", List.of());
    ModelManifest.Site calls =
        new ModelManifest.Site(
            2,
            9,
            9,
            800,
            "2025-12-30T08:00:00Z",
            "2025-12-30T12:00:00Z",
            measured,
            "1".repeat(64),
            "self",
            List.of());
    ModelManifest after =
        before.at(recordings, normalization(1, 2), "1b").at(calls, normalization(1, 3), "2");

    EmotionModel.saveVersion(folder.resolve("2"), after, folder.resolve("1"), Map.of());

    try (EmotionModel model = EmotionModel.load(folder.resolve("2"))) {
      assertThat(model.manifest()).isEqualTo(after);
    }
  }

  @Test
  void shouldTakeANetworkWithHiddenLayers() throws IOException {
    Architecture architecture =
        new Architecture(NetworkType.ENCODER, List.of(), List.of(8), 4, 0.2f);
    byte[] weights = ModelFixture.weights(architecture, 3);

    EmotionModel.save(
        folder,
        manifest(architecture, weights),
        weights,
        Optional.of(encoder),
        Optional.empty(),
        Map.of());

    try (EmotionModel model = EmotionModel.load(folder);
        EmotionClassifier classifier = model.newClassifier()) {
      float[] probabilities = new float[3];
      classifier.classify(randomWindow(2, 200), 1, probabilities);
      assertThat(probabilities).doesNotContain(Float.NaN);
    }
  }

  @Test
  void shouldRefuseADirectoryWithoutTheEncoder() throws IOException {
    save(folder, head(), new float[3]);
    Files.delete(folder.resolve("encoder.safetensors"));

    assertThatThrownBy(() -> EmotionModel.load(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("file encoder.safetensors is missing; copy the model again");
  }

  @Test
  void shouldRefuseAnEncoderThatWasChanged() throws IOException {
    save(folder, head(), new float[3]);
    Path file = folder.resolve("encoder.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(() -> EmotionModel.load(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("encoder.safetensors has SHA-256")
        .hasMessageContaining("it was changed or is of another model");

    Files.write(file, Arrays.copyOf(bytes, 1_000));
    assertThatThrownBy(() -> EmotionModel.load(folder))
        .hasMessageContaining("encoder.safetensors has 1000 bytes, the manifest says 8477056");
  }

  @Test
  void shouldRefuseAFileOfOtherWeightsAsAnEncoder() throws IOException {
    byte[] weights = EncoderModels.linearHead(head(), new float[3]);
    ModelManifest manifest = manifest(EncoderModels.LINEAR, weights);
    Files.createDirectories(folder.resolve("other"));
    Files.write(folder.resolve("other/weights.safetensors"), weights);
    String json =
        new ObjectMapper()
            .writeValueAsString(
                Map.of(
                    "name", "other",
                    "source", "here",
                    "license", "none",
                    "weights", manifest.weights()));
    Files.writeString(folder.resolve("other/manifest.json"), json);

    assertThatThrownBy(() -> PretrainedEncoder.load(folder.resolve("other")))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("weights don't match the network");
    assertThatThrownBy(() -> PretrainedEncoder.load(folder.resolve("missing")))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> EmotionModel.of(manifest, weights))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("the manifest names 1 pretrained encoders, there are 0");
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "hidden" : [ 4 ]          | "hidden" : [ 0 ]           | architecture.hidden must be at most 8 sizes
          "adapt" : "none"          | "adapt" : "running"        | normalization.adapt must be none with encoder
          "encoderInput" : true     | "encoderInput" : false     | fftLength must be a power of two
          "windowFrames" : 300      | "windowFrames" : 301       | windowFrames must be even
          "file" : "encoder.safetensors" | "file" : "weights.safetensors" | pretrained must name another file than weights
          """)
  void shouldRefuseManifestsThatDoNotFit(String from, String to, String message)
      throws IOException {
    Architecture architecture = new Architecture(NetworkType.ENCODER, List.of(), List.of(4), 1, 0);
    byte[] weights = ModelFixture.weights(architecture, 3);
    EmotionModel.save(
        folder,
        manifest(architecture, weights),
        weights,
        Optional.of(encoder),
        Optional.empty(),
        Map.of());
    Path file = folder.resolve(EmotionModel.MANIFEST_FILE);
    String json = Files.readString(file);
    assertThat(json).contains(from);
    Files.writeString(file, json.replace(from, to));

    assertThatThrownBy(() -> EmotionModel.load(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldRefuseFeaturesAndSizesOfOtherKinds() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EncoderModels.LINEAR.requireFit(FeatureSpec.WIDEBAND_16K))
        .withMessageContaining("what the pretrained encoder takes with encoder, got wideband-16k");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Architecture(NetworkType.CNN_LSTM, List.of(4, 4), List.of(4), 1, 0)
                    .requireFit(FeatureSpec.ENCODER_16K))
        .withMessageContaining("log-mel frames with cnn-lstm, got encoder-16k");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Architecture(NetworkType.FCNN, List.of(), List.of(), 1, 0))
        .withMessageContaining("architecture.hidden must be 1 to 8 sizes with fcnn");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EncoderModels.linearHead(new float[3][7], new float[3]))
        .withMessageContaining("2304 weights, got 7");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EncoderModels.linearHead(new float[3][2304], new float[2]))
        .withMessageContaining("a bias for each label, got 2");
  }

  /** A limit on the order of magnitude; the figure itself depends on the machine. */
  @Test
  void shouldTakeFewMillisecondsAWindow() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    float[] window = randomWindow(3, 300);
    double least = Double.MAX_VALUE;
    try (EncoderPooling pooling = encoder.newPooling()) {
      for (int i = 0; i < 60; i++) {
        long begin = threads.getCurrentThreadCpuTime();
        pooling.pool(window);
        least = Math.min(least, (threads.getCurrentThreadCpuTime() - begin) / 1e6);
      }
    }
    System.out.printf("the encoder, a window of 3 s, least: %.1f ms of a core%n", least);
    assertThat(least).isLessThan(60);
  }

  private static float[][] head() {
    Random random = new Random(5);
    float[][] head = new float[3][EncoderPooling.LENGTH];
    for (float[] row : head) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) (0.05 * random.nextGaussian());
      }
    }
    return head;
  }

  private static void save(Path directory, float[][] head, float[] bias) throws IOException {
    byte[] weights = EncoderModels.linearHead(head, bias);
    EmotionModel.save(
        directory,
        manifest(EncoderModels.LINEAR, weights),
        weights,
        Optional.of(encoder),
        Optional.empty(),
        Map.of());
  }

  private static ModelManifest manifest(Architecture architecture, byte[] weights) {
    return EncoderModels.manifest(
        encoder,
        "fixture",
        "1",
        architecture,
        LABELS,
        WindowSettings.DEFAULT,
        normalization(0.25f, 2),
        new ModelManifest.Calibration(1.5f, 0.1f, 0.4f),
        weights,
        new ModelManifest.Training(
            "train",
            1,
            ModelFixture.hyperparameters(0.001f, 32, 10, 5, 0.1, false, 0, 0),
            List.of(),
            3,
            Map.of()));
  }

  private static ModelManifest.Normalization normalization(float mean, float deviation) {
    return new ModelManifest.Normalization(
        Collections.nCopies(EncoderPooling.LENGTH, mean),
        Collections.nCopies(EncoderPooling.LENGTH, deviation));
  }

  private static List<float[]> windows(float[] samples, int rateHz) {
    List<float[]> windows = new ArrayList<>();
    WindowSink sink = (beginMs, endMs, share, features) -> windows.add(features.clone());
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(
            new FeatureExtractor(FeatureSpec.ENCODER_16K), WindowSettings.DEFAULT, rateHz);
    analyzer.accept(samples, 0, samples.length, sink);
    analyzer.finish(sink);
    return windows;
  }
}
