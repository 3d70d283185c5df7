package dev.speechemotion.training.evaluation;

import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A place that a model is tested at.
 *
 * @param heard what is known of it, without labels
 * @param tested clips of other speakers there
 */
public record Place(List<LabeledClip> heard, List<LabeledClip> tested) {
  /**
   * Each corpus's speakers in two halves, and each half as what is heard of the place of the other.
   * Where nobody of a half is tested there is no place.
   */
  static List<Place> halves(List<LabeledClip> clips, List<LabeledClip> audio, long seed)
      throws CorpusException {
    Map<String, List<String>> voices = new TreeMap<>();
    for (List<LabeledClip> ofVoice : Adaptation.byVoice(audio).values()) {
      LabeledClip any = ofVoice.get(0);
      voices.computeIfAbsent(any.corpus(), corpus -> new ArrayList<>()).add(any.voice());
    }
    List<Place> places = new ArrayList<>();
    for (Map.Entry<String, List<String>> corpus : voices.entrySet()) {
      List<String> shuffled = corpus.getValue();
      if (shuffled.size() < 2) {
        throw new CorpusException(
            "%s: --adapt site needs recordings of two speakers or more: one half of them says what the other is compared with"
                .formatted(corpus.getKey()));
      }
      Collections.shuffle(shuffled, new Random(seed));
      Set<String> firstHalf = new HashSet<>(shuffled.subList(0, (shuffled.size() + 1) / 2));
      Map<Boolean, List<LabeledClip>> heard = inHalf(audio, corpus.getKey(), firstHalf);
      Map<Boolean, List<LabeledClip>> tested = inHalf(clips, corpus.getKey(), firstHalf);
      for (boolean first : new boolean[] {true, false}) {
        if (!tested.get(first).isEmpty()) {
          places.add(new Place(heard.get(!first), tested.get(first)));
        }
      }
    }
    return places;
  }

  private static Map<Boolean, List<LabeledClip>> inHalf(
      List<LabeledClip> clips, String corpus, Set<String> half) {
    return clips.stream()
        .filter(clip -> clip.corpus().equals(corpus))
        .collect(Collectors.partitioningBy(clip -> half.contains(clip.voice())));
  }
}
