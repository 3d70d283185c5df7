package dev.speechemotion.streams;

import dev.speechemotion.streams.call.CallSettings;
import java.util.List;
import java.util.Objects;
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
 * @param maxPayloadBytes the most audio that one chunk may hold, bytes
 * @param call how calls are analyzed
 */
public record StreamSettings(
    String chunksTopic,
    String eventsTopic,
    String summariesTopic,
    String alertsTopic,
    String deadLettersTopic,
    int maxPayloadBytes,
    CallSettings call) {

  private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

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
    if (maxPayloadBytes < 1 || maxPayloadBytes > 64 << 20) {
      throw new IllegalArgumentException(
          "maxPayloadBytes must be from 1 to 67108864 (64 MiB), got " + maxPayloadBytes);
    }
    Objects.requireNonNull(call, "call");
  }

  /** The defaults. */
  public static StreamSettings defaults() {
    return defaults(CallSettings.DEFAULT);
  }

  /** The defaults of all but how calls are analyzed. */
  public static StreamSettings defaults(CallSettings call) {
    return new StreamSettings(
        "audio-chunks",
        "emotion-events",
        "call-summaries",
        "emotion-alerts",
        "audio-chunks-dlq",
        1 << 20,
        call);
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
