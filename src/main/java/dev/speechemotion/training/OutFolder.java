package dev.speechemotion.training;

import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelException;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.Corpus;
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
  /** There as long as a model is being written, and after that was interrupted. */
  private static final Pattern UNFINISHED = Pattern.compile("\\.writing|[a-z-]+\\.[a-z]+\\.tmp");

  /** Where it was interrupted between two of its files; the manifest is the last. */
  private static final Pattern OF_MODELS =
      Pattern.compile(
          "(encoder|weights|training-statistics)\\.safetensors|model-card\\.md|report\\.html|[a-z-]+\\.png");

  private final Path out;

  /** Empty if there is no model. */
  private final String manifest;

  private OutFolder(Path out) throws IOException {
    this.out = out;
    manifest = manifest(out);
  }

  private static String manifest(Path out) throws IOException {
    Path file = out.resolve(EmotionModel.MANIFEST_FILE);
    return Files.isRegularFile(file) ? Corpus.sha256(Files.readAllBytes(file)) : "";
  }

  /**
   * Checks once more, after what may have been hours, that no other command has put a model there.
   *
   * @throws CorpusException if one has
   */
  void requireUnchanged() throws IOException {
    if (!manifest.equals(manifest(out))) {
      throw new CorpusException(
          "another command has meanwhile written a model into %s, which stays: give each a folder of its own with --out"
              .formatted(out));
    }
  }

  /**
   * Checks that a model can be put into that folder, and nothing is lost by it: it need not be
   * there, may be empty, hold what is left where a command was interrupted, or a model that may be
   * replaced.
   *
   * @param kept folders that it may not be, or be in
   * @param replaced what may be replaced, in words; empty: nothing
   * @throws CorpusException if it cannot be used
   */
  static OutFolder require(
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
      return new OutFolder(out);
    }
    try (Stream<Path> content = Files.list(out)) {
      if (isLeft(content.map(file -> file.getFileName().toString()).toList())) {
        return new OutFolder(out);
      }
    }
    if (replaced.isEmpty()) {
      throw new CorpusException("%s is not empty: name another folder with --out".formatted(out));
    }
    try (EmotionModel there = EmotionModel.load(out)) {
      if (isReplaced.test(there.manifest())) {
        return new OutFolder(out);
      }
    } catch (ModelException e) {
      // Whatever it is, it is not ours to replace.
      if (Files.exists(out.resolve(EmotionModel.MANIFEST_FILE))) {
        throw new CorpusException(
            "%s holds a model that cannot be read (%s): delete it, or name another folder with --out"
                .formatted(out, e.getMessage()));
      }
    }
    throw new CorpusException(
        "%s is not empty, and holds no %s: name another folder with --out"
            .formatted(out, replaced));
  }

  private static boolean isLeft(List<String> names) {
    return names.stream()
            .allMatch(
                name -> UNFINISHED.matcher(name).matches() || OF_MODELS.matcher(name).matches())
        && (names.isEmpty() || names.stream().anyMatch(name -> UNFINISHED.matcher(name).matches()));
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
