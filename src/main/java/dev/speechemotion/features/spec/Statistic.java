package dev.speechemotion.features.spec;

import java.util.List;

/** What a window may have of its frames beside their means. */
public enum Statistic {
  /** Deviation of each feature over the window's frames. */
  DEVIATION,

  /** A tenth, the middle and nine tenths of the way through each feature's values in order. */
  PERCENTILES,

  /** Deviation of each feature's slopes over nine frames. */
  DELTA_DEVIATION,

  /** Mean, spread and slope of the pitch, and how much of the window is voiced. */
  PITCH(FeatureGroup.PITCH),

  /** How much of the window is speech; its pauses and syllables. */
  TIMING(FeatureGroup.RMS, FeatureGroup.PITCH),

  /**
   * No value of its own: means, deviations and percentiles are those of the frames that hold
   * speech, so that pauses say nothing of the voice; of all frames where none does. Deviations of
   * slopes are of all frames still.
   */
  OF_SPEECH,

  /** The contours of pitch and level: how they rise and fall. */
  PROSODIC_CONTOURS(FeatureGroup.RMS, FeatureGroup.PITCH),

  /** How clear the voice is, and how wide its pitch ranges. */
  VOICE(FeatureGroup.PITCH),

  /** Means of some features in each third of what is spoken. */
  THIRDS_OF_SPEECH(
      Statistic.FOLLOWED_MFCC, FeatureGroup.RMS, FeatureGroup.PITCH, FeatureGroup.SHAPE),

  /** How much some features change within 16 to 512 ms. */
  CHANGE_BY_LAG(Statistic.FOLLOWED_MFCC, FeatureGroup.RMS, FeatureGroup.PITCH, FeatureGroup.SHAPE),

  /** Which features move together. */
  CORRELATION(Statistic.FOLLOWED_MFCC, FeatureGroup.RMS, FeatureGroup.PITCH, FeatureGroup.SHAPE);

  /** The highest MFCC that any of them follows. */
  private static final int FOLLOWED_MFCC = 7;

  private final int leastMfccCount;
  private final List<FeatureGroup> groups;

  Statistic(FeatureGroup... groups) {
    this(0, groups);
  }

  Statistic(int leastMfccCount, FeatureGroup... groups) {
    this.leastMfccCount = leastMfccCount;
    this.groups = List.of(groups);
  }

  /** Groups that a spec with it must have. */
  List<FeatureGroup> groups() {
    return groups;
  }

  /** How many MFCC a spec with it must have. */
  int leastMfccCount() {
    return leastMfccCount;
  }
}
