package dev.speechemotion.training;

import dev.speechemotion.training.evaluation.SiteAccumulator;
import dev.speechemotion.training.labeling.LabeledClips;
import dev.speechemotion.training.linear.WindowReservoir;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What was heard of a place.
 *
 * @param seconds of audio
 * @param unit what is counted: {@code recordings} or {@code calls}
 * @param count how many of them have a window with enough speech
 * @param channels how many of their channels have one
 * @param sums of the features of these windows
 * @param windows these windows, or some of them
 * @param period when it was said, where that is known
 * @param labeled what somebody said of its emotions, if that came with it
 */
public record SiteMeasurement(
    double seconds,
    String unit,
    int count,
    int channels,
    SiteAccumulator sums,
    WindowReservoir windows,
    Period period,
    Optional<LabeledClips> labeled) {

  public SiteMeasurement {
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(sums, "sums");
    Objects.requireNonNull(windows, "windows");
    Objects.requireNonNull(period, "period");
    Objects.requireNonNull(labeled, "labeled");
  }

  /**
   * From the first audio to the last, ISO 8601 in UTC.
   *
   * @param from empty where it is not known
   * @param to empty where it is not known
   */
  public record Period(String from, String to) {
    static final Period UNKNOWN = new Period("", "");

    /** To the second. */
    public static Period of(Instant from, Instant to) {
      return new Period(seconds(from), seconds(to));
    }

    private static String seconds(Instant time) {
      return Instant.ofEpochSecond(time.getEpochSecond()).toString();
    }
  }
}
