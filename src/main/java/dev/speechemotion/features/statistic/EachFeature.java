package dev.speechemotion.features.statistic;

import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.frame.VoicePitch;
import java.util.ArrayList;
import java.util.List;

/**
 * The same statistics of each feature but the pitch, of which only the voiced frames have one. What
 * would tell the level, which is no feature, is taken from its mean.
 */
final class EachFeature implements WindowStatistic {
  /** What the mean of a frame's first MFCC would say of a window is the level. */
  private static final String LEVEL = "mfcc1";

  /** A feature, and where its values begin among this statistic's. */
  private record Part(int column, FeatureStatistic[] statistics, int[] begins, boolean fromMean) {}

  private final FeatureSeries series;
  private final List<String> names = new ArrayList<>();
  private final Part[] parts;

  /**
   * @param ofSpeech whether, where there are any, only the frames that hold speech count
   * @param statistics beside the mean
   */
  EachFeature(WindowFrames frames, boolean ofSpeech, List<FeatureStatistic> statistics) {
    series = new FeatureSeries(ofSpeech);
    List<FeatureStatistic> withMean = new ArrayList<>(List.of(new Mean()));
    withMean.addAll(statistics);
    List<Part> all = new ArrayList<>();
    for (String feature : frames.names()) {
      if (!feature.equals(VoicePitch.F0)) {
        boolean level = feature.equals(LEVEL);
        all.add(part(frames.column(feature), feature, level ? statistics : withMean, level));
      }
    }
    parts = all.toArray(new Part[0]);
  }

  private Part part(
      int column, String feature, List<FeatureStatistic> statistics, boolean fromMean) {
    int[] begins = new int[statistics.size()];
    for (int i = 0; i < begins.length; i++) {
      begins[i] = names.size();
      names.addAll(statistics.get(i).names(feature));
    }
    return new Part(column, statistics.toArray(new FeatureStatistic[0]), begins, fromMean);
  }

  @Override
  public List<String> names() {
    return names;
  }

  @Override
  public void compute(WindowFrames frames, float[] out, int at) {
    for (Part part : parts) {
      series.take(frames, part.column, part.fromMean);
      for (int i = 0; i < part.begins.length; i++) {
        part.statistics[i].compute(series, out, at + part.begins[i]);
      }
    }
  }
}
