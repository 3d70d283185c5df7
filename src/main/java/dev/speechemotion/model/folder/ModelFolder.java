package dev.speechemotion.model.folder;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a model's files are put, by one process at a time. */
public final class ModelFolder {
  /** There while files are written. */
  private static final String LOCK = ".writing";

  private static final String UNFINISHED = ".tmp";

  private final Path directory;

  public ModelFolder(Path directory) {
    this.directory = directory;
  }

  /**
   * Writes all files before it replaces the first, so that a full disk breaks no old model. If that
   * fails and the last one was not there before, nothing is left of them.
   *
   * @param files by their names, in the order in which they are replaced; the last is the manifest,
   *     without which the others are no model
   * @throws IOException if that cannot be, or another process is at it
   */
  public void replace(Map<String, byte[]> files) throws IOException {
    boolean made = !Files.exists(directory);
    try {
      Files.createDirectories(directory);
      replaceLocked(files);
    } catch (IOException e) {
      if (made) {
        discard(directory, e);
      }
      throw new IOException(
          "nothing can be written into the folder %s (%s), and what was there stays: make room there, or name another one (--out)"
              .formatted(directory, e),
          e);
    }
  }

  private void replaceLocked(Map<String, byte[]> files) throws IOException {
    Path lockFile = directory.resolve(LOCK);
    try (FileChannel channel =
        FileChannel.open(
            lockFile,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      if (lock(channel).isEmpty()) {
        throw new IOException("another process is writing a model there");
      }
      try {
        replaceAll(files);
      } finally {
        Files.deleteIfExists(lockFile); // The lock goes with the channel.
      }
    }
  }

  /** Empty if another one has it. */
  private static Optional<FileLock> lock(FileChannel channel) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException e) {
      return Optional.empty(); // Another thread of this process.
    }
  }

  private void replaceAll(Map<String, byte[]> files) throws IOException {
    String manifest = List.copyOf(files.keySet()).get(files.size() - 1);
    boolean wasModel = Files.exists(directory.resolve(manifest));
    try {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Path unfinished = unfinished(file.getKey());
        // A link of that name would lead to a file of somebody else.
        if (!Files.isDirectory(unfinished, LinkOption.NOFOLLOW_LINKS)) {
          Files.deleteIfExists(unfinished);
        }
        Files.write(unfinished, file.getValue(), StandardOpenOption.CREATE_NEW);
      }
      for (String name : files.keySet()) {
        Files.move(unfinished(name), directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      for (String name : files.keySet()) {
        discard(unfinished(name), e);
        if (!wasModel) {
          discard(directory.resolve(name), e);
        }
      }
      throw e;
    }
  }

  private Path unfinished(String name) {
    return directory.resolve(name + UNFINISHED);
  }

  /** What cannot be deleted stays: it matters more why nothing could be written. */
  private static void discard(Path path, IOException failure) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
