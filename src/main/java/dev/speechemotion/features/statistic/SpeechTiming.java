package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.frame.RelativeLevel;
import java.util.List;

/**
 * {@code speech.share} of the frames, 0 to 1; {@code pause.rate}, stretches of 0.2 s and more
 * without speech, per second; {@code pause.length}, their mean, seconds; {@code syllable.rate},
 * peaks of the level in voiced frames per second of speech.
 */
final class SpeechTiming implements WindowStatistic {
  /** Stretches without speech from this length on are pauses. */
  private static final double PAUSE_SECONDS = 0.2;

  /**
   * A syllable's peak rises and falls by 2 dB, and lies within 25 dB of the window's highest (after
   * N. de Jong and T. Wempe, "Praat script to detect syllable nuclei", 2009).
   */
  private static final double SYLLABLE_DB = 2;

  private static final double SYLLABLE_RANGE_DB = 25;

  private final double framesPerSecond;
  private final int pauseFrames;

  /** In codes of the level. */
  private final int syllableRise;

  private final int syllableRange;

  SpeechTiming(WindowFrames frames) {
    framesPerSecond = frames.framesPerSecond();
    pauseFrames = (int) Math.max(1, Math.round(PAUSE_SECONDS * framesPerSecond));
    double step = frames.step(frames.column(RelativeLevel.NAME));
    syllableRise = (int) Math.round(SYLLABLE_DB / step);
    syllableRange = (int) Math.round(SYLLABLE_RANGE_DB / step);
  }

  @Override
  public List<String> names() {
    return List.of("speech.share", "pause.rate", "pause.length", "syllable.rate");
  }

  @Override
  public void compute(WindowFrames frames, float[] out, int at) {
    final int[] flags = frames.flags();
    int count = frames.count();
    int speech = frames.speechCount();
    int pauses = 0;
    int paused = 0;
    int silent = 0;
    for (int i = 0; i < count; i++) {
      silent = (flags[i] & WindowFrames.ACTIVE) == 0 ? silent + 1 : 0;
      if (silent == pauseFrames) {
        pauses++;
        paused += silent;
      } else if (silent > pauseFrames) {
        paused++;
      }
    }
    out[at] = (float) speech / count;
    out[at + 1] = (float) (pauses * framesPerSecond / count);
    out[at + 2] = pauses == 0 ? 0 : (float) (paused / (pauses * framesPerSecond));
    out[at + 3] = speech == 0 ? 0 : (float) (syllables(frames) * framesPerSecond / speech);
  }

  /** Peaks of the level in voiced frames that hold speech. */
  private int syllables(WindowFrames frames) {
    final int[] levels = frames.levels();
    final int[] pitches = frames.codes(frames.f0());
    final int[] flags = frames.flags();
    int count = frames.count();
    int highest = 0;
    for (int i = 0; i < count; i++) {
      highest = Math.max(highest, levels[i]);
    }
    int least = highest - syllableRange;
    int peaks = 0;
    boolean rising = false;
    boolean voiced = false;
    int turn = levels[0];
    for (int i = 0; i < count; i++) {
      int value = levels[i];
      if (rising) {
        if (value >= turn) {
          turn = value;
          voiced = pitches[i] > 0 && (flags[i] & WindowFrames.SPEECH) != 0;
        } else if (value <= turn - syllableRise) {
          peaks += voiced && turn >= least ? 1 : 0;
          rising = false;
          turn = value;
        }
      } else if (value <= turn) {
        turn = value;
      } else if (value >= turn + syllableRise) {
        rising = true;
        turn = value;
        voiced = pitches[i] > 0 && (flags[i] & WindowFrames.SPEECH) != 0;
      }
    }
    return peaks;
  }
}
