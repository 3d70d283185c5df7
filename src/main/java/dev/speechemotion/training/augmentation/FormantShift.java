package dev.speechemotion.training.augmentation;

import dev.speechemotion.features.dsp.RealFft;
import java.util.Arrays;

/**
 * Changes the length of the vocal tract: the spectrum's envelope is warped by a factor, while the
 * harmonics, and so the pitch, stay (after N. Jaitly and G. Hinton, "Vocal tract length
 * perturbation (VTLP) improves speech recognition", ICML workshop 2013, who warp the mel axis). The
 * envelope is the log spectrum without what lies in its cepstrum near the pitch period and beyond.
 */
final class FormantShift {
  private static final int LENGTH = 512;
  private static final int HALF = LENGTH / 2;

  /** Pitch periods that are looked for, seconds. */
  private static final double LEAST_PERIOD = 0.0022;

  private static final double LONGEST_PERIOD = 0.0125;

  /** How much of the pitch period the envelope's cepstrum ends at, and its bounds in seconds. */
  private static final double TRACT_SHARE = 0.75;

  private static final double TRACT_LEAST = 0.0015;
  private static final double TRACT_MOST = 0.005;

  /** No bin is changed by more than 20 dB. */
  private static final float MAX_LOG_GAIN = 2.3f;

  /** Power of -100 dB, under which the envelope does not go. */
  private static final float LEAST_POWER = 1e-10f;

  private final RealFft.SinglePrecision fft = new RealFft.SinglePrecision(LENGTH);
  private final float[] window = new float[LENGTH];
  private final float[] spectrum = new float[LENGTH];
  private final float[] cepstrum = new float[LENGTH];
  private final float[] liftered = new float[LENGTH];
  private final float[] logEnvelope = new float[HALF + 1];
  private final int leastPeriod;
  private final int longestPeriod;
  private final int tractLeast;
  private final int tractMost;

  FormantShift(int rateHz) {
    for (int i = 0; i < LENGTH; i++) {
      // Applied before and after: their product is a Hann window.
      window[i] = (float) Math.sqrt(0.5 - 0.5 * Math.cos(2 * Math.PI * i / LENGTH));
    }
    leastPeriod = (int) Math.round(LEAST_PERIOD * rateHz);
    longestPeriod = Math.min(HALF - 1, (int) Math.round(LONGEST_PERIOD * rateHz));
    tractLeast = (int) Math.round(TRACT_LEAST * rateHz);
    tractMost = (int) Math.round(TRACT_MOST * rateHz);
  }

  /**
   * @param samples in [-1, 1]
   * @param factor from 0.5 to 2; above 1 formants rise, as of a shorter vocal tract
   * @return as many samples
   */
  float[] apply(float[] samples, double factor) {
    if (!(factor >= 0.5 && factor <= 2)) {
      throw new IllegalArgumentException("factor must be from 0.5 to 2, got " + factor);
    }
    float[] padded = new float[(samples.length / HALF + 3) * HALF];
    System.arraycopy(samples, 0, padded, HALF, samples.length);
    float[] output = new float[padded.length];
    for (int begin = 0; begin + LENGTH <= padded.length; begin += HALF) {
      for (int i = 0; i < LENGTH; i++) {
        spectrum[i] = window[i] * padded[begin + i];
      }
      fft.forward(spectrum);
      findEnvelope();
      warp(factor);
      fft.inverse(spectrum);
      for (int i = 0; i < LENGTH; i++) {
        output[begin + i] += window[i] * spectrum[i];
      }
    }
    return Arrays.copyOfRange(output, HALF, HALF + samples.length);
  }

  /** From {@link #spectrum} the logarithm of its envelope, in {@link #logEnvelope}. */
  private void findEnvelope() {
    cepstrum[0] = log(spectrum[0] * spectrum[0]);
    cepstrum[HALF] = log(spectrum[1] * spectrum[1]);
    for (int k = 1; k < HALF; k++) {
      float re = spectrum[2 * k];
      float im = spectrum[2 * k + 1];
      cepstrum[k] = log(re * re + im * im);
      cepstrum[LENGTH - k] = cepstrum[k];
    }
    // The transform of an even sequence is real and even; real parts are at 2 n.
    fft.forward(cepstrum);
    int period = leastPeriod;
    for (int n = leastPeriod; n <= longestPeriod; n++) {
      if (cepstrum[2 * n] > cepstrum[2 * period]) {
        period = n;
      }
    }
    int end = (int) Math.max(tractLeast, Math.min(tractMost, TRACT_SHARE * period));
    Arrays.fill(liftered, 0);
    liftered[0] = cepstrum[0] / LENGTH;
    for (int n = 1; n < end; n++) {
      // Its second half fades out, because an edge would ring in the envelope.
      float weight = Math.min(1, 2 * (end - n) / (float) end) / LENGTH;
      liftered[n] = weight * cepstrum[2 * n];
      liftered[LENGTH - n] = liftered[n];
    }
    fft.forward(liftered);
    for (int k = 0; k < HALF; k++) {
      logEnvelope[k] = liftered[2 * k];
    }
    logEnvelope[HALF] = liftered[1];
  }

  /** Gives each bin of {@link #spectrum} the height that the envelope has at its source. */
  private void warp(double factor) {
    spectrum[0] *= gain(0, factor);
    spectrum[1] *= gain(HALF, factor);
    for (int k = 1; k < HALF; k++) {
      float gain = gain(k, factor);
      spectrum[2 * k] *= gain;
      spectrum[2 * k + 1] *= gain;
    }
  }

  private float gain(int bin, double factor) {
    double source = Math.min(bin / factor, HALF - 1e-3);
    int below = (int) source;
    float part = (float) (source - below);
    float wanted = (1 - part) * logEnvelope[below] + part * logEnvelope[below + 1];
    float logGain = wanted - logEnvelope[bin];
    return (float) Math.exp(Math.max(-MAX_LOG_GAIN, Math.min(MAX_LOG_GAIN, logGain)));
  }

  private static float log(float power) {
    return 0.5f * (float) Math.log(Math.max(LEAST_POWER, power));
  }
}
