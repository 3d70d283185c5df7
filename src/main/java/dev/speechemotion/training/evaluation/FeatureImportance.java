package dev.speechemotion.training.evaluation;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What a network's results depend on: how far the unweighted average recall falls when a family of
 * features is taken from another window, drawn at random, and all else stays (permutation
 * importance; L. Breiman, "Random forests", Machine Learning 45, 2001). What two families tell
 * alike counts for neither.
 */
public final class FeatureImportance {
  /**
   * @param name of the family
   * @param features how many of a window's values are of it
   * @param uar unweighted average recall without it, 0 to 1
   * @param drop of the recall, mean over the repetitions
   */
  public record Family(String name, int features, double uar, double drop) {}

  private static final int REPETITIONS = 3;

  /** Bands that are taken together where a window's vector is its frames. */
  private static final int BANDS_TOGETHER = 8;

  /** Of one test, where a window takes long. */
  private static final int MOST_CLIPS_OF_FRAMES = 150;

  private final List<String> labels;
  private final int columns;
  private final long seed;

  /** By name, the columns of a family. */
  private final Map<String, List<Integer>> families = new LinkedHashMap<>();

  private final ClassificationMetrics whole;
  private final Map<String, List<ClassificationMetrics>> without = new LinkedHashMap<>();

  public FeatureImportance(List<String> labels, FeatureSpec spec, long seed) {
    this.labels = labels;
    this.seed = seed;
    columns = FeatureLayout.of(spec).windowColumnCount();
    whole = new ClassificationMetrics(labels);
    List<String> names = FeatureLayout.of(spec).windowFeatureNames();
    for (int i = 0; i < columns; i++) {
      families.computeIfAbsent(family(names.get(i), i), name -> new ArrayList<>()).add(i);
    }
    for (String family : families.keySet()) {
      List<ClassificationMetrics> repetitions = new ArrayList<>();
      for (int i = 0; i < REPETITIONS; i++) {
        repetitions.add(new ClassificationMetrics(labels));
      }
      without.put(family, repetitions);
    }
  }

  private String family(String name, int column) {
    String base = name.split("[0-9.@]")[0];
    return switch (base) {
      case "mfcc" -> "MFCC";
      case "chroma" -> "chroma";
      case "contrast" -> "spectral contrast";
      case "centroid", "bandwidth", "rolloff", "flatness", "flux" -> "spectral shape";
      case "zcr" -> "zero crossings";
      case "rms" -> "course of the level";
      case "f" -> "pitch"; // Of f0 without its number.
      case "voicing", "voiced" -> "voicing";
      case "speech", "pause", "syllable" -> "timing";
      case "mfccdelta" -> "MFCC slopes";
      case "logmel" -> {
        int first = column / BANDS_TOGETHER * BANDS_TOGETHER;
        yield "mel bands %d to %d".formatted(first + 1, Math.min(first + BANDS_TOGETHER, columns));
      }
      default -> base;
    };
  }

  /**
   * Classifies clips, as they are and changed.
   *
   * @param clips that the classifier's network was not trained on
   */
  public void add(EmotionClassifier classifier, List<LabeledClip> clips) {
    Random random = new Random(seed);
    List<LabeledClip> tested = clips;
    boolean ofFrames = classifier.featureCount() > columns;
    if (ofFrames && clips.size() > MOST_CLIPS_OF_FRAMES) {
      tested = new ArrayList<>(clips);
      Collections.shuffle(tested, random);
      tested = tested.subList(0, MOST_CLIPS_OF_FRAMES);
    }
    TestedClasses classes = TestedClasses.of(clips);
    whole.addAll(classifier, tested, classes);
    List<float[]> windows = new ArrayList<>();
    tested.forEach(clip -> windows.addAll(clip.windows()));
    for (Map.Entry<String, List<ClassificationMetrics>> family : without.entrySet()) {
      for (ClassificationMetrics evaluation : family.getValue()) {
        List<float[]> donors = new ArrayList<>(windows);
        Collections.shuffle(donors, random);
        evaluation.addAll(
            classifier, exchanged(tested, donors, families.get(family.getKey())), classes);
      }
    }
  }

  private List<LabeledClip> exchanged(
      List<LabeledClip> clips, List<float[]> donors, List<Integer> family) {
    List<LabeledClip> exchanged = new ArrayList<>(clips.size());
    int next = 0;
    for (LabeledClip clip : clips) {
      List<float[]> windows = new ArrayList<>();
      for (float[] window : clip.windows()) {
        windows.add(exchanged(window, donors.get(next++), family));
      }
      exchanged.add(clip.with(windows));
    }
    return exchanged;
  }

  /**
   * Of frames each is taken from the donor's frame of the same number, from the start if it has
   * fewer.
   */
  private float[] exchanged(float[] window, float[] donor, List<Integer> family) {
    float[] changed = window.clone();
    int donorFrames = frames(donor);
    for (int frame = 0; frame < frames(window); frame++) {
      int from = donorFrames == 0 ? 0 : frame % donorFrames * columns;
      for (int column : family) {
        changed[frame * columns + column] = donor[from + column];
      }
    }
    return changed;
  }

  /** Frames that a vector has; 1 if it is not made of frames. */
  private int frames(float[] window) {
    int frames = 0;
    while (frames < window.length / columns && !Float.isNaN(window[frames * columns])) {
      frames++;
    }
    return frames;
  }

  /** With all features, over the clips so far. */
  public double uar() {
    return whole.uar();
  }

  public int clipCount() {
    return whole.clipCount();
  }

  /** The family that matters most first. */
  public List<Family> families() {
    List<Family> result = new ArrayList<>();
    without.forEach(
        (name, repetitions) -> {
          double uar =
              repetitions.stream().mapToDouble(ClassificationMetrics::uar).average().orElseThrow();
          result.add(new Family(name, families.get(name).size(), uar, whole.uar() - uar));
        });
    result.sort(Comparator.comparingDouble(Family::drop).reversed());
    return result;
  }
}
