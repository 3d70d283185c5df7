package dev.speechemotion.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.emotion.DriftMonitor;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.PopulationShares;
import dev.speechemotion.emotion.SpeechDetector;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmotionModelTest {
  private static byte[] weights;

  @TempDir Path folder;
  private Path directory;

  @BeforeAll
  static void makeWeights() {
    weights = ModelFixture.weights(ModelFixture.ARCHITECTURE, ModelFixture.LABELS.size());
  }

  @BeforeEach
  void saveModel() throws IOException {
    directory = folder.resolve("fixture");
    EmotionModel.save(directory, ModelFixture.manifest(weights, ModelFixture.LABELS), weights);
  }

  @Test
  void shouldReadWhatWasSaved() throws Exception {
    try (EmotionModel model = EmotionModel.load(directory)) {
      assertThat(model.manifest()).isEqualTo(ModelFixture.manifest(weights, ModelFixture.LABELS));
      assertThat(model.labels()).isEqualTo(ModelFixture.LABELS);
      assertThat(model.identity().hash())
          .isEqualTo(EmotionModel.sha256(Files.readAllBytes(directory.resolve("manifest.json"))));
    }
  }

  @Test
  void shouldKeepTheOldModelWholeIfTheNewOneCannotBeWritten() throws Exception {
    byte[] others = ModelFixture.weights(ModelFixture.ARCHITECTURE, 2);
    ModelManifest manifest = ModelFixture.manifest(others, List.of("neutral", "angry"));
    // As a disk that is full by then: the last of the files cannot be written.
    Files.createDirectory(directory.resolve("manifest.json.tmp"));

    assertThatThrownBy(() -> EmotionModel.save(directory, manifest, others))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(directory.toString(), "--out");

    shouldReadWhatWasSaved();
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).extracting(file -> file.getFileName().toString()).hasSize(2);
    }
  }

  @Test
  void shouldLeaveNothingOfAModelInAFolderThatHeldNone() throws Exception {
    Path notes = Files.createDirectories(folder.resolve("notes"));
    Files.writeString(notes.resolve("notes.txt"), "mine");
    Files.createDirectory(notes.resolve("manifest.json.tmp"));
    Files.writeString(notes.resolve("weights.safetensors"), "left by an interrupted training");

    assertThatThrownBy(
            () ->
                EmotionModel.save(
                    notes, ModelFixture.manifest(weights, ModelFixture.LABELS), weights))
        .isInstanceOf(IOException.class);

    try (Stream<Path> files = Files.list(notes)) {
      assertThat(files).extracting(file -> file.getFileName().toString()).containsOnly("notes.txt");
    }
  }

  /** A model that somebody else has made must not lead to other files. */
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need rights there")
  void shouldFollowNoLinks() throws Exception {
    Path other = Files.writeString(folder.resolve("other.txt"), "mine");
    Files.createSymbolicLink(directory.resolve("weights.safetensors.tmp"), other);
    Files.createSymbolicLink(directory.resolve(".writing"), folder.resolve("new.txt"));

    assertThatThrownBy(this::saveModel).isInstanceOf(IOException.class);
    Files.delete(directory.resolve(".writing"));
    saveModel();

    assertThat(other).hasContent("mine");
    assertThat(folder.resolve("new.txt")).doesNotExist();
    assertThat(directory.resolve("weights.safetensors"))
        .isRegularFile()
        .satisfies(file -> assertThat(Files.isSymbolicLink(file)).isFalse());
    shouldReadWhatWasSaved();
  }

  @Test
  void shouldWriteFilesForPeopleBesideTheModel() throws Exception {
    EmotionModel.save(
        directory,
        ModelFixture.manifest(weights, ModelFixture.LABELS),
        weights,
        Optional.empty(),
        Optional.empty(),
        Map.of("model-card.md", "# fixture".getBytes(StandardCharsets.UTF_8)));

    assertThat(directory.resolve("model-card.md")).hasContent("# fixture");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).hasSize(3);
    }
  }

  /** Two commands that write into one folder: it is never left with files of both. */
  @Test
  void shouldLetOneAtATimeWriteAModel() throws Exception {
    byte[] others = ModelFixture.weights(ModelFixture.ARCHITECTURE, 2);
    ExecutorService writers = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 20; round++) {
        List<Future<Void>> both =
            List.of(
                writers.submit(
                    (Callable<Void>)
                        () -> {
                          EmotionModel.save(
                              directory,
                              ModelFixture.manifest(weights, ModelFixture.LABELS),
                              weights);
                          return null;
                        }),
                writers.submit(
                    (Callable<Void>)
                        () -> {
                          EmotionModel.save(
                              directory,
                              ModelFixture.manifest(others, List.of("neutral", "angry")),
                              others);
                          return null;
                        }));
        for (Future<Void> one : both) {
          try {
            one.get();
          } catch (ExecutionException e) {
            assertThat(e.getCause()).hasMessageContaining("another process is writing a model");
          }
        }
        EmotionModel.load(directory).close();
      }
    } finally {
      writers.shutdownNow();
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void shouldSayThatAnotherProcessWritesThere() throws Exception {
    try (FileChannel channel =
            FileChannel.open(
                directory.resolve(".writing"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      assertThat(held.isValid()).isTrue();
      assertThatThrownBy(
              () ->
                  EmotionModel.save(
                      directory, ModelFixture.manifest(weights, ModelFixture.LABELS), weights))
          .hasMessageContainingAll(directory.toString(), "another process is writing a model");
    }
    shouldReadWhatWasSaved();
  }

  /** Files below a path that is nearly as long as paths can be cannot be written. */
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "paths have another limit there")
  void shouldRemoveTheFolderThatItMadeIfTheModelCannotBeWritten() throws Exception {
    int longest = OS.current() == OS.LINUX ? 4_095 : 1_023;
    Path parent = folder;
    while (longest - parent.toString().length() > 200) {
      parent =
          parent.resolve("d".repeat(Math.min(200, longest - parent.toString().length() - 100)));
    }
    Files.createDirectories(parent);
    Path made = parent.resolve("m".repeat(longest - parent.toString().length() - 2));

    assertThatThrownBy(
            () ->
                EmotionModel.save(
                    made, ModelFixture.manifest(weights, ModelFixture.LABELS), weights))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(made.toString());

    assertThat(made).doesNotExist();
  }

  /** A model made before there were groups and statistics is read as it was. */
  @Test
  void shouldLeaveOutGroupsAndStatisticsWhereThereAreNone() throws Exception {
    String json = Files.readString(directory.resolve("manifest.json"));

    assertThat(json).doesNotContain("groups").doesNotContain("statistics");
    ModelManifest manifest = ManifestJson.parse(json.getBytes(StandardCharsets.UTF_8));
    assertThat(manifest.featureSpec()).isEqualTo(FeatureSpec.TELEPHONE_8K);
    byte[] shipped = Files.readAllBytes(Path.of("models/tess-fcnn/manifest.json"));
    ModelManifest first = ManifestJson.parse(shipped);
    assertThat(first.featureSpec()).isEqualTo(FeatureSpec.LIBROSA_22K);
    assertThat(new String(ManifestJson.write(first), StandardCharsets.UTF_8))
        .doesNotContain("groups")
        .doesNotContain("statistics");
  }

  @Test
  void shouldReadTheGroupsAndStatisticsThatWereWritten() throws Exception {
    ModelManifest plain = ModelFixture.manifest(weights, ModelFixture.LABELS);
    FeatureSpec spec = FeatureSpec.TELEPHONE_8K_EXTENDED;
    List<Float> ones = Collections.nCopies(FeatureLayout.of(spec).windowFeatureCount(), 1f);
    ModelManifest manifest =
        ModelFixture.changed(
            plain, spec, new ModelManifest.Normalization(ones, ones), plain.calibration());

    byte[] json = ManifestJson.write(manifest);

    assertThat(new String(json, StandardCharsets.UTF_8))
        .contains("\"groups\" : [ \"RMS\", \"PITCH\", \"SHAPE\" ]");
    assertThat(ManifestJson.parse(json)).isEqualTo(manifest);
  }

  @Test
  void shouldKeepHowThePopulationIsSpreadAndWatchByThat() throws Exception {
    ModelManifest plain = ModelFixture.manifest(weights, ModelFixture.LABELS);
    List<float[]> windows = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      float[] window = ModelFixture.features(1);
      window[0] += i % 4;
      windows.add(window);
    }
    AtomicLong nanos = new AtomicLong();
    DriftMonitor of;
    DriftMonitor ofPlain;
    try (EmotionModel model = EmotionModel.load(directory)) {
      ofPlain = model.newDriftMonitor(nanos::get);
      EmotionModel.save(directory, plain.spread(model.spreadOf(windows)), weights);
    }

    try (EmotionModel model = EmotionModel.load(directory)) {
      assertThat(model.manifest().shares().get(0).windows()).isEqualTo(2_000);
      of = model.newDriftMonitor(nanos::get);
      try (EmotionClassifier classifier = model.newClassifier(of);
          EmotionClassifier other = model.newClassifier(ofPlain)) {
        for (float[] window : windows) {
          classifier.classifyHeard(window, 0.5f, new float[3]);
          other.classifyHeard(window, 0.5f, new float[3]);
        }
        // Nobody hears these, or too little is said.
        classifier.classify(windows.get(0), 1, new float[3]);
        classifier.classifyHeard(windows.get(0), 0.2f, new float[3]);
      }
    }
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());

    assertThat(of.figures().windows()).isCloseTo(windows.size() * Math.exp(-1 / 60.0), within(0.1));
    assertThat(of.groups())
        .containsExactly("mfcc", "chroma", "contrast", "zcr", DriftMonitor.CLASSES);
    assertThat(of.figures().psi().values()).allSatisfy(psi -> assertThat(psi).isLessThan(0.01));
    assertThat(ofPlain.figures().psi())
        .as("as if the features were normally distributed, and nothing known of answers")
        .doesNotContainKey(DriftMonitor.CLASSES)
        .allSatisfy((group, psi) -> assertThat(psi).isGreaterThan(DriftMonitor.DRIFT));
  }

  @Test
  void shouldClassifyWhatItsDetectorTakesForSpeechAlone() throws Exception {
    ModelManifest plain = ModelFixture.manifest(weights, ModelFixture.LABELS);
    // Speech is where the first feature is above 1.
    List<Float> first = new ArrayList<>(Collections.nCopies(ModelFixture.FEATURES, 0f));
    first.set(0, 1f);
    ModelManifest detecting = plain.detecting(new SpeechDetector(first, -1), "2");
    EmotionModel.save(directory, detecting, weights);
    float[] windows = ModelFixture.features(2);
    windows[0] = 2;
    windows[ModelFixture.FEATURES] = 0;
    float[] probabilities = new float[6];
    float[] ofHead = new float[6];
    int[] told = {0};

    assertThat(new String(ManifestJson.write(plain), UTF_8)).doesNotContain("speechDetector");
    try (EmotionModel model = EmotionModel.load(directory);
        EmotionClassifier classifier = model.newClassifier((window, answers) -> told[0]++);
        EmotionClassifier head = model.newHeadClassifier()) {
      assertThat(model.manifest()).isEqualTo(detecting);
      classifier.classify(windows, 2, probabilities);
      head.classify(windows, 2, ofHead);
      assertThat(classifier.classifyHeard(windows, 1, new float[3])).isTrue();
      assertThat(
              classifier.classifyHeard(
                  Arrays.copyOfRange(windows, ModelFixture.FEATURES, windows.length),
                  1,
                  new float[3]))
          .isFalse();
    }

    assertThat(Arrays.copyOf(probabilities, 3)).containsExactly(Arrays.copyOf(ofHead, 3));
    assertThat(Arrays.copyOfRange(probabilities, 3, 6)).containsOnly(0);
    assertThat(ofHead[3] + ofHead[4] + ofHead[5]).isCloseTo(1, within(1e-5f));
    assertThat(told[0]).as("drift is of what was heard").isOne();
  }

  @Test
  void shouldRefuseADetectorOfAnotherModel() {
    ModelManifest plain = ModelFixture.manifest(weights, ModelFixture.LABELS);

    assertThatThrownBy(() -> plain.detecting(new SpeechDetector(List.of(1f), 0), "2"))
        .hasMessageContaining("speechDetector must have as many weights");
  }

  @Test
  void shouldRefuseSharesOfAnotherModel() {
    ModelManifest plain = ModelFixture.manifest(weights, ModelFixture.LABELS);

    assertThatThrownBy(() -> plain.spread(PopulationShares.normal(ModelFixture.FEATURES - 1)))
        .hasMessageContaining("shares must have 31 features, as the network is told of, got 30");
    assertThatThrownBy(
            () ->
                plain.spread(
                    new PopulationShares(
                        1,
                        PopulationShares.normal(ModelFixture.FEATURES).features(),
                        List.of(0.5f, 0.5f))))
        .hasMessageContaining("shares must have 3 labels, or none, got 2");
  }

  @Test
  void shouldTellWhatToAdaptToIfTheModelWantsIt() throws Exception {
    Path file = directory.resolve("manifest.json");
    Files.writeString(
        file, Files.readString(file).replace("\"adapt\" : \"none\"", "\"adapt\" : \"running\""));

    try (EmotionModel model = EmotionModel.load(directory);
        EmotionClassifier classifier = model.newClassifier()) {
      assertThat(classifier.population()).isPresent();
      assertThat(classifier.population().get().featureCount()).isEqualTo(ModelFixture.FEATURES);
    }
  }

  @Test
  void shouldGiveTheSoftmaxOfTheNetworkOnNormalizedFeatures() throws Exception {
    float[] features = ModelFixture.features(1);
    float[] probabilities = new float[3];

    try (EmotionModel model = EmotionModel.load(directory);
        EmotionClassifier classifier = model.newClassifier()) {
      classifier.classify(features, 1, probabilities);
    }

    double[] expected = plainForwardPass(features, 1);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) probabilities[i]).isCloseTo(expected[i], within(1e-6));
    }
  }

  @Test
  void shouldGiveTheDoubtToAllLabelsAlikeUnlessUncalibrated() throws Exception {
    float[] features = ModelFixture.features(1);
    float[] probabilities = new float[3];
    float[] uncalibrated = new float[3];
    ModelManifest plain =
        ModelFixture.manifest(weights, ModelFixture.LABELS, ModelFixture.ARCHITECTURE, 1);
    ModelManifest doubting =
        ModelFixture.changed(
            plain,
            plain.featureSpec(),
            plain.normalization(),
            new ModelManifest.Calibration(2.5f, 0.3f, 0.5f));

    try (EmotionModel model = EmotionModel.of(doubting, weights);
        EmotionClassifier classifier = model.newClassifier();
        EmotionClassifier without = model.newUncalibratedClassifier()) {
      classifier.classify(features, 1, probabilities);
      without.classify(features, 1, uncalibrated);
    }

    for (int i = 0; i < 3; i++) {
      assertThat((double) probabilities[i])
          .isCloseTo(0.7 * plainForwardPass(features, 2.5)[i] + 0.1, within(1e-6));
      assertThat((double) uncalibrated[i])
          .isCloseTo(plainForwardPass(features, 1)[i], within(1e-6));
    }
  }

  @Test
  void shouldDivideByTheTemperatureBeforeTheSoftmax() throws Exception {
    float[] features = ModelFixture.features(1);
    float[] probabilities = new float[3];
    ModelManifest manifest =
        ModelFixture.manifest(weights, ModelFixture.LABELS, ModelFixture.ARCHITECTURE, 2.5f);

    try (EmotionModel model = EmotionModel.of(manifest, weights);
        EmotionClassifier classifier = model.newClassifier()) {
      classifier.classify(features, 1, probabilities);
    }

    double[] expected = plainForwardPass(features, 2.5);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) probabilities[i]).isCloseTo(expected[i], within(1e-6));
    }
  }

  @Test
  void shouldGiveAWindowTheSameBitsWhateverComesWithIt() throws Exception {
    int windows = 17;
    float[] features = ModelFixture.features(windows);
    float[] together = new float[windows * 3];
    float[] alone = new float[windows * 3];
    float[] one = new float[3];

    try (EmotionModel model = EmotionModel.load(directory);
        EmotionClassifier classifier = model.newClassifier()) {
      classifier.classify(features, windows, together);
      for (int i = 0; i < windows; i++) {
        int begin = i * ModelFixture.FEATURES;
        classifier.classify(
            Arrays.copyOfRange(features, begin, begin + ModelFixture.FEATURES), 1, one);
        System.arraycopy(one, 0, alone, i * 3, 3);
      }
    }

    assertThat(alone).isEqualTo(together);
    assertThat(together).doesNotContain(Float.NaN);
  }

  @Test
  void shouldServeSeveralThreadsFromOneModel() throws Exception {
    float[] features = ModelFixture.features(200);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (EmotionModel model = EmotionModel.load(directory)) {
      Callable<float[]> task =
          () -> {
            float[] probabilities = new float[200 * 3];
            try (EmotionClassifier classifier = model.newClassifier()) {
              classifier.classify(features, 200, probabilities);
            }
            return probabilities;
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
  void shouldSurviveFeaturesFarOutOfRange() throws Exception {
    float[] features = ModelFixture.features(1);
    Arrays.fill(features, 1e30f);
    float[] probabilities = new float[3];

    try (EmotionModel model = EmotionModel.load(directory);
        EmotionClassifier classifier = model.newClassifier()) {
      classifier.classify(features, 1, probabilities);
    }

    assertThat(probabilities[0] + probabilities[1] + probabilities[2]).isCloseTo(1, within(1e-6f));
  }

  @Test
  void shouldRefuseArraysThatAreTooShort() throws Exception {
    try (EmotionModel model = EmotionModel.load(directory);
        EmotionClassifier classifier = model.newClassifier()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> classifier.classify(new float[3], 1, new float[3]));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> classifier.classify(ModelFixture.features(2), 2, new float[5]));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> classifier.classify(ModelFixture.features(1), 0, new float[3]));
    }
  }

  @Test
  void shouldSayThatTheDirectoryIsMissing() {
    assertRefused(folder.resolve("nowhere"), "does not exist");
  }

  @Test
  void shouldSayThatAFileIsMissing() throws Exception {
    Files.delete(directory.resolve("weights.safetensors"));
    assertRefused(directory, "weights.safetensors is missing");
    Files.delete(directory.resolve("manifest.json"));
    assertRefused(directory, "manifest.json is missing");
  }

  @Test
  void shouldRefuseWeightsThatWereChanged() throws Exception {
    byte[] changed = weights.clone();
    changed[changed.length - 3] ^= 1;
    Files.write(directory.resolve("weights.safetensors"), changed);

    assertRefused(directory, "the manifest says", "it was changed");
  }

  @Test
  void shouldRefuseWeightsThatAreCutOff() throws Exception {
    Files.write(
        directory.resolve("weights.safetensors"), Arrays.copyOf(weights, weights.length / 2));

    assertRefused(directory, "cut off");
  }

  @Test
  void shouldRefuseAnOversizedFileWithoutReadingItAll() throws Exception {
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve("weights.safetensors").toFile(), "rw")) {
      file.setLength(200L * 1024 * 1024);
    }

    assertRefused(directory, "larger than");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "formatVersion" : 1   | "formatVersion" : 2    | formatVersion 2, this program reads 1
          "formatVersion" : 1,  | ''                     | has no formatVersion
          "angry", "happy"      | "happy", "happy"       | distinct
          "temperature" : 1.0   | "temperature" : 0      | calibration.temperature must be from 0.01
          "doubt" : 0.0         | "doubt" : 1            | calibration.doubt must be from 0 to below 1
          "type" : "fcnn"       | "type" : "rnn"         | architecture.type must be one of [fcnn, cnn-lstm, encoder]
          weights.safetensors   | ../weights.safetensors | plain name of a file
          "dropout" : 0.1       | "dropout" : 0.1, "x":1 | "x"
          "adapt" : "none"      | "adapt" : "sometimes"  | normalization.adapt must be none or running
          "n0" : 10.0           | "n0" : 0               | priorWindows must be positive
          "n0ByFeature" : [ ]   | "n0ByFeature" : [ 1 ]  | normalization.n0ByFeature must be empty or as long as .mean
          "limit" : 0.0         | "limit" : -1           | normalization.limit must be 0 or above
          "members" : 1         | "members" : 2          | architecture.members must be 1 but with fcnn or encoder of one hidden layer
          "hopMs" : 1000        | "hopMs" : null         | hopMs: is missing or null
          "angry"               | null                   | labels must be distinct and not blank
          "sampleRateHz" : 8000 | "sampleRateHz" : 0     | sampleRateHz must be from
          "name" : "fixture"    | "name" : "fixture      | is not valid
          """)
  void shouldRefuseAManifestThatIsWrong(String found, String replacement, String message)
      throws Exception {
    Path file = directory.resolve("manifest.json");
    String manifest = Files.readString(file);
    assertThat(manifest).contains(found);
    Files.writeString(file, manifest.replace(found, replacement));

    assertRefused(directory, message);
  }

  @Test
  void shouldRefuseLabelsThatDoNotMatchTheNetwork() throws Exception {
    Path file = directory.resolve("manifest.json");
    Files.writeString(file, Files.readString(file).replace("\"angry\",", "\"angry\", \"calm\","));

    assertRefused(
        directory, "labels don't match the network: the manifest has 4 labels, the network 3");
  }

  @Test
  void shouldRefuseLayersThatDoNotMatchTheWeights() {
    ModelManifest manifest =
        ModelFixture.manifest(weights, ModelFixture.LABELS, ModelFixture.fcnn(List.of(9, 4), 0), 1);

    assertThatThrownBy(() -> EmotionModel.of(manifest, weights))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("layer1.weight has shape [8," + ModelFixture.FEATURES + "]");
  }

  @Test
  void shouldRefuseWeightsThatPassTheHashButAreMalformed() {
    String header = new String(weights, 8, headerLength(), StandardCharsets.UTF_8);

    assertMalformed(new byte[5], "cut off");
    assertMalformed(new byte[100], "not in safetensors format");
    assertMalformed(withHeader("{".repeat(header.length())), "not JSON");
    assertMalformed(withHeader("[" + " ".repeat(header.length() - 2) + "]"), "not a JSON object");
    assertMalformed(
        withHeader(header.replace("layer1.bias", "layer9.bias")), "weights don't match");
    assertMalformed(withHeader(header.replaceFirst("F32", "I32")), "F32");
    assertMalformed(
        withHeader(header.replaceFirst("\"data_offsets\":\\[\\d", "\"data_offsets\":[-")), "");
    assertMalformed(Arrays.copyOf(weights, weights.length - 4), "cut off or malformed");
    byte[] notFinite = weights.clone();
    ByteBuffer.wrap(notFinite)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putFloat(weights.length - 4, Float.NaN);
    assertMalformed(notFinite, "not finite");
    byte[] hugeHeader = weights.clone();
    ByteBuffer.wrap(hugeHeader).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
    assertMalformed(hugeHeader, "not in safetensors format");
  }

  private static void assertMalformed(byte[] file, String message) {
    assertThatThrownBy(
            () -> EmotionModel.of(ModelFixture.manifest(file, ModelFixture.LABELS), file))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(message);
  }

  private static void assertRefused(Path directory, String... message) {
    assertThatThrownBy(() -> EmotionModel.load(directory))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(message)
        .hasMessageContaining(directory.toString())
        .satisfies(error -> assertThat(error.getMessage()).doesNotContain("\n"));
  }

  private static int headerLength() {
    return (int) ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private static byte[] withHeader(String header) {
    byte[] file = weights.clone();
    byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, file, 8, bytes.length);
    return file;
  }

  /** The same network in plain Java, read from the file by the format's definition. */
  private static double[] plainForwardPass(float[] features, double temperature) throws Exception {
    var header =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .readTree(new String(weights, 8, headerLength(), StandardCharsets.UTF_8));
    double[] values = new double[features.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (features[i] - 0.5) / 2;
    }
    for (int layer = 1; layer <= 3; layer++) {
      float[] matrix = array(header.get("layer" + layer + ".weight"));
      float[] bias = array(header.get("layer" + layer + ".bias"));
      double[] next = new double[bias.length];
      for (int row = 0; row < next.length; row++) {
        double sum = bias[row];
        for (int i = 0; i < values.length; i++) {
          sum += matrix[row * values.length + i] * values[i];
        }
        next[row] = layer < 3 ? Math.max(0, sum) : Math.exp(sum / temperature);
      }
      values = next;
    }
    double total = Arrays.stream(values).sum();
    return Arrays.stream(values).map(value -> value / total).toArray();
  }

  private static float[] array(com.fasterxml.jackson.databind.JsonNode tensor) {
    int begin = tensor.get("data_offsets").get(0).asInt();
    int end = tensor.get("data_offsets").get(1).asInt();
    float[] values = new float[(end - begin) / 4];
    ByteBuffer.wrap(weights, 8 + headerLength() + begin, end - begin)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    return values;
  }
}
