package dev.speechemotion.features;

import java.util.Objects;

/**
 * Computes the features of one frame. Holds tables and scratch space, and nothing that outlives a
 * call: one instance serves any number of channels, from one thread at a time.
 */
public final class FeatureExtractor {
  private final FeatureSpec spec;
  private final PowerSpectrum spectrum;
  private final Mfcc mfcc;
  private final Chroma chroma;
  private final SpectralContrast contrast;

  /** Null where the spec has means of the basic features alone. */
  private final ExtendedFeatures extended;

  private final WindowSummary windowSummary;

  /** For frames of no channel. */
  private final ChannelMemory alone;

  /** Scratch space of the analysers that share this extractor; there may be thousands. */
  private final float[] frame;

  private final float[] window;
  private float[] resampled = new float[0];

  public FeatureExtractor(FeatureSpec spec) {
    this.spec = Objects.requireNonNull(spec, "spec");
    spectrum = new PowerSpectrum(spec.fftLength());
    mfcc = new Mfcc(spec);
    chroma = new Chroma(spec);
    contrast = new SpectralContrast(spec);
    extended = spec.extended() ? new ExtendedFeatures(spec) : null;
    windowSummary = spec.extended() ? new WindowSummary(spec) : null;
    alone = new ChannelMemory(spec);
    frame = new float[spec.frameFeatureCount()];
    window = new float[spec.windowFeatureCount()];
  }

  public FeatureSpec spec() {
    return spec;
  }

  /**
   * Computes the values of a frame as if it were the first of its channel.
   *
   * @see #extract(float[], int, ChannelMemory, float[], int)
   */
  public void extract(float[] samples, int offset, float[] features, int featuresOffset) {
    alone.forget();
    extract(samples, offset, alone, features, featuresOffset);
  }

  /**
   * Computes the values of a frame, in the order of {@link FeatureSpec#frameFeatureNames()}.
   *
   * @param samples {@code [fftLength]} from {@code offset}, in [-1, 1]
   * @param memory of the frame's channel, which goes on by this frame; of this extractor's spec
   * @param features {@code [frameFeatureCount]} from {@code featuresOffset}
   * @throws IndexOutOfBoundsException if an array is too short
   */
  public void extract(
      float[] samples, int offset, ChannelMemory memory, float[] features, int featuresOffset) {
    Objects.checkFromIndexSize(offset, spec.fftLength(), samples.length);
    Objects.checkFromIndexSize(featuresOffset, spec.frameFeatureCount(), features.length);
    double[] power = spectrum.compute(samples, offset);
    int at = featuresOffset;
    mfcc.compute(power, features, at);
    at += spec.mfccCount();
    chroma.compute(power, features, at);
    at += spec.chromaBins();
    contrast.compute(power, features, at);
    at += spec.contrastBands() + 1;
    features[at] = ZeroCrossings.rate(samples, offset, spec.fftLength());
    if (extended != null) {
      extended.compute(power, memory, features, featuresOffset);
    }
  }

  /** Null where the spec has means of the basic features alone. */
  WindowSummary windowSummary() {
    return windowSummary;
  }

  /** Room for the features of a frame, {@code [frameFeatureCount]}. */
  float[] frameScratch() {
    return frame;
  }

  /** Room for the features of a window, {@code [windowFeatureCount]}. */
  float[] windowScratch() {
    return window;
  }

  /** Room for at least so many resampled samples. */
  float[] resampledScratch(int length) {
    if (resampled.length < length) {
      resampled = new float[length];
    }
    return resampled;
  }
}
