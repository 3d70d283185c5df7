package dev.speechemotion.features;

import java.util.List;

/** What a window may have of its frames beside their means. */
public enum Statistic {
  /** {@code .std}: deviation of each feature over the window's frames. */
  DEVIATION,

  /** {@code .p10}, {@code .median}, {@code .p90}: the frame of that rank, nearest to (n - 1) p. */
  PERCENTILES,

  /**
   * {@code .delta.std}: deviation of the slopes over nine frames, per frame, that lie within the
   * window; 0 where there are fewer frames.
   */
  DELTA_DEVIATION,

  /**
   * Pitch of the voiced frames, semitones above 27.5 Hz: {@code f0.mean}, {@code f0.std}, {@code
   * f0.p10}, {@code f0.median}, {@code f0.p90}; {@code f0.slope}, semitones per second; {@code
   * voiced.share} of the frames, 0 to 1. Without any voiced frame, the pitch is 30, which lies
   * between men's and women's.
   */
  PITCH,

  /**
   * {@code speech.share} of the frames, 0 to 1; {@code pause.rate}, stretches of 0.2 s and more
   * without speech, per second; {@code pause.length}, their mean, seconds; {@code syllable.rate},
   * peaks of the level in voiced frames per second of speech.
   */
  TIMING;

  void addNames(String feature, List<String> names) {
    switch (this) {
      case DEVIATION:
        names.add(feature + ".std");
        break;
      case PERCENTILES:
        names.addAll(List.of(feature + ".p10", feature + ".median", feature + ".p90"));
        break;
      case DELTA_DEVIATION:
        names.add(feature + ".delta.std");
        break;
      default:
        break;
    }
  }

  void addWindowNames(List<String> names) {
    if (this == PITCH) {
      names.addAll(List.of("f0.mean", "f0.std", "f0.p10", "f0.median", "f0.p90", "f0.slope"));
      names.add("voiced.share");
    } else if (this == TIMING) {
      names.addAll(List.of("speech.share", "pause.rate", "pause.length", "syllable.rate"));
    }
  }
}
