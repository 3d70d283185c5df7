package dev.speechemotion.training.augmentation;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How training clips are changed from epoch to epoch.
 *
 * @param parts what is changed; nothing if empty
 * @param versions how many versions of a clip there are; after so many epochs the first comes again
 */
public record Augmentation(Set<Part> parts, int versions) {

  /** What can be changed. */
  public enum Part {
    VOICE("pitch, vocal tract, tempo"),
    ROOM("reverberation, noise, microphone, level"),
    LINE("telephone band, G.711, lost packets");

    private final String meaning;

    Part(String meaning) {
      this.meaning = meaning;
    }

    public String meaning() {
      return meaning;
    }
  }

  static final Augmentation NONE = new Augmentation(Set.of(), 1);

  private static final int MAX_VERSIONS = 10_000;

  public Augmentation {
    parts = Set.copyOf(parts);
    if (versions < 1 || versions > MAX_VERSIONS) {
      throw new IllegalArgumentException(
          "--augment-versions must be from 1 to %d, got %d".formatted(MAX_VERSIONS, versions));
    }
  }

  /**
   * @param names {@code none}, {@code all}, or some of {@code voice}, {@code room}, {@code line}
   * @throws IllegalArgumentException if it is none of them
   */
  public static Augmentation parse(List<String> names, int versions) {
    if (names.equals(List.of("none"))) {
      return new Augmentation(Set.of(), versions);
    }
    if (names.equals(List.of("all"))) {
      return new Augmentation(EnumSet.allOf(Part.class), versions);
    }
    List<Part> parts = new ArrayList<>();
    for (String name : names) {
      for (Part part : Part.values()) {
        if (part.name().toLowerCase(Locale.ROOT).equals(name)) {
          parts.add(part);
        }
      }
    }
    if (parts.size() < names.size() || names.isEmpty()) {
      throw new IllegalArgumentException(
          "--augment must be none, all, or some of voice,room,line, got "
              + String.join(",", names));
    }
    return new Augmentation(EnumSet.copyOf(parts), versions);
  }
}
