package dev.speechemotion.model;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.features.FeatureSpec;
import java.nio.file.Path;
import java.util.List;

/**
 * A model in memory: manifest and weights, checked. One instance serves all threads; each takes a
 * classifier of its own from it. Close the model after its classifiers.
 */
public final class EmotionModel implements AutoCloseable {
  private EmotionModel() {}

  /**
   * Reads a model directory.
   *
   * @throws ModelException if there is none, or it is not whole and consistent
   */
  public static EmotionModel load(Path directory) throws ModelException {
    throw new UnsupportedOperationException();
  }

  public ModelManifest manifest() {
    throw new UnsupportedOperationException();
  }

  public FeatureSpec featureSpec() {
    throw new UnsupportedOperationException();
  }

  public ModelIdentity identity() {
    throw new UnsupportedOperationException();
  }

  public List<String> labels() {
    throw new UnsupportedOperationException();
  }

  /** A classifier for one thread; cheap, and reads no file. */
  public EmotionClassifier newClassifier() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
