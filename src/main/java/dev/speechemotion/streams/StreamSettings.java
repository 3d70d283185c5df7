package dev.speechemotion.streams;

import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.features.spec.WindowSettings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the topology can be told.
 *
 * @param chunksTopic topic that the audio chunks come from
 * @param eventsTopic topic for the emotion of each window
 * @param summariesTopic topic for the summary of each call
 * @param alertsTopic topic for alerts
 * @param deadLettersTopic topic for records that cannot be used
 * @param windows how each channel is cut into windows
 * @param analyzedRoles roles of the channels that are analysed; agents' only on purpose, because
 *     inferring the emotions of people at work is prohibited in places, the EU among them
 * @param maxPayloadBytes the most audio that one chunk may hold, bytes
 * @param callInactivity a call without messages for so long, wall-clock time, has ended
 * @param alertRules rules that raise alerts; none by default
 * @param maxLag if a record is older than this when its turn comes, audio is passed over until the
 *     lag is half of it; zero: never
 * @param call how the messages of a call are taken
 */
public record StreamSettings(
    String chunksTopic,
    String eventsTopic,
    String summariesTopic,
    String alertsTopic,
    String deadLettersTopic,
    WindowSettings windows,
    Set<ChannelRole> analyzedRoles,
    int maxPayloadBytes,
    Duration callInactivity,
    List<AlertRule> alertRules,
    Duration maxLag,
    CallSettings call) {

  private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
  static final int MAX_ALERT_RULES = 32;

  public StreamSettings {
    requireTopic("chunksTopic", chunksTopic);
    requireTopic("eventsTopic", eventsTopic);
    requireTopic("summariesTopic", summariesTopic);
    requireTopic("alertsTopic", alertsTopic);
    requireTopic("deadLettersTopic", deadLettersTopic);
    List<String> topics =
        List.of(chunksTopic, eventsTopic, summariesTopic, alertsTopic, deadLettersTopic);
    if (new TreeSet<>(topics).size() != topics.size()) {
      throw new IllegalArgumentException("topics must differ from one another, got " + topics);
    }
    Objects.requireNonNull(windows, "windows");
    analyzedRoles = Set.copyOf(analyzedRoles);
    if (maxPayloadBytes < 1 || maxPayloadBytes > 64 << 20) {
      throw new IllegalArgumentException(
          "maxPayloadBytes must be from 1 to 67108864 (64 MiB), got " + maxPayloadBytes);
    }
    if (callInactivity.compareTo(Duration.ofSeconds(1)) < 0
        || callInactivity.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(
          "callInactivity must be from 1 second to 1 day, got " + callInactivity);
    }
    alertRules = List.copyOf(alertRules);
    if (alertRules.size() > MAX_ALERT_RULES) {
      throw new IllegalArgumentException(
          "alertRules must be at most " + MAX_ALERT_RULES + ", got " + alertRules.size());
    }
    if (alertRules.stream().map(AlertRule::text).distinct().count() != alertRules.size()) {
      throw new IllegalArgumentException(
          "alertRules must differ from one another, got "
              + alertRules.stream().map(AlertRule::text).toList());
    }
    for (AlertRule rule : alertRules) {
      if (rule.role() != null && !analyzedRoles.contains(rule.role())) {
        throw new IllegalArgumentException(
            "alert rule '"
                + rule.text()
                + "' is for a role that is not analyzed; analyzedRoles are "
                + new TreeSet<>(analyzedRoles));
      }
    }
    if (maxLag.isNegative() || maxLag.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("maxLag must be from 0 to 1 day, got " + maxLag);
    }
    Objects.requireNonNull(call, "call");
  }

  /** The defaults: channels of customers and of unknown role, windows of 3 s every second. */
  public static StreamSettings defaults() {
    return new StreamSettings(
        "audio-chunks",
        "emotion-events",
        "call-summaries",
        "emotion-alerts",
        "audio-chunks-dlq",
        WindowSettings.DEFAULT,
        Set.of(ChannelRole.CUSTOMER, ChannelRole.UNKNOWN),
        1 << 20,
        Duration.ofMinutes(5),
        List.of(),
        Duration.ZERO,
        CallSettings.DEFAULT);
  }

  /** The topics that must exist before the stream starts. */
  public List<String> topics() {
    return List.of(chunksTopic, eventsTopic, summariesTopic, alertsTopic, deadLettersTopic);
  }

  private static void requireTopic(String field, String topic) {
    if (topic == null
        || !TOPIC.matcher(topic).matches()
        || topic.equals(".")
        || topic.equals("..")) {
      throw new IllegalArgumentException(
          field + " must be 1 to 249 of the characters a-z A-Z 0-9 . _ -, got '" + topic + "'");
    }
  }
}
