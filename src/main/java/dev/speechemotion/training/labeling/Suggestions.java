package dev.speechemotion.training.labeling;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The windows of a place that are most worth labeling: among those that the model is least sure of,
 * by the entropy of its answer, those that lie far apart (the greedy k-center of O. Sener and S.
 * Savarese, "Active Learning for Convolutional Neural Networks: A Core-Set Approach", 2018), no
 * channel giving more than its share.
 */
public final class Suggestions {
  /** So many times the windows asked for are looked at. */
  private static final int CANDIDATES = 5;

  /** What a list of labels begins with; the answer is only for the reader. */
  private static final String HEADER = "path,label,speaker,channel,start,answer,confidence";

  private record Window(
      LabeledClip clip, int index, String answer, float confidence, double entropy) {
    float[] features() {
      return clip.windows().get(index);
    }
  }

  private final EmotionClassifier classifier;
  private final float[] deviation;
  private final float minSpeechShare;

  /**
   * @param classifier of the clips' windows
   * @param normalization whose deviations are the units of distances
   */
  public Suggestions(EmotionClassifier classifier, ModelManifest.Normalization normalization) {
    this.classifier = classifier;
    deviation = normalization.deviationArray();
    minSpeechShare = normalization.minSpeechShare();
  }

  /**
   * Lines to be filled in with label and speaker, in the format of {@link LabelList}, best first
   * behind a header.
   *
   * @param clips channels of recordings, named {@code file#channel}
   * @param hopMs time between windows
   * @param count how many windows at most
   */
  public List<String> lines(List<LabeledClip> clips, int hopMs, int count) {
    List<String> lines = new ArrayList<>(List.of(HEADER));
    for (Window window : chosen(candidates(clips, count), count)) {
      String id = window.clip.id();
      lines.add(
          String.format(
              Locale.ROOT,
              "\"%s\",,,%s,%.1f,%s,%.2f",
              window.clip.file().toAbsolutePath().normalize().toString().replace("\"", "\"\""),
              id.substring(id.lastIndexOf('#') + 1),
              window.index * hopMs / 1000.0,
              window.answer,
              window.confidence));
    }
    return lines;
  }

  private List<Window> candidates(List<LabeledClip> clips, int count) {
    Comparator<Window> leastSureFirst = Comparator.comparingDouble(window -> -window.entropy);
    int share = (int) ((count + clips.size() - 1L) / clips.size());
    List<Window> candidates = new ArrayList<>();
    float[] probabilities = new float[classifier.labels().size()];
    for (LabeledClip clip : clips) {
      List<Window> ofClip = new ArrayList<>();
      for (int i = 0; i < clip.windows().size(); i++) {
        if (clip.speechShare(i) >= minSpeechShare) {
          classifier.classify(clip.windows().get(i), 1, probabilities);
          int best = EmotionScores.indexOfMax(probabilities, 0, probabilities.length);
          ofClip.add(
              new Window(
                  clip,
                  i,
                  classifier.labels().get(best),
                  probabilities[best],
                  entropy(probabilities)));
        }
      }
      ofClip.stream().sorted(leastSureFirst).limit(share).forEach(candidates::add);
    }
    return candidates.stream().sorted(leastSureFirst).limit((long) CANDIDATES * count).toList();
  }

  /** In nats. */
  private static double entropy(float[] probabilities) {
    double sum = 0;
    for (float probability : probabilities) {
      sum -= probability > 0 ? probability * StrictMath.log(probability) : 0;
    }
    return sum;
  }

  /** Each as far as can be from those before it; the first is the one that is least sure. */
  private List<Window> chosen(List<Window> candidates, int count) {
    List<Window> chosen = new ArrayList<>();
    double[] nearest = new double[candidates.size()];
    Arrays.fill(nearest, Double.POSITIVE_INFINITY);
    while (chosen.size() < Math.min(count, candidates.size())) {
      int farthest = 0;
      for (int i = 1; i < nearest.length; i++) {
        farthest = nearest[i] > nearest[farthest] ? i : farthest;
      }
      Window next = candidates.get(farthest);
      chosen.add(next);
      for (int i = 0; i < nearest.length; i++) {
        nearest[i] = Math.min(nearest[i], distance(candidates.get(i), next));
      }
      // Whatever was chosen is not chosen again, even where all others are the same.
      nearest[farthest] = -1;
    }
    return chosen;
  }

  private double distance(Window one, Window other) {
    double sum = 0;
    for (int i = 0; i < one.features().length; i++) {
      double difference =
          (one.features()[i] - other.features()[i]) / deviation[i % deviation.length];
      // Where a window has no frame there is no value.
      sum += Double.isNaN(difference) ? 0 : difference * difference;
    }
    return Math.sqrt(sum);
  }
}
