package dev.speechemotion.training;

import java.util.Arrays;
import org.jtransforms.fft.FloatFFT_1D;

/**
 * Changes the length of the vocal tract: the spectrum's envelope is warped by a factor, while the
 * harmonics, and so the pitch, stay (after N. Jaitly and G. Hinton, "Vocal tract length
 * perturbation (VTLP) improves speech recognition", ICML workshop 2013, who warp the mel axis). The
 * envelope is the log spectrum without what lies beyond 2 ms of its cepstrum.
 */
final class FormantShift {
  private static final int LENGTH = 512;
  private static final int HALF = LENGTH / 2;

  /** The cepstrum up to here is the vocal tract's, what lies beyond is the pitch's. */
  private static final double TRACT_SECONDS = 0.002;

  /** No bin is changed by more than 20 dB. */
  private static final float MAX_LOG_GAIN = 2.3f;

  /** Power of -100 dB, under which the envelope does not go. */
  private static final float LEAST_POWER = 1e-10f;

  private final FloatFFT_1D fft = new FloatFFT_1D(LENGTH);
  private final float[] window = new float[LENGTH];
  private final float[] spectrum = new float[LENGTH];
  private final float[] cepstrum = new float[LENGTH];
  private final float[] liftered = new float[LENGTH];
  private final float[] logEnvelope = new float[HALF + 1];
  private final float[] lifter = new float[HALF];

  FormantShift(int rateHz) {
    for (int i = 0; i < LENGTH; i++) {
      // Applied before and after: their product is a Hann window.
      window[i] = (float) Math.sqrt(0.5 - 0.5 * Math.cos(2 * Math.PI * i / LENGTH));
    }
    int end = (int) Math.round(TRACT_SECONDS * rateHz);
    for (int i = 0; i < end && i < HALF; i++) {
      // It fades out, because an edge would ring in the envelope.
      lifter[i] = (float) (0.5 + 0.5 * Math.cos(Math.PI * i / end)) / LENGTH;
    }
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
      fft.realForward(spectrum);
      findEnvelope();
      warp(factor);
      fft.realInverse(spectrum, true);
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
    // The transform of an even sequence is real and even. Real parts are at 2 n; the one in the
    // middle is at 1, and the lifter is 0 there.
    fft.realForward(cepstrum);
    liftered[0] = lifter[0] * cepstrum[0];
    for (int n = 1; n < HALF; n++) {
      liftered[n] = lifter[n] * cepstrum[2 * n];
      liftered[LENGTH - n] = liftered[n];
    }
    liftered[HALF] = 0;
    fft.realForward(liftered);
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
