package dev.speechemotion.streams;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A rule that raises an alert, written {@code angry >= 0.6 for 10s}: the emotion has had at least
 * that probability in every event of a stretch of media time at least that long. The stretch counts
 * from the begin of its first window to the end of its last; a gap in the audio ends it.
 *
 * @param text the rule in its canonical form, as it goes into alerts
 * @param emotion label of the emotion that is watched
 * @param threshold probability asked for, above 0 and at most 1
 * @param holdMs how long the rule must hold before the alert is raised, milliseconds of media time
 */
public record AlertRule(String text, String emotion, float threshold, long holdMs) {
  private static final String SHAPE = "EMOTION >= PROBABILITY for SECONDSs (angry >= 0.6 for 10s)";
  private static final Pattern RULE =
      Pattern.compile(
          "\\s*([\\p{L}\\p{N}_-]{1,64})\\s*(?:>=|≥)\\s*([0-9]{0,2}\\.?[0-9]{1,6})\\s+for\\s+"
              + "([0-9]{1,5})\\s*(ms|s|min)\\s*");

  private static final long MAX_HOLD_MS = Duration.ofHours(1).toMillis();

  public AlertRule {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(emotion, "emotion");
    if (!(threshold > 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "alert rule '" + text + "': the probability must be above 0 and at most 1");
    }
    if (holdMs < 0 || holdMs > MAX_HOLD_MS) {
      throw new IllegalArgumentException(
          "alert rule '" + text + "': the time must be at most an hour");
    }
  }

  /**
   * Reads a rule; the time is in {@code ms}, {@code s} or {@code min}.
   *
   * @throws IllegalArgumentException if the text is not a rule
   */
  public static AlertRule parse(String text) {
    Matcher matcher = RULE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("alert rule '" + text + "' is not of the form " + SHAPE);
    }
    String emotion = matcher.group(1).toLowerCase(Locale.ROOT);
    String unit = matcher.group(4);
    long unitMs = unit.equals("ms") ? 1 : unit.equals("s") ? 1_000 : 60_000;
    String canonical =
        emotion + " >= " + matcher.group(2) + " for " + matcher.group(3) + matcher.group(4);
    return new AlertRule(
        canonical,
        emotion,
        Float.parseFloat(matcher.group(2)),
        Long.parseLong(matcher.group(3)) * unitMs);
  }
}
