package dev.speechemotion.streams;

import dev.speechemotion.streams.call.CallSettings;
import dev.speechemotion.streams.intake.PseudonymKey;
import dev.speechemotion.streams.intake.Pseudonyms;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
 * @param pseudonymKey key of the hashes that take the place of ids; empty: ids stay as they are
 */
public record StreamSettings(
    String chunksTopic,
    String eventsTopic,
    String summariesTopic,
    String alertsTopic,
    String deadLettersTopic,
    int maxPayloadBytes,
    CallSettings call,
    Optional<PseudonymKey> pseudonymKey) {

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
    Objects.requireNonNull(pseudonymKey, "pseudonymKey");
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
        call,
        Optional.empty());
  }

  /** The topics that must exist before the stream starts. */
  public List<String> topics() {
    return List.of(chunksTopic, eventsTopic, summariesTopic, alertsTopic, deadLettersTopic);
  }

  /** What takes the place of ids, for one thread; names of channels that have a role given stay. */
  public Optional<Pseudonyms> pseudonyms() {
    return pseudonymKey.map(key -> new Pseudonyms(key, call.channelRoles().keySet()));
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
