package dev.speechemotion.app.settings;

import dev.speechemotion.streams.call.CallSettings;
import dev.speechemotion.streams.intake.PseudonymKey;
import dev.speechemotion.streams.results.AlertRule;
import java.time.Duration;
import org.apache.kafka.common.config.ConfigDef;
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
 * The properties. Each is defined once, where its constant is: name, type, default, valid values
 * and meaning.
 */
public final class Property {
  /** All of them, in the order in which they are defined here. */
  static final ConfigDef DEFINITION = new ConfigDef();

  /** Properties with this prefix go, without it, to Kafka Streams and the Kafka clients. */
  public static final String KAFKA_PREFIX = "kafka.";

  /** Properties with this prefix, but {@link #REGISTRY_URL}, go to the registry client. */
  static final String REGISTRY_PREFIX = "registry.";

  private static final Validator ANY = LambdaValidator.with((name, value) -> {}, () -> "anything");

  private static final Validator TOPIC =
      LambdaValidator.with(
          (name, value) -> {
            if (!((String) value).matches("[a-zA-Z0-9._-]{1,249}")) {
              throw new ConfigException(
                  name, value, "not 1 to 249 of the characters a-z A-Z 0-9 . _ -");
            }
          },
          () -> "name of a topic");

  private static final Validator PORTS =
      LambdaValidator.with(
          (name, value) -> ValueFormats.ports(name, (String) value), () -> "range of ports");

  private static final Validator SOCKET_ADDRESS =
      LambdaValidator.with(
          (name, value) -> ValueFormats.socketAddress(name, (String) value),
          () -> "address of a WebSocket");

  private static final Validator ROLES =
      LambdaValidator.with(
          (name, value) -> ValueFormats.roles(name, (String) value), () -> "roles");

  private static final Validator CHANNELS =
      LambdaValidator.with(
          (name, value) -> ValueFormats.channelRoles(name, (String) value),
          () -> "roles of channels");

  private static final Validator RULES =
      LambdaValidator.with(
          (name, value) -> ValueFormats.alertRules(name, (String) value), () -> "rules");

  public static final String BOOTSTRAP_SERVERS =
      text(
          "bootstrap.servers",
          "localhost:9092",
          new NonEmptyString(),
          "Kafka brokers to begin with, host:port, separated by commas");

  public static final String REGISTRY_URL =
      text(
          "registry.url",
          "http://localhost:8080/apis/ccompat/v7",
          new NonEmptyString(),
          "Address of the schema registry (Confluent API); several separated by commas");

  public static final String MODEL_DIR =
      text(
          "model.dir",
          "models/open",
          new NonEmptyString(),
          "Model directory; a relative one is looked for in the working directory, then beside"
              + " the jar and one folder up from it");

  public static final String MODEL_WIDEBAND_DIR =
      text(
          "model.wideband.dir",
          "",
          ANY,
          "Model directory for channels that hold more than a telephone line carries, from 16 kHz"
              + " on; empty: `model.dir` for all");

  public static final String MODEL_CHECK_MS =
      millis(
          "model.check.ms",
          5_000L,
          Range.between(0, Duration.ofDays(1).toMillis()),
          "How often to look whether a model directory holds another model, milliseconds; 0:"
              + " never");

  public static final String APPLICATION_ID =
      text(
          "application.id",
          "speech-emotion-streams",
          TOPIC,
          "Kafka Streams application id: instances with the same one share the work");

  public static final String TOPIC_CHUNKS =
      text("topic.chunks", "audio-chunks", TOPIC, "Topic that audio chunks are read from");

  public static final String TOPIC_EVENTS =
      text("topic.events", "emotion-events", TOPIC, "Topic for the emotion of each window");

  public static final String TOPIC_SUMMARIES =
      text("topic.summaries", "call-summaries", TOPIC, "Topic for the summary of each call");

  public static final String TOPIC_ALERTS =
      text("topic.alerts", "emotion-alerts", TOPIC, "Topic for alerts");

  public static final String TOPIC_DEAD_LETTERS =
      text(
          "topic.dead.letters", "audio-chunks-dlq", TOPIC, "Topic for records that cannot be used");

  public static final String TOPIC_CORRECTIONS =
      text(
          "topic.corrections",
          "emotion-corrections",
          TOPIC,
          "Topic for corrections of emotions, with `http.corrections`");

  public static final String TOPIC_PARTITIONS =
      integer(
          "topic.partitions",
          4,
          Range.between(1, 10_000),
          "Partitions of the topics that `--create-topics` makes");

  public static final String TOPIC_REPLICATION_FACTOR =
      integer(
          "topic.replication.factor",
          -1,
          Range.between(-1, 32_767),
          "Replicas of the topics that `--create-topics` makes; -1: the broker's default");

  public static final String WINDOW_LENGTH_MS =
      withoutDefault(
          "window.length.ms",
          Range.between(100, 60_000),
          "If given, only models with windows of this length are served, milliseconds of audio; the"
              + " model says how long its windows are");

  public static final String WINDOW_HOP_MS =
      withoutDefault(
          "window.hop.ms",
          Range.between(100, 60_000),
          "If given, only models with windows this far apart are served, milliseconds of audio; the"
              + " model says how far apart its windows are");

  public static final String ANALYZED_ROLES =
      text(
          "analyzed.roles",
          "CUSTOMER,UNKNOWN",
          ROLES,
          "Roles of the channels to analyze: CUSTOMER, AGENT, UNKNOWN, separated by commas."
              + " Inferring emotions of people at work is prohibited in the EU, hence no AGENT");

  public static final String CHANNEL_ROLES =
      text(
          "channel.roles",
          "",
          CHANNELS,
          "Roles of channels of which the feed does not say it, by name, or by position from 0 if"
              + " they have none, such as `inbound=CUSTOMER,outbound=AGENT,0=CUSTOMER`");

  public static final String MAX_PAYLOAD_BYTES =
      integer(
          "max.payload.bytes",
          1 << 20,
          Range.between(1, 64 << 20),
          "The most audio that one chunk may hold, bytes");

  public static final String CALL_INACTIVITY_MS =
      millis(
          "call.inactivity.ms",
          Duration.ofMinutes(5).toMillis(),
          Range.between(1_000, Duration.ofDays(1).toMillis()),
          "A call of which nothing came for so long has ended, milliseconds of wall-clock time");

  public static final String CALL_MEMORY_MS =
      millis(
          "call.memory.ms",
          CallSettings.DEFAULT.endedCallMemory().toMillis(),
          Range.between(0, Duration.ofDays(1).toMillis()),
          "How long it is remembered that a call has ended, milliseconds: until nothing has come of"
              + " it for so long, its audio is late; afterwards it begins a call");

  public static final String REORDER_WINDOW_MS =
      millis(
          "reorder.window.ms",
          CallSettings.DEFAULT.reorderWindow().toMillis(),
          Range.between(0, 10_000),
          "How long messages wait for one with a lower sequence number, milliseconds of audio");

  public static final String REORDER_MAX_CHUNKS =
      integer(
          "reorder.max.chunks",
          CallSettings.DEFAULT.reorderMaxChunks(),
          Range.between(0, 1_024),
          "The most messages of a stream that wait so");

  public static final String GAP_TOLERANCE_MS =
      millis(
          "gap.tolerance.ms",
          CallSettings.DEFAULT.gapTolerance().toMillis(),
          Range.between(0, 2_000),
          "Gaps up to this are filled with the line's background, longer ones cut the window,"
              + " milliseconds of audio");

  public static final String SPEECH_MIN_SHARE =
      number(
          "speech.min.share",
          CallSettings.DEFAULT.speechMinShare(),
          Range.between(0, 1),
          "Windows with a smaller share of speech give no emotion, 0 to 1");

  public static final String SPEECH_NO_SPEECH_EVENTS =
      flag(
          "speech.no.speech.events",
          CallSettings.DEFAULT.noSpeechEvents(),
          "Whether there is an event of such windows too, one without emotion");

  public static final String SMOOTHING_SECONDS =
      number(
          "smoothing.seconds",
          CallSettings.DEFAULT.smoothing().toMillis() / 1e3,
          Range.between(0, 600),
          "Time constant over which probabilities are smoothed, seconds of audio; 0: not at all");

  public static final String LABEL_HYSTERESIS =
      number(
          "label.hysteresis",
          CallSettings.DEFAULT.labelHysteresis(),
          Range.between(0, 0.99),
          "By how much another emotion must be more probable before the label changes, 0 to 0.99");

  public static final String ALERT_RULES =
      text(
          "alert.rules",
          AlertRule.ESCALATION.text(),
          RULES,
          "Rules that raise alerts, separated by semicolons, such as `angry >= 0.6 for 10s on CUSTOMER`"
              + " or `rise of angry by 0.4 within 60s`; empty: none. The default raises at most two"
              + " false alerts in an hour of speech in the mean of the corpora on which"
              + " `models/README.md` measures `open`");

  public static final String PSEUDONYMIZE_KEY =
      secret(
          "pseudonymize.key",
          "If given, ids of calls and streams and names of channels become hashes with this key"
              + " before anything is made of them, at least "
              + PseudonymKey.MIN_CHARS
              + " characters: best by `stream --pseudonymize FILE` or the environment");

  public static final String MAX_LAG_MS =
      millis(
          "max.lag.ms",
          0L,
          Range.between(0, Duration.ofDays(1).toMillis()),
          "Records older than this when their turn comes have audio passed over, as a gap, until"
              + " the lag is half of it, milliseconds; 0: never");

  public static final String STATE_DIR =
      text(
          "state.dir",
          "",
          ANY,
          "Directory for local state; empty: `kafka-streams` in the system's temporary directory");

  public static final String PROCESSING_GUARANTEE =
      text(
          "processing.guarantee",
          StreamsConfig.EXACTLY_ONCE_V2,
          ValidString.in(StreamsConfig.EXACTLY_ONCE_V2, StreamsConfig.AT_LEAST_ONCE),
          "`exactly_once_v2` or `at_least_once`");

  public static final String COMMIT_INTERVAL_MS =
      millis(
          "commit.interval.ms",
          1_000L,
          Range.between(1, 600_000),
          "About the time from the end of one commit to that of the next, milliseconds; with"
              + " `exactly_once_v2` results are seen at a commit");

  /** Values of {@link #GROUP_PROTOCOL}. */
  public static final String GROUP_PROTOCOL_AUTO = "auto";

  public static final String GROUP_PROTOCOL_STREAMS = "streams";
  public static final String GROUP_PROTOCOL_CLASSIC = "classic";

  public static final String GROUP_PROTOCOL =
      text(
          "group.protocol",
          GROUP_PROTOCOL_AUTO,
          ValidString.in(GROUP_PROTOCOL_AUTO, GROUP_PROTOCOL_STREAMS, GROUP_PROTOCOL_CLASSIC),
          "How instances share the work: `streams` (the broker assigns it), `classic`, or"
              + " `auto`: `streams` where the cluster has it. To change it, stop all instances");

  public static final String NUM_STANDBY_REPLICAS =
      integer(
          "num.standby.replicas",
          0,
          Range.between(0, 100),
          "Copies of the state that other instances keep, so that they can take over at once");

  public static final String STARTUP_TIMEOUT_MS =
      millis(
          "startup.timeout.ms",
          30_000L,
          Range.between(1, 3_600_000),
          "How long to wait at start for the broker and the schema registry, milliseconds");

  public static final String HTTP_HOST =
      text(
          "http.host",
          "127.0.0.1",
          new NonEmptyString(),
          "Address that the HTTP server listens on: health, metrics");

  public static final String HTTP_PORT =
      integer(
          "http.port",
          -1,
          Range.between(-1, 65_535),
          "Port that it listens on; 0: any, -1: no HTTP server");

  public static final String HTTP_TOKEN =
      secret(
          "http.token",
          "Token without which it answers nothing but `/health`: `Authorization: Bearer TOKEN`, or"
              + " in a browser the password of any name; empty: it asks for none");

  public static final String HTTP_TLS_KEYSTORE =
      text(
          "http.tls.keystore",
          "",
          ANY,
          "PKCS12 file with the key and certificate of the HTTP server; empty: no TLS");

  public static final String HTTP_TLS_KEYSTORE_PASSWORD =
      secret("http.tls.keystore.password", "Password of that file");

  public static final String HTTP_WALLBOARD =
      flag(
          "http.wallboard",
          false,
          "Whether the HTTP server has the wallboard, a page with the calls of all instances");

  public static final String HTTP_CORRECTIONS =
      flag(
          "http.corrections",
          false,
          "Whether emotions can be corrected on the wallboard; needs `http.token`");

  public static final String GATEWAY_BUFFER_BYTES =
      integer(
          "gateway.buffer.bytes",
          32 << 20,
          Range.between(1 << 20, 1 << 30),
          "What a gateway keeps in memory that Kafka has not acknowledged, bytes; beyond it reads no"
              + " more from its feeds");

  public static final String GATEWAY_MAX_STREAMS =
      integer(
          "gateway.max.streams",
          1_000,
          Range.between(1, 100_000),
          "The most media streams that a gateway takes at once");

  public static final String GATEWAY_TWILIO_AUTH_TOKEN =
      secret(
          "gateway.twilio.auth.token",
          "Auth token of the Twilio account, with which it signs its requests; empty: signatures are"
              + " not checked, `http.token` is");

  public static final String GATEWAY_TWILIO_URL =
      text(
          "gateway.twilio.url",
          "",
          SOCKET_ADDRESS,
          "Address of the stream as Twilio has been told it, such as `wss://voice.example.com/twilio`:"
              + " it is what Twilio signs; empty: `wss://`, and the request's host and path");

  public static final String GATEWAY_TWILIO_ROLES =
      text(
          "gateway.twilio.roles",
          "inbound=CUSTOMER,outbound=AGENT",
          CHANNELS,
          "Who is heard on Twilio's tracks; the parameters `inbound` and `outbound` of a stream win");

  public static final String GATEWAY_AUDIOHOOK_API_KEY =
      secret(
          "gateway.audiohook.api.key",
          "API key of the AudioHook integration; empty: it is not checked, `http.token` is");

  public static final String GATEWAY_AUDIOHOOK_CLIENT_SECRET =
      secret(
          "gateway.audiohook.client.secret",
          "Client secret of the AudioHook integration, base64: requests must be signed with it");

  public static final String GATEWAY_AUDIOHOOK_CHANNELS =
      text(
          "gateway.audiohook.channels",
          "both",
          ValidString.in("both", "external"),
          "Channels that are asked for: `both`, or `external`, the customer alone");

  public static final String GATEWAY_RTP_HOST =
      text(
          "gateway.rtp.host",
          "127.0.0.1",
          new NonEmptyString(),
          "Address at which RTP is received");

  public static final String GATEWAY_RTP_PORTS =
      text(
          "gateway.rtp.ports",
          "20000-20999",
          PORTS,
          "UDP ports at which RTP is received: the even ones of the range");

  public static final String GATEWAY_RTP_IDLE_MS =
      millis(
          "gateway.rtp.idle.ms",
          60_000L,
          Range.between(1_000, Duration.ofDays(1).toMillis()),
          "An RTP session of which no packet came for so long has ended, milliseconds");

  private Property() {}

  private static String text(String name, String byDefault, Validator valid, String meaning) {
    return define(name, Type.STRING, byDefault, valid, meaning);
  }

  /** One that is shown nowhere; empty by default. */
  private static String secret(String name, String meaning) {
    return define(name, Type.PASSWORD, "", ANY, meaning);
  }

  private static String integer(String name, int byDefault, Validator valid, String meaning) {
    return define(name, Type.INT, byDefault, valid, meaning);
  }

  private static String millis(String name, long byDefault, Validator valid, String meaning) {
    return define(name, Type.LONG, byDefault, valid, meaning);
  }

  private static String number(String name, double byDefault, Validator valid, String meaning) {
    Validator finite =
        LambdaValidator.with(
            (property, value) -> {
              // A range lets through what compares with nothing.
              if (value instanceof Double number && !Double.isFinite(number)) {
                throw new ConfigException(property, value, "must be a number");
              }
              valid.ensureValid(property, value);
            },
            valid::toString);
    return define(name, Type.DOUBLE, byDefault, finite, meaning);
  }

  private static String flag(String name, boolean byDefault, String meaning) {
    return define(name, Type.BOOLEAN, byDefault, ANY, meaning);
  }

  /** An integer that need not be given. */
  private static String withoutDefault(String name, Range valid, String meaning) {
    Validator ifGiven =
        LambdaValidator.with(
            (property, value) -> {
              if (value != null) {
                valid.ensureValid(property, value);
              }
            },
            valid::toString);
    return define(name, Type.INT, null, ifGiven, meaning);
  }

  private static String define(
      String name, Type type, Object byDefault, Validator valid, String meaning) {
    DEFINITION.define(name, type, byDefault, valid, Importance.MEDIUM, meaning);
    return name;
  }
}
