package dev.speechemotion.app.settings;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;

/** Finds what was probably meant. */
final class Spelling {
  private Spelling() {}

  /** The one of several names that is the fewest edits away. */
  static String nearest(String name, Collection<String> known) {
    return known.stream()
        .min(
            Comparator.<String>comparingInt(each -> editDistance(name, each))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  /** Levenshtein's distance: the fewest insertions, deletions and replacements of characters. */
  static int editDistance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    Arrays.setAll(previous, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[b.length()];
  }
}
