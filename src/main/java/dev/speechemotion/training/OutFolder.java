package dev.speechemotion.training;

import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelException;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.CorpusException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Where a command puts a model, checked before hours of work. */
final class OutFolder {
  private OutFolder() {}

  /**
   * Checks that nothing is lost by a model in that folder: it need not be there, may be empty, or
   * hold a model that may be replaced.
   *
   * @param kept folders that it may not be, or be in
   * @param isNothing says of a file there that it is as good as none
   * @param replaced what may be replaced, in words; empty: nothing
   * @throws CorpusException if it cannot be used
   */
  static void require(
      Path out,
      List<Path> kept,
      Predicate<Path> isNothing,
      String replaced,
      Predicate<ModelManifest> isReplaced)
      throws IOException {
    for (Path other : kept) {
      if (isIn(out, other)) {
        throw new CorpusException(
            "%s is %s, or in it: name another folder with --out".formatted(out, other));
      }
    }
    if (!Files.exists(out)) {
      return;
    }
    if (!Files.isDirectory(out)) {
      throw new CorpusException("%s is a file: name a folder with --out".formatted(out));
    }
    try (Stream<Path> content = Files.list(out)) {
      if (content.allMatch(isNothing)) {
        return;
      }
    }
    if (replaced.isEmpty()) {
      throw new CorpusException("%s is not empty: name another folder with --out".formatted(out));
    }
    try (EmotionModel there = EmotionModel.load(out)) {
      if (isReplaced.test(there.manifest())) {
        return;
      }
    } catch (ModelException e) {
      // Whatever it is, it is not ours to replace.
    }
    throw new CorpusException(
        "%s is not empty, and holds no %s: name another folder with --out"
            .formatted(out, replaced));
  }

  private static boolean isIn(Path folder, Path other) throws IOException {
    return real(folder).startsWith(real(other))
        || folder.toAbsolutePath().normalize().startsWith(real(other));
  }

  private static Path real(Path path) throws IOException {
    return Files.exists(path) ? path.toRealPath() : path.toAbsolutePath().normalize();
  }
}
