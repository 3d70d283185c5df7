package dev.speechemotion.app;

import dev.speechemotion.model.EmotionModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** Model directories made from one that is in the repository. */
final class ModelCopies {
  private static final Path ORIGINAL = Path.of("models/tess-fcnn");
  private static final String WEIGHTS = "weights.safetensors";

  private ModelCopies() {}

  /** The same model with another name and version, and so another hash. */
  static Path make(Path directory, String name, String version) throws IOException {
    Files.createDirectories(directory);
    Files.copy(ORIGINAL.resolve(WEIGHTS), directory.resolve(WEIGHTS));
    Files.copy(
        ORIGINAL.resolve(EmotionModel.MANIFEST_FILE),
        directory.resolve(EmotionModel.MANIFEST_FILE));
    return editManifest(
        directory,
        manifest ->
            manifest
                .replaceFirst("\"name\" : \"tess-fcnn\"", "\"name\" : \"" + name + "\"")
                .replaceFirst("\"version\" : \"1\"", "\"version\" : \"" + version + "\""));
  }

  static Path editManifest(Path directory, UnaryOperator<String> edit) throws IOException {
    Path file = directory.resolve(EmotionModel.MANIFEST_FILE);
    String before = Files.readString(file);
    String after = edit.apply(before);
    if (after.equals(before)) {
      throw new AssertionError("nothing was changed in " + file);
    }
    Files.writeString(file, after);
    return directory;
  }

  /** Cuts the weights off, as a copy that has not come to its end. */
  static Path cutWeights(Path directory) throws IOException {
    byte[] weights = Files.readAllBytes(ORIGINAL.resolve(WEIGHTS));
    Files.write(directory.resolve(WEIGHTS), Arrays.copyOf(weights, weights.length / 2));
    return directory;
  }

  /** Puts a directory in the place of another one, which is kept beside it. */
  static void exchange(Path next, Path place) throws IOException {
    Files.move(place, place.resolveSibling(place.getFileName() + "." + System.nanoTime()));
    Files.move(next, place);
  }
}
