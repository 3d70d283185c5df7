package dev.speechemotion.training.evaluation;

import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How much of a place is heard before its statistics are taken.
 *
 * @param callers speakers of a place, at most
 * @param windows with enough speech, of all of these speakers together, at most
 */
public record SiteSample(int callers, int windows) {
  /** All that there is. */
  public static final SiteSample ALL = new SiteSample(Integer.MAX_VALUE, Integer.MAX_VALUE);

  public SiteSample {
    if (callers < 1 || windows < 1) {
      throw new IllegalArgumentException(
          "callers and windows must be 1 or above, got %d and %d".formatted(callers, windows));
    }
  }

  /**
   * Draws from each corpus by itself: speakers, then recordings of theirs, one after another until
   * there are enough windows; each window as a clip of its own.
   *
   * @param clips whose speakers are known
   * @param minSpeechShare windows with a smaller share of speech don't count
   */
  List<LabeledClip> of(List<LabeledClip> clips, float minSpeechShare, long seed) {
    if (equals(ALL)) {
      return clips;
    }
    List<LabeledClip> sample = new ArrayList<>();
    clips.stream()
        .collect(Collectors.groupingBy(LabeledClip::corpus, TreeMap::new, Collectors.toList()))
        .values()
        .forEach(place -> sample.addAll(ofPlace(place, minSpeechShare, new Random(seed))));
    return sample;
  }

  private List<LabeledClip> ofPlace(List<LabeledClip> clips, float minSpeechShare, Random random) {
    Map<String, List<LabeledClip>> byVoice =
        clips.stream()
            .collect(Collectors.groupingBy(LabeledClip::voice, TreeMap::new, Collectors.toList()));
    List<String> voices = new ArrayList<>(byVoice.keySet());
    Collections.shuffle(voices, random);
    List<LabeledClip> recordings = new ArrayList<>();
    voices.stream().limit(callers).map(byVoice::get).forEach(recordings::addAll);
    Collections.shuffle(recordings, random);
    List<LabeledClip> sample = new ArrayList<>();
    for (LabeledClip recording : recordings) {
      for (int i = 0; i < recording.windows().size() && sample.size() < windows; i++) {
        if (recording.speechShare(i) >= minSpeechShare) {
          sample.add(recording.with(recording.features().window(i), recording.speaker()));
        }
      }
    }
    return sample;
  }
}
