package dev.speechemotion.training.evaluation;

import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.CorpusLayout;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a corpus is parted for training and testing. A protocol's name is the corpus's layout and the
 * kind of parting: {@code tess-speaker}. Two take any corpora: {@code pooled-speaker} and {@code
 * cross-corpus}.
 *
 * @param layout empty where the protocol takes any corpora
 */
public record Protocol(Optional<CorpusLayout> layout, Kind kind) {

  /** What must not be on both sides. */
  public enum Kind {
    RANDOM(
        "a random fifth of the clips, stratified by label; speakers and texts are on both sides"),
    WORDS("a random fifth of the words, never heard in training; speakers are on both sides"),
    SPEAKER("speakers never heard in training"),
    POOLED_SPEAKER("speakers never heard in training, which has all the corpora"),
    CROSS_CORPUS("a corpus never heard in training, which has all the others");

    private final String meaning;

    Kind(String meaning) {
      this.meaning = meaning;
    }
  }

  /** One training and the clips that it is tested on. */
  public record Fold(String name, List<LabeledClip> train, List<LabeledClip> test) {
    /** The same with more to train on. */
    Fold training(List<LabeledClip> others) {
      return new Fold(name, Stream.concat(train.stream(), others.stream()).toList(), test);
    }

    /** How many of something are on both sides. */
    public int shared(Function<LabeledClip, String> property) {
      Set<String> both = values(train, property);
      both.retainAll(values(test, property));
      return both.size();
    }

    public static Set<String> values(
        List<LabeledClip> clips, Function<LabeledClip, String> property) {
      return clips.stream().map(property).collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static final double TEST_SHARE = 0.2;

  /** Up to so many speakers each is left out once; of more, folds are made. */
  private static final int MAX_LEAVE_ONE_OUT = 10;

  private static final int SPEAKER_FOLDS = 4;

  public String name() {
    String kindName = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return layout.map(one -> one.id() + "-" + kindName).orElse(kindName);
  }

  /** What is tested, in words. */
  public String meaning() {
    return kind.meaning;
  }

  /** Whether it tests corpora of that layout; others are only trained on. */
  public boolean tests(CorpusLayout other) {
    return layout.map(own -> own == other).orElseGet(other::isSpeech);
  }

  /** Whether nobody who is tested was heard in training. */
  public boolean separatesSpeakers() {
    return kind == Kind.SPEAKER || kind == Kind.POOLED_SPEAKER || kind == Kind.CROSS_CORPUS;
  }

  /** Whether nothing that is said in a test was heard in training. */
  public boolean separatesTexts() {
    return kind == Kind.WORDS;
  }

  /**
   * All that there are: random, words and speaker for TESS, random and speaker for the others, and
   * those for several corpora.
   */
  public static List<Protocol> all() {
    Stream<Protocol> ofOneCorpus =
        Arrays.stream(CorpusLayout.values())
            .flatMap(
                layout ->
                    Stream.of(Kind.RANDOM, Kind.WORDS, Kind.SPEAKER)
                        .filter(kind -> kind != Kind.WORDS || layout == CorpusLayout.TESS)
                        .filter(kind -> kind != Kind.SPEAKER || layout != CorpusLayout.FOLDERS)
                        .map(kind -> new Protocol(Optional.of(layout), kind)));
    return Stream.concat(
            ofOneCorpus,
            // First what a place that was never heard will see.
            Stream.of(
                new Protocol(Optional.empty(), Kind.CROSS_CORPUS),
                new Protocol(Optional.empty(), Kind.POOLED_SPEAKER)))
        .toList();
  }

  public static Optional<Protocol> named(String name) {
    return all().stream().filter(protocol -> protocol.name().equals(name)).findFirst();
  }

  /** The protocols that a training on the corpora reports, cross-corpus first. */
  public static List<Protocol> reportedFor(Corpora corpora) {
    if (corpora.parts().size() > 1) {
      long tested = corpora.parts().stream().filter(part -> part.layout().isSpeech()).count();
      return all().stream()
          .filter(protocol -> protocol.layout.isEmpty())
          .filter(protocol -> tested > (protocol.kind == Kind.CROSS_CORPUS ? 1 : 0))
          .toList();
    }
    boolean speakers = Fold.values(corpora.clips(), LabeledClip::voice).size() > 1;
    return all().stream()
        .filter(protocol -> protocol.layout.equals(Optional.of(corpora.parts().get(0).layout())))
        .filter(protocol -> protocol.kind != Kind.SPEAKER || speakers)
        .toList();
  }

  /**
   * Parts the clips. The same seed and clips give the same folds.
   *
   * @param clips what is tested, each in one fold or in none
   * @param others heard in the training of every fold, never tested: of other corpora
   * @throws CorpusException if there are too few clips, words or speakers
   */
  public List<Fold> folds(List<LabeledClip> clips, List<LabeledClip> others, long seed)
      throws CorpusException {
    List<Fold> parted =
        switch (kind) {
          case RANDOM -> List.of(random(clips, seed));
          case WORDS -> List.of(words(clips, seed));
          case SPEAKER -> speakers(clips);
          case POOLED_SPEAKER -> pooledSpeakers(clips);
          case CROSS_CORPUS -> crossCorpus(clips);
        };
    List<Fold> folds = new ArrayList<>();
    for (Fold fold : parted) {
      Fold whole = fold.training(others);
      prove(whole);
      folds.add(whole);
    }
    return folds;
  }

  private void prove(Fold fold) throws CorpusException {
    if (fold.train().isEmpty() || fold.test().isEmpty()) {
      throw new CorpusException("%s: too few recordings for this protocol".formatted(name()));
    }
    requireDisjoint(fold, "content", LabeledClip::sha256);
    if (separatesTexts()) {
      requireDisjoint(fold, "word", LabeledClip::text);
    }
    if (separatesSpeakers()) {
      requireDisjoint(fold, "speaker", LabeledClip::voice);
      requireDisjoint(
          fold,
          "text that tells the label",
          clip -> clip.labelByText() ? clip.corpus() + "/" + clip.text() : clip.key());
    }
  }

  private void requireDisjoint(Fold fold, String what, Function<LabeledClip, String> property) {
    if (fold.shared(property) > 0) {
      throw new IllegalStateException(
          "%s, fold %s: the same %s is on both sides".formatted(name(), fold.name(), what));
    }
  }

  private static Fold random(List<LabeledClip> clips, long seed) {
    Set<LabeledClip> test = stratifiedSample(clips, TEST_SHARE, seed);
    return fold("all", clips, test::contains);
  }

  private static Fold words(List<LabeledClip> clips, long seed) {
    List<String> words = new ArrayList<>(Fold.values(clips, LabeledClip::text));
    Collections.shuffle(words, new Random(seed));
    Set<String> test = new TreeSet<>(words.subList(0, (int) Math.round(TEST_SHARE * words.size())));
    return fold("all", clips, clip -> test.contains(clip.text()));
  }

  private List<Fold> speakers(List<LabeledClip> clips) throws CorpusException {
    List<String> speakers = new ArrayList<>(Fold.values(clips, LabeledClip::speaker));
    if (speakers.size() < 2) {
      throw new CorpusException(
          "%s needs recordings of two speakers or more, found %d"
              .formatted(name(), speakers.size()));
    }
    // Neighbors together: corpora number men and women alternately.
    int count = speakers.size() <= MAX_LEAVE_ONE_OUT ? speakers.size() : SPEAKER_FOLDS;
    List<Fold> folds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> test =
          speakers.subList(i * speakers.size() / count, (i + 1) * speakers.size() / count);
      folds.add(ofSpeakers(i, test, clips, LabeledClip::speaker));
    }
    return folds;
  }

  /** Each fold tests a quarter of each corpus's speakers; those of a corpus with two are in two. */
  private List<Fold> pooledSpeakers(List<LabeledClip> clips) throws CorpusException {
    Map<String, List<String>> byCorpus = new TreeMap<>();
    for (LabeledClip clip : clips) {
      List<String> voices = byCorpus.computeIfAbsent(clip.corpus(), name -> new ArrayList<>());
      if (!voices.contains(clip.voice())) {
        voices.add(clip.voice());
      }
    }
    List<Fold> folds = new ArrayList<>();
    for (int i = 0; i < SPEAKER_FOLDS; i++) {
      Set<String> test = new TreeSet<>();
      for (List<String> voices : byCorpus.values()) {
        Collections.sort(voices);
        test.addAll(
            voices.subList(
                i * voices.size() / SPEAKER_FOLDS, (i + 1) * voices.size() / SPEAKER_FOLDS));
      }
      if (!test.isEmpty()) {
        folds.add(ofSpeakers(i, test, clips, LabeledClip::voice));
      }
    }
    if (folds.size() < 2) {
      throw new CorpusException(
          "%s needs recordings of two speakers or more; give several corpora, each with --layout and --data"
              .formatted(name()));
    }
    return folds;
  }

  private List<Fold> crossCorpus(List<LabeledClip> clips) throws CorpusException {
    Set<String> corpora = Fold.values(clips, LabeledClip::corpus);
    if (corpora.size() < 2) {
      throw new CorpusException(
          "%s needs two corpora or more, each with --layout and --data; got %d"
              .formatted(name(), corpora.size()));
    }
    return corpora.stream()
        .map(corpus -> fold(corpus, clips, clip -> clip.corpus().equals(corpus)))
        .toList();
  }

  /**
   * Tests speakers. Where texts tell labels, it tests a part of the texts, another for each of the
   * first {@value #SPEAKER_FOLDS} folds, and trains on the other texts: who was trained on all of
   * them could recognize the words.
   */
  private static Fold ofSpeakers(
      int number,
      Collection<String> test,
      List<LabeledClip> clips,
      Function<LabeledClip, String> speaker) {
    Map<String, Map<String, Integer>> parts = partsOfTexts(clips);
    int testedPart = number % SPEAKER_FOLDS;
    List<LabeledClip> train = new ArrayList<>();
    List<LabeledClip> tested = new ArrayList<>();
    for (LabeledClip clip : clips) {
      boolean ofSpeaker = test.contains(speaker.apply(clip));
      if (!clip.labelByText()
          || ofSpeaker == (parts.get(clip.corpus()).get(clip.text()) == testedPart)) {
        (ofSpeaker ? tested : train).add(clip);
      }
    }
    return new Fold(String.join(" ", test), train, tested);
  }

  /** By corpus and text, where texts tell labels: dealt so that each part has every label's. */
  private static Map<String, Map<String, Integer>> partsOfTexts(List<LabeledClip> clips) {
    Map<String, Map<String, Set<String>>> texts = new TreeMap<>();
    for (LabeledClip clip : clips) {
      if (clip.labelByText()) {
        texts
            .computeIfAbsent(clip.corpus(), corpus -> new TreeMap<>())
            .computeIfAbsent(clip.label(), label -> new TreeSet<>())
            .add(clip.text());
      }
    }
    Map<String, Map<String, Integer>> parts = new TreeMap<>();
    texts.forEach(
        (corpus, byLabel) -> {
          Map<String, Integer> ofCorpus = new TreeMap<>();
          for (Set<String> ofLabel : byLabel.values()) {
            int next = 0;
            for (String text : ofLabel) {
              if (ofCorpus.putIfAbsent(text, next % SPEAKER_FOLDS) == null) {
                next++;
              }
            }
          }
          parts.put(corpus, ofCorpus);
        });
    return parts;
  }

  private static Fold fold(
      String name, List<LabeledClip> clips, java.util.function.Predicate<LabeledClip> isTest) {
    Map<Boolean, List<LabeledClip>> sides =
        clips.stream().collect(Collectors.partitioningBy(isTest));
    return new Fold(name, sides.get(false), sides.get(true));
  }

  /** A random share of each label's clips, at least one where there are two. */
  public static Set<LabeledClip> stratifiedSample(
      List<LabeledClip> clips, double share, long seed) {
    Map<String, List<LabeledClip>> byLabel = new TreeMap<>();
    for (LabeledClip clip : clips) {
      byLabel.computeIfAbsent(clip.label(), label -> new ArrayList<>()).add(clip);
    }
    Random random = new Random(seed);
    Set<LabeledClip> sample = Collections.newSetFromMap(new java.util.IdentityHashMap<>());
    for (List<LabeledClip> ofLabel : byLabel.values()) {
      Collections.shuffle(ofLabel, random);
      int size = (int) Math.round(share * ofLabel.size());
      sample.addAll(ofLabel.subList(0, Math.max(size, ofLabel.size() > 1 ? 1 : 0)));
    }
    return sample;
  }
}
