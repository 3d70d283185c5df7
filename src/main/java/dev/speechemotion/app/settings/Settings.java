package dev.speechemotion.app.settings;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.streams.AlertRule;
import dev.speechemotion.streams.CallSettings;
import dev.speechemotion.streams.StreamSettings;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The configuration. {@link #DEFINITION} is the one place that says of each property its name,
 * type, default, valid values and meaning. Values come from a properties file, from environment
 * variables and from the command line, the later ones winning.
 */
public final class Settings {
  public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
  public static final String REGISTRY_URL = "registry.url";
  public static final String MODEL_DIR = "model.dir";
  public static final String MODEL_WIDEBAND_DIR = "model.wideband.dir";
  public static final String MODEL_CHECK_MS = "model.check.ms";
  public static final String APPLICATION_ID = "application.id";
  public static final String TOPIC_CHUNKS = "topic.chunks";
  public static final String TOPIC_EVENTS = "topic.events";
  public static final String TOPIC_SUMMARIES = "topic.summaries";
  public static final String TOPIC_ALERTS = "topic.alerts";
  public static final String TOPIC_DEAD_LETTERS = "topic.dead.letters";
  public static final String TOPIC_PARTITIONS = "topic.partitions";
  public static final String TOPIC_REPLICATION_FACTOR = "topic.replication.factor";
  public static final String WINDOW_LENGTH_MS = "window.length.ms";
  public static final String WINDOW_HOP_MS = "window.hop.ms";
  public static final String ANALYZED_ROLES = "analyzed.roles";
  public static final String MAX_PAYLOAD_BYTES = "max.payload.bytes";
  static final String CALL_INACTIVITY_MS = "call.inactivity.ms";
  static final String CALL_MEMORY_MS = "call.memory.ms";
  public static final String ALERT_RULES = "alert.rules";
  static final String CHANNEL_ROLES = "channel.roles";
  static final String REORDER_WINDOW_MS = "reorder.window.ms";
  static final String REORDER_MAX_CHUNKS = "reorder.max.chunks";
  static final String GAP_TOLERANCE_MS = "gap.tolerance.ms";
  public static final String SPEECH_MIN_SHARE = "speech.min.share";
  static final String SPEECH_NO_SPEECH_EVENTS = "speech.no.speech.events";
  public static final String SMOOTHING_SECONDS = "smoothing.seconds";
  public static final String LABEL_HYSTERESIS = "label.hysteresis";
  public static final String MAX_LAG_MS = "max.lag.ms";
  public static final String STATE_DIR = "state.dir";
  public static final String PROCESSING_GUARANTEE = "processing.guarantee";
  public static final String COMMIT_INTERVAL_MS = "commit.interval.ms";
  public static final String GROUP_PROTOCOL = "group.protocol";
  public static final String NUM_STANDBY_REPLICAS = "num.standby.replicas";
  public static final String STARTUP_TIMEOUT_MS = "startup.timeout.ms";
  public static final String HTTP_HOST = "http.host";
  public static final String HTTP_PORT = "http.port";

  /** Values of {@link #GROUP_PROTOCOL}. */
  public static final String GROUP_PROTOCOL_AUTO = "auto";

  public static final String GROUP_PROTOCOL_STREAMS = "streams";
  public static final String GROUP_PROTOCOL_CLASSIC = "classic";

  /** Of {@link #MODEL_DIR} and {@link #MODEL_WIDEBAND_DIR}. */
  static final String DEFAULT_MODEL_DIR = "models/telephone";

  static final String DEFAULT_WIDEBAND_MODEL_DIR = "models/wideband";

  /** Properties with this prefix go, without it, to Kafka Streams and the Kafka clients. */
  public static final String KAFKA_PREFIX = "kafka.";

  /** Properties with this prefix, but {@link #REGISTRY_URL}, go to the registry client. */
  static final String REGISTRY_PREFIX = "registry.";

  static final String ENVIRONMENT_PREFIX = "SES_";

  /** Read by logback.xml, not here. */
  private static final String LOG_LEVEL_VARIABLE = "SES_LOG_LEVEL";

  private static final Validator TOPIC =
      LambdaValidator.with(
          (name, value) -> {
            if (!((String) value).matches("[a-zA-Z0-9._-]{1,249}")) {
              throw new ConfigException(
                  name, value, "not 1 to 249 of the characters a-z A-Z 0-9 . _ -");
            }
          },
          () -> "name of a topic");

  private static final Validator ROLES =
      LambdaValidator.with((name, value) -> parseRoles(name, (String) value), () -> "roles");

  private static final Validator CHANNELS =
      LambdaValidator.with(
          (name, value) -> parseChannelRoles(name, (String) value), () -> "roles of channels");

  private static final Validator RULES =
      LambdaValidator.with((name, value) -> parseRules(name, (String) value), () -> "rules");

  static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              BOOTSTRAP_SERVERS,
              Type.STRING,
              "localhost:9092",
              new NonEmptyString(),
              Importance.HIGH,
              "Kafka brokers to begin with, host:port, separated by commas")
          .define(
              REGISTRY_URL,
              Type.STRING,
              "http://localhost:8080/apis/ccompat/v7",
              new NonEmptyString(),
              Importance.HIGH,
              "Address of the schema registry (Confluent API); several separated by commas")
          .define(
              MODEL_DIR,
              Type.STRING,
              DEFAULT_MODEL_DIR,
              new NonEmptyString(),
              Importance.HIGH,
              "Model directory; a relative one is looked for in the working directory, then beside"
                  + " the jar and one folder up from it")
          .define(
              MODEL_WIDEBAND_DIR,
              Type.STRING,
              DEFAULT_WIDEBAND_MODEL_DIR,
              Importance.MEDIUM,
              "Model directory for channels sampled at 16 kHz and above; empty: `model.dir` for all")
          .define(
              MODEL_CHECK_MS,
              Type.LONG,
              5_000L,
              Range.between(0, Duration.ofDays(1).toMillis()),
              Importance.LOW,
              "How often to look whether a model directory holds another model, milliseconds; 0:"
                  + " never")
          .define(
              APPLICATION_ID,
              Type.STRING,
              "speech-emotion-streams",
              TOPIC,
              Importance.HIGH,
              "Kafka Streams application id: instances with the same one share the work")
          .define(
              TOPIC_CHUNKS,
              Type.STRING,
              "audio-chunks",
              TOPIC,
              Importance.HIGH,
              "Topic that audio chunks are read from")
          .define(
              TOPIC_EVENTS,
              Type.STRING,
              "emotion-events",
              TOPIC,
              Importance.HIGH,
              "Topic for the emotion of each window")
          .define(
              TOPIC_SUMMARIES,
              Type.STRING,
              "call-summaries",
              TOPIC,
              Importance.HIGH,
              "Topic for the summary of each call")
          .define(
              TOPIC_ALERTS,
              Type.STRING,
              "emotion-alerts",
              TOPIC,
              Importance.HIGH,
              "Topic for alerts")
          .define(
              TOPIC_DEAD_LETTERS,
              Type.STRING,
              "audio-chunks-dlq",
              TOPIC,
              Importance.HIGH,
              "Topic for records that cannot be used")
          .define(
              TOPIC_PARTITIONS,
              Type.INT,
              4,
              Range.between(1, 10_000),
              Importance.MEDIUM,
              "Partitions of the topics that `--create-topics` makes")
          .define(
              TOPIC_REPLICATION_FACTOR,
              Type.INT,
              -1,
              Range.between(-1, 32_767),
              Importance.MEDIUM,
              "Replicas of the topics that `--create-topics` makes; -1: the broker's default")
          .define(
              WINDOW_LENGTH_MS,
              Type.INT,
              WindowSettings.DEFAULT.lengthMs(),
              Range.between(100, 60_000),
              Importance.MEDIUM,
              "Length of a window, milliseconds of audio; a multiple of `window.hop.ms`")
          .define(
              WINDOW_HOP_MS,
              Type.INT,
              WindowSettings.DEFAULT.hopMs(),
              Range.between(100, 60_000),
              Importance.MEDIUM,
              "Time between windows, milliseconds of audio")
          .define(
              ANALYZED_ROLES,
              Type.STRING,
              "CUSTOMER,UNKNOWN",
              ROLES,
              Importance.HIGH,
              "Roles of the channels to analyse: CUSTOMER, AGENT, UNKNOWN, separated by commas."
                  + " Inferring emotions of people at work is prohibited in the EU, hence no AGENT")
          .define(
              CHANNEL_ROLES,
              Type.STRING,
              "",
              CHANNELS,
              Importance.MEDIUM,
              "Roles of channels of which the feed does not say it, by name, or by position from 0 if"
                  + " they have none, such as `inbound=CUSTOMER,outbound=AGENT,0=CUSTOMER`")
          .define(
              MAX_PAYLOAD_BYTES,
              Type.INT,
              1 << 20,
              Range.between(1, 64 << 20),
              Importance.MEDIUM,
              "The most audio that one chunk may hold, bytes")
          .define(
              CALL_INACTIVITY_MS,
              Type.LONG,
              Duration.ofMinutes(5).toMillis(),
              Range.between(1_000, Duration.ofDays(1).toMillis()),
              Importance.MEDIUM,
              "A call of which nothing came for so long has ended, milliseconds of wall-clock time")
          .define(
              CALL_MEMORY_MS,
              Type.LONG,
              CallSettings.DEFAULT.endedCallMemory().toMillis(),
              Range.between(0, Duration.ofDays(1).toMillis()),
              Importance.LOW,
              "How long it is remembered that a call has ended, milliseconds: until nothing has come of"
                  + " it for so long, its audio is late; afterwards it begins a call")
          .define(
              REORDER_WINDOW_MS,
              Type.LONG,
              CallSettings.DEFAULT.reorderWindow().toMillis(),
              Range.between(0, 10_000),
              Importance.MEDIUM,
              "How long messages wait for one with a lower sequence number, milliseconds of audio")
          .define(
              REORDER_MAX_CHUNKS,
              Type.INT,
              CallSettings.DEFAULT.reorderMaxChunks(),
              Range.between(0, 1_024),
              Importance.LOW,
              "The most messages of a stream that wait so")
          .define(
              GAP_TOLERANCE_MS,
              Type.LONG,
              CallSettings.DEFAULT.gapTolerance().toMillis(),
              Range.between(0, 2_000),
              Importance.MEDIUM,
              "Gaps up to this are filled with the line's background, longer ones cut the window,"
                  + " milliseconds of audio")
          .define(
              SPEECH_MIN_SHARE,
              Type.DOUBLE,
              CallSettings.DEFAULT.speechMinShare(),
              Range.between(0, 1),
              Importance.MEDIUM,
              "Windows with a smaller share of speech give no emotion, 0 to 1")
          .define(
              SPEECH_NO_SPEECH_EVENTS,
              Type.BOOLEAN,
              CallSettings.DEFAULT.noSpeechEvents(),
              Importance.LOW,
              "Whether there is an event of such windows too, one without emotion")
          .define(
              SMOOTHING_SECONDS,
              Type.DOUBLE,
              CallSettings.DEFAULT.smoothing().toMillis() / 1e3,
              Range.between(0, 600),
              Importance.MEDIUM,
              "Time constant over which probabilities are smoothed, seconds of audio; 0: not at all")
          .define(
              LABEL_HYSTERESIS,
              Type.DOUBLE,
              CallSettings.DEFAULT.labelHysteresis(),
              Range.between(0, 0.99),
              Importance.LOW,
              "By how much another emotion must be more probable before the label changes, 0 to 0.99")
          .define(
              ALERT_RULES,
              Type.STRING,
              "",
              RULES,
              Importance.MEDIUM,
              "Rules that raise alerts, separated by semicolons, such as `angry >= 0.6 for 10s on CUSTOMER`"
                  + " or `rise of angry by 0.4 within 60s`")
          .define(
              MAX_LAG_MS,
              Type.LONG,
              0L,
              Range.between(0, Duration.ofDays(1).toMillis()),
              Importance.MEDIUM,
              "Records older than this when their turn comes have audio passed over, as a gap, until"
                  + " the lag is half of it, milliseconds; 0: never")
          .define(
              STATE_DIR,
              Type.STRING,
              "",
              Importance.MEDIUM,
              "Directory for local state; empty: `kafka-streams` in the system's temporary directory")
          .define(
              PROCESSING_GUARANTEE,
              Type.STRING,
              StreamsConfig.EXACTLY_ONCE_V2,
              ValidString.in(StreamsConfig.EXACTLY_ONCE_V2, StreamsConfig.AT_LEAST_ONCE),
              Importance.MEDIUM,
              "`exactly_once_v2` or `at_least_once`")
          .define(
              COMMIT_INTERVAL_MS,
              Type.LONG,
              1_000L,
              Range.between(1, 600_000),
              Importance.MEDIUM,
              "Time between commits, milliseconds; with `exactly_once_v2` results are seen at a commit")
          .define(
              GROUP_PROTOCOL,
              Type.STRING,
              GROUP_PROTOCOL_AUTO,
              ValidString.in(GROUP_PROTOCOL_AUTO, GROUP_PROTOCOL_STREAMS, GROUP_PROTOCOL_CLASSIC),
              Importance.MEDIUM,
              "How instances share the work: `streams` (the broker assigns it), `classic`, or"
                  + " `auto`: `streams` where the cluster has it. To change it, stop all instances")
          .define(
              NUM_STANDBY_REPLICAS,
              Type.INT,
              0,
              Range.between(0, 100),
              Importance.MEDIUM,
              "Copies of the state that other instances keep, so that they can take over at once")
          .define(
              STARTUP_TIMEOUT_MS,
              Type.LONG,
              30_000L,
              Range.between(1, 3_600_000),
              Importance.LOW,
              "How long to wait at start for the broker and the schema registry, milliseconds")
          .define(
              HTTP_HOST,
              Type.STRING,
              "127.0.0.1",
              new NonEmptyString(),
              Importance.LOW,
              "Address that `/health` and `/metrics` listen on")
          .define(
              HTTP_PORT,
              Type.INT,
              -1,
              Range.between(-1, 65_535),
              Importance.LOW,
              "Port that `/health` (200 while the stream works, else 503) and `/metrics` (Prometheus)"
                  + " listen on; 0: any, -1: none");

  private final Map<String, Object> values;
  private final Map<String, String> kafka;
  private final Map<String, String> registry;

  private Settings(Map<String, String> given) {
    try {
      values = DEFINITION.parse(given);
    } catch (ConfigException e) {
      throw new CommandFailure("configuration: " + e.getMessage(), e);
    }
    kafka = passedThrough(given, KAFKA_PREFIX);
    registry = passedThrough(given, REGISTRY_PREFIX);
    streamSettings();
  }

  /**
   * Reads all sources.
   *
   * @param file properties file, or null
   * @param environment all environment variables; those that begin with {@code SES_} count
   * @param overrides from the command line
   * @throws CommandFailure if a property is unknown or its value not valid
   */
  public static Settings load(
      Path file, Map<String, String> environment, Map<String, String> overrides) {
    Map<String, String> given = new HashMap<>();
    if (file != null) {
      readFile(file).forEach((name, value) -> put(given, name, value, file.toString()));
    }
    new TreeMap<>(environment)
        .forEach(
            (variable, value) -> {
              if (variable.startsWith(ENVIRONMENT_PREFIX) && !variable.equals(LOG_LEVEL_VARIABLE)) {
                given.put(propertyOf(variable), value);
              }
            });
    overrides.forEach((name, value) -> put(given, name, value, "the command line"));
    return new Settings(given);
  }

  /** The defaults with these values. */
  public static Settings of(Map<String, String> overrides) {
    return load(null, Map.of(), overrides);
  }

  public String text(String property) {
    return (String) values.get(property);
  }

  public int integer(String property) {
    return (Integer) values.get(property);
  }

  public Duration duration(String property) {
    return Duration.ofMillis((Long) values.get(property));
  }

  /** Settings of the registry client besides its address. */
  public Map<String, String> registryClient() {
    return registry;
  }

  /** Settings for Kafka clients: where the broker is, and what is passed through. */
  public Map<String, Object> kafkaClient(Set<String> knownToTheClient) {
    Map<String, Object> client = new HashMap<>(kafka);
    client.keySet().retainAll(knownToTheClient);
    client.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, text(BOOTSTRAP_SERVERS));
    return client;
  }

  /** What is passed through to Kafka Streams and the Kafka clients, without the prefix. */
  public Map<String, String> kafkaProperties() {
    return kafka;
  }

  public StreamSettings streamSettings() {
    try {
      return new StreamSettings(
          text(TOPIC_CHUNKS),
          text(TOPIC_EVENTS),
          text(TOPIC_SUMMARIES),
          text(TOPIC_ALERTS),
          text(TOPIC_DEAD_LETTERS),
          new WindowSettings(integer(WINDOW_LENGTH_MS), integer(WINDOW_HOP_MS)),
          parseRoles(ANALYZED_ROLES, text(ANALYZED_ROLES)),
          integer(MAX_PAYLOAD_BYTES),
          duration(CALL_INACTIVITY_MS),
          parseRules(ALERT_RULES, text(ALERT_RULES)),
          duration(MAX_LAG_MS),
          new CallSettings(
              duration(REORDER_WINDOW_MS),
              integer(REORDER_MAX_CHUNKS),
              duration(GAP_TOLERANCE_MS),
              parseChannelRoles(CHANNEL_ROLES, text(CHANNEL_ROLES)),
              (Double) values.get(SPEECH_MIN_SHARE),
              (Boolean) values.get(SPEECH_NO_SPEECH_EVENTS),
              Duration.ofNanos(Math.round((Double) values.get(SMOOTHING_SECONDS) * 1e9)),
              (Double) values.get(LABEL_HYSTERESIS),
              duration(CALL_MEMORY_MS)));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("configuration: " + e.getMessage(), e);
    }
  }

  /** The properties as a table in Markdown. */
  public static String table() {
    StringBuilder table =
        new StringBuilder("| property | type | default | meaning |\n| --- | --- | --- | --- |\n");
    for (ConfigKey key : DEFINITION.configKeys().values()) {
      String defaultValue = key.defaultValue.equals("") ? "" : "`" + key.defaultValue + "`";
      table.append(
          String.format(
              "| `%s` | %s | %s | %s |\n",
              key.name, key.type.name().toLowerCase(Locale.ROOT), defaultValue, key.documentation));
    }
    table.append(
        String.format(
            "| `%s*` | | | Passed without the prefix to Kafka Streams and the Kafka clients, such as"
                + " `%snum.stream.threads` |\n",
            KAFKA_PREFIX, KAFKA_PREFIX));
    table.append(
        String.format(
            "| `%s*` | | | Passed without the prefix to the registry client, such as"
                + " `%sbasic.auth.user.info` |\n",
            REGISTRY_PREFIX, REGISTRY_PREFIX));
    return table.toString();
  }

  private static Map<String, String> readFile(Path file) {
    Properties properties = new Properties();
    try (Reader reader =
        new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      throw new CommandFailure("configuration: no such file: " + file, e);
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailure("configuration: cannot read " + file + ": " + e.getMessage(), e);
    }
    Map<String, String> values = new LinkedHashMap<>();
    properties.stringPropertyNames().stream()
        .sorted()
        .forEach(name -> values.put(name, properties.getProperty(name)));
    return values;
  }

  private static void put(Map<String, String> given, String name, String value, String source) {
    if (!isKnown(name)) {
      throw new CommandFailure(
          unknown("property '" + name + "' in " + source, name, DEFINITION.names()));
    }
    given.put(name, value.trim());
  }

  private static boolean isKnown(String name) {
    return DEFINITION.names().contains(name)
        || isLonger(name, KAFKA_PREFIX)
        || isLonger(name, REGISTRY_PREFIX);
  }

  private static boolean isLonger(String name, String prefix) {
    return name.startsWith(prefix) && name.length() > prefix.length();
  }

  private static String propertyOf(String variable) {
    Map<String, String> known =
        DEFINITION.names().stream()
            .collect(Collectors.toMap(Settings::environmentVariable, name -> name));
    String property = known.get(variable);
    if (property != null) {
      return property;
    }
    String dotted =
        variable.substring(ENVIRONMENT_PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
    if (!isKnown(dotted)) {
      throw new CommandFailure(
          unknown("environment variable " + variable, variable, known.keySet()));
    }
    return dotted;
  }

  private static String environmentVariable(String property) {
    return ENVIRONMENT_PREFIX + property.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  private static String unknown(String what, String name, Collection<String> known) {
    Optional<String> nearest =
        known.stream()
            .min(
                Comparator.<String>comparingInt(each -> editDistance(name, each))
                    .thenComparing(Comparator.naturalOrder()));
    return "configuration: unknown "
        + what
        + "; did you mean '"
        + nearest.orElseThrow()
        + "'? `stream --help-config` lists all";
  }

  /** Levenshtein's distance: the fewest insertions, deletions and replacements of characters. */
  static int editDistance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    Arrays.setAll(previous, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[b.length()];
  }

  private static Map<String, String> passedThrough(Map<String, String> given, String prefix) {
    return given.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .filter(entry -> !DEFINITION.names().contains(entry.getKey()))
        .collect(
            Collectors.toMap(
                entry -> entry.getKey().substring(prefix.length()), Map.Entry::getValue));
  }

  private static Set<ChannelRole> parseRoles(String name, String value) {
    try {
      return Arrays.stream(value.split(","))
          .map(role -> ChannelRole.valueOf(role.trim().toUpperCase(Locale.ROOT)))
          .collect(Collectors.toSet());
    } catch (IllegalArgumentException e) {
      throw new ConfigException(name, value, "not some of CUSTOMER, AGENT, UNKNOWN");
    }
  }

  private static Map<String, ChannelRole> parseChannelRoles(String name, String value) {
    Map<String, ChannelRole> roles = new HashMap<>();
    for (String pair : value.split(",")) {
      if (pair.isBlank()) {
        continue;
      }
      int equals = pair.lastIndexOf('=');
      String channel = pair.substring(0, Math.max(0, equals)).trim();
      ChannelRole role = null;
      try {
        role = ChannelRole.valueOf(pair.substring(equals + 1).trim().toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        channel = "";
      }
      if (channel.isEmpty() || roles.put(channel, role) != null) {
        throw new ConfigException(
            name, value, "not CHANNEL=ROLE, each channel once, with CUSTOMER, AGENT or UNKNOWN");
      }
    }
    return roles;
  }

  private static List<AlertRule> parseRules(String name, String value) {
    try {
      return Arrays.stream(value.split(";"))
          .filter(rule -> !rule.isBlank())
          .map(AlertRule::parse)
          .toList();
    } catch (IllegalArgumentException e) {
      throw new ConfigException(name, value, e.getMessage());
    }
  }
}
