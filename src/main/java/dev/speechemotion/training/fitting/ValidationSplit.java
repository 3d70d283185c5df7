package dev.speechemotion.training.fitting;

import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.Protocol;
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
 * Parts training clips: one part to fit on, one that decides when to stop and calibrates. It is
 * whole voices that are kept aside, because a voice that was fitted on says little of the next
 * caller's.
 */
final class ValidationSplit {
  private static final int MIN_VOICES = 5;

  private final List<LabeledClip> fit = new ArrayList<>();
  private final List<LabeledClip> aside = new ArrayList<>();
  private final int voices;

  private ValidationSplit(List<LabeledClip> clips, Set<LabeledClip> chosen, int voices) {
    this.voices = voices;
    for (LabeledClip clip : clips) {
      (chosen.contains(clip) ? aside : fit).add(clip);
    }
  }

  /**
   * Of corpora with {@value #MIN_VOICES} voices or more, some voices are kept aside; the other
   * corpora are fitted on as they are. Where all corpora have fewer voices, it is a random share of
   * each label's clips.
   *
   * @param share about how much is kept aside; where it is voices, at least one, and at least two
   *     of nine or more
   */
  static ValidationSplit once(List<LabeledClip> clips, double share, long seed) {
    Set<LabeledClip> chosen = Collections.newSetFromMap(new IdentityHashMap<>());
    int voices = 0;
    for (Map.Entry<String, List<String>> corpus : shuffledVoices(clips, seed).entrySet()) {
      List<String> all = corpus.getValue();
      if (all.size() < MIN_VOICES) {
        continue;
      }
      int least = all.size() >= 9 ? 2 : 1;
      int count = Math.max(least, (int) Math.round(share * all.size()));
      Set<String> names = new TreeSet<>(all.subList(0, Math.min(count, all.size() - 1)));
      voices += names.size();
      clips.stream().filter(clip -> names.contains(clip.voice())).forEach(chosen::add);
    }
    if (voices == 0) {
      chosen.addAll(Protocol.stratifiedSample(clips, share, seed));
    }
    return new ValidationSplit(clips, chosen, voices);
  }

  /**
   * So that each voice is kept aside once, also those of corpora with few. Each corpus's voices are
   * dealt to the folds in turn.
   *
   * @param count 2 or more; where there are fewer voices, as many folds
   * @return empty where there is one voice
   */
  static List<ValidationSplit> folds(List<LabeledClip> clips, int count, long seed) {
    List<Set<String>> dealt = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      dealt.add(new TreeSet<>());
    }
    int next = 0;
    for (List<String> ofCorpus : shuffledVoices(clips, seed).values()) {
      for (String voice : ofCorpus) {
        dealt.get(next++ % count).add(voice);
      }
    }
    List<ValidationSplit> folds = new ArrayList<>();
    if (next < 2) {
      return folds;
    }
    for (Set<String> names : dealt) {
      if (!names.isEmpty()) {
        Set<LabeledClip> chosen = Collections.newSetFromMap(new IdentityHashMap<>());
        clips.stream().filter(clip -> names.contains(clip.voice())).forEach(chosen::add);
        folds.add(new ValidationSplit(clips, chosen, names.size()));
      }
    }
    return folds;
  }

  /** Of each corpus, in an order that the seed decides. */
  private static Map<String, List<String>> shuffledVoices(List<LabeledClip> clips, long seed) {
    Map<String, Set<String>> byCorpus = new TreeMap<>();
    clips.forEach(
        clip -> byCorpus.computeIfAbsent(clip.corpus(), name -> new TreeSet<>()).add(clip.voice()));
    Map<String, List<String>> shuffled = new TreeMap<>();
    byCorpus.forEach(
        (corpus, voices) -> {
          List<String> order = new ArrayList<>(voices);
          Collections.shuffle(order, new Random(seed));
          shuffled.put(corpus, order);
        });
    return shuffled;
  }

  List<LabeledClip> fit() {
    return fit;
  }

  List<LabeledClip> aside() {
    return aside;
  }

  /** How many voices are kept aside as a whole. */
  int voices() {
    return voices;
  }
}
