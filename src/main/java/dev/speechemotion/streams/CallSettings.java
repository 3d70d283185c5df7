package dev.speechemotion.streams;

import dev.speechemotion.avro.ChannelRole;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * How the messages of a call are taken.
 *
 * @param reorderWindow how long messages wait for one with a lower number, in media time
 * @param reorderMaxChunks the most messages of a stream that may wait
 * @param gapTolerance a gap up to this is filled with the line's background, a longer one cuts the
 *     window
 * @param channelRoles roles of channels of which the feed does not say it, by the channel's name
 *     or, if it has none, by its position from 0
 * @param speechMinShare a window with a smaller share of speech gives no emotion, 0 to 1
 * @param noSpeechEvents whether there is an event of such a window too
 * @param smoothing time constant over which probabilities are smoothed, media time; zero: not at
 *     all
 * @param labelHysteresis by how much another emotion's smoothed probability must be above that of
 *     the present one before the label changes, 0 to below 1
 * @param endedCallMemory how long it is remembered that a call has ended, so that what still comes
 *     of it is late and does not begin a call; zero: not at all
 */
public record CallSettings(
    Duration reorderWindow,
    int reorderMaxChunks,
    Duration gapTolerance,
    Map<String, ChannelRole> channelRoles,
    double speechMinShare,
    boolean noSpeechEvents,
    Duration smoothing,
    double labelHysteresis,
    Duration endedCallMemory) {

  private static final Duration MAX_REORDER_WINDOW = Duration.ofSeconds(10);
  static final int MAX_REORDER_CHUNKS = 1_024;
  private static final Duration MAX_GAP_TOLERANCE = Duration.ofSeconds(2);
  private static final Duration MAX_SMOOTHING = Duration.ofMinutes(10);
  private static final Duration MAX_ENDED_CALL_MEMORY = Duration.ofDays(1);
  private static final int MAX_CHANNEL_ROLES = 256;

  public static final CallSettings DEFAULT =
      new CallSettings(
          Duration.ofMillis(500),
          128,
          Duration.ofMillis(200),
          Map.of(),
          0.1,
          false,
          Duration.ofSeconds(2),
          0.05,
          Duration.ofMinutes(10));

  public CallSettings {
    requireUpTo("reorderWindow", reorderWindow, MAX_REORDER_WINDOW);
    if (reorderMaxChunks < 0 || reorderMaxChunks > MAX_REORDER_CHUNKS) {
      throw new IllegalArgumentException(
          "reorderMaxChunks must be from 0 to " + MAX_REORDER_CHUNKS + ", got " + reorderMaxChunks);
    }
    requireUpTo("gapTolerance", gapTolerance, MAX_GAP_TOLERANCE);
    channelRoles = Map.copyOf(channelRoles);
    if (channelRoles.size() > MAX_CHANNEL_ROLES) {
      throw new IllegalArgumentException(
          "channelRoles must be at most " + MAX_CHANNEL_ROLES + ", got " + channelRoles.size());
    }
    if (!(speechMinShare >= 0 && speechMinShare <= 1)) {
      throw new IllegalArgumentException(
          "speechMinShare must be from 0 to 1, got " + speechMinShare);
    }
    requireUpTo("smoothing", smoothing, MAX_SMOOTHING);
    if (!(labelHysteresis >= 0 && labelHysteresis < 1)) {
      throw new IllegalArgumentException(
          "labelHysteresis must be at least 0 and below 1, got " + labelHysteresis);
    }
    requireUpTo("endedCallMemory", endedCallMemory, MAX_ENDED_CALL_MEMORY);
  }

  private static void requireUpTo(String field, Duration value, Duration max) {
    Objects.requireNonNull(value, field);
    if (value.isNegative() || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(field + " must be from 0 to " + max + ", got " + value);
    }
  }
}
