package dev.speechemotion.bench;

import java.util.Random;
import org.jtransforms.fft.DoubleFFT_1D;
import org.jtransforms.fft.FloatFFT_1D;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The yardstick: what a hundred real transforms by JTransforms cost on this machine. */
@State(Scope.Benchmark)
public class TransformBenchmark {
  static final int TRANSFORMS = 100;

  @Param({"512", "1024", "2048"})
  public int length;

  private FloatFFT_1D floatTransform;
  private DoubleFFT_1D doubleTransform;
  private float[] floatSignal;
  private double[] doubleSignal;
  private float[] floats;
  private double[] doubles;

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
    floats = new float[length];
    doubles = new double[length];
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
}
