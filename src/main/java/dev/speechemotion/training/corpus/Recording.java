package dev.speechemotion.training.corpus;

import java.nio.file.Path;

/**
 * A file of a corpus and what its place and name tell.
 *
 * @param file where it is
 * @param id its path within the corpus, with {@code /}; the same on every machine
 * @param label the emotion
 * @param speaker who speaks; empty if the corpus does not tell
 * @param text what is said, by the corpus's own name for it; empty if the corpus does not tell
 * @param labelByText whether many texts of the corpus are said in one emotion only, so that who
 *     knows a text knows the label: such a text must not be on both sides of a test of new speakers
 */
public record Recording(
    Path file, String id, String label, String speaker, String text, boolean labelByText) {

  /** Of a corpus whose texts don't tell the label. */
  public Recording(Path file, String id, String label, String speaker, String text) {
    this(file, id, label, speaker, text, false);
  }
}
