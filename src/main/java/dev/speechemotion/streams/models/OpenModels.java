package dev.speechemotion.streams.models;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.streams.results.AlertRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The models that a task has open: those on offer, and those that channels still go on with. */
public final class OpenModels implements AutoCloseable {
  private final List<AlertRule> rules;
  private final EmotionModels models;
  private final List<OpenModel> open = new ArrayList<>(2);
  private final List<String> labels;

  /**
   * Opens the model for a rate; all others must have its labels.
   *
   * @param rules whose emotions the models must know
   * @throws IllegalArgumentException if the model does not fit
   */
  public OpenModels(List<AlertRule> rules, EmotionModels models, int rateHz) {
    this.rules = rules;
    this.models = models;
    EmotionModels.Offer offer = models.offered(rateHz);
    EmotionClassifier classifier = opened(offer);
    labels = List.copyOf(classifier.labels());
    open.add(new OpenModel(offer, rateHz, classifier, new FeatureExtractor(offer.spec())));
  }

  /** The labels of all models. */
  public List<String> labels() {
    return labels;
  }

  /**
   * The model that is on offer for a rate; opens it if need be.
   *
   * @throws IllegalArgumentException if it does not fit the settings or the other models
   */
  public OpenModel offered(int rateHz) {
    EmotionModels.Offer offer = models.offered(rateHz);
    for (int i = 0; i < open.size(); i++) {
      if (open.get(i).offer() == offer) {
        return open.get(i);
      }
    }
    EmotionClassifier classifier = opened(offer);
    if (!labels.equals(classifier.labels())) {
      classifier.close();
      throw new IllegalArgumentException(
          "model "
              + classifier.model().name()
              + " has the labels "
              + classifier.labels()
              + ", but the others have "
              + labels);
    }
    OpenModel model = new OpenModel(offer, rateHz, classifier, extractor(offer.spec()));
    open.add(model);
    return model;
  }

  private EmotionClassifier opened(EmotionModels.Offer offer) {
    EmotionClassifier classifier = offer.classifiers().get();
    try {
      requireFit(rules, offer.spec(), classifier);
    } catch (IllegalArgumentException e) {
      classifier.close();
      throw e;
    }
    return classifier;
  }

  /**
   * Checks that a classifier, its features and the alert rules fit one another.
   *
   * @throws IllegalArgumentException if they do not; the message says why
   */
  public static void requireFit(
      List<AlertRule> rules, FeatureSpec spec, EmotionClassifier classifier) {
    List<String> labels = EmotionScores.requireValidLabels(classifier.labels());
    if (classifier.featureCount() != FeatureLayout.of(spec).windowFeatureCount()) {
      throw new IllegalArgumentException(
          "model "
              + classifier.model().name()
              + " takes "
              + classifier.featureCount()
              + " features, but feature spec "
              + spec.name()
              + " has "
              + FeatureLayout.of(spec).windowFeatureCount());
    }
    int adapted =
        classifier.population().map(Population::featureCount).orElse(classifier.featureCount());
    if (classifier.featureCount() % adapted != 0) {
      throw new IllegalArgumentException(
          "model "
              + classifier.model().name()
              + " takes "
              + classifier.featureCount()
              + " features, but its population has "
              + adapted);
    }
    for (AlertRule rule : rules) {
      // Nobody asked for the default rule; a model of other emotions does without.
      if (!labels.contains(rule.emotion()) && !rule.equals(AlertRule.ESCALATION)) {
        throw new IllegalArgumentException(
            "alert rule '" + rule.text() + "': the model knows only the emotions " + labels);
      }
    }
  }

  private FeatureExtractor extractor(FeatureSpec spec) {
    for (OpenModel model : open) {
      if (model.offer().spec().equals(spec)) {
        return model.extractor();
      }
    }
    return new FeatureExtractor(spec);
  }

  /** Whether there is one that is not on offer any more. */
  public boolean hasOutdated() {
    for (int i = 0; i < open.size(); i++) {
      if (isOutdated(open.get(i))) {
        return true;
      }
    }
    return false;
  }

  private boolean isOutdated(OpenModel model) {
    return models.offered(model.offeredForHz()) != model.offer();
  }

  /** Closes those that are not on offer any more, but for those in use. */
  public void closeOutdated(Set<OpenModel> inUse) {
    open.removeIf(
        model -> {
          boolean over = isOutdated(model) && !inUse.contains(model);
          if (over) {
            model.close();
          }
          return over;
        });
  }

  @Override
  public void close() {
    open.forEach(OpenModel::close);
    open.clear();
  }
}
