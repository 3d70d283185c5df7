package dev.speechemotion.features.frame;

import dev.speechemotion.bench.Recordings;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.dsp.PowerSpectrum;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Each stage by itself over all frames of a recording. */
@State(Scope.Benchmark)
public class StageBenchmark {
  @Param({"librosa-22k", "wideband-16k", "telephone-8k"})
  public String spec;

  private FeatureSpec featureSpec;
  private PowerSpectrum spectrum;
  private Mfcc mfcc;
  private Chroma chroma;
  private SpectralContrast contrast;
  private ZeroCrossings zeroCrossings;
  private float[] samples;
  private float[] features;

  /** {@code [frame][fftLength / 2 + 1]}. */
  private double[][] powers;

  @Setup
  public void setUp() throws IOException {
    featureSpec = FeatureSpec.named(spec).orElseThrow();
    spectrum = new PowerSpectrum(featureSpec.fftLength());
    mfcc = new Mfcc(featureSpec);
    chroma = new Chroma(featureSpec);
    contrast = new SpectralContrast(featureSpec);
    zeroCrossings = new ZeroCrossings(featureSpec.fftLength());
    samples = Recordings.speech(featureSpec.sampleRateHz());
    features = new float[FeatureLayout.of(featureSpec).frameFeatureCount()];
    powers = new double[(samples.length - featureSpec.fftLength()) / featureSpec.hopLength() + 1][];
    for (int frame = 0; frame < powers.length; frame++) {
      powers[frame] = spectrum.compute(samples, frame * featureSpec.hopLength()).clone();
    }
  }

  @Benchmark
  public double[] spectrum() {
    double[] power = null;
    for (int frame = 0; frame < powers.length; frame++) {
      power = spectrum.compute(samples, frame * featureSpec.hopLength());
    }
    return power;
  }

  @Benchmark
  public float[] mfcc() {
    for (double[] power : powers) {
      mfcc.compute(power, features, 0);
    }
    return features;
  }

  @Benchmark
  public float[] chroma() {
    for (double[] power : powers) {
      chroma.compute(power, features, 0);
    }
    return features;
  }

  @Benchmark
  public float[] contrast() {
    for (double[] power : powers) {
      contrast.compute(power, features, 0);
    }
    return features;
  }

  @Benchmark
  public float zeroCrossings() {
    float sum = 0;
    for (int frame = 0; frame < powers.length; frame++) {
      sum += zeroCrossings.rate(samples, frame * featureSpec.hopLength());
    }
    return sum;
  }
}
