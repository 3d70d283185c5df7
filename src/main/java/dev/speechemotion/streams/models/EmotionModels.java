package dev.speechemotion.streams.models;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Which model is for which channel. Asked by all tasks, often and at any time, so it answers at
 * once. The answer for a rate may change: calls in progress then go over to the other model at the
 * end of a window.
 */
public interface EmotionModels {

  /**
   * A model that is on offer.
   *
   * @param spec features that the classifiers take
   * @param windows how each channel is cut into the windows that they were made for
   * @param classifiers gives each task a classifier of its own, which the task closes; it may do so
   *     some time after the model is not on offer any more
   */
  record Offer(FeatureSpec spec, WindowSettings windows, Supplier<EmotionClassifier> classifiers) {
    public Offer {
      Objects.requireNonNull(spec, "spec");
      Objects.requireNonNull(windows, "windows");
      Objects.requireNonNull(classifiers, "classifiers");
    }
  }

  /**
   * The model for channels of a sampling rate, or, where they are sampled higher than what they
   * hold needs, for channels like them of the lowest rate. All models have the same labels in the
   * same order, since what is kept of a call goes by them. For as long as the model is the same,
   * this is the same object.
   */
  Offer offered(int sampleRateHz);

  /** One model for all channels, always. */
  static EmotionModels fixed(
      FeatureSpec spec, WindowSettings windows, Supplier<EmotionClassifier> classifiers) {
    Offer offer = new Offer(spec, windows, classifiers);
    return sampleRateHz -> offer;
  }
}
