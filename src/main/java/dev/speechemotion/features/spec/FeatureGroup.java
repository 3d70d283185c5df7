package dev.speechemotion.features.spec;

/** Features of a frame that a spec may ask for beside those that every spec has. */
public enum FeatureGroup {
  /** Slopes of the MFCC over the last nine frames. */
  DELTAS,

  /** The mel bands below the MFCC, dB. */
  LOG_MEL,

  /** Level of the frame below the loudest that its channel has been, dB. */
  RMS,

  /** Pitch, and how sure it is that there is one. */
  PITCH,

  /** Where the spectrum lies, how wide and how flat it is, and how much of it has moved. */
  SHAPE
}
