package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.CodeRanks;
import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.Statistic;
import java.util.ArrayList;
import java.util.List;

/**
 * All that a spec says of a window's frames: first of each feature by itself, then of the window.
 * Holds scratch space and nothing that outlives a call; sums are of whole numbers and thus exact.
 */
public final class WindowSummary {
  private final WindowFrames frames;
  private final WindowStatistic[] statistics;

  /** Where each statistic's values begin. */
  private final int[] begins;

  private final List<String> names;

  /**
   * @param frames where each window's frames will be
   */
  public WindowSummary(FeatureSpec spec, WindowFrames frames) {
    this.frames = frames;
    statistics = statisticsOf(spec, frames).toArray(new WindowStatistic[0]);
    begins = new int[statistics.length];
    List<String> all = new ArrayList<>();
    for (int i = 0; i < statistics.length; i++) {
      begins[i] = all.size();
      all.addAll(statistics[i].names());
    }
    names = List.copyOf(all);
  }

  private static List<WindowStatistic> statisticsOf(FeatureSpec spec, WindowFrames frames) {
    CodeRanks ranks = new CodeRanks();
    List<FeatureStatistic> ofEach = new ArrayList<>();
    List<WindowStatistic> ofWindow = new ArrayList<>();
    for (Statistic statistic : spec.statistics()) {
      switch (statistic) {
        case DEVIATION -> ofEach.add(new Deviation());
        case PERCENTILES -> ofEach.add(new Percentiles(ranks));
        case DELTA_DEVIATION -> ofEach.add(new SlopeDeviation());
        case PITCH -> ofWindow.add(new PitchStatistics(ranks));
        case TIMING -> ofWindow.add(new SpeechTiming(frames));
        case PROSODIC_CONTOURS -> ofWindow.add(new ProsodicContours(frames));
        case VOICE -> ofWindow.add(new VoiceQuality(frames, ranks));
        case THIRDS_OF_SPEECH -> ofWindow.add(new ThirdsOfSpeech(spec, frames));
        case CHANGE_BY_LAG -> ofWindow.add(new ChangeByLag(frames));
        case CORRELATION -> ofWindow.add(new FeatureCorrelations(frames));
        case OF_SPEECH -> {
          // Not a value of its own, but which frames the others are of.
        }
      }
    }
    boolean ofSpeech = spec.statistics().contains(Statistic.OF_SPEECH);
    ofWindow.add(0, new EachFeature(frames, ofSpeech, ofEach));
    return ofWindow;
  }

  /** Of the values in their order. */
  public List<String> names() {
    return names;
  }

  /**
   * Computes the values of the window whose frames are there.
   *
   * @param out receives a value for each of {@link #names()}
   */
  public void compute(float[] out) {
    for (int i = 0; i < statistics.length; i++) {
      statistics[i].compute(frames, out, begins[i]);
    }
  }
}
