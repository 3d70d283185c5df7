package dev.speechemotion.app;

import java.nio.file.Path;

/** Recordings and values of another implementation, in the test resources. */
final class Reference {
  private static final Path FOLDER = Path.of("src/test/resources/reference");

  private Reference() {}

  static Path wav(String name) {
    return FOLDER.resolve(name + ".wav");
  }

  static Path json(String name) {
    return FOLDER.resolve(name + ".librosa.json");
  }
}
