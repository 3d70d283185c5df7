package dev.speechemotion.training.evaluation;

import dev.speechemotion.emotion.Emotion;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** How a tested speaker's clips are dealt into calls. */
public enum Calls {
  /** One call with all of the speaker's moods, which hardly a caller has. */
  MIXED,
  /** A call for each mood: an angry caller is angry all along. */
  ONE_MOOD,
  /**
   * A call for each mood but neutral: all of its clips, and so many neutral ones that these are
   * seven tenths. Neutral clips are drawn, each as often as any other; they may come up several
   * times. Speakers with no neutral clip, or with nothing else, have no call.
   */
  MOSTLY_NEUTRAL;

  /** Neutral clips for each other one. */
  private static final double NEUTRAL_PER_OTHER = 0.7 / 0.3;

  /** Its name on the command line. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Optional<Calls> named(String name) {
    return Arrays.stream(values()).filter(calls -> calls.id().equals(name)).findFirst();
  }

  /**
   * Deals the clips of one speaker.
   *
   * @return one list for each call, in the order of the moods' names
   */
  List<List<LabeledClip>> deal(List<LabeledClip> ofVoice, long seed) {
    if (this == MIXED) {
      return List.of(ofVoice);
    }
    Map<String, List<LabeledClip>> byMood = new TreeMap<>();
    for (LabeledClip clip : ofVoice) {
      byMood.computeIfAbsent(clip.label(), mood -> new ArrayList<>()).add(clip);
    }
    if (this == ONE_MOOD) {
      return List.copyOf(byMood.values());
    }
    List<LabeledClip> neutral = byMood.remove(Emotion.NEUTRAL.label());
    if (neutral == null) {
      return List.of();
    }
    Random random = new Random(seed);
    List<LabeledClip> deck = new ArrayList<>();
    List<List<LabeledClip>> calls = new ArrayList<>();
    for (List<LabeledClip> ofMood : byMood.values()) {
      List<LabeledClip> call = new ArrayList<>(ofMood);
      long neutrals = Math.round(NEUTRAL_PER_OTHER * ofMood.size());
      for (long i = 0; i < neutrals; i++) {
        if (deck.isEmpty()) {
          deck.addAll(neutral);
          Collections.shuffle(deck, random);
        }
        call.add(deck.remove(deck.size() - 1));
      }
      calls.add(call);
    }
    return calls;
  }
}
