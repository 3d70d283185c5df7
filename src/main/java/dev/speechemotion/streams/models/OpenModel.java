package dev.speechemotion.streams.models;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.VoiceAdaptation;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.spec.WindowSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** A model that a task has open, and what the task needs to use it. Serves one thread. */
public final class OpenModel implements AutoCloseable {
  private final EmotionModels.Offer offer;
  private final int offeredForHz;
  private final EmotionClassifier classifier;
  private final FeatureExtractor extractor;
  private final long fingerprint;
  private final Optional<Population> population;

  /** Scratch space for a vector. */
  private final float[] adapted;

  /**
   * @param offeredForHz a rate that it was offered for
   */
  OpenModel(
      EmotionModels.Offer offer,
      int offeredForHz,
      EmotionClassifier classifier,
      FeatureExtractor extractor) {
    this.offer = offer;
    this.offeredForHz = offeredForHz;
    this.classifier = classifier;
    this.extractor = extractor;
    fingerprint = fingerprint(offer);
    population = classifier.population();
    adapted = new float[classifier.featureCount()];
  }

  private static long fingerprint(EmotionModels.Offer offer) {
    String text = offer.spec() + " " + offer.windows();
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(hash).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  EmotionModels.Offer offer() {
    return offer;
  }

  int offeredForHz() {
    return offeredForHz;
  }

  FeatureExtractor extractor() {
    return extractor;
  }

  public ModelIdentity identity() {
    return classifier.model();
  }

  /** How channels are cut into windows for it. */
  public WindowSettings windows() {
    return offer.windows();
  }

  /** Of its features and windows: what the state of an analyzer depends on. */
  public long fingerprint() {
    return fingerprint;
  }

  /** What it was trained on, if it wants vectors to be adapted to that. */
  public Optional<Population> population() {
    return population;
  }

  /** Whether its windows have the features of another one's. */
  public boolean hasFeaturesOf(OpenModel other) {
    return offer.spec().equals(other.offer.spec()) && offer.windows().equals(other.offer.windows());
  }

  /** A new analyzer for a channel with that rate. */
  public ChannelAnalyzer newAnalyzer(int sampleRateHz) {
    return new ChannelAnalyzer(extractor, offer.windows(), sampleRateHz);
  }

  /**
   * Classifies a window, adapted to what the channel has said so far.
   *
   * @param speechShare share of speech in it, 0 to 1
   * @param probabilities {@code [labels]}, receives the probabilities
   * @return whether the model hears speech; if not, the probabilities are all 0
   */
  public boolean classify(
      float[] features, float speechShare, VoiceAdaptation voice, float[] probabilities) {
    return classifier.classifyHeard(
        voice.apply(population, features, adapted), speechShare, probabilities);
  }

  /** Whether results with that confidence are called uncertain. */
  public boolean isUncertain(float confidence) {
    return confidence < classifier.uncertainBelow();
  }

  @Override
  public void close() {
    classifier.close();
  }
}
