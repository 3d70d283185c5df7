package dev.speechemotion.app.settings;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.streams.StreamSettings;
import dev.speechemotion.streams.call.CallSettings;
import dev.speechemotion.streams.intake.PseudonymKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/**
 * The configuration: a valid value for every {@link Property}. Values come from a properties file,
 * from environment variables and from the command line, the later ones winning.
 */
public final class Settings {
  /** As they stand in the configuration. */
  private final Map<String, String> given;

  private final Map<String, Object> values;
  private final Map<String, String> kafka;
  private final Map<String, String> registry;

  private Settings(Map<String, String> given) {
    this.given = given;
    Map<String, String> read = Secrets.read(given);
    try {
      values = Property.DEFINITION.parse(read);
    } catch (ConfigException e) {
      // Without its cause, whose message holds the value.
      throw new CommandFailure("configuration: " + Secrets.hide(e.getMessage(), given, read));
    }
    kafka = passedThrough(read, Property.KAFKA_PREFIX);
    registry = passedThrough(read, Property.REGISTRY_PREFIX);
    windows();
    streamSettings();
  }

  /**
   * Reads all sources.
   *
   * @param file properties file; empty: none
   * @param environment all environment variables; those that begin with {@code SES_} count
   * @param overrides from the command line
   * @throws CommandFailure if a property is unknown or its value not valid
   */
  public static Settings load(
      Optional<Path> file, Map<String, String> environment, Map<String, String> overrides) {
    return new Settings(SettingsSources.read(file, environment, overrides));
  }

  /** The defaults with these values. */
  public static Settings of(Map<String, String> overrides) {
    return load(Optional.empty(), Map.of(), overrides);
  }

  public String text(String property) {
    return (String) values.get(property);
  }

  /** The value of a property that is shown nowhere. */
  public String secret(String property) {
    return ((Password) values.get(property)).value();
  }

  public int integer(String property) {
    return (Integer) values.get(property);
  }

  public boolean flag(String property) {
    return (Boolean) values.get(property);
  }

  public Duration duration(String property) {
    return Duration.ofMillis((Long) values.get(property));
  }

  /** Roles of channels by name. */
  public Map<String, ChannelRole> channelRoles(String property) {
    return ValueFormats.channelRoles(property, text(property));
  }

  /** The first and the last port of a range. */
  public int[] ports(String property) {
    return ValueFormats.ports(property, text(property));
  }

  /** Settings of the registry client besides its address. */
  public Map<String, String> registryClient() {
    return registry;
  }

  /** Settings for Kafka clients: where the broker is, and what is passed through. */
  public Map<String, Object> kafkaClient(Set<String> knownToTheClient) {
    Map<String, Object> client = new HashMap<>(kafka);
    client.keySet().retainAll(knownToTheClient);
    client.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, text(Property.BOOTSTRAP_SERVERS));
    return client;
  }

  /**
   * All settings in use, a line {@code name=value} each: every property, then what is passed
   * through. Secrets are left out.
   */
  public String shown() {
    StringBuilder lines = new StringBuilder();
    for (ConfigKey key : Property.DEFINITION.configKeys().values()) {
      boolean none = key.defaultValue == null || key.defaultValue instanceof Password;
      addLine(
          lines, key.name, given.getOrDefault(key.name, none ? "" : key.defaultValue.toString()));
    }
    new TreeMap<>(given)
        .forEach(
            (name, value) -> {
              if (!Property.DEFINITION.names().contains(name)) {
                addLine(lines, name, value);
              }
            });
    return lines.toString();
  }

  private static void addLine(StringBuilder lines, String name, String value) {
    lines.append(name).append('=').append(Secrets.shown(name, value)).append('\n');
  }

  /** What is passed through to Kafka Streams and the Kafka clients, without the prefix. */
  public Map<String, String> kafkaProperties() {
    return kafka;
  }

  /**
   * What is insisted on of the models' windows.
   *
   * @throws CommandFailure if no windows can be as required
   */
  public RequiredWindows windows() {
    try {
      return new RequiredWindows(
          integerIfGiven(Property.WINDOW_LENGTH_MS), integerIfGiven(Property.WINDOW_HOP_MS));
    } catch (IllegalArgumentException e) {
      throw invalid(e);
    }
  }

  private OptionalInt integerIfGiven(String property) {
    Object value = values.get(property);
    return value == null ? OptionalInt.empty() : OptionalInt.of((Integer) value);
  }

  /** What the topology is told. */
  public StreamSettings streamSettings() {
    try {
      return new StreamSettings(
          text(Property.TOPIC_CHUNKS),
          text(Property.TOPIC_EVENTS),
          text(Property.TOPIC_SUMMARIES),
          text(Property.TOPIC_ALERTS),
          text(Property.TOPIC_DEAD_LETTERS),
          integer(Property.MAX_PAYLOAD_BYTES),
          new CallSettings(
              ValueFormats.roles(Property.ANALYZED_ROLES, text(Property.ANALYZED_ROLES)),
              channelRoles(Property.CHANNEL_ROLES),
              duration(Property.REORDER_WINDOW_MS),
              integer(Property.REORDER_MAX_CHUNKS),
              duration(Property.GAP_TOLERANCE_MS),
              (Double) values.get(Property.SPEECH_MIN_SHARE),
              (Boolean) values.get(Property.SPEECH_NO_SPEECH_EVENTS),
              Duration.ofNanos(Math.round((Double) values.get(Property.SMOOTHING_SECONDS) * 1e9)),
              (Double) values.get(Property.LABEL_HYSTERESIS),
              ValueFormats.alertRules(Property.ALERT_RULES, text(Property.ALERT_RULES)),
              duration(Property.CALL_INACTIVITY_MS),
              duration(Property.CALL_MEMORY_MS),
              duration(Property.MAX_LAG_MS)),
          Optional.of(secret(Property.PSEUDONYMIZE_KEY))
              .filter(key -> !key.isEmpty())
              .map(PseudonymKey::new));
    } catch (IllegalArgumentException e) {
      throw invalid(e);
    }
  }

  private static CommandFailure invalid(Exception e) {
    return new CommandFailure("configuration: " + e.getMessage(), e);
  }

  private static Map<String, String> passedThrough(Map<String, String> given, String prefix) {
    return given.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .filter(entry -> !Property.DEFINITION.names().contains(entry.getKey()))
        .collect(
            Collectors.toMap(
                entry -> entry.getKey().substring(prefix.length()), Map.Entry::getValue));
  }
}
