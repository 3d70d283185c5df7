package dev.speechemotion.model;

import dev.speechemotion.fuzz.FuzzTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Manifests of models. */
public final class ManifestFuzz implements FuzzTarget {
  @Override
  public List<byte[]> seeds() throws Exception {
    return List.of(
        Files.readAllBytes(Path.of("models/tess-fcnn", EmotionModel.MANIFEST_FILE)),
        Files.readAllBytes(Path.of("models/cnn-lstm", EmotionModel.MANIFEST_FILE)),
        Files.readAllBytes(Path.of("models/encoder", EmotionModel.MANIFEST_FILE)));
  }

  @Override
  public void read(byte[] input) {
    try {
      ModelManifest manifest = ManifestJson.parse(input);
      ManifestJson.parse(ManifestJson.write(manifest));
    } catch (ModelException e) {
      if (e.getMessage() == null || e.getMessage().isBlank()) {
        throw new AssertionError("refused without a word", e);
      }
    }
  }
}
