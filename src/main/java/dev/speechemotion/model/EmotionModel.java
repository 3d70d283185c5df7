package dev.speechemotion.model;

import dev.speechemotion.emotion.ClassifiedWindows;
import dev.speechemotion.emotion.DriftMonitor;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.PopulationShares;
import dev.speechemotion.emotion.ShareCounts;
import dev.speechemotion.emotion.SpeechDetector;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.model.folder.ModelFolder;
import dev.speechemotion.model.forward.FittedNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * A model in memory: manifest and weights, checked. One instance serves all threads; each takes a
 * classifier of its own from it. Close the model after its classifiers.
 */
public final class EmotionModel implements AutoCloseable {
  /** Name of the manifest in a model directory. */
  public static final String MANIFEST_FILE = "manifest.json";

  private static final int MAX_MANIFEST_BYTES = 1024 * 1024;
  private static final int MAX_WEIGHTS_BYTES = 64 * 1024 * 1024;

  private static final ClassifiedWindows NOBODY = (normalized, probabilities) -> {};

  private final ModelManifest manifest;
  private final ModelIdentity identity;
  private final byte[] weights;
  private final FittedNetwork network;

  /** What goes before the network; empty where windows enter it as they are. */
  private final Optional<SpeechEncoder> encoder;

  private final Optional<TrainingStatistics> statistics;

  private EmotionModel(
      ModelManifest manifest,
      ModelIdentity identity,
      byte[] weights,
      FittedNetwork network,
      Optional<SpeechEncoder> encoder,
      Optional<TrainingStatistics> statistics) {
    this.manifest = manifest;
    this.identity = identity;
    this.weights = weights;
    this.network = network;
    this.encoder = encoder;
    this.statistics = statistics;
  }

  /**
   * Finds a model directory, or another that ships with the program: a relative path is looked for
   * in the working directory, then beside the jar, then one folder up from it (the jar is built
   * into {@code target}, {@code models} lies beside that). What is nowhere is given back as it is,
   * for the error message.
   */
  public static Path find(Path directory) {
    Path code;
    try {
      // The jar, or the folder of the classes.
      code =
          Path.of(EmotionModel.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    Path beside = code.resolveSibling(directory);
    Path above = code.getParent().resolveSibling(directory);
    return Stream.of(directory, beside, above)
        .filter(Files::isDirectory)
        .findFirst()
        .orElse(directory);
  }

  /**
   * Reads a model directory.
   *
   * @throws ModelException if there is none, or it is not whole and consistent
   */
  public static EmotionModel load(Path directory) throws ModelException {
    if (!Files.isDirectory(directory)) {
      throw new ModelException(
          "model directory %s does not exist; name one that holds %s, or make one with 'train'"
              .formatted(directory, MANIFEST_FILE));
    }
    try {
      byte[] manifestBytes = readManifest(directory);
      ModelManifest manifest = ManifestJson.parse(manifestBytes);
      byte[] weights = readWeights(directory, manifest.weights());
      return build(
          manifest,
          manifestBytes,
          weights,
          readAll(directory, manifest.pretrained()),
          readAll(directory, manifest.statistics()));
    } catch (ModelException e) {
      throw new ModelException("model %s: %s".formatted(directory, e.getMessage()), e);
    }
  }

  /**
   * A model that has just been made.
   *
   * @throws ModelException if manifest and weights don't fit together
   */
  public static EmotionModel of(ModelManifest manifest, byte[] weights) throws ModelException {
    return build(manifest, ManifestJson.write(manifest), weights, List.of(), List.of());
  }

  /**
   * A model that has just been made, with a pretrained encoder.
   *
   * @throws ModelException if manifest, weights and encoder don't fit together
   */
  public static EmotionModel of(ModelManifest manifest, byte[] weights, PretrainedEncoder encoder)
      throws ModelException {
    return build(
        manifest, ManifestJson.write(manifest), weights, List.of(encoder.weightsFile()), List.of());
  }

  /**
   * Writes a model directory; files of other names in it stay.
   *
   * @throws ModelException if manifest and weights don't fit together
   */
  public static void save(Path directory, ModelManifest manifest, byte[] weights)
      throws IOException {
    save(directory, manifest, weights, Optional.empty(), Optional.empty(), Map.of());
  }

  /**
   * Writes a model directory. All files are there with their whole content before the first of an
   * earlier model is replaced.
   *
   * @param encoder the pretrained one, whose weights are copied there
   * @param statistics what is kept of the training: the file of {@link TrainingStatistics#encode}
   *     that the manifest names
   * @param beside files for people, such as the model's card, by their names
   * @throws ModelException if they don't fit together
   * @throws IOException if the directory cannot be written, or another process writes there
   */
  public static void save(
      Path directory,
      ModelManifest manifest,
      byte[] weights,
      Optional<PretrainedEncoder> encoder,
      Optional<byte[]> statistics,
      Map<String, byte[]> beside)
      throws IOException {
    save(
        directory,
        manifest,
        weights,
        encoder.stream().map(PretrainedEncoder::weightsFile).toList(),
        statistics.stream().toList(),
        beside);
  }

  /**
   * Writes a model directory with the weights of another one: a new version of the model, which
   * differs in what its manifest says.
   *
   * @param beside files for people, such as the model's card, by their names
   * @throws ModelException if the other one is not whole, or the manifest does not fit it
   */
  public static void saveVersion(
      Path directory, ModelManifest manifest, Path other, Map<String, byte[]> beside)
      throws IOException {
    ModelManifest before = ManifestJson.parse(readManifest(other));
    saveVersion(directory, manifest, readWeights(other, before.weights()), other, beside);
  }

  /**
   * The same with weights of its own: only the pretrained encoder and what is kept of the training
   * are the other one's.
   *
   * @throws ModelException if the other one is not whole, or manifest and weights do not fit it
   */
  public static void saveVersion(
      Path directory,
      ModelManifest manifest,
      byte[] weights,
      Path other,
      Map<String, byte[]> beside)
      throws IOException {
    ModelManifest before = ManifestJson.parse(readManifest(other));
    save(
        directory,
        manifest,
        weights,
        readAll(other, before.pretrained()),
        readAll(other, before.statistics()),
        beside);
  }

  /**
   * A version of this model in memory, of which only head classifiers can be asked.
   *
   * @throws ModelException if manifest and weights don't fit together
   */
  public EmotionModel headVersion(ModelManifest version, byte[] head) throws ModelException {
    requireSame(version.weights(), head);
    return new EmotionModel(
        version,
        new ModelIdentity(version.name(), version.version(), sha256(ManifestJson.write(version))),
        head,
        fitted(version, head),
        Optional.empty(),
        Optional.empty());
  }

  private static List<byte[]> readAll(Path directory, List<ModelManifest.Weights> files)
      throws ModelException {
    List<byte[]> contents = new ArrayList<>();
    for (ModelManifest.Weights file : files) {
      contents.add(readWeights(directory, file));
    }
    return contents;
  }

  private static void save(
      Path directory,
      ModelManifest manifest,
      byte[] weights,
      List<byte[]> pretrained,
      List<byte[]> statistics,
      Map<String, byte[]> beside)
      throws IOException {
    byte[] manifestBytes = ManifestJson.write(manifest);
    build(manifest, manifestBytes, weights, pretrained, statistics).close();
    Map<String, byte[]> files = new LinkedHashMap<>(beside);
    for (int i = 0; i < pretrained.size(); i++) {
      files.put(manifest.pretrained().get(i).file(), pretrained.get(i));
    }
    for (int i = 0; i < statistics.size(); i++) {
      files.put(manifest.statistics().get(i).file(), statistics.get(i));
    }
    files.put(manifest.weights().file(), weights);
    // Last: until it is there, the old one refuses the new weights by their hash.
    files.put(MANIFEST_FILE, manifestBytes);
    new ModelFolder(directory).replace(files);
  }

  private static EmotionModel build(
      ModelManifest manifest,
      byte[] manifestBytes,
      byte[] weights,
      List<byte[]> pretrained,
      List<byte[]> statistics)
      throws ModelException {
    if (pretrained.size() != manifest.pretrained().size()) {
      throw new ModelException(
          "the manifest names %d pretrained encoders, there are %d"
              .formatted(manifest.pretrained().size(), pretrained.size()));
    }
    if (statistics.size() != manifest.statistics().size()) {
      throw new ModelException(
          "the manifest names %d files of statistics, there are %d"
              .formatted(manifest.statistics().size(), statistics.size()));
    }
    requireSame(manifest.weights(), weights);
    for (int i = 0; i < pretrained.size(); i++) {
      requireSame(manifest.pretrained().get(i), pretrained.get(i));
    }
    Optional<TrainingStatistics> kept = Optional.empty();
    if (!statistics.isEmpty()) {
      requireSame(manifest.statistics().get(0), statistics.get(0));
      kept = Optional.of(TrainingStatistics.decode(statistics.get(0), manifest));
    }
    FittedNetwork network = fitted(manifest, weights);
    Optional<SpeechEncoder> encoder = Optional.empty();
    try {
      if (!pretrained.isEmpty()) {
        encoder = Optional.of(SpeechEncoder.of(pretrained.get(0)));
      }
    } catch (ModelException | RuntimeException e) {
      network.close();
      throw e;
    }
    ModelIdentity identity =
        new ModelIdentity(manifest.name(), manifest.version(), sha256(manifestBytes));
    return new EmotionModel(manifest, identity, weights, network, encoder, kept);
  }

  private static FittedNetwork fitted(ModelManifest manifest, byte[] weights)
      throws ModelException {
    return manifest
        .architecture()
        .type()
        .fitted(manifest.architecture(), manifest.featureSpec(), manifest.labels().size(), weights);
  }

  /** The file that a manifest names, and no other. */
  static void requireSame(ModelManifest.Weights expected, byte[] weights) throws ModelException {
    if (weights.length != expected.bytes()) {
      throw new ModelException(
          "weights file %s has %d bytes, the manifest says %d: it is cut off or of another model; copy the model again"
              .formatted(expected.file(), weights.length, expected.bytes()));
    }
    String hash = sha256(weights);
    if (!hash.equals(expected.sha256())) {
      throw new ModelException(
          "weights file %s has SHA-256 %s, the manifest says %s: it was changed or is of another model; copy the model again"
              .formatted(expected.file(), hash, expected.sha256()));
    }
  }

  public ModelManifest manifest() {
    return manifest;
  }

  public FeatureSpec featureSpec() {
    return manifest.featureSpec();
  }

  public ModelIdentity identity() {
    return identity;
  }

  public List<String> labels() {
    return manifest.labels();
  }

  /** What is kept of its training; empty if nothing is. */
  public Optional<TrainingStatistics> statistics() {
    return statistics;
  }

  /** The weights file, without the pretrained encoder; not a copy. */
  public byte[] weights() {
    return weights;
  }

  /** A classifier for one thread; cheap, and reads no file. */
  public EmotionClassifier newClassifier() {
    return newClassifier(NOBODY);
  }

  /**
   * The same, and whoever wants to know is told of the windows that are heard.
   *
   * @param classified safe for use by several threads, where several classifiers tell it
   */
  public EmotionClassifier newClassifier(ClassifiedWindows classified) {
    return classifier(manifest.calibration(), encoder, manifest.detector(), classified);
  }

  /** The same without calibration, to see what that does. */
  public EmotionClassifier newUncalibratedClassifier() {
    return classifier(uncalibrated(), encoder, manifest.detector(), NOBODY);
  }

  private ModelManifest.Calibration uncalibrated() {
    return new ModelManifest.Calibration(1, 0, manifest.calibration().uncertainBelow());
  }

  private EmotionClassifier classifier(
      ModelManifest.Calibration calibration,
      Optional<SpeechEncoder> before,
      Optional<SpeechDetector> speech,
      ClassifiedWindows classified) {
    return new NetworkClassifier(
        network,
        manifest,
        identity,
        calibration,
        before.map(EncoderPooling::new),
        speech,
        classified);
  }

  /**
   * A classifier of what the pretrained encoder has said of windows already, or of features where
   * there is no encoder, which takes all windows for speech.
   */
  public EmotionClassifier newHeadClassifier() {
    return classifier(manifest.calibration(), Optional.empty(), Optional.empty(), NOBODY);
  }

  /** The same without calibration. */
  public EmotionClassifier newUncalibratedHeadClassifier() {
    return classifier(uncalibrated(), Optional.empty(), Optional.empty(), NOBODY);
  }

  /**
   * How windows are spread that this model normalizes and classifies.
   *
   * @param windows {@code [window][columns]}, of a model with a pretrained encoder what that has
   *     said of them; at least one
   */
  public PopulationShares spreadOf(List<float[]> windows) {
    ShareCounts counts =
        new ShareCounts(
            manifest.normalization().mean().size(),
            manifest.normalization().usedColumns(),
            labels().size());
    float[] probabilities = new float[labels().size()];
    try (EmotionClassifier head =
        classifier(manifest.calibration(), Optional.empty(), Optional.empty(), counts)) {
      windows.forEach(window -> head.classifyHeard(window, 1, probabilities));
    }
    return counts.shares();
  }

  /** Watches how far what the model hears is from the population that its manifest tells of. */
  public DriftMonitor newDriftMonitor(LongSupplier nanos) {
    ModelManifest.Normalization normalization = manifest.normalization();
    int[] columns = normalization.usedColumns();
    return new DriftMonitor(
        identity,
        manifest.shares().stream()
            .findFirst()
            .orElseGet(() -> PopulationShares.normal(columns.length)),
        normalization.mean().size(),
        columns,
        manifest.architecture().columnGroups(manifest.featureSpec()),
        labels().size(),
        nanos);
  }

  /**
   * The pretrained encoder, for one thread.
   *
   * @throws java.util.NoSuchElementException if the model has none
   */
  public EncoderPooling newPooling() {
    return encoder.map(EncoderPooling::new).orElseThrow();
  }

  @Override
  public void close() {
    encoder.ifPresent(SpeechEncoder::close);
    network.close();
  }

  static byte[] readManifest(Path directory) throws ModelException {
    return read(directory.resolve(MANIFEST_FILE), MAX_MANIFEST_BYTES);
  }

  static byte[] readWeights(Path directory, ModelManifest.Weights file) throws ModelException {
    return read(directory.resolve(file.file()), MAX_WEIGHTS_BYTES);
  }

  private static byte[] read(Path file, int maxBytes) throws ModelException {
    if (!Files.isRegularFile(file)) {
      throw new ModelException(
          "file %s is missing; copy the model again, or make one with 'train'"
              .formatted(file.getFileName()));
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw new ModelException(
            "file %s is larger than %d bytes; this is not a model of ours"
                .formatted(file.getFileName(), maxBytes));
      }
      return bytes;
    } catch (ModelException e) {
      throw e;
    } catch (IOException e) {
      throw new ModelException(
          "file %s cannot be read: %s".formatted(file.getFileName(), e.getMessage()), e);
    }
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
