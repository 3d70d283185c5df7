package dev.speechemotion.app.serving;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where a model lies. */
public final class ModelDirectory {
  private ModelDirectory() {}

  /**
   * Finds a model directory: a relative path is looked for in the working directory, then beside
   * the jar, then one folder up from it (the jar is built into {@code target}, {@code models} lies
   * beside that). What is nowhere is given back as it is, for the error message.
   */
  public static Path find(String directory) {
    return find(Path.of(directory), codeLocation());
  }

  static Path find(Path directory, Path code) {
    Path beside = code.resolveSibling(directory);
    Path above = code.getParent().resolveSibling(directory);
    return List.of(directory, beside, above).stream()
        .filter(Files::isDirectory)
        .findFirst()
        .orElse(directory);
  }

  /** The jar, or the folder of the classes. */
  private static Path codeLocation() {
    try {
      return Path.of(
          ModelDirectory.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
