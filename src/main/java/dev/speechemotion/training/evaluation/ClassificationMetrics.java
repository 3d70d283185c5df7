package dev.speechemotion.training.evaluation;

import dev.speechemotion.emotion.Circumplex;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How well clips were recognized. Clips are added one by one; figures are over those so far.
 *
 * <p>A label without a clip has neither recall nor a part in the averages. A label that the tested
 * corpus does not have ({@link TestedClasses}) is no answer: the others' probabilities are scaled
 * to 1. Only {@link #uarOpen} is of the answers as they are.
 */
public final class ClassificationMetrics {
  /** Bins of equal width over the confidence, as in Guo et al. 2017. */
  private static final int ECE_BINS = 15;

  /** With fewer voices an interval would say more than there is to know. */
  private static final int MIN_BOOTSTRAP_VOICES = 5;

  private static final int BOOTSTRAP_SAMPLES = 2_000;
  private static final long BOOTSTRAP_SEED = 1;

  private final List<String> labels;
  private final int[][] counts;
  private final int[] binClips = new int[ECE_BINS];
  private final int[] binCorrect = new int[ECE_BINS];
  private final double[] binConfidence = new double[ECE_BINS];

  /** Of each label, how many clips would be recognized if every label were an answer. */
  private final int[] openCorrect;

  /** Of each label, how many clips who guesses would recognize. */
  private final double[] guessed;

  private final List<Integer> actuals = new ArrayList<>();

  /** {@code [labels]} of each clip. */
  private final List<float[]> answers = new ArrayList<>();

  /** Clips by {@code [actual][predicted]}, for each voice. */
  private final Map<String, int[][]> byVoice = new TreeMap<>();

  public ClassificationMetrics(List<String> labels) {
    this.labels = List.copyOf(labels);
    counts = new int[labels.size()][labels.size()];
    openCorrect = new int[labels.size()];
    guessed = new double[labels.size()];
  }

  /**
   * Classifies clips; a clip's probabilities are the mean of its windows'. Every label is an
   * answer.
   */
  public void addAll(EmotionClassifier classifier, List<LabeledClip> clips) {
    classify(
        classifier, clips, (clip, probabilities) -> add(clip.label(), clip.voice(), probabilities));
  }

  /** The same with those answers alone that a clip's corpus has. */
  public void addAll(EmotionClassifier classifier, List<LabeledClip> clips, TestedClasses classes) {
    classify(
        classifier,
        clips,
        (clip, probabilities) ->
            add(
                clip.label(),
                clip.voice(),
                probabilities,
                classes.answerable(clip.corpus(), labels)));
  }

  /** Receives a clip and its probabilities, {@code [labels]}, which are valid only meanwhile. */
  interface Sink {
    void classified(LabeledClip clip, float[] probabilities);
  }

  /**
   * Classifies clips; a clip's probabilities are the mean of its windows', as in {@code classify}
   * of those alone that hold speech, if any does.
   */
  static void classify(EmotionClassifier classifier, List<LabeledClip> clips, Sink sink) {
    int labelCount = classifier.labels().size();
    float[] one = new float[labelCount];
    double[] sums = new double[labelCount];
    float[] mean = new float[labelCount];
    for (LabeledClip clip : clips) {
      Arrays.fill(sums, 0);
      List<float[]> speech = clip.windowsOfSpeech();
      List<float[]> windows = speech.isEmpty() ? clip.windows() : speech;
      for (float[] features : windows) {
        classifier.classify(features, 1, one);
        for (int i = 0; i < labelCount; i++) {
          sums[i] += one[i];
        }
      }
      for (int i = 0; i < labelCount; i++) {
        mean[i] = (float) (sums[i] / windows.size());
      }
      sink.classified(clip, mean);
    }
  }

  /**
   * @param label the true one
   * @param voice who speaks
   * @param probabilities {@code [labels]}
   */
  void add(String label, String voice, float[] probabilities) {
    boolean[] answerable = new boolean[labels.size()];
    Arrays.fill(answerable, true);
    add(label, voice, probabilities, answerable);
  }

  /**
   * @param label the true one
   * @param voice who speaks
   * @param probabilities {@code [labels]}
   * @param answerable {@code [labels]}, whether the tested corpus has it
   */
  void add(String label, String voice, float[] probabilities, boolean[] answerable) {
    int actual = labels.indexOf(label);
    if (actual < 0) {
      throw new IllegalArgumentException("label " + label + " is not one of " + labels);
    }
    if (EmotionScores.indexOfMax(probabilities, 0, labels.size()) == actual) {
      openCorrect[actual]++;
    }
    int answerables = 0;
    for (boolean is : answerable) {
      answerables += is ? 1 : 0;
    }
    guessed[actual] += 1.0 / answerables;
    float[] answer = restricted(probabilities, answerable);
    actuals.add(actual);
    answers.add(answer);
    int predicted = EmotionScores.indexOfMax(answer, 0, labels.size());
    counts[actual][predicted]++;
    byVoice
        .computeIfAbsent(voice, name -> new int[labels.size()][labels.size()])[actual][predicted]++;

    float confidence = answer[predicted];
    int bin = Math.min(ECE_BINS - 1, (int) (confidence * ECE_BINS));
    binClips[bin]++;
    binConfidence[bin] += confidence;
    if (actual == predicted) {
      binCorrect[bin]++;
    }
  }

  /**
   * The probabilities with 0 for what is no answer, and the others scaled to 1; a copy of them as
   * they are where all are answers.
   */
  static float[] restricted(float[] probabilities, boolean[] answerable) {
    float[] restricted = probabilities.clone();
    double sum = 0;
    int answers = 0;
    for (int i = 0; i < answerable.length; i++) {
      if (answerable[i]) {
        sum += probabilities[i];
        answers++;
      }
    }
    if (answers == answerable.length) {
      return restricted;
    }
    for (int i = 0; i < answerable.length; i++) {
      // Whoever is certain of what is no answer knows nothing of the others.
      float scaled = sum > 0 ? (float) (probabilities[i] / sum) : 1f / answers;
      restricted[i] = answerable[i] ? scaled : 0;
    }
    return restricted;
  }

  public List<String> labels() {
    return labels;
  }

  /** Clips by {@code [actual][predicted]}. */
  public int[][] counts() {
    return Arrays.stream(counts).map(int[]::clone).toArray(int[][]::new);
  }

  public int clipCount() {
    return Arrays.stream(counts).mapToInt(row -> Arrays.stream(row).sum()).sum();
  }

  /** Number of clips that are of the label. */
  public int clipCount(int label) {
    return Arrays.stream(counts[label]).sum();
  }

  public double accuracy() {
    int correct = 0;
    for (int i = 0; i < counts.length; i++) {
      correct += counts[i][i];
    }
    return ratio(correct, clipCount());
  }

  /** Share of the label's clips that were recognized; NaN without clips. */
  public double recall(int label) {
    return ratio(counts[label][label], clipCount(label));
  }

  /** Share of the clips taken for the label that are; 0 if none was. */
  public double precision(int label) {
    int taken = Arrays.stream(counts).mapToInt(row -> row[label]).sum();
    return taken == 0 ? 0 : ratio(counts[label][label], taken);
  }

  /** Harmonic mean of precision and recall; 0 if both are. */
  public double f1(int label) {
    double sum = precision(label) + recall(label);
    return sum == 0 ? 0 : 2 * precision(label) * recall(label) / sum;
  }

  /** A range of values. */
  public record Interval(double low, double high) {}

  /** Clips whose confidence lies in a bin. */
  public record Bin(int clips, double meanConfidence, double accuracy) {}

  /** The bins that have clips, from low confidence to high: a reliability diagram. */
  public List<Bin> reliability() {
    return IntStream.range(0, ECE_BINS)
        .filter(i -> binClips[i] > 0)
        .mapToObj(
            i ->
                new Bin(
                    binClips[i],
                    binConfidence[i] / binClips[i],
                    binCorrect[i] / (double) binClips[i]))
        .toList();
  }

  /** Number of different voices. */
  public int voiceCount() {
    return byVoice.size();
  }

  /**
   * The 95 % confidence interval of the accuracy, by the bootstrap over voices (Efron and
   * Tibshirani 1993, percentile method); empty with fewer than {@value #MIN_BOOTSTRAP_VOICES}.
   */
  Optional<Interval> accuracyInterval() {
    return bootstrap(ClassificationMetrics::accuracy);
  }

  /** The same for the unweighted average recall. */
  public Optional<Interval> uarInterval() {
    return bootstrap(ClassificationMetrics::uar);
  }

  private Optional<Interval> bootstrap(ToDoubleFunction<ClassificationMetrics> figure) {
    if (byVoice.size() < MIN_BOOTSTRAP_VOICES) {
      return Optional.empty();
    }
    List<int[][]> voices = List.copyOf(byVoice.values());
    Random random = new Random(BOOTSTRAP_SEED);
    double[] figures = new double[BOOTSTRAP_SAMPLES];
    for (int sample = 0; sample < figures.length; sample++) {
      ClassificationMetrics drawn = new ClassificationMetrics(labels);
      for (int i = 0; i < voices.size(); i++) {
        drawn.addCounts(voices.get(random.nextInt(voices.size())));
      }
      figures[sample] = figure.applyAsDouble(drawn);
    }
    Arrays.sort(figures);
    return Optional.of(
        new Interval(
            figures[(int) (0.025 * figures.length)], figures[(int) (0.975 * figures.length)]));
  }

  private void addCounts(int[][] more) {
    for (int i = 0; i < counts.length; i++) {
      for (int j = 0; j < counts.length; j++) {
        counts[i][j] += more[i][j];
      }
    }
  }

  /** Unweighted average recall: the mean of the recalls of the labels that have clips. */
  public double uar() {
    double sum = 0;
    int present = 0;
    for (int i = 0; i < counts.length; i++) {
      if (clipCount(i) > 0) {
        sum += recall(i);
        present++;
      }
    }
    return sum / present;
  }

  /**
   * The {@link #uar} of who guesses, each of a corpus's labels as often as any other: 1 over the
   * number of labels that the tested corpus has.
   */
  public double uarChance() {
    return meanOverPresent(guessed);
  }

  /** The {@link #uar} if labels that the tested corpus does not have are answers as well. */
  public double uarOpen() {
    return meanOverPresent(Arrays.stream(openCorrect).asDoubleStream().toArray());
  }

  /** The {@link #accuracy} if labels that the tested corpus does not have are answers as well. */
  public double accuracyOpen() {
    return ratio(Arrays.stream(openCorrect).sum(), clipCount());
  }

  /** Whether there is a label that was no answer for some clip. */
  public boolean isRestricted() {
    return IntStream.range(0, labels.size())
        .anyMatch(i -> guessed[i] > clipCount(i) / (double) labels.size() + 1e-9);
  }

  /** The mean of the shares that the label's clips have of a number, over labels with clips. */
  private double meanOverPresent(double[] ofLabels) {
    return IntStream.range(0, labels.size())
        .filter(i -> clipCount(i) > 0)
        .mapToDouble(i -> ofLabels[i] / clipCount(i))
        .average()
        .orElse(Double.NaN);
  }

  /**
   * The {@link Auc} of the label's probability, the label's clips against all others; empty if
   * there are only such, or none.
   */
  public OptionalDouble auc(int label) {
    boolean[] scored = new boolean[labels.size()];
    scored[label] = true;
    return auc(scored);
  }

  /**
   * The {@link Auc} of the probability of all emotions with an arousal above 0 on {@link
   * Circumplex}: angry, happy, fear, surprise (and disgust) against sad (boredom, calm) and
   * neutral, which is at its center. Empty where the labels or the clips allow none.
   */
  public OptionalDouble arousalAuc() {
    return auc((circumplex, oneLabel) -> circumplex.arousal(oneLabel) > 0);
  }

  /**
   * The same of all emotions with a valence of 0 or above: happy, surprise (and calm) and neutral,
   * which is at the center, against angry, fear, sad (disgust, boredom). What it tells is who is
   * displeased.
   */
  public OptionalDouble valenceAuc() {
    return auc((circumplex, oneLabel) -> circumplex.valence(oneLabel) >= 0);
  }

  private OptionalDouble auc(BiPredicate<Circumplex, float[]> isOf) {
    Optional<Circumplex> circumplex = Circumplex.of(labels);
    if (circumplex.isEmpty()) {
      return OptionalDouble.empty();
    }
    boolean[] scored = new boolean[labels.size()];
    for (int i = 0; i < scored.length; i++) {
      float[] oneLabel = new float[labels.size()];
      oneLabel[i] = 1;
      scored[i] = isOf.test(circumplex.get(), oneLabel);
    }
    return auc(scored);
  }

  /** Of the probability of some labels together. */
  private OptionalDouble auc(boolean[] scored) {
    double[] scores = new double[answers.size()];
    boolean[] positive = new boolean[answers.size()];
    for (int clip = 0; clip < scores.length; clip++) {
      for (int i = 0; i < scored.length; i++) {
        scores[clip] += scored[i] ? answers.get(clip)[i] : 0;
      }
      positive[clip] = scored[actuals.get(clip)];
    }
    return Auc.of(scores, positive);
  }

  /** Every AUC in a line, %; empty if there is none. */
  public String aucs() {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      String label = labels.get(i);
      auc(i).ifPresent(auc -> parts.add(format("%s %.1f", label, 100 * auc)));
    }
    arousalAuc().ifPresent(auc -> parts.add(format("arousal %.1f", 100 * auc)));
    valenceAuc().ifPresent(auc -> parts.add(format("valence %.1f", 100 * auc)));
    return String.join(", ", parts);
  }

  /** Index of the label with the lowest recall; the first of equals. */
  public int worstLabel() {
    int worst = -1;
    for (int i = 0; i < counts.length; i++) {
      if (clipCount(i) > 0 && (worst < 0 || recall(i) < recall(worst))) {
        worst = i;
      }
    }
    return worst;
  }

  /** Share of the clips with a confidence below that. */
  public double uncertainShare(float below) {
    return 1 - certain(below).length / (double) answers.size();
  }

  /** Share of the others that were recognized; NaN without such. */
  public double certainAccuracy(float below) {
    return accuracyOf(certain(below));
  }

  private int[] certain(float below) {
    return byConfidence().filter(clip -> confidence(clip) >= below).toArray();
  }

  /**
   * Share recognized of the half of the clips with the higher confidence, which has the one in the
   * middle; the first ones of equals.
   */
  public double certainHalfAccuracy() {
    return accuracyOf(byConfidence().limit((answers.size() + 1) / 2).toArray());
  }

  /** The clips' numbers, the one with the highest confidence first. */
  private IntStream byConfidence() {
    return IntStream.range(0, answers.size())
        .boxed()
        .sorted(Comparator.comparingDouble(clip -> -confidence(clip)))
        .mapToInt(Integer::intValue);
  }

  private float confidence(int clip) {
    return answers.get(clip)[predicted(clip)];
  }

  private int predicted(int clip) {
    return EmotionScores.indexOfMax(answers.get(clip), 0, labels.size());
  }

  private double accuracyOf(int[] clips) {
    long correct =
        Arrays.stream(clips).filter(clip -> predicted(clip) == actuals.get(clip)).count();
    return correct / (double) clips.length;
  }

  /**
   * Expected calibration error: the mean, over the clips, of the gap between confidence and
   * accuracy in the clip's bin of confidence. See Guo et al. 2017, "On Calibration of Modern Neural
   * Networks", equation 3.
   */
  public double ece() {
    double sum = 0;
    for (int i = 0; i < ECE_BINS; i++) {
      sum += Math.abs(binCorrect[i] - binConfidence[i]);
    }
    return sum / clipCount();
  }

  /** Every class's recall in a line; {@code -} for those without clips. */
  public String recalls() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < labels.size(); i++) {
      text.append(i == 0 ? "" : ", ").append(labels.get(i)).append(' ');
      text.append(clipCount(i) == 0 ? "-" : format("%.1f", 100 * recall(i)));
    }
    return text.toString();
  }

  /** A table for people. */
  public String table() {
    StringBuilder text = new StringBuilder();
    int width = Math.max(10, labels.stream().mapToInt(String::length).max().orElse(0) + 1);
    text.append(
        format(
            "clips %d   accuracy %.1f %%   UAR %.1f %% (chance %.1f %%)   worst %s %.1f %%   ECE %.3f%n%n",
            clipCount(),
            100 * accuracy(),
            100 * uar(),
            100 * uarChance(),
            labels.get(worstLabel()),
            100 * recall(worstLabel()),
            ece()));
    uarInterval()
        .ifPresent(
            uar -> {
              Interval accuracy = accuracyInterval().orElseThrow();
              text.append(
                  format(
                      "95 %% intervals over %d speakers: accuracy %.1f to %.1f %%, UAR %.1f to %.1f %%%n%n",
                      voiceCount(),
                      100 * accuracy.low(),
                      100 * accuracy.high(),
                      100 * uar.low(),
                      100 * uar.high()));
            });
    if (isRestricted()) {
      text.append(
          format(
              "answers are those alone that the tested corpora have; with all of them accuracy %.1f %%, UAR %.1f %% (chance %.1f %%)%n%n",
              100 * accuracyOpen(), 100 * uarOpen(), 100.0 / labels.size()));
    }
    text.append(format("%-" + width + "s%8s%8s  taken for%n", "label", "clips", "recall"));
    text.append(format("%-" + (width + 16) + "s", ""));
    labels.forEach(label -> text.append(format("%" + width + "s", label)));
    text.append(System.lineSeparator());
    for (int i = 0; i < labels.size(); i++) {
      text.append(format("%-" + width + "s%8d", labels.get(i), clipCount(i)));
      text.append(clipCount(i) == 0 ? "       -" : format("%7.1f%%", 100 * recall(i)));
      for (int count : counts[i]) {
        text.append(format("%" + width + "d", count));
      }
      text.append(System.lineSeparator());
    }
    if (!aucs().isEmpty()) {
      text.append(format("%nAUC, %% (chance 50): %s%n", aucs()));
    }
    return text.toString();
  }

  private static double ratio(int part, int whole) {
    return part / (double) whole;
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
