package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.CodeRanks;
import dev.speechemotion.features.codes.CodeSums;
import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.frame.VoicePitch;
import java.util.Arrays;
import java.util.List;

/**
 * Of the voiced frames: {@code voicing.voiced}, how clear the voice is; {@code f0.p05} to {@code
 * f0.p95}, the range of the pitch about its median, semitones. 0 without any.
 */
final class VoiceQuality implements WindowStatistic {
  private static final List<String> NAMES =
      List.of(
          "voicing.voiced.mean",
          "voicing.voiced.std",
          "voicing.voiced.p10",
          "f0.p05",
          "f0.p25",
          "f0.p75",
          "f0.p95");

  private static final int[] VOICING_PERCENTS = {10};
  private static final int[] MEDIAN = {50};
  private static final int[] PITCH_PERCENTS = {5, 25, 75, 95};

  private final CodeRanks ranks;
  private final int voicing;
  private int[] pitches = new int[0];
  private int[] voicings = new int[0];

  VoiceQuality(WindowFrames frames, CodeRanks ranks) {
    this.ranks = ranks;
    voicing = frames.column(VoicePitch.VOICING);
  }

  @Override
  public List<String> names() {
    return NAMES;
  }

  @Override
  public void compute(WindowFrames frames, float[] out, int begin) {
    if (pitches.length < frames.count()) {
      pitches = new int[frames.capacity()];
      voicings = new int[frames.capacity()];
    }
    int[] pitch = frames.codes(frames.f0());
    int[] clarity = frames.codes(voicing);
    int voiced = 0;
    long sum = 0;
    long squares = 0;
    for (int i = 0; i < frames.count(); i++) {
      if (pitch[i] > 0) {
        pitches[voiced] = pitch[i];
        voicings[voiced++] = clarity[i];
        sum += clarity[i];
        squares += (long) clarity[i] * clarity[i];
      }
    }
    if (voiced == 0) {
      Arrays.fill(out, begin, begin + NAMES.size(), 0);
      return;
    }
    double step = frames.step(voicing);
    double pitchStep = frames.step(frames.f0());
    int at = begin;
    out[at++] = (float) (step * sum / voiced);
    out[at++] = (float) (step * CodeSums.deviation(sum, squares, voiced));
    ranks.percentiles(VOICING_PERCENTS, voicings, voiced, 0, step, out, at);
    at += VOICING_PERCENTS.length;
    ranks.percentiles(MEDIAN, pitches, voiced, 0, pitchStep, out, at);
    double median = out[at];
    ranks.percentiles(PITCH_PERCENTS, pitches, voiced, -median, pitchStep, out, at);
  }
}
