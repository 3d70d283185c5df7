package dev.speechemotion.training.experiment;

import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.fitting.EpochSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Lets a training hear each recording a second time, as it comes through something such as a
 * telephone line. What comes through is a corpus of its own, as it would be a place of its own: a
 * site's statistics are those of its line, too.
 */
public final class ConditionedCopies implements EpochSource {
  private final EpochSource plain;
  private final Map<String, LabeledClip> through;

  /**
   * @param plain what is heard without
   * @param corpora the same corpora in the condition
   */
  public ConditionedCopies(EpochSource plain, Corpora corpora, Condition condition) {
    this.plain = plain;
    through =
        corpora.clips().stream()
            .collect(
                Collectors.toMap(
                    LabeledClip::key, clip -> clip.in(clip.corpus() + suffix(condition))));
  }

  private static String suffix(Condition condition) {
    return "@" + condition.id();
  }

  /** What a clip that this gave was heard in. */
  public static Condition conditionOf(LabeledClip clip, Optional<Condition> through) {
    return through
        .filter(condition -> clip.corpus().endsWith(suffix(condition)))
        .orElse(Condition.CLEAN);
  }

  @Override
  public List<LabeledClip> clips(List<LabeledClip> clips, int epoch) throws IOException {
    List<LabeledClip> heard = new ArrayList<>(plain.clips(clips, epoch));
    for (LabeledClip clip : clips) {
      // Some are too short, or too quiet, once they came through.
      LabeledClip copy = through.get(clip.key());
      if (copy != null) {
        heard.add(copy.as(clip.label()));
      }
    }
    return heard;
  }
}
