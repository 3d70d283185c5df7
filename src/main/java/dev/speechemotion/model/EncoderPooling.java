package dev.speechemotion.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What the pretrained encoder says of a window: of each of its layers, the mean and the deviation
 * over the window's tokens, and the mean over the audible ones alone, which silence around and
 * between words does not change. One thread's view of the encoder; close it before that.
 */
public final class EncoderPooling implements AutoCloseable {
  /** Length of the vector. */
  public static final int LENGTH = SpeechEncoder.LAYERS * 3 * SpeechEncoder.WIDTH;

  /** Values of a log-mel frame. */
  public static final int BANDS = SpeechEncoder.BANDS;

  private static final int WIDTH = SpeechEncoder.WIDTH;

  /** A token's strongest band is compared with that of the token that so many are weaker than. */
  private static final double LOUD_SHARE = 0.95;

  /**
   * Audible is what is at most 40 dB below; a log-mel value is a quarter of the decimal logarithm.
   */
  private static final float AUDIBLE = 1;

  private final SpeechEncoder encoder;
  private final NDManager manager;
  private final double[] sums = new double[WIDTH];
  private final double[] squares = new double[WIDTH];
  private final double[] audibleSums = new double[WIDTH];

  EncoderPooling(SpeechEncoder encoder) {
    this.encoder = encoder;
    manager = encoder.newThreadManager();
  }

  /**
   * {@code layer1.mean1} … {@code layer1.mean384}, {@code layer1.deviation1} …, {@code
   * layer1.audible1} …, then those of layer 2: the values of the vector in their order.
   */
  public static List<String> names() {
    List<String> names = new ArrayList<>();
    for (int layer = 1; layer <= SpeechEncoder.LAYERS; layer++) {
      for (String statistic : List.of("mean", "deviation", "audible")) {
        for (int i = 1; i <= WIDTH; i++) {
          names.add("layer" + layer + "." + statistic + i);
        }
      }
    }
    return names;
  }

  /**
   * The vector of a window.
   *
   * @param logMelWindow as {@link dev.speechemotion.features.spec.FeatureSpec#ENCODER_16K} gives
   *     it: {@code [frames][80]}, NaN behind the last frame
   * @return {@code [LENGTH]}
   * @throws IllegalArgumentException if there are less than two tokens of two frames
   */
  public float[] pool(float[] logMelWindow) {
    float[] out = new float[LENGTH];
    pool(logMelWindow, 0, logMelWindow.length, out);
    return out;
  }

  /**
   * The same of a window within an array.
   *
   * @param length numbers of the window, from {@code offset} on
   * @param out receives {@code [LENGTH]}
   */
  void pool(float[] features, int offset, int length, float[] out) {
    Objects.checkFromIndexSize(offset, length, features.length);
    int frames = 0;
    while ((frames + 1) * SpeechEncoder.BANDS <= length
        && !Float.isNaN(features[offset + frames * SpeechEncoder.BANDS])) {
      frames++;
    }
    int tokens = frames / 2;
    if (tokens < 2 || tokens > SpeechEncoder.MOST_TOKENS) {
      throw new IllegalArgumentException(
          "the encoder takes 4 to %d frames, got %d"
              .formatted(2 * SpeechEncoder.MOST_TOKENS, frames));
    }
    try (NDManager ofWindow = manager.newSubManager()) {
      boolean[] audible = audible(features, offset, tokens);
      int at = 0;
      for (NDArray layer : encoder.encode(features, offset, tokens, ofWindow)) {
        pool(layer.toFloatArray(), audible, out, at);
        at += 3 * WIDTH;
      }
    }
  }

  /**
   * Which tokens are audible; at least one is.
   *
   * @param logMel {@code [2 * tokens][80]} from {@code offset} on
   * @return {@code [tokens]}, each by the two frames that it is made of
   */
  public static boolean[] audible(float[] logMel, int offset, int tokens) {
    float[] levels = new float[tokens];
    int tokenLength = 2 * SpeechEncoder.BANDS;
    for (int token = 0; token < tokens; token++) {
      float strongest = Float.NEGATIVE_INFINITY;
      int begin = offset + token * tokenLength;
      for (int i = begin; i < begin + tokenLength; i++) {
        strongest = Math.max(strongest, logMel[i]);
      }
      levels[token] = strongest;
    }
    float[] ascending = levels.clone();
    Arrays.sort(ascending);
    float least = ascending[(int) (LOUD_SHARE * (tokens - 1))] - AUDIBLE;
    boolean[] audible = new boolean[tokens];
    for (int token = 0; token < tokens; token++) {
      audible[token] = levels[token] >= least;
    }
    return audible;
  }

  /**
   * In double precision, token by token.
   *
   * @param outputs {@code [tokens][384]}
   * @param audible {@code [tokens]}
   * @param out receives the mean, the deviation and the mean of audible tokens from {@code at} on
   */
  private void pool(float[] outputs, boolean[] audible, float[] out, int at) {
    for (int i = 0; i < WIDTH; i++) {
      sums[i] = 0;
      squares[i] = 0;
      audibleSums[i] = 0;
    }
    int audibleTokens = 0;
    for (int token = 0; token < audible.length; token++) {
      for (int i = 0; i < WIDTH; i++) {
        double value = outputs[token * WIDTH + i];
        sums[i] += value;
        squares[i] += value * value;
      }
      if (audible[token]) {
        audibleTokens++;
        for (int i = 0; i < WIDTH; i++) {
          audibleSums[i] += outputs[token * WIDTH + i];
        }
      }
    }
    int tokens = audible.length;
    for (int i = 0; i < WIDTH; i++) {
      double mean = sums[i] / tokens;
      double variance = Math.max(0, squares[i] - tokens * mean * mean) / (tokens - 1);
      out[at + i] = (float) mean;
      out[at + WIDTH + i] = (float) Math.sqrt(variance);
      out[at + 2 * WIDTH + i] = (float) (audibleSums[i] / audibleTokens);
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
