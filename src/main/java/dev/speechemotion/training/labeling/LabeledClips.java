package dev.speechemotion.training.labeling;

import dev.speechemotion.training.corpus.LabeledClip;
import java.util.List;

/**
 * What somebody said of the emotions of a place.
 *
 * @param clips analyzed, and enough of them to learn from
 * @param sha256 of what was said, lower-case hexadecimal
 */
public record LabeledClips(List<LabeledClip> clips, String sha256) {
  public LabeledClips {
    clips = List.copyOf(clips);
  }
}
