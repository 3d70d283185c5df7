package dev.speechemotion.app.serving;

import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** A model directory, the model that is served from it, and whether it has come to hold another. */
final class ServedDirectory {
  private final Path path;
  private final LongSupplier nanos;
  private volatile SharedModel served;

  /** What the directory was like when it was looked at last, and when it was read last. */
  private String seen;

  private String read;

  /**
   * Loads the model.
   *
   * @param nanos the clock by which drift is measured
   * @throws ModelException if the directory does not hold one
   */
  ServedDirectory(Path path, LongSupplier nanos) throws ModelException {
    this.path = path;
    this.nanos = nanos;
    read = state(path);
    seen = read;
    served = new SharedModel(EmotionModel.load(path), nanos);
  }

  Path path() {
    return path;
  }

  SharedModel served() {
    return served;
  }

  /** Has another model be served from now on; gives the one before, which may be in use. */
  SharedModel serve(EmotionModel next) {
    SharedModel before = served;
    served = new SharedModel(next, nanos);
    return before;
  }

  /**
   * Whether it has changed since it was read, and stands still; then it counts as read. To be
   * called now and then: what was otherwise the last time is still being copied.
   */
  boolean isToBeRead() {
    String state = state(path);
    boolean toBeRead = state.equals(seen) && !state.equals(read);
    if (toBeRead) {
      read = state;
    }
    seen = state;
    return toBeRead;
  }

  /** What tells whether a directory has changed: its files, their sizes, times and identities. */
  private static String state(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return String.join("\n", files.sorted().map(ServedDirectory::fileState).toList());
    } catch (NoSuchFileException | NotDirectoryException e) {
      return "";
    } catch (IOException | RuntimeException e) {
      return Objects.toString(e.getMessage());
    }
  }

  private static String fileState(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return "%s %d %s %s"
          .formatted(
              file.getFileName(),
              attributes.size(),
              attributes.lastModifiedTime(),
              attributes.fileKey());
    } catch (IOException e) {
      return file.getFileName() + " cannot be read";
    }
  }
}
