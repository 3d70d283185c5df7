package dev.speechemotion.app.serving;

import dev.speechemotion.emotion.DriftMonitor;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.streams.models.EmotionModels;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** A model and how many classifiers of it are open, so that it can be closed after the last. */
final class SharedModel implements AutoCloseable {
  private final EmotionModel model;
  private final EmotionModels.Offer offer;
  private final DriftMonitor drift;
  private int open;

  /**
   * @param nanos the clock by which drift is measured
   */
  SharedModel(EmotionModel model, LongSupplier nanos) {
    this.model = model;
    drift = model.newDriftMonitor(nanos);
    offer =
        new EmotionModels.Offer(
            model.featureSpec(), model.manifest().windows(), this::newClassifier);
  }

  EmotionModel model() {
    return model;
  }

  ModelIdentity identity() {
    return model.identity();
  }

  EmotionModels.Offer offer() {
    return offer;
  }

  /** What is told of the windows that all its classifiers hear. */
  DriftMonitor drift() {
    return drift;
  }

  private synchronized EmotionClassifier newClassifier() {
    EmotionClassifier classifier = model.newClassifier(drift);
    open++;
    return new Counted(classifier);
  }

  private synchronized void closed() {
    open--;
  }

  synchronized boolean isInUse() {
    return open > 0;
  }

  @Override
  public void close() {
    model.close();
  }

  private final class Counted implements EmotionClassifier {
    private final EmotionClassifier classifier;
    private boolean isClosed;

    Counted(EmotionClassifier classifier) {
      this.classifier = classifier;
    }

    @Override
    public List<String> labels() {
      return classifier.labels();
    }

    @Override
    public int featureCount() {
      return classifier.featureCount();
    }

    @Override
    public ModelIdentity model() {
      return classifier.model();
    }

    @Override
    public Optional<Population> population() {
      return classifier.population();
    }

    @Override
    public float uncertainBelow() {
      return classifier.uncertainBelow();
    }

    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      classifier.classify(features, windowCount, probabilities);
    }

    @Override
    public boolean classifyHeard(float[] features, float speechShare, float[] probabilities) {
      return classifier.classifyHeard(features, speechShare, probabilities);
    }

    @Override
    public void close() {
      if (!isClosed) {
        isClosed = true;
        classifier.close();
        closed();
      }
    }
  }
}
