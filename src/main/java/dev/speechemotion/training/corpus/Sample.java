package dev.speechemotion.training.corpus;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * How much of a corpus is used: so that a large one does not outweigh all others, nor take hours to
 * analyze.
 *
 * @param perClass at most so many recordings of each label
 * @param seed of which ones
 */
public record Sample(int perClass, long seed) {
  /** All that there is. */
  public static final Sample ALL = new Sample(Integer.MAX_VALUE, 0);

  /**
   * @throws IllegalArgumentException if nothing would be left
   */
  public Sample {
    if (perClass < 1) {
      throw new IllegalArgumentException("perClass must be 1 or above, got " + perClass);
    }
  }

  /** The drawn ones in their order. The same recordings in the same order give the same ones. */
  List<Recording> of(List<Recording> recordings) {
    Map<String, List<Recording>> byLabel = new TreeMap<>();
    for (Recording recording : recordings) {
      byLabel.computeIfAbsent(recording.label(), label -> new ArrayList<>()).add(recording);
    }
    Set<Recording> drawn = new HashSet<>();
    for (List<Recording> ofLabel : byLabel.values()) {
      if (ofLabel.size() > perClass) {
        Collections.shuffle(ofLabel, new Random(seed));
      }
      drawn.addAll(ofLabel.subList(0, Math.min(perClass, ofLabel.size())));
    }
    return recordings.stream().filter(drawn::contains).toList();
  }
}
