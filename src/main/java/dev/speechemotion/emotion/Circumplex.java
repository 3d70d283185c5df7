package dev.speechemotion.emotion;

import java.util.List;
import java.util.Optional;

/**
 * Valence (displeasure -1 to pleasure 1) and arousal (sleep -1 to activation 1) of the
 * probabilities of emotions: the mean of the emotions' places on the circumplex of affect, each
 * weighing as much as it is probable. So certainty shows as well: where all is equally probable,
 * both are near 0.
 *
 * <p>The places are those on the unit circle that J. A. Russell found for affect words by direct
 * circular scaling: A circumplex model of affect, Journal of Personality and Social Psychology
 * 39(6), 1980, pages 1161 to 1178, figure 2; valence is the cosine, arousal the sine of the angle:
 *
 * <table>
 *   <caption>Angles in degrees</caption>
 *   <tr><th>emotion</th><th>Russell's word</th><th>angle</th></tr>
 *   <tr><td>happy</td><td>happy</td><td>7.8</td></tr>
 *   <tr><td>surprise</td><td>astonished</td><td>69.8</td></tr>
 *   <tr><td>angry</td><td>angry</td><td>99</td></tr>
 *   <tr><td>fear</td><td>afraid</td><td>116</td></tr>
 *   <tr><td>disgust</td><td>distressed; his words have no disgust</td><td>138</td></tr>
 *   <tr><td>sad</td><td>sad</td><td>207.5</td></tr>
 *   <tr><td>boredom</td><td>bored</td><td>242</td></tr>
 *   <tr><td>calm</td><td>calm</td><td>316.2</td></tr>
 *   <tr><td>neutral</td><td>the circle's center</td><td></td></tr>
 * </table>
 *
 * <p>This is a way to read class probabilities, not a measurement of its own: no model here is
 * trained on ratings of valence or arousal.
 */
public final class Circumplex {
  private final double[] valence;
  private final double[] arousal;

  private Circumplex(double[] valence, double[] arousal) {
    this.valence = valence;
    this.arousal = arousal;
  }

  /** For probabilities in that order; empty if there is a label without a place on the circle. */
  public static Optional<Circumplex> of(List<String> labels) {
    double[] valence = new double[labels.size()];
    double[] arousal = new double[labels.size()];
    for (int i = 0; i < valence.length; i++) {
      Optional<Emotion> emotion = Emotion.ofLabel(labels.get(i));
      if (emotion.isEmpty()) {
        return Optional.empty();
      }
      if (emotion.get() != Emotion.NEUTRAL) {
        double angle = Math.toRadians(degrees(emotion.get()));
        valence[i] = StrictMath.cos(angle);
        arousal[i] = StrictMath.sin(angle);
      }
    }
    return Optional.of(new Circumplex(valence, arousal));
  }

  private static double degrees(Emotion emotion) {
    return switch (emotion) {
      case HAPPY -> 7.8;
      case SURPRISE -> 69.8;
      case ANGRY -> 99;
      case FEAR -> 116;
      case DISGUST -> 138;
      case SAD -> 207.5;
      case BOREDOM -> 242;
      case CALM -> 316.2;
      case NEUTRAL -> throw new IllegalArgumentException("neutral is at the center");
    };
  }

  /**
   * @param probabilities {@code [labels]}, summing to 1
   * @return -1 to 1
   */
  public float valence(float[] probabilities) {
    return mean(valence, probabilities);
  }

  /**
   * @param probabilities {@code [labels]}, summing to 1
   * @return -1 to 1
   */
  public float arousal(float[] probabilities) {
    return mean(arousal, probabilities);
  }

  private static float mean(double[] places, float[] probabilities) {
    double sum = 0;
    for (int i = 0; i < places.length; i++) {
      sum += places[i] * probabilities[i];
    }
    return (float) sum;
  }
}
