package dev.speechemotion.training.corpus;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Predicate;

/** The files in a folder and the folders in it. Links are followed. */
public final class FolderFiles {
  private static final int MAX_DEPTH = 16;

  private FolderFiles() {}

  /**
   * In the order of their ids.
   *
   * @param wanted by a file's name
   * @param problems what could not be read, what lies too deep, and links that lead nowhere new,
   *     are added here
   */
  public static List<Path> of(Path root, Predicate<String> wanted, List<String> problems)
      throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        MAX_DEPTH,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isDirectory()) {
              problems.add(
                  "%s: deeper than %d folders, and so not looked into"
                      .formatted(id(root, file), MAX_DEPTH - 1));
            } else if (wanted.test(file.getFileName().toString())) {
              if (attributes.isRegularFile()) {
                files.add(file);
              } else if (attributes.isSymbolicLink()) {
                problems.add(id(root, file) + ": a link that leads nowhere");
              }
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            String reason =
                e instanceof FileSystemLoopException
                    ? "a link that leads back to a folder above it"
                    : e instanceof AccessDeniedException ? "it may not be read" : e.getMessage();
            problems.add(id(root, file) + ": " + reason);
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(Comparator.comparing(file -> id(root, file)));
    return files;
  }

  /** A file's path within the folder, with {@code /}. */
  static String id(Path root, Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }
}
