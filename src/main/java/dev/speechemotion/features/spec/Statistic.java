package dev.speechemotion.features.spec;

import dev.speechemotion.features.statistic.Change;
import dev.speechemotion.features.statistic.Correlations;
import dev.speechemotion.features.statistic.Course;
import dev.speechemotion.features.statistic.Movement;
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
  TIMING,

  /**
   * No value of its own: means, deviations and percentiles are those of the frames that hold
   * speech, so that pauses say nothing of the voice; of all frames where none does. Deviations of
   * slopes are of all frames still.
   */
  OF_SPEECH,

  /**
   * How pitch and level move, as {@link Movement} tells; pitch in semitones, level in dB. {@code
   * f0.run.slope}, mean slope of the runs by their length, per second; {@code f0.rise}, {@code
   * f0.fall}, what the runs' moves come to upwards and downwards; {@code f0.move.max}, {@code
   * .min}, {@code .last}, the highest, lowest and last move; {@code f0.first}, {@code f0.last},
   * {@code f0.end}, the means of the first and the last run and the end of that, less the mean of
   * all voiced frames; {@code f0.jump}, the mean distance from a run's end to the next one's start;
   * {@code f0.run.length}, their mean length, seconds; {@code f0.run.rate}, their number per
   * second; {@code f0.delta.p10}, {@code .median}, {@code .p90}, {@code .abs}, ranks and mean
   * magnitude of the local slopes, per second; {@code f0.rms.correlation} over the voiced frames;
   * {@code rms.rise}, {@code rms.fall}, the mean slopes where the level rises and where it does
   * not, per second; {@code rms.rising}, share of the frames where it rises. 0 where there is
   * nothing to tell.
   */
  MOVEMENT,

  /**
   * More of the voiced frames: {@code voicing.voiced.mean}, {@code .std}, {@code .p10}, of their
   * voicing; {@code f0.p05}, {@code f0.p25}, {@code f0.p75}, {@code f0.p95}, of their pitch, less
   * its median, semitones. 0 without any.
   */
  VOICE,

  /**
   * {@code .third1}, {@code .third2}, {@code .third3} of some features, as {@link Course} tells.
   */
  COURSE,

  /**
   * {@code .change16} to {@code .change512} of some features: how much they change in so many
   * milliseconds; {@code f0.bend.mean}, {@code f0.bend.median}, semitones, and {@code
   * rms.bend.mean}, dB, as {@link Change} tells.
   */
  CHANGE,

  /**
   * {@code mfcc2.mfcc3.correlation}, …, -1 to 1: of some features, as {@link Correlations} tells.
   */
  CORRELATION;

  private static final List<String> VOICE_NAMES =
      List.of(
          "voicing.voiced.mean",
          "voicing.voiced.std",
          "voicing.voiced.p10",
          "f0.p05",
          "f0.p25",
          "f0.p75",
          "f0.p95");

  private static final int MFCC_FOLLOWED = 7;

  /** Names of the features whose frames it follows in time; none for most. */
  public String[] series(FeatureSpec spec) {
    switch (this) {
      case COURSE:
        return new String[] {
          FeatureGroup.F0,
          "rms",
          "centroid",
          "mfcc2",
          "mfcc3",
          "mfcc4",
          "contrast" + (spec.contrastBands() + 1),
          "rolloff"
        };
      case CHANGE:
        return new String[] {"rms", "centroid", "mfcc2", "mfcc3", "flux", FeatureGroup.F0};
      case CORRELATION:
        return new String[] {
          "mfcc2",
          "mfcc3",
          "mfcc4",
          "mfcc5",
          "mfcc6",
          "mfcc" + MFCC_FOLLOWED,
          "rms",
          FeatureGroup.F0,
          "centroid",
          "flux"
        };
      default:
        return new String[0];
    }
  }

  /** Groups that a spec with it must have. */
  List<FeatureGroup> groups() {
    switch (this) {
      case PITCH:
      case VOICE:
        return List.of(FeatureGroup.PITCH);
      case TIMING:
      case MOVEMENT:
        return List.of(FeatureGroup.RMS, FeatureGroup.PITCH);
      case COURSE:
      case CHANGE:
      case CORRELATION:
        return List.of(FeatureGroup.RMS, FeatureGroup.PITCH, FeatureGroup.SHAPE);
      default:
        return List.of();
    }
  }

  /** How many MFCC a spec with it must have. */
  int leastMfccCount() {
    switch (this) {
      case COURSE:
      case CHANGE:
      case CORRELATION:
        return MFCC_FOLLOWED;
      default:
        return 0;
    }
  }

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

  /** Appends the names of what a window has but once. */
  void addWindowNames(FeatureSpec spec, List<String> names) {
    switch (this) {
      case PITCH:
        names.addAll(List.of("f0.mean", "f0.std", "f0.p10", "f0.median", "f0.p90", "f0.slope"));
        names.add("voiced.share");
        break;
      case TIMING:
        names.addAll(List.of("speech.share", "pause.rate", "pause.length", "syllable.rate"));
        break;
      case MOVEMENT:
        names.addAll(List.of(Movement.names()));
        break;
      case VOICE:
        names.addAll(VOICE_NAMES);
        break;
      case COURSE:
        names.addAll(Course.names(series(spec)));
        break;
      case CHANGE:
        names.addAll(Change.names(series(spec)));
        break;
      case CORRELATION:
        names.addAll(Correlations.names(series(spec)));
        break;
      default:
        break;
    }
  }
}
