package dev.speechemotion.model;

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

  byte[] weightsFile() {
    return weightsFile;
  }

  @Override
  public void close() {
    encoder.close();
  }
}
