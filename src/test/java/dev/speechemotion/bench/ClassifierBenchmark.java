package dev.speechemotion.bench;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelException;
import java.nio.file.Path;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a shipped model makes of a window's vector: normalization, network, softmax. */
@State(Scope.Benchmark)
public class ClassifierBenchmark {
  static final int WINDOWS = 64;

  @Param({"telephone", "wideband", "tess-fcnn"})
  public String model;

  private EmotionModel loaded;
  private EmotionClassifier classifier;
  private float[] features;
  private float[] probabilities;

  @Setup
  public void setUp() throws ModelException {
    loaded = EmotionModel.load(Path.of("models", model));
    classifier = loaded.newClassifier();
    float[] mean = loaded.manifest().normalization().meanArray();
    float[] deviation = loaded.manifest().normalization().deviationArray();
    features = new float[WINDOWS * mean.length];
    Random random = new Random(1);
    for (int i = 0; i < features.length; i++) {
      int column = i % mean.length;
      features[i] = (float) (mean[column] + deviation[column] * random.nextGaussian());
    }
    probabilities = new float[WINDOWS * loaded.labels().size()];
  }

  @Benchmark
  public float[] windows() {
    classifier.classify(features, WINDOWS, probabilities);
    return probabilities;
  }

  @TearDown
  public void tearDown() {
    classifier.close();
    loaded.close();
  }
}
