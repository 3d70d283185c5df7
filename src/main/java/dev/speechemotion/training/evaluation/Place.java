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
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
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
   * Where texts may tell labels, {@link LabeledClip#labelByText}, the texts are halved too: what is
   * heard has neither the speakers nor the texts of what is tested. Where nothing is tested there
   * is no place.
   */
  static List<Place> halves(List<LabeledClip> clips, List<LabeledClip> audio, long seed)
      throws CorpusException {
    Adaptation.byVoice(audio); // Says whose speakers are not known.
    Map<String, List<LabeledClip>> byCorpus =
        audio.stream()
            .collect(Collectors.groupingBy(LabeledClip::corpus, TreeMap::new, Collectors.toList()));
    List<Place> places = new ArrayList<>();
    for (Map.Entry<String, List<LabeledClip>> corpus : byCorpus.entrySet()) {
      List<LabeledClip> ofCorpus = corpus.getValue();
      if (ofCorpus.stream().map(LabeledClip::voice).distinct().count() < 2) {
        throw new CorpusException(
            "%s: --adapt site needs recordings of two speakers or more: one half of them says what the other is compared with"
                .formatted(corpus.getKey()));
      }
      Predicate<LabeledClip> firstSpeakers = half(ofCorpus, LabeledClip::voice, seed);
      List<Predicate<LabeledClip>> textHalves =
          ofCorpus.stream().anyMatch(LabeledClip::labelByText)
              ? bothHalves(half(ofCorpus, LabeledClip::text, seed))
              : List.of();
      for (Predicate<LabeledClip> speakers : bothHalves(firstSpeakers)) {
        if (textHalves.isEmpty()) {
          add(places, ofCorpus, clips, speakers, speakers.negate());
        }
        for (Predicate<LabeledClip> texts : textHalves) {
          add(places, ofCorpus, clips, speakers.and(texts), speakers.negate().and(texts.negate()));
        }
      }
    }
    return places;
  }

  private static List<Predicate<LabeledClip>> bothHalves(Predicate<LabeledClip> first) {
    return List.of(first, first.negate());
  }

  private static Predicate<LabeledClip> half(
      List<LabeledClip> clips, Function<LabeledClip, String> value, long seed) {
    List<String> values = new ArrayList<>(new TreeSet<>(clips.stream().map(value).toList()));
    Collections.shuffle(values, new Random(seed));
    Set<String> first = new HashSet<>(values.subList(0, (values.size() + 1) / 2));
    return clip -> first.contains(value.apply(clip));
  }

  private static void add(
      List<Place> places,
      List<LabeledClip> audio,
      List<LabeledClip> clips,
      Predicate<LabeledClip> tested,
      Predicate<LabeledClip> heard) {
    String corpus = audio.get(0).corpus();
    List<LabeledClip> testedThere =
        clips.stream().filter(clip -> clip.corpus().equals(corpus)).filter(tested).toList();
    if (!testedThere.isEmpty()) {
      places.add(new Place(audio.stream().filter(heard).toList(), testedThere));
    }
  }
}
