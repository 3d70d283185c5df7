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
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where a command puts a model, checked before hours of work. */
final class OutFolder {
  /** What is left where a command was interrupted; the manifest is written last. */
  private static final Pattern LEFT_BY_INTERRUPTED =
      Pattern.compile(
          "\\.writing|(encoder|weights|training-statistics)\\.safetensors|(model-card|report|manifest|[a-z-]+)\\.(md|html|json|png|safetensors)\\.tmp");

  private OutFolder() {}

  /**
   * Checks that a model can be put into that folder, and nothing is lost by it: it need not be
   * there, may be empty, hold what is left where a command was interrupted, or a model that may be
   * replaced.
   *
   * @param kept folders that it may not be, or be in
   * @param replaced what may be replaced, in words; empty: nothing
   * @throws CorpusException if it cannot be used
   */
  static void require(
      Path out, List<Path> kept, String replaced, Predicate<ModelManifest> isReplaced)
      throws IOException {
    for (Path other : kept) {
      if (isIn(out, other)) {
        throw new CorpusException(
            "%s is %s, or in it: name another folder with --out".formatted(out, other));
      }
    }
    requireWritable(out);
    if (!Files.exists(out)) {
      return;
    }
    try (Stream<Path> content = Files.list(out)) {
      if (content.allMatch(OutFolder::isLeft)) {
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

  private static boolean isLeft(Path file) {
    return LEFT_BY_INTERRUPTED.matcher(file.getFileName().toString()).matches();
  }

  /** The folder itself, or the one that it will be made in. */
  private static void requireWritable(Path out) throws CorpusException {
    Path there = out.toAbsolutePath().normalize();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      throw new CorpusException(
          "%s cannot be written, for %s is a file: name a folder with --out".formatted(out, there));
    }
    if (!Files.isWritable(there)) {
      throw new CorpusException(
          "%s cannot be written, for nothing may be written into %s: name another folder with --out"
              .formatted(out, there));
    }
  }

  private static boolean isIn(Path folder, Path other) throws IOException {
    return real(folder).startsWith(real(other))
        || folder.toAbsolutePath().normalize().startsWith(real(other));
  }

  private static Path real(Path path) throws IOException {
    return Files.exists(path) ? path.toRealPath() : path.toAbsolutePath().normalize();
  }
}
