package dev.speechemotion.training.evaluation;

import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.RunningNormalization;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * How vectors are adapted to who speaks. No labels are used.
 *
 * @param mode by what
 * @param n0 how many windows of a speaker weigh as much as the training
 * @param n0Factor above 0, with the mean each feature has an n0 of its own: so many times what the
 *     voices of the training say; 0: {@code n0} for all
 * @param minVoicedShare windows with a smaller share of speech don't count
 */
public record Adaptation(Mode mode, float n0, float n0Factor, float minVoicedShare) {

  /** What the network is told of a speaker. */
  public enum Mode {
    /** Nothing. */
    NONE,
    /** Mean and deviation over all clips of the speaker: what a very long call would come to. */
    SPEAKER,
    /** What the call has told so far: the speaker's clips in random order, from a cold start. */
    RUNNING;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Mode> named(String name) {
      return List.of(values()).stream().filter(mode -> mode.id().equals(name)).findFirst();
    }
  }

  /**
   * A clip with the features that the network gets.
   *
   * @param callSeconds how much of the call came before the clip, seconds; 0 if there is no call
   */
  public record Heard(LabeledClip clip, double callSeconds) {}

  public Adaptation {
    Population.requirePriorWindows(n0);
    if (!(n0Factor >= 0 && n0Factor <= 1_000)) {
      throw new IllegalArgumentException("n0Factor must be from 0 to 1000, got " + n0Factor);
    }
    Population.requireMinVoicedShare(minVoicedShare);
  }

  public Adaptation with(Mode other) {
    return new Adaptation(other, n0, n0Factor, minVoicedShare);
  }

  /**
   * The clips as they are heard; in the order of the calls with {@link Mode#RUNNING}.
   *
   * @param population of the training
   * @param seed of the order
   * @throws CorpusException if it is not known who speaks
   */
  public List<Heard> apply(List<LabeledClip> clips, Population population, long seed)
      throws CorpusException {
    List<Heard> heard = new ArrayList<>(clips.size());
    if (mode == Mode.NONE) {
      clips.forEach(clip -> heard.add(new Heard(clip, 0)));
      return heard;
    }
    for (List<LabeledClip> ofVoice : byVoice(clips).values()) {
      RunningNormalization normalization = new RunningNormalization(population);
      if (mode == Mode.SPEAKER) {
        ofVoice.forEach(clip -> count(clip, normalization));
        ofVoice.forEach(clip -> heard.add(new Heard(adapted(clip, normalization, false), 0)));
      } else {
        Collections.shuffle(ofVoice, new Random(seed));
        double callSeconds = 0;
        for (LabeledClip clip : ofVoice) {
          heard.add(new Heard(adapted(clip, normalization, true), callSeconds));
          callSeconds += clip.durationSeconds();
        }
      }
    }
    return heard;
  }

  private static void count(LabeledClip clip, RunningNormalization normalization) {
    for (int i = 0; i < clip.windows().size(); i++) {
      normalization.count(clip.windows().get(i), clip.voicedShare(i));
    }
  }

  private static LabeledClip adapted(
      LabeledClip clip, RunningNormalization normalization, boolean counting) {
    List<float[]> windows = new ArrayList<>();
    for (int i = 0; i < clip.windows().size(); i++) {
      float[] features = clip.windows().get(i);
      if (counting) {
        normalization.count(features, clip.voicedShare(i));
      }
      float[] adapted = new float[features.length];
      normalization.apply(features, adapted);
      windows.add(adapted);
    }
    return clip.with(windows);
  }

  /** In the order of the voices, each one's clips in their own order. */
  public static Map<String, List<LabeledClip>> byVoice(List<LabeledClip> clips)
      throws CorpusException {
    Map<String, List<LabeledClip>> byVoice = new TreeMap<>();
    for (LabeledClip clip : clips) {
      if (clip.speaker().isEmpty()) {
        throw new CorpusException(
            "%s: who speaks is not known, and --adapt needs that; use a layout that tells, or a csv with a column speaker"
                .formatted(clip.id()));
      }
      byVoice.computeIfAbsent(clip.voice(), voice -> new ArrayList<>()).add(clip);
    }
    return byVoice;
  }
}
