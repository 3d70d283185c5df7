package dev.speechemotion.emotion;

import java.util.Locale;
import java.util.Optional;

/**
 * The emotions that corpora are labeled with. The first six are the ones that models are trained on
 * by default; the others are read from corpora and left out unless asked for, never mapped to
 * something else.
 */
public enum Emotion {
  ANGRY,
  HAPPY,
  FEAR,
  SAD,
  SURPRISE,
  NEUTRAL,
  DISGUST,
  CALM,
  BOREDOM;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name used in files, topics and on screen: the constant's in lower case. */
  public String label() {
    return label;
  }

  /** The emotion of that label, or empty where there is none; upper and lower case count alike. */
  public static Optional<Emotion> ofLabel(String label) {
    for (Emotion emotion : values()) {
      if (emotion.label.equalsIgnoreCase(label)) {
        return Optional.of(emotion);
      }
    }
    return Optional.empty();
  }
}
