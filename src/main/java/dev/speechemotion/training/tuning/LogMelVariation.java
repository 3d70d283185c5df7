package dev.speechemotion.training.tuning;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Another voice, pace and microphone for log-mel frames that an encoder learns from: the band axis
 * stretched or compressed (N. Jaitly and G. Hinton, "Vocal Tract Length Perturbation", 2013), and
 * time, bands louder and softer by a smooth curve, a raised floor, and a mask over some bands (D.
 * Park et al., "SpecAugment", 2019).
 */
final class LogMelVariation {
  /** Bands and time are stretched by at most this. */
  private static final double STRETCH = 0.12;

  /** A curve over the bands, given at so many of them; log-mel, a quarter of a decade each. */
  private static final int KNOTS = 5;

  private static final double CURVE = 0.12;

  /** What is weaker than the strongest by more than something between is raised to it. */
  private static final double LEAST_RANGE = 0.9;

  private static final double MOST_RANGE = 2;

  /** Bands of a mask are fewer. */
  private static final int MASK = 10;

  private LogMelVariation() {}

  /**
   * Varies a window.
   *
   * @param window {@code [frames][bands]}
   * @param mostFrames that the result may have
   * @return an even number of frames
   */
  static float[] of(float[] window, int bands, int mostFrames, SplittableRandom random) {
    double bandStep = random.nextDouble(1 - STRETCH, 1 + STRETCH);
    double pace = random.nextDouble(1 - STRETCH, 1 + STRETCH);
    int before = window.length / bands;
    int frames = Math.max(4, Math.min((int) (before * pace), mostFrames) / 2 * 2);
    double frameStep = (before - 1) / (double) (frames - 1);
    double[] curve = curve(bands, random);
    float[] varied = new float[frames * bands];
    float strongest = Float.NEGATIVE_INFINITY;
    for (int frame = 0; frame < frames; frame++) {
      for (int band = 0; band < bands; band++) {
        double value =
            between(window, bands, frame * frameStep, Math.min(bands - 1, band * bandStep));
        float curved = (float) (value + curve[band]);
        varied[frame * bands + band] = curved;
        strongest = Math.max(strongest, curved);
      }
    }
    float floor = (float) (strongest - random.nextDouble(LEAST_RANGE, MOST_RANGE));
    double sum = 0;
    for (int i = 0; i < varied.length; i++) {
      varied[i] = Math.max(floor, varied[i]);
      sum += varied[i];
    }
    int masked = random.nextInt(MASK);
    int first = random.nextInt(bands - masked);
    for (int frame = 0; frame < frames; frame++) {
      int at = frame * bands + first;
      Arrays.fill(varied, at, at + masked, (float) (sum / varied.length));
    }
    return varied;
  }

  /** By interpolation of the four values around. */
  private static double between(float[] window, int bands, double frame, double band) {
    int row = Math.min((int) frame, window.length / bands - 2);
    int column = Math.min((int) band, bands - 2);
    int at = row * bands + column;
    double share = band - column;
    double here = window[at] + share * (window[at + 1] - window[at]);
    double next = window[at + bands] + share * (window[at + bands + 1] - window[at + bands]);
    return here + (frame - row) * (next - here);
  }

  private static double[] curve(int bands, SplittableRandom random) {
    double[] knots = random.doubles(KNOTS, -CURVE, CURVE).toArray();
    double[] curve = new double[bands];
    for (int band = 0; band < bands; band++) {
      double at = band * (KNOTS - 1) / (double) (bands - 1);
      int knot = Math.min((int) at, KNOTS - 2);
      curve[band] = knots[knot] + (at - knot) * (knots[knot + 1] - knots[knot]);
    }
    return curve;
  }
}
