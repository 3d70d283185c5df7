package dev.speechemotion.training.evaluation;

import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.VoiceAdaptation;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How vectors are adapted to who speaks, or where. No labels are used.
 *
 * @param mode by what
 * @param n0 how many windows of a speaker weigh as much as the training
 * @param n0Factor above 0, with the mean each feature has an n0 of its own: so many times what the
 *     voices of the training say; 0: {@code n0} for all
 * @param minSpeechShare windows with a smaller share of speech don't count
 * @param sample in tests with {@link Mode#SITE}, how much of the place is heard
 */
public record Adaptation(
    Mode mode, float n0, float n0Factor, float minSpeechShare, SiteSample sample) {

  /** What the network is told of a speaker. */
  public enum Mode {
    /** Nothing. */
    NONE,
    /**
     * Mean and deviation over the place, all of its speakers together: of a training corpus over
     * its own clips, of a tested corpus over the clips of the other half of its speakers.
     */
    SITE,
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

  /** A feature with a deviation from here on is one that the network is told nothing of. */
  public static final float LEFT_OUT = ModelManifest.Normalization.LEFT_OUT;

  public Adaptation {
    Population.requirePriorWindows(n0);
    if (!(n0Factor >= 0 && n0Factor <= 1_000)) {
      throw new IllegalArgumentException("n0Factor must be from 0 to 1000, got " + n0Factor);
    }
    Population.requireMinSpeechShare(minSpeechShare);
  }

  /** With all of the place heard. */
  public Adaptation(Mode mode, float n0, float n0Factor, float minSpeechShare) {
    this(mode, n0, n0Factor, minSpeechShare, SiteSample.ALL);
  }

  /**
   * In tests of a model that is made.
   *
   * @param mode empty: the model's own
   */
  public static Adaptation of(ModelManifest.Normalization normalization, Optional<Mode> mode) {
    return new Adaptation(
        mode.orElseGet(() -> Mode.named(normalization.adapt().id()).orElseThrow()),
        normalization.n0(),
        0, // What it made of the training is in the population.
        normalization.minSpeechShare());
  }

  public Adaptation with(Mode other) {
    return new Adaptation(other, n0, n0Factor, minSpeechShare, sample);
  }

  public Adaptation with(SiteSample other) {
    return new Adaptation(mode, n0, n0Factor, minSpeechShare, other);
  }

  /**
   * Tested clips as the network gets them, each speaker's as one call, and those clips as all that
   * is known of the place.
   *
   * @param population of the training
   * @param seed of orders and halves
   * @throws CorpusException if it is not known who speaks
   */
  public List<AdaptedClip> apply(List<LabeledClip> clips, Population population, long seed)
      throws CorpusException {
    return apply(clips, clips, population, Calls.MIXED, seed);
  }

  /**
   * Tested clips as the network gets them; in the order of the calls with {@link Mode#RUNNING},
   * with which a clip of an unknown speaker is a call by itself, and of the places with {@link
   * Mode#SITE}.
   *
   * @param audio with {@link Mode#SITE}: all clips of the tested corpora, also of speakers that are
   *     not tested
   * @param population of the training
   * @param calls how a speaker's clips are dealt. Where vectors are not adapted to a call, that
   *     matters only as far as it draws clips
   * @param seed of orders, draws and halves
   * @throws CorpusException if it is not known who speaks, or clips don't do for that
   */
  public List<AdaptedClip> apply(
      List<LabeledClip> clips,
      List<LabeledClip> audio,
      Population population,
      Calls calls,
      long seed)
      throws CorpusException {
    if (mode == Mode.SITE) {
      return bySite(clips, audio, population, calls, seed);
    }
    if (mode == Mode.NONE) {
      List<LabeledClip> heard = calls == Calls.MOSTLY_NEUTRAL ? dealt(clips, calls, seed) : clips;
      return heard.stream().map(clip -> new AdaptedClip(clip, 0)).toList();
    }
    List<List<LabeledClip>> dealt = new ArrayList<>();
    List<LabeledClip> ofVoices = new ArrayList<>();
    for (LabeledClip clip : clips) {
      if (clip.speaker().isEmpty() && mode == Mode.RUNNING && calls != Calls.MOSTLY_NEUTRAL) {
        // Whoever it is: to its own beginning a recording can be adapted.
        dealt.add(List.of(clip));
      } else {
        ofVoices.add(clip);
      }
    }
    for (List<LabeledClip> ofVoice : byVoice(ofVoices).values()) {
      dealt.addAll(calls.deal(ofVoice, seed));
    }
    if (dealt.isEmpty() && !clips.isEmpty()) {
      throw noCalls(clips, calls);
    }
    List<AdaptedClip> adapted = new ArrayList<>(clips.size());
    for (List<LabeledClip> call : dealt) {
      adapted.addAll(ofCall(call, Optional.of(population), seed));
    }
    return adapted;
  }

  /**
   * Places to test at, two for each corpus of the clips: in each, one half of its speakers is heard
   * and the other half is tested.
   *
   * @param audio all clips of the tested corpora, also of speakers that are not tested
   * @param calls how speakers' clips are dealt, those that are heard and those that are tested
   * @param seed of draws and halves
   * @throws CorpusException if it is not known who speaks, or a corpus has a single speaker
   */
  public List<Place> places(
      List<LabeledClip> clips, List<LabeledClip> audio, Calls calls, long seed)
      throws CorpusException {
    Set<String> corpora = clips.stream().map(LabeledClip::corpus).collect(Collectors.toSet());
    List<LabeledClip> ofCorpora =
        audio.stream().filter(clip -> corpora.contains(clip.corpus())).toList();
    boolean dealt = calls == Calls.MOSTLY_NEUTRAL;
    List<Place> places = new ArrayList<>();
    for (Place place :
        Place.halves(
            dealt ? dealt(clips, calls, seed) : clips,
            dealt ? dealt(ofCorpora, calls, seed) : ofCorpora,
            seed)) {
      places.add(new Place(sample.of(place.heard(), minSpeechShare, seed), place.tested()));
    }
    return places;
  }

  /** One call after another. */
  private static List<LabeledClip> dealt(List<LabeledClip> clips, Calls calls, long seed)
      throws CorpusException {
    List<LabeledClip> dealt = new ArrayList<>();
    for (List<LabeledClip> ofVoice : byVoice(clips).values()) {
      calls.deal(ofVoice, seed).forEach(dealt::addAll);
    }
    if (dealt.isEmpty() && !clips.isEmpty()) {
      throw noCalls(clips, calls);
    }
    return dealt;
  }

  private static CorpusException noCalls(List<LabeledClip> clips, Calls calls) {
    return new CorpusException(
        "--calls %s: no speaker of %s has both neutral clips and others"
            .formatted(calls.id(), clips.get(0).corpus()));
  }

  private List<AdaptedClip> bySite(
      List<LabeledClip> clips,
      List<LabeledClip> audio,
      Population population,
      Calls calls,
      long seed)
      throws CorpusException {
    List<AdaptedClip> adapted = new ArrayList<>();
    for (Place place : places(clips, audio, calls, seed)) {
      SiteStatistics site =
          SiteStatistics.of(place.heard(), population.featureCount(), minSpeechShare);
      place
          .tested()
          .forEach(clip -> adapted.add(new AdaptedClip(site.adapted(clip, population), 0)));
    }
    return adapted;
  }

  private List<AdaptedClip> ofCall(
      List<LabeledClip> clips, Optional<Population> population, long seed) {
    List<AdaptedClip> adapted = new ArrayList<>(clips.size());
    VoiceAdaptation voice = new VoiceAdaptation();
    if (mode == Mode.SPEAKER) {
      clips.forEach(clip -> hear(clip, voice, population));
      clips.forEach(clip -> adapted.add(new AdaptedClip(asHeard(clip, voice, population), 0)));
      return adapted;
    }
    List<LabeledClip> inOrder = new ArrayList<>(clips);
    Collections.shuffle(inOrder, new Random(seed));
    double callSeconds = 0;
    for (LabeledClip clip : inOrder) {
      adapted.add(new AdaptedClip(followed(clip, voice, population), callSeconds));
      callSeconds += clip.durationSeconds();
    }
    return adapted;
  }

  /**
   * Clips of a training as the network gets them. As {@link #apply(List, Population, long)}, but
   * with {@link Mode#SITE} each by the statistics of its corpus.
   *
   * @param reference clips that a corpus's statistics are of; of a corpus without such they are
   *     those of its clips
   */
  public List<LabeledClip> applyInTraining(
      List<LabeledClip> clips, List<LabeledClip> reference, Population population, long seed)
      throws CorpusException {
    if (mode == Mode.RUNNING) {
      byVoice(clips); // Recordings by themselves would teach it how calls begin, and no more.
    }
    if (mode != Mode.SITE) {
      return apply(clips, population, seed).stream().map(AdaptedClip::clip).toList();
    }
    Map<String, SiteStatistics> sites =
        SiteStatistics.byCorpus(clips, population.featureCount(), minSpeechShare);
    sites.putAll(SiteStatistics.byCorpus(reference, population.featureCount(), minSpeechShare));
    return clips.stream().map(clip -> sites.get(clip.corpus()).adapted(clip, population)).toList();
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
