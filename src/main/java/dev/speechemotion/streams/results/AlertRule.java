package dev.speechemotion.streams.results;

import dev.speechemotion.avro.ChannelRole;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A rule that raises an alert, on all channels that are analyzed or on those of one role. It
 * watches an emotion's smoothed probability, and has one of two forms.
 *
 * <p>{@code angry >= 0.6 for 10s on CUSTOMER}: the probability has been at least that in every
 * event of a stretch of media time at least that long. The stretch counts from the begin of its
 * first window to the end of its last; where an event does not touch the one before it, it ends.
 *
 * <p>{@code rise of angry by 0.4 within 60s}: the probability is higher by at least that much than
 * the lowest of the events that ended within that time before. (The time is looked back on in
 * sixteenths, so a rise may be taken for one that began up to a sixteenth later.)
 *
 * @param text the rule in its canonical form, as it goes into alerts
 * @param form which of the two it is
 * @param emotion label of the emotion that is watched
 * @param amount probability or rise asked for, above 0 and at most 1
 * @param timeMs how long the probability must hold, or how far to look back; media time,
 *     milliseconds
 * @param role of the channels that the rule is for; empty: all
 */
public record AlertRule(
    String text, Form form, String emotion, float amount, long timeMs, Optional<ChannelRole> role) {

  /** What a rule asks of a probability. */
  public enum Form {
    LEVEL,
    RISE
  }

  private static final String SHAPES =
      "EMOTION >= PROBABILITY for SECONDSs (angry >= 0.6 for 10s) or rise of EMOTION by PROBABILITY"
          + " within SECONDSs (rise of angry by 0.4 within 60s), with 'on CUSTOMER' or another role"
          + " behind it if need be";
  private static final String EMOTION = "([\\p{L}\\p{N}_-]{1,64})";
  private static final String AMOUNT = "([0-9]{0,2}\\.?[0-9]{1,6})";
  private static final String TIME = "([0-9]{1,7})\\s*(ms|s|min)(?:\\s+on\\s+(\\w{1,16}))?\\s*";
  private static final Pattern LEVEL =
      Pattern.compile(
          "\\s*" + EMOTION + "\\s*(?:>=|≥)\\s*" + AMOUNT + "\\s+for\\s+" + TIME,
          Pattern.CASE_INSENSITIVE);
  private static final Pattern RISE =
      Pattern.compile(
          "\\s*rise\\s+of\\s+" + EMOTION + "\\s+by\\s+" + AMOUNT + "\\s+within\\s+" + TIME,
          Pattern.CASE_INSENSITIVE);

  private static final long MAX_TIME_MS = Duration.ofHours(1).toMillis();

  /**
   * The rule of whoever sets none. The probability is the lowest one, in steps of 0.05, that raises
   * at most two false alerts in an hour of speech, in the mean of corpora that the models have not
   * heard: models/README.md has the table and the command.
   */
  public static final AlertRule ESCALATION = parse("angry >= 0.65 for 10s");

  public AlertRule {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(form, "form");
    Objects.requireNonNull(emotion, "emotion");
    Objects.requireNonNull(role, "role");
    if (!(amount > 0 && amount <= 1)) {
      throw new IllegalArgumentException(
          "alert rule '" + text + "': the probability must be above 0 and at most 1");
    }
    if (timeMs < 0 || timeMs > MAX_TIME_MS) {
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
    Matcher matcher = RISE.matcher(text);
    Form form = Form.RISE;
    if (!matcher.matches()) {
      matcher = LEVEL.matcher(text);
      form = Form.LEVEL;
    }
    if (!matcher.matches()) {
      throw new IllegalArgumentException("alert rule '" + text + "' is not of the form " + SHAPES);
    }
    String emotion = matcher.group(1).toLowerCase(Locale.ROOT);
    String amount = matcher.group(2);
    String unit = matcher.group(4).toLowerCase(Locale.ROOT);
    long unitMs = unit.equals("ms") ? 1 : unit.equals("s") ? 1_000 : 60_000;
    Optional<ChannelRole> role =
        Optional.ofNullable(matcher.group(5)).map(name -> role(text, name));
    String canonical =
        (form == Form.RISE
                ? "rise of " + emotion + " by " + amount + " within "
                : emotion + " >= " + amount + " for ")
            + matcher.group(3)
            + unit
            + role.map(name -> " on " + name).orElse("");
    return new AlertRule(
        canonical,
        form,
        emotion,
        Float.parseFloat(amount),
        Long.parseLong(matcher.group(3)) * unitMs,
        role);
  }

  private static ChannelRole role(String text, String name) {
    try {
      return ChannelRole.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "alert rule '" + text + "': the role must be CUSTOMER, AGENT or UNKNOWN", e);
    }
  }

  /** Whether the rule is for channels of that role. */
  boolean isFor(ChannelRole channelRole) {
    return role.isEmpty() || role.get() == channelRole;
  }
}
