package dev.speechemotion.training.evaluation;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds what makes a network's probabilities fit what it is right about: the temperature (Guo et
 * al. 2017, "On Calibration of Modern Neural Networks", section 4.2) and the doubt, which {@link
 * dev.speechemotion.model.ModelManifest.Calibration} explains. A temperature alone cannot: of what
 * a network is sure of with a new voice, some is wrong, while it is right more often than it thinks
 * where it hesitates.
 */
public final class Calibrator {
  /** What was found. */
  public record Calibration(float temperature, float doubt) {
    public static final Calibration NONE = new Calibration(1, 0);
  }

  private static final double MIN_TEMPERATURE = 0.25;
  private static final double MAX_TEMPERATURE = 16;
  private static final double MAX_DOUBT = 0.5;
  private static final double DOUBT_STEP = 0.01;
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  private Calibrator() {}

  /**
   * The temperature from 0.25 to 16 and the doubt from 0 to 0.5, in hundredths, with the lowest
   * cross-entropy, where every corpus weighs the same; {@link Calibration#NONE} without answers.
   */
  public static Calibration fit(HeldOutAnswers answers) {
    if (answers.labels().length == 0) {
      return Calibration.NONE;
    }
    double[] weights = weights(answers.corpora());
    Calibration best = Calibration.NONE;
    double least = Double.POSITIVE_INFINITY;
    for (int step = 0; step * DOUBT_STEP <= MAX_DOUBT; step++) {
      double doubt = step * DOUBT_STEP;
      double temperature = temperature(answers, weights, doubt);
      double crossEntropy =
          crossEntropy(answers.logits(), answers.labels(), weights, temperature, doubt);
      if (crossEntropy < least - 1e-9) {
        least = crossEntropy;
        best = new Calibration((float) temperature, (float) doubt);
      }
    }
    return best;
  }

  /** Without doubt the cross-entropy has one minimum over the temperature, with a little too. */
  private static double temperature(HeldOutAnswers answers, double[] weights, double doubt) {
    double low = Math.log(MIN_TEMPERATURE);
    double high = Math.log(MAX_TEMPERATURE);
    // To 0.1 %.
    while (high - low > 1e-3) {
      double left = high - GOLDEN * (high - low);
      double right = low + GOLDEN * (high - low);
      if (crossEntropy(answers.logits(), answers.labels(), weights, Math.exp(left), doubt)
          <= crossEntropy(answers.logits(), answers.labels(), weights, Math.exp(right), doubt)) {
        high = right;
      } else {
        low = left;
      }
    }
    return Math.exp((low + high) / 2);
  }

  private static double[] weights(String[] corpora) {
    Map<String, Integer> counts = new HashMap<>();
    for (String corpus : corpora) {
      counts.merge(corpus, 1, Integer::sum);
    }
    return Arrays.stream(corpora)
        .mapToDouble(corpus -> 1.0 / (counts.size() * counts.get(corpus)))
        .toArray();
  }

  /** The mean cross-entropy as the network gives it. */
  public static double crossEntropy(float[] logits, float[] labels) {
    double[] weights = new double[labels.length];
    Arrays.fill(weights, 1.0 / labels.length);
    return crossEntropy(logits, labels, weights, 1, 0);
  }

  /**
   * @param weights {@code [row]}, 1 in all
   */
  public static double crossEntropy(
      float[] logits, float[] labels, double[] weights, double temperature, double doubt) {
    int labelCount = logits.length / labels.length;
    double sum = 0;
    for (int row = 0; row < labels.length; row++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < labelCount; i++) {
        max = Math.max(max, logits[row * labelCount + i]);
      }
      double total = 0;
      for (int i = 0; i < labelCount; i++) {
        total += Math.exp((logits[row * labelCount + i] - max) / temperature);
      }
      double exponent = (logits[row * labelCount + (int) labels[row]] - max) / temperature;
      sum +=
          weights[row]
              * (doubt == 0
                  // Without the logarithm of what may be 0.
                  ? Math.log(total) - exponent
                  : -Math.log((1 - doubt) * Math.exp(exponent) / total + doubt / labelCount));
    }
    return sum;
  }
}
