package dev.speechemotion.features.frame;

import dev.speechemotion.features.dsp.PitchTracker;
import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All numbers of a spec's frames, in the order of its features. Holds tables and scratch space, and
 * nothing that outlives a frame.
 */
public final class FrameFeatures {

  /** Tells a channel's speech what the frame in work is. */
  private interface SpeechCue {
    void tell(ChannelSpeech speech);
  }

  private final Frame frame;
  private final FrameFeature[] features;

  /** Where each feature's numbers begin among the frame's. */
  private final int[] begins;

  private final List<FrameValue> values;
  private final int frameLength;
  private final SpeechCue speechCue;

  /** For specs without pitch; empty where frames are too short for one. */
  private final Optional<PitchTracker> voicing;

  public FrameFeatures(FeatureSpec spec) {
    frame = new Frame(spec);
    features = featuresOf(spec).toArray(new FrameFeature[0]);
    begins = new int[features.length];
    List<FrameValue> all = new ArrayList<>();
    for (int i = 0; i < features.length; i++) {
      begins[i] = all.size();
      all.addAll(features[i].values());
    }
    values = List.copyOf(all);
    frameLength = spec.frameLength();
    boolean byVoicing = ChannelSpeech.byVoicing(spec);
    voicing =
        !byVoicing && spec.canHavePitch()
            ? Optional.of(new PitchTracker(spec.sampleRateHz(), spec.fftLength()))
            : Optional.empty();
    if (spec.encoderInput()) {
      LongerFrames longer = new LongerFrames();
      speechCue = speech -> longer.tell(frame, frameLength, speech);
    } else {
      speechCue = byVoicing ? this::byVoicing : this::byEnergy;
    }
  }

  private static List<FrameFeature> featuresOf(FeatureSpec spec) {
    if (spec.encoderInput()) {
      return List.of(new Samples(spec.frameLength()));
    }
    List<FrameFeature> features = new ArrayList<>();
    if (spec.windowFrames() == 0) {
      features.add(new Mfcc(spec));
      features.add(new Chroma(spec));
      features.add(new SpectralContrast(spec));
      features.add(new ZeroCrossings(spec.fftLength()));
    }
    for (FeatureGroup group : spec.groups()) {
      features.add(
          switch (group) {
            case DELTAS -> new MfccSlopes(spec);
            case LOG_MEL -> new LogMel(spec);
            case RMS -> new RelativeLevel(spec);
            case PITCH -> new VoicePitch(spec);
            case SHAPE -> new SpectralShape(spec);
          });
    }
    return features;
  }

  /** A frame's numbers in their order. */
  public List<FrameValue> values() {
    return values;
  }

  /**
   * Computes the numbers of a frame.
   *
   * @param samples {@code [frameLength]} from {@code offset}, in [-1, 1]
   * @param memory of the frame's channel, which goes on by this frame
   * @param out receives {@link #values()} from {@code outOffset} on
   */
  public void compute(
      float[] samples, int offset, ChannelMemory memory, float[] out, int outOffset) {
    frame.begin(samples, offset, memory, outOffset);
    for (int i = 0; i < features.length; i++) {
      features[i].compute(frame, out, outOffset + begins[i]);
    }
  }

  /** Gives the frame that was just computed to its channel's speech. */
  public void listen(ChannelSpeech speech) {
    speechCue.tell(speech);
  }

  private void byVoicing(ChannelSpeech speech) {
    speech.acceptVoicing(frame, frame.memory().pitch.voicing());
  }

  private void byEnergy(ChannelSpeech speech) {
    float share = 1;
    if (voicing.isPresent()) {
      PitchTracker tracker = voicing.get();
      tracker.compute(frame.magnitudes(), 0);
      share = tracker.voicing();
    }
    speech.acceptEnergy(frame, frameLength, share);
  }
}
