package dev.speechemotion.bench;

import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** All features of all frames of a recording. */
@State(Scope.Benchmark)
public class FrameBenchmark {
  @Param({"librosa-22k", "wideband-16k", "telephone-8k", "telephone-8k-extended"})
  public String spec;

  private FeatureExtractor extractor;
  private float[] samples;
  private float[] features;

  @Setup
  public void setUp() throws IOException {
    FeatureSpec featureSpec = FeatureSpec.named(spec).orElseThrow();
    extractor = new FeatureExtractor(featureSpec);
    samples = Recordings.speech(featureSpec.sampleRateHz());
    features = new float[FeatureLayout.of(featureSpec).frameFeatureCount()];
  }

  @Benchmark
  public float[] allFeatures() {
    int fftLength = extractor.spec().fftLength();
    int hopLength = extractor.spec().hopLength();
    for (int offset = 0; offset + fftLength <= samples.length; offset += hopLength) {
      extractor.extract(samples, offset, features, 0);
    }
    return features;
  }
}
