package dev.speechemotion.training.evaluation;

import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.VoiceAdaptation;
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
 * @param minSpeechShare windows with a smaller share of speech don't count
 */
public record Adaptation(Mode mode, float n0, float n0Factor, float minSpeechShare) {

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

  public Adaptation {
    Population.requirePriorWindows(n0);
    if (!(n0Factor >= 0 && n0Factor <= 1_000)) {
      throw new IllegalArgumentException("n0Factor must be from 0 to 1000, got " + n0Factor);
    }
    Population.requireMinSpeechShare(minSpeechShare);
  }

  public Adaptation with(Mode other) {
    return new Adaptation(other, n0, n0Factor, minSpeechShare);
  }

  /**
   * The clips as the network gets them; in the order of the calls with {@link Mode#RUNNING}.
   *
   * @param population of the training
   * @param seed of the order
   * @throws CorpusException if it is not known who speaks
   */
  public List<AdaptedClip> apply(List<LabeledClip> clips, Population population, long seed)
      throws CorpusException {
    List<AdaptedClip> adapted = new ArrayList<>(clips.size());
    if (mode == Mode.NONE) {
      clips.forEach(clip -> adapted.add(new AdaptedClip(clip, 0)));
      return adapted;
    }
    Optional<Population> against = Optional.of(population);
    for (List<LabeledClip> ofVoice : byVoice(clips).values()) {
      VoiceAdaptation voice = new VoiceAdaptation();
      if (mode == Mode.SPEAKER) {
        ofVoice.forEach(clip -> hear(clip, voice, against));
        ofVoice.forEach(clip -> adapted.add(new AdaptedClip(asHeard(clip, voice, against), 0)));
      } else {
        Collections.shuffle(ofVoice, new Random(seed));
        double callSeconds = 0;
        for (LabeledClip clip : ofVoice) {
          adapted.add(new AdaptedClip(followed(clip, voice, against), callSeconds));
          callSeconds += clip.durationSeconds();
        }
      }
    }
    return adapted;
  }

  private static void hear(
      LabeledClip clip, VoiceAdaptation voice, Optional<Population> population) {
    for (int i = 0; i < clip.windows().size(); i++) {
      voice.hear(population, clip.windows().get(i), clip.speechShare(i));
    }
  }

  /** The clip adapted to all that the voice has said so far. */
  private static LabeledClip asHeard(
      LabeledClip clip, VoiceAdaptation voice, Optional<Population> population) {
    List<float[]> windows = new ArrayList<>();
    for (float[] features : clip.windows()) {
      windows.add(voice.apply(population, features, new float[features.length]));
    }
    return clip.with(windows);
  }

  /** The same while it is said: each window counts before it is adapted. */
  private static LabeledClip followed(
      LabeledClip clip, VoiceAdaptation voice, Optional<Population> population) {
    List<float[]> windows = new ArrayList<>();
    for (int i = 0; i < clip.windows().size(); i++) {
      float[] features = clip.windows().get(i);
      voice.hear(population, features, clip.speechShare(i));
      windows.add(voice.apply(population, features, new float[features.length]));
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
