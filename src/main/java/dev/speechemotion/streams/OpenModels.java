package dev.speechemotion.streams;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The models that a task has open: those on offer, and those that channels still go on with. */
final class OpenModels implements AutoCloseable {

  /** A model and what a task needs to use it. */
  static final class OpenModel {
    private final EmotionModels.Offer offer;

    /** A rate that it was offered for. */
    private final int rateHz;

    final EmotionClassifier classifier;
    final FeatureExtractor extractor;

    /** Of the features and the windows, for stored state. */
    final long fingerprint;

    /** Null where vectors are classified as they are. */
    final Population population;

    /** Scratch space for a vector. */
    final float[] adapted;

    private OpenModel(
        EmotionModels.Offer offer,
        int rateHz,
        EmotionClassifier classifier,
        FeatureExtractor extractor,
        long fingerprint) {
      this.offer = offer;
      this.rateHz = rateHz;
      this.classifier = classifier;
      this.extractor = extractor;
      this.fingerprint = fingerprint;
      population = classifier.population().orElse(null);
      adapted = new float[classifier.featureCount()];
    }

    FeatureSpec spec() {
      return offer.spec();
    }

    ModelIdentity identity() {
      return classifier.model();
    }
  }

  private final StreamSettings settings;
  private final EmotionModels models;
  private final List<OpenModel> open = new ArrayList<>(2);
  private List<String> labels;

  OpenModels(StreamSettings settings, EmotionModels models) {
    this.settings = settings;
    this.models = models;
  }

  /** The labels of all models. */
  List<String> labels() {
    if (labels == null) {
      offered(ChunkRules.MIN_RATE_HZ);
    }
    return labels;
  }

  /**
   * The model that is on offer for a rate; opens it if need be.
   *
   * @throws IllegalArgumentException if it does not fit the settings or the other models
   */
  OpenModel offered(int rateHz) {
    EmotionModels.Offer offer = models.offered(rateHz);
    for (int i = 0; i < open.size(); i++) {
      if (open.get(i).offer == offer) {
        return open.get(i);
      }
    }
    EmotionClassifier classifier = offer.classifiers().get();
    try {
      EmotionTopology.requireFit(settings, offer.spec(), classifier);
      requireLabels(classifier);
    } catch (IllegalArgumentException e) {
      classifier.close();
      throw e;
    }
    OpenModel opened =
        new OpenModel(
            offer,
            rateHz,
            classifier,
            extractor(offer.spec()),
            CallCodec.fingerprint(offer.spec(), settings.windows()));
    open.add(opened);
    return opened;
  }

  private void requireLabels(EmotionClassifier classifier) {
    if (labels == null) {
      labels = List.copyOf(classifier.labels());
    } else if (!labels.equals(classifier.labels())) {
      throw new IllegalArgumentException(
          "model "
              + classifier.model().name()
              + " has the labels "
              + classifier.labels()
              + ", but the others have "
              + labels);
    }
  }

  private FeatureExtractor extractor(FeatureSpec spec) {
    for (OpenModel model : open) {
      if (model.spec().equals(spec)) {
        return model.extractor;
      }
    }
    return new FeatureExtractor(spec);
  }

  /** Whether there is one that is not on offer any more. */
  boolean hasOutdated() {
    for (int i = 0; i < open.size(); i++) {
      if (isOutdated(open.get(i))) {
        return true;
      }
    }
    return false;
  }

  private boolean isOutdated(OpenModel model) {
    return models.offered(model.rateHz) != model.offer;
  }

  /** Closes those that are not on offer any more, but for those in use. */
  void closeOutdated(Set<OpenModel> inUse) {
    open.removeIf(
        model -> {
          boolean over = isOutdated(model) && !inUse.contains(model);
          if (over) {
            model.classifier.close();
          }
          return over;
        });
  }

  @Override
  public void close() {
    open.forEach(model -> model.classifier.close());
    open.clear();
  }
}
