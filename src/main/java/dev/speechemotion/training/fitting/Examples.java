package dev.speechemotion.training.fitting;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.Network;
import dev.speechemotion.training.augmentation.SpecAugment;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.TeacherAnswers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Windows as they come from clips, each an example of its clip's label; varied and normalized where
 * a batch is made of them.
 */
final class Examples {
  /** Windows that go through the network together where nothing is learned from them. */
  private static final int CLASSIFIED_AT_ONCE = 64;

  private static final float[] NO_ANSWER = {};

  private final List<float[]> windows = new ArrayList<>();
  private final float[] labels;

  /** Corpus and label of each. */
  private final String[] groups;

  /** Of each, what another model says; {@link #NO_ANSWER} where none says anything. */
  private final float[][] answers;

  private final float[] mean;
  private final float[] deviation;
  private final float limit;

  Examples(List<LabeledClip> clips, List<String> labelNames, ModelManifest.Normalization by) {
    this(clips, labelNames, by, TeacherAnswers.NOTHING);
  }

  Examples(
      List<LabeledClip> clips,
      List<String> labelNames,
      ModelManifest.Normalization by,
      TeacherAnswers taught) {
    int count = clips.stream().mapToInt(clip -> clip.windows().size()).sum();
    mean = by.meanArray();
    deviation = by.deviationArray();
    limit = by.limit();
    labels = new float[count];
    groups = new String[count];
    answers = new float[count][];
    for (LabeledClip clip : clips) {
      float[] answer = taught.of(clip).orElse(NO_ANSWER);
      for (float[] window : clip.windows()) {
        answers[windows.size()] = answer;
        labels[windows.size()] = labelNames.indexOf(clip.label());
        groups[windows.size()] = clip.corpus() + "/" + clip.label();
        windows.add(window);
      }
    }
  }

  int count() {
    return labels.length;
  }

  /** {@code [count]}, index of each one's label; not a copy. */
  float[] labels() {
    return labels;
  }

  /** Those of the batch. */
  float[] labels(int[] order, int from, int to) {
    float[] y = new float[to - from];
    for (int i = from; i < to; i++) {
      y[i - from] = labels[order[i]];
    }
    return y;
  }

  /**
   * What the network is to say of those of the batch, {@code [row][labelCount]}, row by row: what
   * another model says, or the label.
   *
   * @param smoothing share of a label's probability that goes to all labels alike (Szegedy et al.
   *     2016)
   */
  float[] targets(int[] order, int from, int to, int labelCount, float smoothing) {
    float[] targets = new float[(to - from) * labelCount];
    for (int i = from; i < to; i++) {
      int at = (i - from) * labelCount;
      float[] answer = answers[order[i]];
      if (answer.length == 0) {
        Arrays.fill(targets, at, at + labelCount, smoothing / labelCount);
        targets[at + (int) labels[order[i]]] += 1 - smoothing;
      } else {
        System.arraycopy(answer, 0, targets, at, labelCount);
      }
    }
    return targets;
  }

  /** {@code [count]}, the corpus of each. */
  String[] corpora() {
    return Arrays.stream(groups)
        .map(group -> group.substring(0, group.lastIndexOf('/')))
        .toArray(String[]::new);
  }

  /** Normalized features of the batch, {@code [row][windowFeatureCount]}. */
  float[] features(int[] order, int from, int to) {
    int featureCount = windows.get(0).length;
    float[] x = new float[(to - from) * featureCount];
    for (int i = from; i < to; i++) {
      int at = (i - from) * featureCount;
      System.arraycopy(windows.get(order[i]), 0, x, at, featureCount);
      normalize(x, at, featureCount);
    }
    return x;
  }

  /** The same of frames that are varied as the hyperparameters tell. */
  float[] variedFeatures(
      int[] order, int from, int to, ModelManifest.Hyperparameters hyper, Random random) {
    int featureCount = windows.get(0).length;
    int columns = mean.length;
    float[] x = new float[(to - from) * featureCount];
    for (int i = from; i < to; i++) {
      float[] window = windows.get(order[i]);
      int at = (i - from) * featureCount;
      if (hyper.warp() > 0) {
        SpecAugment.warp(window, columns, SpecAugment.factor(hyper.warp(), random), x, at);
      } else {
        System.arraycopy(window, 0, x, at, featureCount);
      }
      int frames = normalize(x, at, featureCount);
      if (hyper.specAugment()) {
        SpecAugment.mask(x, at, frames, columns, random);
      }
    }
    return x;
  }

  /** In place; gives the number of frames that there are, or 1 for statistics. */
  private int normalize(float[] x, int at, int featureCount) {
    int columns = mean.length;
    int row = 0;
    for (; row < featureCount && !Float.isNaN(x[at + row]); row += columns) {
      for (int k = 0; k < columns; k++) {
        x[at + row + k] =
            ModelManifest.Normalization.limited((x[at + row + k] - mean[k]) / deviation[k], limit);
      }
    }
    return row / columns;
  }

  /** What the network says of all of them, {@code [count][labels]}, row by row. */
  float[] logits(Network network, NDManager parent) {
    int[] order = new int[count()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    float[] logits = new float[0];
    for (int from = 0; from < order.length; from += CLASSIFIED_AT_ONCE) {
      int to = Math.min(order.length, from + CLASSIFIED_AT_ONCE);
      try (NDManager manager = parent.newSubManager()) {
        NDList output =
            network
                .block()
                .forward(
                    new ParameterStore(manager, false),
                    network.inputs(manager, features(order, from, to), to - from),
                    false);
        output.attach(manager);
        float[] some = output.singletonOrThrow().toFloatArray();
        logits = Arrays.copyOf(logits, logits.length + some.length);
        System.arraycopy(some, 0, logits, logits.length - some.length, some.length);
      }
    }
    return logits;
  }

  /**
   * How many rows are recognized.
   *
   * @param scores {@code [row][labels]}, row by row
   * @param actual {@code [row]}, index of the true label
   */
  static long correct(float[] scores, float[] actual) {
    int labelCount = scores.length / actual.length;
    long correct = 0;
    for (int row = 0; row < actual.length; row++) {
      int best = EmotionScores.indexOfMax(scores, row * labelCount, labelCount);
      if (best == (int) actual[row]) {
        correct++;
      }
    }
    return correct;
  }

  /** All of them once, in random order. */
  int[] shuffledOrder(Random random) {
    int[] order = new int[count()];
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** As many as there are, so that each label of each corpus comes up as often as any other. */
  int[] balancedOrder(Random random) {
    return balancedOrder(groups, random);
  }

  static int[] balancedOrder(String[] groups, Random random) {
    Map<String, List<Integer>> byGroup = new TreeMap<>();
    for (int i = 0; i < groups.length; i++) {
      byGroup.computeIfAbsent(groups[i], name -> new ArrayList<>()).add(i);
    }
    List<List<Integer>> members = List.copyOf(byGroup.values());
    int[] order = new int[groups.length];
    for (int i = 0; i < order.length; i++) {
      List<Integer> group = members.get(random.nextInt(members.size()));
      order[i] = group.get(random.nextInt(group.size()));
    }
    return order;
  }
}
