package dev.speechemotion.features;

import dev.speechemotion.features.dsp.PowerSpectrum;
import dev.speechemotion.features.frame.ChannelMemory;
import dev.speechemotion.features.frame.Chroma;
import dev.speechemotion.features.frame.ExtendedFeatures;
import dev.speechemotion.features.frame.LogMel;
import dev.speechemotion.features.frame.Mfcc;
import dev.speechemotion.features.frame.SpectralContrast;
import dev.speechemotion.features.frame.ZeroCrossings;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.window.WindowSummary;
import java.util.Objects;

/**
 * Computes the features of one frame. Holds tables and scratch space, and nothing that outlives a
 * call: one instance serves any number of channels, from one thread at a time.
 */
public final class FeatureExtractor {
  private final FeatureSpec spec;
  private final PowerSpectrum spectrum;

  /** Null where frames have other features. */
  private final LogMel logMel;

  /** Null, as the next three, where frames are log-mel bands alone. */
  private final Mfcc mfcc;

  private final Chroma chroma;
  private final SpectralContrast contrast;
  private final ZeroCrossings zeroCrossings;

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
    boolean basic = spec.windowFrames() == 0;
    logMel = basic ? null : new LogMel(spec);
    mfcc = basic ? new Mfcc(spec) : null;
    chroma = basic ? new Chroma(spec) : null;
    contrast = basic ? new SpectralContrast(spec) : null;
    zeroCrossings = basic ? new ZeroCrossings(spec.fftLength()) : null;
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
    if (logMel != null) {
      logMel.compute(power, features, featuresOffset);
      return;
    }
    int at = featuresOffset;
    mfcc.compute(power, features, at);
    at += spec.mfccCount();
    chroma.compute(power, features, at);
    at += spec.chromaBins();
    contrast.compute(power, features, at);
    at += spec.contrastBands() + 1;
    features[at] = zeroCrossings.rate(samples, offset);
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
