package dev.speechemotion.features;

/**
 * Computes the features of one frame. Holds tables and scratch space, and nothing that outlives a
 * call: one instance serves any number of channels, from one thread at a time.
 */
public final class FeatureExtractor {

  public FeatureExtractor(FeatureSpec spec) {
    throw new UnsupportedOperationException();
  }

  public FeatureSpec spec() {
    throw new UnsupportedOperationException();
  }

  /**
   * Computes the values of a frame, in the order of {@link FeatureSpec#frameFeatureNames()}.
   *
   * @param samples {@code [fftLength]} from {@code offset}, in [-1, 1]
   * @param features {@code [frameFeatureCount]} from {@code featuresOffset}
   */
  public void extract(float[] samples, int offset, float[] features, int featuresOffset) {
    throw new UnsupportedOperationException();
  }
}
