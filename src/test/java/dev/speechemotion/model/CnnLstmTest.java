package dev.speechemotion.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.translate.NoopTranslator;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.VoiceAdaptation;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The network over log-mel frames, in use. */
class CnnLstmTest {
  private static final FeatureSpec SPEC = FeatureSpec.TELEPHONE_8K_LOGMEL;
  private static final int BANDS = FeatureLayout.of(SPEC).windowColumnCount();
  private static final List<String> LABELS = ModelFixture.LABELS;
  private static final Architecture ARCHITECTURE =
      new Architecture(NetworkType.CNN_LSTM, List.of(4, 6, 8), List.of(5), 1, 0.3f);

  /** What ships: the sizes that train takes by default. */
  private static final Architecture USUAL =
      new Architecture(NetworkType.CNN_LSTM, List.of(16, 32, 64), List.of(64), 1, 0.3f);

  private static byte[] weights;

  @TempDir Path folder;

  @BeforeAll
  static void makeWeights() {
    weights = ModelFixture.weights(ARCHITECTURE, LABELS.size());
  }

  private static ModelManifest manifest() {
    return ModelFixture.manifest(weights, LABELS, ARCHITECTURE, 1);
  }

  /** A window of so many frames; NaN behind them. */
  private static float[] window(int frames, long seed) {
    Random random = new Random(seed);
    float[] window = new float[FeatureLayout.of(SPEC).windowFeatureCount()];
    Arrays.fill(window, Float.NaN);
    for (int i = 0; i < frames * BANDS; i++) {
      window[i] = (float) random.nextGaussian() * 2;
    }
    return window;
  }

  private static float[] classify(EmotionClassifier classifier, float[] features) {
    int windows = features.length / FeatureLayout.of(SPEC).windowFeatureCount();
    float[] probabilities = new float[windows * LABELS.size()];
    classifier.classify(features, windows, probabilities);
    return probabilities;
  }

  @Test
  void shouldHaveTheParametersThatItsShapesTell() {
    for (int bands : new int[] {8, 39, 40, 48, 63}) {
      try (NDManager manager = NDManager.newBaseManager(Device.cpu(), Torch.ENGINE)) {
        CnnLstm network = new CnnLstm(ARCHITECTURE, 20, bands, 6, 0.3f);
        network.initialize(manager, DataType.FLOAT32, network.inputShapes(1));

        Map<String, Shape> found = new LinkedHashMap<>();
        network
            .parameters()
            .forEach((name, parameter) -> found.put(name, parameter.getArray().getShape()));

        Map<String, Shape> told = network.shapes();
        assertThat(found).as("%d bands", bands).isEqualTo(told);
        assertThat(new ArrayList<>(told.keySet()).get(told.size() - 1)).isEqualTo("output.bias");
        assertThat(network.getParameters().values())
            .as("nothing that is not saved")
            .hasSameSizeAs(found.keySet());
      }
    }
  }

  @Test
  void shouldClassifyTheSameBitForBitAfterItWasSavedAndLoaded() throws Exception {
    float[] windows = new float[3 * FeatureLayout.of(SPEC).windowFeatureCount()];
    System.arraycopy(window(188, 1), 0, windows, 0, FeatureLayout.of(SPEC).windowFeatureCount());
    System.arraycopy(
        window(120, 2),
        0,
        windows,
        FeatureLayout.of(SPEC).windowFeatureCount(),
        FeatureLayout.of(SPEC).windowFeatureCount());
    System.arraycopy(
        window(7, 3),
        0,
        windows,
        2 * FeatureLayout.of(SPEC).windowFeatureCount(),
        FeatureLayout.of(SPEC).windowFeatureCount());
    EmotionModel.save(folder.resolve("saved"), manifest(), weights);

    try (EmotionModel made = EmotionModel.of(manifest(), weights);
        EmotionModel loaded = EmotionModel.load(folder.resolve("saved"));
        EmotionClassifier ofMade = made.newClassifier();
        EmotionClassifier ofLoaded = loaded.newClassifier()) {
      assertThat(loaded.manifest()).isEqualTo(manifest());
      assertThat(ofLoaded.featureCount()).isEqualTo(188 * BANDS);

      float[] probabilities = classify(ofLoaded, windows);

      assertThat(probabilities).isEqualTo(classify(ofMade, windows)).doesNotContain(Float.NaN);
      assertThat(Arrays.copyOf(probabilities, 3))
          .isNotEqualTo(Arrays.copyOfRange(probabilities, 3, 6));
      for (int window = 0; window < 3; window++) {
        int at = window * FeatureLayout.of(SPEC).windowFeatureCount();
        assertThat(
                classify(
                    ofLoaded,
                    Arrays.copyOfRange(
                        windows, at, at + FeatureLayout.of(SPEC).windowFeatureCount())))
            .as("a window alone")
            .isEqualTo(Arrays.copyOfRange(probabilities, window * 3, window * 3 + 3));
      }
    }
  }

  /** In training a batch has windows of several lengths; in use there is one window at a time. */
  @ParameterizedTest
  @CsvSource({"1", "3", "4", "5", "6", "7", "8", "61", "62", "63", "64", "125", "187", "188"})
  void shouldGiveAShortWindowTheSameWhateverItIsPaddedTo(int frames) throws Exception {
    Network network = Network.forInference(ARCHITECTURE, SPEC, LABELS.size());
    try (Model model = Model.newInstance("padding", Device.cpu(), Torch.ENGINE)) {
      model.setBlock(network.block());
      Torch.start().setRandomSeed(3);
      network.block().freezeParameters(true);
      network.block().initialize(model.getNDManager(), DataType.FLOAT32, network.inputShapes(1));
      // So that batch normalization moves what is 0.
      for (Map.Entry<String, Parameter> entry : network.parameters().entrySet()) {
        if (entry.getKey().endsWith("beta") || entry.getKey().endsWith("runningMean")) {
          float[] values = new float[(int) entry.getValue().getArray().size()];
          Arrays.fill(values, entry.getKey().endsWith("beta") ? 0.7f : -0.4f);
          entry.getValue().getArray().set(values);
        }
      }
      float[] window = window(frames, frames);
      float[] two = Arrays.copyOf(window, 2 * window.length);
      System.arraycopy(window(188, 99), 0, two, window.length, window.length);
      try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
          NDManager manager = model.getNDManager().newSubManager()) {
        NDList alone = network.inputs(manager, window, 1);
        NDList padded = network.inputs(manager, two, 2);

        assertThat(alone.get(0).getShape().get(1)).isEqualTo(Math.max(4, frames));
        assertThat(padded.get(0).getShape().get(1)).isEqualTo(188);
        float[] expected = predictor.predict(alone).singletonOrThrow().toFloatArray();
        NDArray found = predictor.predict(padded).singletonOrThrow();
        assertThat(found.get(0).toFloatArray())
            .usingComparatorWithPrecision(2e-6f)
            .containsExactly(expected);
        assertThat(found.get(1).toFloatArray()).isNotEqualTo(expected);
      }
    }
  }

  @Test
  void shouldServeSeveralThreadsFromOneModel() throws Exception {
    float[] window = window(188, 5);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (EmotionModel model = EmotionModel.of(manifest(), weights)) {
      Callable<float[]> task =
          () -> {
            float[] last = null;
            try (EmotionClassifier classifier = model.newClassifier()) {
              for (int i = 0; i < 50; i++) {
                last = classify(classifier, window);
              }
            }
            return last;
          };
      List<float[]> results = new ArrayList<>();
      for (Future<float[]> result : threads.invokeAll(List.of(task, task, task, task))) {
        results.add(result.get());
      }

      assertThat(results).allSatisfy(result -> assertThat(result).isEqualTo(results.get(0)));
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void shouldAdaptToACallBandByBand() throws Exception {
    ModelManifest plain = manifest();
    ModelManifest.Normalization normalization =
        new ModelManifest.Normalization(
            plain.normalization().mean(),
            plain.normalization().deviation(),
            ModelManifest.Normalization.Adapt.RUNNING,
            10,
            List.of(),
            0.3f,
            0);
    ModelManifest running =
        ModelFixture.changed(plain, plain.featureSpec(), normalization, plain.calibration());
    float[] window = window(100, 6);
    for (int i = 0; i < 100 * BANDS; i += BANDS) {
      window[i + 3] += 50;
    }

    try (EmotionModel model = EmotionModel.of(running, weights);
        EmotionClassifier classifier = model.newClassifier()) {
      VoiceAdaptation call = new VoiceAdaptation();
      for (int i = 0; i < 1_000; i++) {
        call.hear(classifier.population(), window, 1);
      }
      float[] adapted = call.apply(classifier.population(), window, new float[window.length]);

      double sum = 0;
      for (int i = 0; i < 100 * BANDS; i += BANDS) {
        sum += adapted[i + 3] / 100;
      }
      // The fixture's population has a mean of 0.5.
      assertThat(sum).isCloseTo(0.5, within(0.5));
      assertThat(adapted[100 * BANDS]).isNaN();
      assertThat(classify(classifier, adapted)).doesNotContain(Float.NaN);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "channels" : [ 4, 6, 8 ] | "channels" : [ 4 ]         | architecture.channels must be 2 to 6 sizes
          "channels" : [ 4, 6, 8 ] | "channels" : [ 4, 6, 0 ]   | architecture.channels must be 2 to 6 sizes
          "channels" : [ 4, 6, 8 ] | "channels" : [ 4, 6, 9 ]   | conv3.weight has shape [8,6,3,3]
          "channels" : [ 4, 6, 8 ] | "channels" : [ 4, 6 ]      | weights don't match the network
          "channels" : [ 4, 6, 8 ] | "channels" : [ 4, 6, 8, 8, 8, 8 ] | bands that can be halved
          "hidden" : [ 5 ]         | "hidden" : [ 5, 5 ]        | architecture.hidden must be one size
          "type" : "cnn-lstm"      | "type" : "fcnn"            | architecture.channels must be empty with fcnn
          "windowFrames" : 188     | "windowFrames" : 0         | normalization must have one value
          "windowFrames" : 188     | "windowFrames" : -1        | windowFrames must be from 0 to 1024
          """)
  void shouldRefuseAManifestOfAnotherNetwork(String found, String replacement, String message)
      throws Exception {
    Path directory = folder.resolve("wrong");
    EmotionModel.save(directory, manifest(), weights);
    Path file = directory.resolve("manifest.json");
    String json = Files.readString(file);
    assertThat(json).contains(found);
    Files.writeString(file, json.replace(found, replacement));

    assertThatThrownBy(() -> EmotionModel.load(directory).close())
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void shouldRefuseWeightsThatAreNotFinite() {
    byte[] broken = weights.clone();
    // The last four bytes are a float.
    Arrays.fill(broken, broken.length - 4, broken.length, (byte) 0xff);
    ModelManifest manifest = ModelFixture.manifest(broken, LABELS, ARCHITECTURE, 1);

    assertThatThrownBy(() -> EmotionModel.of(manifest, broken).close())
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("not finite");
  }

  @Test
  void shouldRefuseFeaturesOfTheOtherArchitecture() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ARCHITECTURE.requireFit(FeatureSpec.TELEPHONE_8K))
        .withMessageContaining("log-mel frames with cnn-lstm, got telephone-8k");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelFixture.ARCHITECTURE.requireFit(SPEC))
        .withMessageContaining("statistics with fcnn, got telephone-8k-logmel");
  }

  /** Processor time, so that other work on the machine counts little; the limits have a margin. */
  @Test
  void shouldClassifyAWindowWithin5MillisecondsAndTheFcnnWithin50Microseconds() throws Exception {
    byte[] usual = ModelFixture.weights(USUAL, 6);
    List<String> labels = List.of("angry", "happy", "fear", "sad", "surprise", "neutral");
    byte[] fcnn = ModelFixture.weights(ModelFixture.fcnn(List.of(256, 128), 0.2f), 6);

    double cnnMicros =
        micros(ModelFixture.manifest(usual, labels, USUAL, 1), usual, window(188, 7), 200);
    double fcnnMicros =
        micros(
            ModelFixture.manifest(fcnn, labels, ModelFixture.fcnn(List.of(256, 128), 0.2f), 1),
            fcnn,
            ModelFixture.features(1),
            5_000);

    System.out.printf(
        Locale.ROOT,
        "one window, least: cnn-lstm %.0f us (%d kB), fcnn %.0f us (%d kB)%n",
        cnnMicros,
        usual.length / 1_000,
        fcnnMicros,
        fcnn.length / 1_000);
    assertThat(usual.length).isLessThan(5_000_000);
    assertThat(cnnMicros).isLessThan(5_000 * 2);
    assertThat(fcnnMicros).isLessThan(50 * 4);
  }

  /** The least processor time of this thread for a window. */
  private static double micros(
      ModelManifest manifest, byte[] weights, float[] window, int repetitions) throws Exception {
    float[] probabilities = new float[manifest.labels().size()];
    ThreadMXBean thread = ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    try (EmotionModel model = EmotionModel.of(manifest, weights);
        EmotionClassifier classifier = model.newClassifier()) {
      for (int i = 0; i < repetitions; i++) {
        long begin = thread.getCurrentThreadCpuTime();
        classifier.classify(window, 1, probabilities);
        least = Math.min(least, thread.getCurrentThreadCpuTime() - begin);
      }
    }
    return least / 1e3;
  }
}
