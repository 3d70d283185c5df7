package dev.speechemotion.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The pretrained encoder's folder, loaded and checked: for what is made of its outputs, and for
 * models that are made with it. One instance serves all threads; close it after its poolings.
 */
public final class PretrainedEncoder implements AutoCloseable {
  /** Its file's name beside the manifest of a model. */
  private static final String FILE_IN_MODEL = "encoder.safetensors";

  /**
   * What the folder holds: {@code manifest.json}.
   *
   * @param name of the encoder
   * @param source where it was taken from
   * @param license of the weights
   * @param weights the file with the weights
   */
  public record Manifest(
      String name, String source, String license, ModelManifest.Weights weights) {
    public Manifest {
      Objects.requireNonNull(name, "name is missing");
      Objects.requireNonNull(source, "source is missing");
      Objects.requireNonNull(license, "license is missing");
      Objects.requireNonNull(weights, "weights is missing");
    }
  }

  private final Manifest manifest;
  private final byte[] weightsFile;
  private final SpeechEncoder encoder;

  private PretrainedEncoder(Manifest manifest, byte[] weightsFile, SpeechEncoder encoder) {
    this.manifest = manifest;
    this.weightsFile = weightsFile;
    this.encoder = encoder;
  }

  /**
   * Reads the folder.
   *
   * @throws ModelException if there is none, or it is not whole and consistent
   */
  public static PretrainedEncoder load(Path directory) throws ModelException {
    if (!Files.isDirectory(directory)) {
      throw new ModelException("encoder directory %s does not exist".formatted(directory));
    }
    try {
      Manifest manifest = ManifestJson.parseEncoder(EmotionModel.readManifest(directory));
      byte[] weights = EmotionModel.readWeights(directory, manifest.weights());
      EmotionModel.requireSame(manifest.weights(), weights);
      return new PretrainedEncoder(manifest, weights, SpeechEncoder.of(weights));
    } catch (ModelException e) {
      throw new ModelException("encoder %s: %s".formatted(directory, e.getMessage()), e);
    }
  }

  public Manifest manifest() {
    return manifest;
  }

  /** The pooled outputs, for one thread. */
  public EncoderPooling newPooling() {
    return new EncoderPooling(encoder);
  }

  /** Its entry in the manifest of a model with it. */
  public ModelManifest.Weights entry() {
    return new ModelManifest.Weights(
        FILE_IN_MODEL, manifest.weights().sha256(), manifest.weights().bytes());
  }

  /**
   * Its weights, for a training that changes them.
   *
   * @param manager that the arrays belong to
   * @return 32-bit floats, with the names that they have in the file
   */
  public NDList weights(NDManager manager) {
    NDList arrays = new NDList();
    try {
      SpeechEncoder.decode(weightsFile)
          .forEach(
              (name, values) -> {
                NDArray array = manager.create(values, SpeechEncoder.shapes().get(name));
                array.setName(name);
                arrays.add(array);
              });
    } catch (ModelException e) {
      throw new IllegalStateException("the file was read before", e);
    }
    return arrays;
  }

  /**
   * The same encoder with other weights, which are rounded to 16-bit floats.
   *
   * @param weights by the names and shapes of {@link #weights}
   * @param how they came to be, for the name and the source
   * @throws ModelException if some are not finite as such
   */
  public PretrainedEncoder with(NDList weights, String how) throws ModelException {
    byte[] file;
    try (NDList halves = new NDList()) {
      for (NDArray array : weights) {
        NDArray half = array.toType(DataType.FLOAT16, true);
        half.setName(array.getName());
        halves.add(half);
      }
      file = WeightsFile.encode(halves);
    }
    return new PretrainedEncoder(
        new Manifest(
            manifest.name() + ", " + how,
            manifest.source() + ", " + how,
            manifest.license(),
            ModelManifest.Weights.of(manifest.weights().file(), file)),
        file,
        SpeechEncoder.of(file));
  }

  byte[] weightsFile() {
    return weightsFile;
  }

  @Override
  public void close() {
    encoder.close();
  }
}
