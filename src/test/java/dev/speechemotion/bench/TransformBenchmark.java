package dev.speechemotion.bench;

import dev.speechemotion.features.dsp.RealFft;
import java.util.Arrays;
import java.util.Random;
import org.jtransforms.fft.DoubleFFT_1D;
import org.jtransforms.fft.FloatFFT_1D;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a hundred real transforms cost by JTransforms, the yardstick, and as they are used here. */
@State(Scope.Benchmark)
public class TransformBenchmark {
  static final int TRANSFORMS = 100;

  @Param({"512", "1024", "2048", "4096"})
  public int length;

  private FloatFFT_1D floatTransform;
  private DoubleFFT_1D doubleTransform;
  private RealFft.Power realFftPower;
  private float[] floatSignal;
  private double[] doubleSignal;
  private double[] window;
  private float[] floats;
  private double[] doubles;
  private double[] power;

  @Setup
  public void setUp() {
    floatTransform = new FloatFFT_1D(length);
    doubleTransform = new DoubleFFT_1D(length);
    floatSignal = new float[length];
    doubleSignal = new double[length];
    Random random = new Random(1);
    for (int i = 0; i < length; i++) {
      floatSignal[i] = 2 * random.nextFloat() - 1;
      doubleSignal[i] = floatSignal[i];
    }
    window = new double[length];
    Arrays.fill(window, 0.5);
    realFftPower = RealFft.powerUnder(window);
    floats = new float[length];
    doubles = new double[length];
    power = new double[length / 2 + 1];
  }

  @Benchmark
  public float[] jtransformsFloat() {
    for (int i = 0; i < TRANSFORMS; i++) {
      System.arraycopy(floatSignal, 0, floats, 0, length);
      floatTransform.realForward(floats);
    }
    return floats;
  }

  @Benchmark
  public double[] jtransformsDouble() {
    for (int i = 0; i < TRANSFORMS; i++) {
      System.arraycopy(doubleSignal, 0, doubles, 0, length);
      doubleTransform.realForward(doubles);
    }
    return doubles;
  }

  /** With the window and the powers, as {@link #realFftPower} has them. */
  @Benchmark
  public double[] jtransformsPower() {
    for (int i = 0; i < TRANSFORMS; i++) {
      for (int k = 0; k < length; k++) {
        doubles[k] = window[k] * floatSignal[k];
      }
      doubleTransform.realForward(doubles);
      power[0] = doubles[0] * doubles[0];
      power[length / 2] = doubles[1] * doubles[1];
      for (int k = 1; k < length / 2; k++) {
        power[k] = doubles[2 * k] * doubles[2 * k] + doubles[2 * k + 1] * doubles[2 * k + 1];
      }
    }
    return power;
  }

  @Benchmark
  public double[] realFftPower() {
    for (int i = 0; i < TRANSFORMS; i++) {
      realFftPower.compute(floatSignal, 0, power);
    }
    return power;
  }
}
