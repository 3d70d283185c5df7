package dev.speechemotion.training.linear;

import dev.speechemotion.emotion.SpeechDetector;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.WindowedFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Fits what tells speech from other sounds: a linear discriminant of the two, to which each corpus
 * of speech and each kind of sound counts the same. How much of speech it keeps and of sounds it
 * lets through is told by what it has not heard: each corpus and each kind is left out once.
 */
public final class SpeechDetectorFit {
  private static final String OTHER = "other";
  private static final String SPEECH = "speech";

  /** In the order of the discriminant's outputs. */
  private static final List<String> LABELS = List.of(OTHER, SPEECH);

  /** Of the windows of speech that was left out, so many are to be lost. */
  private static final double LOST = 0.005;

  /**
   * What a detector did with sounds that it was fitted without.
   *
   * @param condition that it was heard in
   * @param windows with enough of what the voice activity detector takes for speech
   * @param taken for speech
   */
  public record LeftOut(String name, String condition, boolean isSpeech, int windows, int taken) {}

  /** Windows of one corpus or kind, as they came through one line. */
  private record Sound(
      String name,
      String condition,
      boolean isSpeech,
      NormalizedWindows windows,
      LabelMoments moments) {
    /** Whether it is the same corpus or kind, maybe in another condition. */
    boolean isOf(Sound other) {
      return isSpeech == other.isSpeech && name.equals(other.name);
    }
  }

  private final ModelManifest.Normalization by;
  private final List<Sound> sounds = new ArrayList<>();

  /**
   * @param by normalization of the model whose windows they are
   */
  public SpeechDetectorFit(ModelManifest.Normalization by) {
    // Without a limit: the detector has none.
    this.by = new ModelManifest.Normalization(by.mean(), by.deviation());
  }

  /**
   * Adds what counts as one; windows without enough of what the voice activity detector takes for
   * speech never come to a detector, and are left out.
   *
   * @param name of the corpus or kind; what has the same name is left out together
   * @param condition that they were heard in
   */
  public void add(String name, String condition, boolean isSpeech, List<LabeledClip> clips) {
    List<LabeledClip> heard =
        clips.stream()
            .flatMap(clip -> withSpeech(clip, isSpeech ? SPEECH : OTHER).stream())
            .toList();
    if (!heard.isEmpty()) {
      NormalizedWindows windows = new NormalizedWindows(heard, LABELS, by);
      sounds.add(new Sound(name, condition, isSpeech, windows, windows.moments(clip -> name)));
    }
  }

  private Optional<LabeledClip> withSpeech(LabeledClip clip, String label) {
    List<float[]> windows = clip.windowsOfSpeech();
    if (windows.isEmpty()) {
      return Optional.empty();
    }
    float[] shares = new float[windows.size()];
    Arrays.fill(shares, 1);
    return Optional.of(
        clip.as(label)
            .with(new WindowedFeatures(clip.durationSeconds(), windows, shares), clip.speaker()));
  }

  /** The detector, and what others like it did with what they had not heard. */
  public record Result(SpeechDetector detector, List<LeftOut> leftOut) {}

  /**
   * Fits it.
   *
   * @throws CorpusException if there are not two corpora of speech and two kinds of other sounds
   */
  public Result fit() throws CorpusException {
    requireTwo(true, "corpora of speech");
    requireTwo(false, "kinds of other sounds");
    Map<Sound, double[]> scores = new LinkedHashMap<>();
    for (Sound leftOut : sounds) {
      if (!scores.containsKey(leftOut)) {
        LinearDiscriminant without = fitted(sound -> !sound.isOf(leftOut));
        sounds.stream()
            .filter(sound -> sound.isOf(leftOut))
            .forEach(sound -> scores.put(sound, scores(sound, without)));
      }
    }
    double threshold =
        scores.entrySet().stream()
            .filter(each -> each.getKey().isSpeech)
            .mapToDouble(each -> quantile(each.getValue(), LOST))
            .average()
            .orElseThrow();
    List<LeftOut> leftOut = new ArrayList<>();
    scores.forEach(
        (sound, values) ->
            leftOut.add(
                new LeftOut(
                    sound.name,
                    sound.condition,
                    sound.isSpeech,
                    values.length,
                    (int) Arrays.stream(values).filter(value -> value > threshold).count())));
    return new Result(detector(fitted(sound -> true), threshold), leftOut);
  }

  private void requireTwo(boolean isSpeech, String what) throws CorpusException {
    List<String> names =
        sounds.stream()
            .filter(sound -> sound.isSpeech == isSpeech)
            .map(Sound::name)
            .distinct()
            .toList();
    if (names.size() < 2) {
      throw new CorpusException(
          "two %s are needed, each to be tested by what was fitted without it; got %s"
              .formatted(what, names));
    }
  }

  private LinearDiscriminant fitted(Predicate<Sound> of) {
    List<LabelMoments> parts = new ArrayList<>();
    for (boolean isSpeech : List.of(true, false)) {
      List<Sound> same =
          sounds.stream().filter(sound -> sound.isSpeech == isSpeech).filter(of).toList();
      // Speech counts as much as all the rest, however many kinds there are.
      same.forEach(sound -> parts.add(sound.moments.times(1.0 / same.size())));
    }
    return sounds.get(0).windows.fit(LabelMoments.together(parts).statistics());
  }

  private static double[] scores(Sound sound, LinearDiscriminant map) {
    float[] logits = sound.windows.logits(map);
    double[] scores = new double[logits.length / LABELS.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = logits[2 * i + 1] - logits[2 * i];
    }
    return scores;
  }

  private static double quantile(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) (share * (sorted.length - 1))];
  }

  /** Of values as measured. */
  private SpeechDetector detector(LinearDiscriminant map, double threshold) {
    float[] mean = by.meanArray();
    float[] deviation = by.deviationArray();
    List<Float> weights = new ArrayList<>();
    double bias = map.bias()[1] - map.bias()[0] - threshold;
    for (int i = 0; i < mean.length; i++) {
      double weight = ((double) map.weights()[1][i] - map.weights()[0][i]) / deviation[i];
      weights.add((float) weight);
      bias -= weight * mean[i];
    }
    return new SpeechDetector(weights, (float) bias);
  }
}
