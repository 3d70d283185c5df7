package dev.speechemotion.audio.resampling;

import java.util.Arrays;

/**
 * Multiplies or divides the rate by a whole number, and is what keeps images and aliases away.
 *
 * <p>A sinc under a Kaiser window ({@link ResamplingFilter}) of {@value #TAPS} taps at the lower
 * rate. Between two samples at the lower rate lie as many at the higher rate as the factor says.
 * Taken apart accordingly, both directions are sums of filters at the lower rate: of the one input
 * for each of the interleaved outputs, or of each of the interleaved inputs for the one output.
 *
 * <p>These filters run over a block of samples tap by tap, not sample by sample. The sum over the
 * taps of one output is a chain of additions that the JIT compiler must not reorder; the same
 * addition for many outputs side by side it turns into vector instructions. JDK 17 does so only if
 * all accesses of the loop are a multiple of 16 elements apart. Therefore one pass takes taps that
 * are {@value #APART} apart, and between passes the samples (on the way up, where they serve
 * several sums) or the sums (on the way down, where they take from several inputs) are moved. Each
 * output sample is the same sequence of operations wherever in a block it lies.
 */
final class BandLimitingStage extends ResamplingStage {
  /** Samples at the lower rate that a filter runs over: 5 at a time that are 16 apart. */
  static final int TAPS = 80;

  private static final int APART = 16;

  /**
   * A block with what its filters reach beyond; with the header of an array a multiple of 64 bytes.
   */
  private static final int ROW = Resampler.BLOCK + TAPS + 12;

  /** Working space of a thread; nothing in it outlives a call. */
  private static final class Scratch {
    static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    /** The interleaved inputs. */
    final float[][] inputs = new float[Resampler.MAX_RATIO][ROW];

    /** The input from some tap on. */
    final float[] shifted = new float[ROW];

    final float[][] sums = new float[Resampler.MAX_RATIO][ROW];
  }

  private final int factor;
  private final boolean up;

  /** {@code [factor][TAPS]} */
  private final float[][] taps;

  private BandLimitingStage(int factor, boolean up, int span, int before) {
    super(span, before);
    this.factor = factor;
    this.up = up;
    taps = ResamplingFilter.bandLimiting(factor, up);
  }

  static BandLimitingStage up(int factor) {
    return new BandLimitingStage(factor, true, TAPS, TAPS / 2 - 1);
  }

  static BandLimitingStage down(int factor) {
    return new BandLimitingStage(factor, false, TAPS * factor, TAPS / 2 * factor);
  }

  @Override
  int filter(float[] samples, int count, float[] output, int outputOffset) {
    return up
        ? interpolate(samples, count, output, outputOffset)
        : decimate(samples, count, output, outputOffset);
  }

  private int interpolate(float[] samples, int count, float[] output, int outputOffset) {
    int places = Math.max(0, count - TAPS + 1);
    passed = places;
    if (places == 0) {
      return 0;
    }
    Scratch scratch = Scratch.OF_THREAD.get();
    for (int p = 0; p < factor; p++) {
      Arrays.fill(scratch.sums[p], 0, places, 0);
    }
    for (int t = 0; t < APART; t++) {
      System.arraycopy(samples, t, scratch.shifted, 0, places + TAPS - APART);
      for (int p = 0; p < factor; p++) {
        addTaps(scratch.sums[p], scratch.shifted, taps[p], t, 0, places);
      }
    }
    for (int p = 0; p < factor; p++) {
      float[] sums = scratch.sums[p];
      for (int i = 0, at = outputOffset + p; i < places; i++, at += factor) {
        output[at] = sums[i];
      }
    }
    return places * factor;
  }

  private int decimate(float[] samples, int count, float[] output, int outputOffset) {
    int places = Math.max(0, count / factor - TAPS + 1);
    passed = places * factor;
    if (places == 0) {
      return 0;
    }
    Scratch scratch = Scratch.OF_THREAD.get();
    for (int p = 0; p < factor; p++) {
      float[] input = scratch.inputs[p];
      for (int i = 0, at = p; i < places + TAPS - 1; i++, at += factor) {
        input[i] = samples[at];
      }
    }
    float[] sums = scratch.sums[0];
    Arrays.fill(sums, 0, places + APART, 0);
    for (int t = APART - 1; t >= 0; t--) {
      System.arraycopy(sums, t + 1, sums, t, places);
      for (int p = 0; p < factor; p++) {
        addTaps(sums, scratch.inputs[p], taps[p], t, t, t + places);
      }
    }
    System.arraycopy(sums, 0, output, outputOffset, places);
    return places;
  }

  private static void addTaps(
      float[] sums, float[] samples, float[] taps, int first, int from, int to) {
    float t0 = taps[first];
    float t1 = taps[first + APART];
    float t2 = taps[first + 2 * APART];
    float t3 = taps[first + 3 * APART];
    float t4 = taps[first + 4 * APART];
    // In this order, and not as a tree of sums, JDK 25 too makes vector instructions of it.
    for (int i = from; i < to; i++) {
      sums[i] =
          sums[i]
              + t0 * samples[i]
              + t1 * samples[i + APART]
              + t2 * samples[i + 2 * APART]
              + t3 * samples[i + 3 * APART]
              + t4 * samples[i + 4 * APART];
    }
  }
}
