package dev.speechemotion.features.spec;

import dev.speechemotion.features.frame.SpectralShape;
import java.util.List;

/** Features of a frame that a spec may ask for beside those that every spec has. */
public enum FeatureGroup {
  /**
   * {@code mfccdelta1}, …: slope of each MFCC over the last nine frames, dB per frame. It is {@code
   * librosa.feature.delta} of four frames ago; before the first frame counts the first frame.
   */
  DELTAS,

  /** {@code logmel1}, …: the mel bands below the MFCC, dB. */
  LOG_MEL,

  /**
   * {@code rms}: level of the frame below the loudest that its channel has been, dB, -60 to 0. The
   * loudest is forgotten by 0.1 dB a second.
   */
  RMS,

  /** {@code f0}: pitch, Hz, 0 in unvoiced frames; {@code voicing}: 0 to 1, voiced from 0.5 on. */
  PITCH,

  /**
   * {@code centroid}, {@code bandwidth}, {@code rolloff} (85 %) of the magnitudes, Hz; {@code
   * flatness}, dB, 0 in white noise; {@code flux}: what has moved since the frame before, 0 to 1.
   */
  SHAPE;

  public static final String F0 = "f0";

  int count(FeatureSpec spec) {
    switch (this) {
      case DELTAS:
        return spec.mfccCount();
      case LOG_MEL:
        return spec.melBands();
      case RMS:
        return 1;
      case PITCH:
        return 2;
      default:
        return SpectralShape.COUNT;
    }
  }

  void addNames(FeatureSpec spec, List<String> names) {
    switch (this) {
      case DELTAS:
        FeatureSpec.addNumbered(names, "mfccdelta", spec.mfccCount());
        break;
      case LOG_MEL:
        FeatureSpec.addNumbered(names, "logmel", spec.melBands());
        break;
      case RMS:
        names.add("rms");
        break;
      case PITCH:
        names.addAll(List.of(F0, "voicing"));
        break;
      default:
        names.addAll(List.of("centroid", "bandwidth", "rolloff", "flatness", "flux"));
        break;
    }
  }
}
