package dev.speechemotion.training.linear;

import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.TrainingStatistics;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Self-training of a linear discriminant (H. J. Scudder, "Probability of error of some adaptive
 * pattern-recognition machines", 1965): what its head says of unlabeled windows of a place is taken
 * for their labels, by its probabilities, and these windows enter its statistics with a share of
 * all examples. So the head learns how voices, lines and language vary there, and where each label
 * lies. It is done once: a second time gains where all labels are as frequent, and loses where most
 * callers are neutral.
 */
public final class SelfTraining {
  /** Of the place in all examples. */
  private static final double SHARE = 0.2;

  /** Of normalized values: a variance below it is none. */
  private static final float CONSTANT = 1e-9f;

  private final TrainingStatistics training;
  private final int[] columns;

  /** {@code [window][feature]}, normalized by the place. */
  private final float[][] values;

  /** Of the place's windows, as if they were of one label. */
  private final TrainingStatistics all;

  /**
   * @param training of the head
   * @param windows of the place, unlabeled, at least one: {@code [features]} as measured
   * @param bySite normalization by the place
   */
  public SelfTraining(
      TrainingStatistics training, List<float[]> windows, ModelManifest.Normalization bySite) {
    this.training = training;
    columns = bySite.usedColumns();
    values = new float[windows.size()][];
    float[] mean = bySite.meanArray();
    float[] deviation = bySite.deviationArray();
    for (int w = 0; w < values.length; w++) {
      values[w] = new float[mean.length];
      for (int i = 0; i < mean.length; i++) {
        values[w][i] =
            ModelManifest.Normalization.limited(
                (windows.get(w)[i] - mean[i]) / deviation[i], bySite.limit());
      }
    }
    double[] equal = new double[values.length];
    Arrays.fill(equal, 1.0 / values.length);
    all = LabelMoments.of(values, columns, new int[values.length], equal, 1).statistics();
  }

  /**
   * By the windows of clips that have enough speech.
   *
   * @param clips of the place, with one such window at least
   */
  public static SelfTraining ofClips(
      TrainingStatistics training, List<LabeledClip> clips, ModelManifest.Normalization bySite) {
    return new SelfTraining(
        training, new WindowReservoir().addAll(clips, bySite.minSpeechShare()).windows(), bySite);
  }

  /**
   * What a model has kept of its training.
   *
   * @throws CorpusException if it has kept nothing, or its head is not that of the training
   */
  public static TrainingStatistics statistics(EmotionModel model) throws CorpusException {
    boolean isRefit =
        model.manifest().sites().stream()
            .flatMap(site -> site.labeled().stream())
            .anyMatch(labeled -> labeled.strength() > 0);
    if (isRefit) {
      throw new CorpusException(
          "the head of model %s version %s was fitted again already: give the model that it was made from, and all labeled recordings"
              .formatted(model.manifest().name(), model.manifest().version()));
    }
    return model
        .statistics()
        .orElseThrow(
            () ->
                new CorpusException(
                    "model %s has kept no statistics of its training, so its head cannot be fitted again: use one of architecture encoder, without hidden layers, that was trained by this version of the program, such as models/open; another model learns from that, or from a version of it, with --teacher DIR"
                        .formatted(model.manifest().name())));
  }

  /**
   * Statistics of the training and the place together, whose windows the training's head labels.
   */
  public TrainingStatistics statistics() {
    boolean[] everyLabel = new boolean[training.masses().length];
    Arrays.fill(everyLabel, true);
    return by(
        LinearDiscriminant.fit(training, columns, values[0].length, LinearDiscriminant.SHRINKAGE),
        everyLabel);
  }

  /**
   * The same where another head labels the windows, such as one that has learned from labels of the
   * place.
   *
   * @param head of the same labels and features
   * @param learned {@code [label]}: those that are learned from the windows; the others' means stay
   *     as the training has them
   */
  public TrainingStatistics by(LinearDiscriminant head, boolean[] learned) {
    return mixed(answered(head), learned);
  }

  /**
   * Of windows that are partly of one label and partly of another.
   *
   * @param shares {@code [label]}, 1 in all
   * @param sums {@code [label][column]} of values times shares
   */
  private record Answered(double[] shares, double[][] sums) {}

  private Answered answered(LinearDiscriminant head) {
    int labels = training.masses().length;
    double[] shares = new double[labels];
    double[][] sums = new double[labels][columns.length];
    float[] logits = new float[labels];
    double[] probabilities = new double[labels];
    for (float[] window : values) {
      head.logits(window, logits, 0);
      double max = IntStream.range(0, labels).mapToDouble(i -> logits[i]).max().orElseThrow();
      double total = 0;
      for (int label = 0; label < labels; label++) {
        probabilities[label] = StrictMath.exp(logits[label] - max);
        total += probabilities[label];
      }
      for (int label = 0; label < labels; label++) {
        double share = probabilities[label] / total / values.length;
        shares[label] += share;
        for (int i = 0; i < columns.length; i++) {
          sums[label][i] += share * window[columns[i]];
        }
      }
    }
    return new Answered(shares, sums);
  }

  /** What never changes has no variance, and not what rounding leaves of one. */
  private static void withoutConstants(float[] covariance, int columns) {
    boolean[] constant = new boolean[columns];
    for (int i = 0; i < columns; i++) {
      constant[i] = covariance[i * (i + 1) / 2 + i] < CONSTANT;
    }
    for (int i = 0; i < columns; i++) {
      for (int j = 0; j <= i; j++) {
        if (constant[i] || constant[j]) {
          covariance[i * (i + 1) / 2 + j] = 0;
        }
      }
    }
  }

  private TrainingStatistics mixed(Answered place, boolean[] learned) {
    int labels = training.masses().length;
    int columnCount = training.columnCount();
    double trainingMass = 0;
    for (float mass : training.masses()) {
      trainingMass += mass;
    }
    float[] masses = new float[labels];
    float[][] means = new float[labels][columnCount];
    double[] known = new double[labels];
    double[] mixed = new double[labels];
    for (int label = 0; label < labels; label++) {
      known[label] = (1 - SHARE) * training.masses()[label] / trainingMass;
      mixed[label] = known[label] + (learned[label] ? SHARE * place.shares[label] : 0);
      masses[label] = (float) (mixed[label] * trainingMass);
      if (!learned[label]) {
        means[label] = training.means()[label].clone();
        continue;
      }
      for (int i = 0; mixed[label] > 0 && i < columnCount; i++) {
        means[label][i] =
            (float)
                ((known[label] * training.means()[label][i] + SHARE * place.sums[label][i])
                    / mixed[label]);
      }
    }
    // Within labels: what all examples vary around zero, less what the labels' means do.
    float[] covariance = new float[columnCount * (columnCount + 1) / 2];
    IntStream.range(0, columnCount)
        .parallel()
        .forEach(
            i -> {
              for (int j = 0; j <= i; j++) {
                double sum =
                    (1 - SHARE) * training.covariance(i, j)
                        + SHARE
                            * (all.covariance(i, j)
                                + (double) all.means()[0][i] * all.means()[0][j]);
                for (int label = 0; label < labels; label++) {
                  sum +=
                      known[label] * training.means()[label][i] * training.means()[label][j]
                          - mixed[label] * means[label][i] * means[label][j];
                  if (!learned[label] && place.shares[label] > 0) {
                    // These windows vary around a mean of their own.
                    sum -=
                        SHARE * place.sums[label][i] * place.sums[label][j] / place.shares[label];
                  }
                }
                covariance[i * (i + 1) / 2 + j] = (float) sum;
              }
            });
    withoutConstants(covariance, columnCount);
    return new TrainingStatistics(means, masses, covariance);
  }
}
