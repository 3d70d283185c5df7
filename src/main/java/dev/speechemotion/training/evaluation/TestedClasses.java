package dev.speechemotion.training.evaluation;

import dev.speechemotion.training.corpus.LabeledClip;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which labels the tested corpora have. Others can't be right there, so they are taken from the
 * answers: figures of corpora with different labels can then be compared with their chance levels.
 */
public final class TestedClasses {
  private final Map<String, Set<String>> byCorpus;

  private TestedClasses(Map<String, Set<String>> byCorpus) {
    this.byCorpus = byCorpus;
  }

  /** Those that the clips have, corpus by corpus. */
  public static TestedClasses of(List<LabeledClip> clips) {
    Map<String, Set<String>> byCorpus = new TreeMap<>();
    clips.forEach(
        clip -> byCorpus.computeIfAbsent(clip.corpus(), name -> new HashSet<>()).add(clip.label()));
    return new TestedClasses(byCorpus);
  }

  /** {@code [labels]}, whether each may be answered; all of them for a corpus that is not known. */
  boolean[] answerable(String corpus, List<String> labels) {
    boolean[] answerable = new boolean[labels.size()];
    for (int i = 0; i < answerable.length; i++) {
      answerable[i] = !byCorpus.containsKey(corpus) || byCorpus.get(corpus).contains(labels.get(i));
    }
    return answerable;
  }
}
