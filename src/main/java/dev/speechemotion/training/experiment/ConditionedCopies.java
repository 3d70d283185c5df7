package dev.speechemotion.training.experiment;

import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.fitting.EpochSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets a training hear each recording again, as it comes through something such as a telephone
 * line. What comes through is a corpus of its own, as it would be a place of its own: a site's
 * statistics are those of its line, too.
 */
public final class ConditionedCopies implements EpochSource {
  private final EpochSource plain;

  /** The copies of each clip, by its key. */
  private final Map<String, List<LabeledClip>> copies = new HashMap<>();

  /**
   * @param plain what is heard without
   * @param heard the same corpora in each condition
   */
  public ConditionedCopies(EpochSource plain, Map<Condition, Corpora> heard) {
    this.plain = plain;
    heard.forEach(
        (condition, corpora) -> {
          for (LabeledClip clip : corpora.clips()) {
            copies
                .computeIfAbsent(clip.key(), key -> new ArrayList<>())
                .add(clip.in(clip.corpus() + suffix(condition)));
          }
        });
  }

  private static String suffix(Condition condition) {
    return "@" + condition.id();
  }

  /** What a clip that this gave was heard in. */
  public static Condition conditionOf(LabeledClip clip, List<Condition> through) {
    return through.stream()
        .filter(condition -> clip.corpus().endsWith(suffix(condition)))
        .findFirst()
        .orElse(Condition.CLEAN);
  }

  @Override
  public List<LabeledClip> clips(List<LabeledClip> clips, int epoch) throws IOException {
    List<LabeledClip> heard = new ArrayList<>(plain.clips(clips, epoch));
    for (LabeledClip clip : clips) {
      // Some are too short, or too quiet, once they came through.
      for (LabeledClip copy : copies.getOrDefault(clip.key(), List.of())) {
        heard.add(copy.as(clip.label()));
      }
    }
    return heard;
  }
}
