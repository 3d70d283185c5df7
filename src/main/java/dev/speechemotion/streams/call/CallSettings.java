package dev.speechemotion.streams.call;

import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.streams.intake.MessageOrder;
import dev.speechemotion.streams.results.AlertRule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * How calls are analyzed.
 *
 * @param analyzedRoles roles of the channels that are analyzed; agents' only on purpose, because
 *     inferring the emotions of people at work is prohibited in places, the EU among them
 * @param channelRoles roles of channels of which the feed does not say it, by the channel's name
 *     or, if it has none, by its position from 0
 * @param reorderWindow how long messages wait for one with a lower number, in media time
 * @param reorderMaxChunks the most messages of a stream that may wait
 * @param gapTolerance a gap up to this is filled with the line's background, a longer one cuts the
 *     window
 * @param speechMinShare a window with a smaller share of speech gives no emotion, 0 to 1
 * @param noSpeechEvents whether there is an event of such a window too
 * @param smoothing time constant over which probabilities are smoothed, media time; zero: not at
 *     all
 * @param labelHysteresis by how much another emotion's smoothed probability must be above that of
 *     the present one before the label changes, 0 to below 1
 * @param alertRules rules that raise alerts; {@link AlertRule#ESCALATION} by default
 * @param inactivity a call without messages for so long, wall-clock time, has ended
 * @param endedCallMemory how long it is remembered that a call has ended, so that what still comes
 *     of it is late and does not begin a call; zero: not at all
 * @param maxLag if a record is older than this when its turn comes, audio is passed over until the
 *     lag is half of it; zero: never
 */
public record CallSettings(
    Set<ChannelRole> analyzedRoles,
    Map<String, ChannelRole> channelRoles,
    Duration reorderWindow,
    int reorderMaxChunks,
    Duration gapTolerance,
    double speechMinShare,
    boolean noSpeechEvents,
    Duration smoothing,
    double labelHysteresis,
    List<AlertRule> alertRules,
    Duration inactivity,
    Duration endedCallMemory,
    Duration maxLag) {

  static final int MAX_ALERT_RULES = 32;
  private static final Duration MAX_REORDER_WINDOW = Duration.ofSeconds(10);
  private static final Duration MAX_GAP_TOLERANCE = Duration.ofSeconds(2);
  private static final Duration MAX_SMOOTHING = Duration.ofMinutes(10);
  private static final Duration MIN_INACTIVITY = Duration.ofSeconds(1);
  private static final Duration ONE_DAY = Duration.ofDays(1);
  private static final int MAX_CHANNEL_ROLES = 256;

  /** Channels of customers and of unknown role; alerts of {@link AlertRule#ESCALATION}. */
  public static final CallSettings DEFAULT =
      new CallSettings(
          Set.of(ChannelRole.CUSTOMER, ChannelRole.UNKNOWN),
          Map.of(),
          Duration.ofMillis(500),
          128,
          Duration.ofMillis(200),
          0.1,
          false,
          Duration.ofSeconds(2),
          0.05,
          List.of(AlertRule.ESCALATION),
          Duration.ofMinutes(5),
          Duration.ofMinutes(10),
          Duration.ZERO);

  public CallSettings {
    analyzedRoles = Set.copyOf(analyzedRoles);
    channelRoles = Map.copyOf(channelRoles);
    if (channelRoles.size() > MAX_CHANNEL_ROLES) {
      throw new IllegalArgumentException(
          "channelRoles must be at most " + MAX_CHANNEL_ROLES + ", got " + channelRoles.size());
    }
    requireWithin("reorderWindow", reorderWindow, Duration.ZERO, MAX_REORDER_WINDOW);
    if (reorderMaxChunks < 0 || reorderMaxChunks > MessageOrder.MAX_HELD) {
      throw new IllegalArgumentException(
          "reorderMaxChunks must be from 0 to "
              + MessageOrder.MAX_HELD
              + ", got "
              + reorderMaxChunks);
    }
    requireWithin("gapTolerance", gapTolerance, Duration.ZERO, MAX_GAP_TOLERANCE);
    if (!(speechMinShare >= 0 && speechMinShare <= 1)) {
      throw new IllegalArgumentException(
          "speechMinShare must be from 0 to 1, got " + speechMinShare);
    }
    requireWithin("smoothing", smoothing, Duration.ZERO, MAX_SMOOTHING);
    if (!(labelHysteresis >= 0 && labelHysteresis < 1)) {
      throw new IllegalArgumentException(
          "labelHysteresis must be at least 0 and below 1, got " + labelHysteresis);
    }
    alertRules = List.copyOf(alertRules);
    requireFit(alertRules, analyzedRoles);
    requireWithin("inactivity", inactivity, MIN_INACTIVITY, ONE_DAY);
    requireWithin("endedCallMemory", endedCallMemory, Duration.ZERO, ONE_DAY);
    requireWithin("maxLag", maxLag, Duration.ZERO, ONE_DAY);
  }

  private static void requireFit(List<AlertRule> rules, Set<ChannelRole> analyzedRoles) {
    if (rules.size() > MAX_ALERT_RULES) {
      throw new IllegalArgumentException(
          "alertRules must be at most " + MAX_ALERT_RULES + ", got " + rules.size());
    }
    List<String> texts = rules.stream().map(AlertRule::text).toList();
    if (texts.stream().distinct().count() != texts.size()) {
      throw new IllegalArgumentException("alertRules must differ from one another, got " + texts);
    }
    for (AlertRule rule : rules) {
      if (rule.role().isPresent() && !analyzedRoles.contains(rule.role().get())) {
        throw new IllegalArgumentException(
            "alert rule '"
                + rule.text()
                + "' is for a role that is not analyzed; analyzedRoles are "
                + new TreeSet<>(analyzedRoles));
      }
    }
  }

  private static void requireWithin(String field, Duration value, Duration min, Duration max) {
    Objects.requireNonNull(value, field);
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          field + " must be from " + min + " to " + max + ", got " + value);
    }
  }
}
