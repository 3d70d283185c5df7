package dev.speechemotion.emotion;

import java.util.List;
import java.util.Optional;

/**
 * Turns the feature vector of a window into the probability of each emotion.
 *
 * <p>The vector is as the feature extractor gives it: whatever normalization the classifier needs
 * it does itself. An instance is used by one thread at a time, and its results depend on its
 * arguments alone.
 */
public interface EmotionClassifier extends AutoCloseable {

  /** The labels in the order of the probabilities; at least two, none twice. */
  List<String> labels();

  /** Length of the feature vector. */
  int featureCount();

  /** Which model this is; goes into every event. */
  ModelIdentity model();

  /**
   * What the classifier wants vectors to be adapted to: if there is a population, the caller passes
   * each channel's vectors through a {@link VoiceAdaptation} of that channel first. Empty, as by
   * default: vectors are classified as they are.
   */
  default Optional<Population> population() {
    return Optional.empty();
  }

  /** Results with a confidence below this are called uncertain, 0 to 1; by default none is. */
  default float uncertainBelow() {
    return 0;
  }

  /**
   * Classifies one or more windows.
   *
   * @param features {@code [windowCount][featureCount]}, row by row
   * @param windowCount number of windows, at least 1
   * @param probabilities {@code [windowCount][labels]}, row by row; filled with values in [0, 1]
   *     that sum to 1 in each row, or are all 0 where the model hears no speech
   * @throws IllegalArgumentException if an array is too short
   */
  void classify(float[] features, int windowCount, float[] probabilities);

  /**
   * Classifies a window of a place, for which the model may watch how far it is from its
   * population; the result is that of {@link #classify}.
   *
   * @param features {@code [featureCount]}
   * @param speechShare share of speech in the window, 0 to 1: with little of it, a window tells
   *     nothing of the place
   * @param probabilities {@code [labels]}, receives the probabilities
   * @return whether the model hears speech; if not, the probabilities are all 0
   */
  default boolean classifyHeard(float[] features, float speechShare, float[] probabilities) {
    classify(features, 1, probabilities);
    return isSpeech(probabilities);
  }

  /** Whether the model has heard speech in a window, by its probabilities. */
  static boolean isSpeech(float[] probabilities) {
    for (float probability : probabilities) {
      if (probability > 0) {
        return true;
      }
    }
    return false;
  }

  /** Frees whatever the classifier holds; it is not used again. */
  @Override
  void close();
}
