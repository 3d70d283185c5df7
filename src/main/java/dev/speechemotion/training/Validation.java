package dev.speechemotion.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Parts training clips: one part to fit on, one that decides when to stop and calibrates. Of
 * corpora with {@value #MIN_VOICES} voices or more, whole voices are kept aside, because a voice
 * that was fitted on says little of the next caller's; the other corpora are then fitted on as they
 * are. Where all corpora have fewer voices, it is a random share of each label's clips.
 */
final class Validation {
  private static final int MIN_VOICES = 5;

  private final List<Clip> fit = new ArrayList<>();
  private final List<Clip> aside = new ArrayList<>();
  private int voices;

  /**
   * @param share about how much is kept aside; where it is voices, at least one, and at least two
   *     of nine or more
   */
  Validation(List<Clip> clips, double share, long seed) {
    Map<String, List<Clip>> byCorpus = new TreeMap<>();
    clips.forEach(
        clip -> byCorpus.computeIfAbsent(clip.corpus(), name -> new ArrayList<>()).add(clip));
    Set<Clip> chosen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (List<Clip> ofCorpus : byCorpus.values()) {
      List<String> ofAll = new ArrayList<>(Protocol.Fold.values(ofCorpus, Clip::speaker));
      if (ofAll.size() < MIN_VOICES) {
        continue;
      }
      Collections.shuffle(ofAll, new Random(seed));
      int least = ofAll.size() >= 9 ? 2 : 1;
      int count = Math.max(least, (int) Math.round(share * ofAll.size()));
      Set<String> names = new TreeSet<>(ofAll.subList(0, Math.min(count, ofAll.size() - 1)));
      voices += names.size();
      ofCorpus.stream().filter(clip -> names.contains(clip.speaker())).forEach(chosen::add);
    }
    if (voices == 0) {
      chosen.addAll(Protocol.stratifiedSample(clips, share, seed));
    }
    for (Clip clip : clips) {
      (chosen.contains(clip) ? aside : fit).add(clip);
    }
  }

  List<Clip> fit() {
    return fit;
  }

  List<Clip> aside() {
    return aside;
  }

  /** How many voices are kept aside as a whole. */
  int voices() {
    return voices;
  }
}
