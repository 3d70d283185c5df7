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
 */
public record Recording(Path file, String id, String label, String speaker, String text) {}
