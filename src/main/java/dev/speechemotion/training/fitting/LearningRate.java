package dev.speechemotion.training.fitting;

import ai.djl.training.tracker.Tracker;
import dev.speechemotion.model.ModelManifest;

/** The learning rate over a training: warm-up, then the schedule. */
final class LearningRate implements Tracker {
  private final ModelManifest.Hyperparameters hyper;
  private float rate;

  LearningRate(ModelManifest.Hyperparameters hyper) {
    this.hyper = hyper;
  }

  /**
   * The next step is where so many epochs are done.
   *
   * @param epochs with the part of the present one that is done
   */
  void at(double epochs) {
    rate = rate(hyper, epochs);
  }

  @Override
  public float getNewValue(int update) {
    return rate;
  }

  /**
   * @param epochs how many are done
   */
  static float rate(ModelManifest.Hyperparameters hyper, double epochs) {
    double rate = hyper.learningRate();
    if (epochs < hyper.warmUpEpochs()) {
      // Not quite 0 at the first step.
      return (float) (rate * (epochs + 0.01) / (hyper.warmUpEpochs() + 0.01));
    }
    return (float)
        switch (hyper.schedule()) {
          case CONSTANT -> rate;
          case COSINE -> {
            double falling = Math.max(1, hyper.maxEpochs() - hyper.warmUpEpochs());
            double done = Math.min(1, (epochs - hyper.warmUpEpochs()) / falling);
            yield rate * (0.5 * (1 + Math.cos(Math.PI * done)));
          }
        };
  }
}
