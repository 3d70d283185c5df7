package dev.speechemotion.app.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** Directories that are there for the time being. */
public final class TemporaryFiles {
  private static final int ATTEMPTS = 3;

  private TemporaryFiles() {}

  /**
   * Makes a directory where the JVM keeps such files.
   *
   * @throws CommandFailure if it cannot be made
   */
  public static Path createDirectory(String prefix) {
    try {
      return Files.createTempDirectory(prefix);
    } catch (IOException e) {
      throw new CommandFailure(
          "no temporary folder can be made in %s (%s); java -Djava.io.tmpdir=FOLDER names another"
              .formatted(System.getProperty("java.io.tmpdir"), e.getMessage()),
          e);
    }
  }

  /** Deletes a directory and all in it; what cannot be deleted is logged and stays. */
  public static void delete(Path directory) {
    for (int attempt = 1; Files.exists(directory); attempt++) {
      try (Stream<Path> paths = Files.walk(directory)) {
        List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
        for (Path path : deepestFirst) {
          Files.deleteIfExists(path);
        }
      } catch (IOException | UncheckedIOException e) {
        // A thread that is just ending may have put a file into a directory already emptied.
        if (attempt == ATTEMPTS) {
          LoggerFactory.getLogger(TemporaryFiles.class)
              .warn("could not delete {}: {}", directory, e.toString());
          return;
        }
      }
    }
  }
}
