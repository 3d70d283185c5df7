package dev.speechemotion.app.serving;

import dev.speechemotion.emotion.EmotionScores;

/**
 * A stretch of one channel and its probabilities, of which there are none without speech.
 *
 * <p>A class, not a record, because it holds an array.
 */
public final class ClassifiedWindow {
  /** Of what holds no speech. */
  public static final float[] NO_PROBABILITIES = {};

  private final long beginMs;
  private final long endMs;
  private final double speechShare;
  private final float[] probabilities;

  /**
   * @param beginMs milliseconds from the channel's first sample
   * @param endMs the same, exclusive
   * @param speechShare 0 to 1
   * @param probabilities {@code [labelCount]}, or none
   */
  public ClassifiedWindow(long beginMs, long endMs, double speechShare, float[] probabilities) {
    this.beginMs = beginMs;
    this.endMs = endMs;
    this.speechShare = speechShare;
    this.probabilities = probabilities;
  }

  public long beginMs() {
    return beginMs;
  }

  public long endMs() {
    return endMs;
  }

  public double speechShare() {
    return speechShare;
  }

  /** By label, not to be changed; none without speech. */
  public float[] probabilities() {
    return probabilities;
  }

  public boolean holdsSpeech() {
    return probabilities.length > 0;
  }

  /** Number of the most probable label. */
  public int best() {
    return EmotionScores.indexOfMax(probabilities, 0, probabilities.length);
  }

  /** The highest probability; 0 without speech. */
  public float confidence() {
    return holdsSpeech() ? probabilities[best()] : 0;
  }
}
