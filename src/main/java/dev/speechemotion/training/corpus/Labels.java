package dev.speechemotion.training.corpus;

import dev.speechemotion.emotion.Emotion;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Names of emotions as corpora write them. */
public final class Labels {
  /** What models are trained on unless told otherwise. */
  public static final List<String> DEFAULT =
      List.of(
          Emotion.ANGRY.label(),
          Emotion.HAPPY.label(),
          Emotion.FEAR.label(),
          Emotion.SAD.label(),
          Emotion.SURPRISE.label(),
          Emotion.NEUTRAL.label());

  /** In the place of a label where there is none. */
  public static final String UNLABELED = "unlabeled";

  /** Other words for the same emotion; never one emotion for another. */
  private static final Map<String, Emotion> SYNONYMS =
      Map.ofEntries(
          Map.entry("anger", Emotion.ANGRY),
          Map.entry("happiness", Emotion.HAPPY),
          Map.entry("fearful", Emotion.FEAR),
          Map.entry("sadness", Emotion.SAD),
          Map.entry("ps", Emotion.SURPRISE),
          Map.entry("surprised", Emotion.SURPRISE),
          Map.entry("pleasant_surprise", Emotion.SURPRISE),
          Map.entry("pleasant_surprised", Emotion.SURPRISE),
          Map.entry("disgusted", Emotion.DISGUST),
          Map.entry("bored", Emotion.BOREDOM));

  private Labels() {}

  /** The label for a word: our own name of the emotion, or the word in lower case. */
  public static String canonical(String word) {
    String key = word.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s-]+", "_");
    Emotion synonym = SYNONYMS.get(key);
    return synonym == null ? key : synonym.label();
  }

  /** Whether the label is one of {@link Emotion}'s. */
  static boolean isEmotion(String label) {
    return Emotion.ofLabel(label).isPresent();
  }
}
