package dev.speechemotion.app.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.commands.CommandLineRun;
import dev.speechemotion.app.fixtures.CallResults;
import dev.speechemotion.app.fixtures.CommandProcess;
import dev.speechemotion.app.fixtures.FastModels;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.fixtures.KafkaProcesses;
import dev.speechemotion.app.gateway.AudioHookClient;
import dev.speechemotion.app.gateway.TwilioClient;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.running.StreamApp;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.streams.EmotionTopologyTest;
import dev.speechemotion.streams.models.EmotionModels;
import dev.speechemotion.streams.registry.RegistryClients;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rights that {@code deploy/README.md} gives the application by its {@code acl} lines: with
 * them it works, and if one is missing it says so. The lines are read from there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class AccessRightsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String LISTENER = "SCRAM";
  private static final String USER = "emotion";
  private static final String PASSWORD = "scram-hunter2";

  /** What the lines are about by default, and what each test has in its place. */
  private static final String APPLICATION = "speech-emotion-streams";

  @TempDir private static Path folder;

  private KafkaProcesses kafka;
  private HttpRegistry registry;
  private Admin admin;
  private final Map<String, String> values = new HashMap<>();
  private int tests;

  /** An option of {@code kafka-acls.sh}: an operation on one resource. */
  private record Right(
      AclOperation operation, ResourceType type, String name, PatternType pattern) {
    /** For a test, whose topics and application have names of their own. */
    AclBinding of(String prefix) {
      return new AclBinding(
          new ResourcePattern(type, prefix + name, pattern),
          new AccessControlEntry("User:" + USER, "*", operation, AclPermissionType.ALLOW));
    }

    @Override
    public String toString() {
      return operation + " on " + type + " " + name;
    }
  }

  /** Reads the lines under a heading that begin with {@code acl}. */
  private static List<Right> rights(String heading) throws Exception {
    List<Right> rights = new ArrayList<>();
    String text = Files.readString(Path.of("deploy/README.md"));
    String part = text.substring(text.indexOf("\n" + heading));
    for (String line : part.lines().skip(2).takeWhile(line -> !line.startsWith("#")).toList()) {
      if (line.startsWith("    acl --")) {
        rights.addAll(parse(line.trim().split("\\s+")));
      }
    }
    assertThat(rights).isNotEmpty();
    return rights;
  }

  private static List<Right> parse(String[] words) {
    List<AclOperation> operations = new ArrayList<>();
    Map<String, ResourceType> resources = new HashMap<>();
    PatternType pattern = PatternType.LITERAL;
    for (int i = 1; i < words.length; i += 2) {
      String value = words[i + 1];
      switch (words[i]) {
        case "--operation" ->
            operations.add(
                Stream.of(AclOperation.values())
                    .filter(each -> each.name().replace("_", "").equalsIgnoreCase(value))
                    .findFirst()
                    .orElseThrow());
        case "--topic" -> resources.put(value, ResourceType.TOPIC);
        case "--group" -> resources.put(value, ResourceType.GROUP);
        case "--transactional-id" -> resources.put(value, ResourceType.TRANSACTIONAL_ID);
        case "--resource-pattern-type" ->
            pattern = PatternType.valueOf(value.toUpperCase(Locale.ROOT));
        default -> throw new AssertionError("unknown option " + words[i]);
      }
    }
    List<Right> rights = new ArrayList<>();
    for (AclOperation operation : operations) {
      for (Map.Entry<String, ResourceType> resource : resources.entrySet()) {
        rights.add(new Right(operation, resource.getValue(), resource.getKey(), pattern));
      }
    }
    return rights;
  }

  static List<Right> needed() throws Exception {
    return rights("### Access rights");
  }

  @BeforeAll
  void startCluster() throws Exception {
    kafka =
        KafkaProcesses.start(
            folder,
            Map.of(LISTENER, "SASL_PLAINTEXT"),
            Map.of(
                "authorizer.class.name",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users",
                "User:ANONYMOUS",
                "listener.name.scram.sasl.enabled.mechanisms",
                "SCRAM-SHA-512",
                "listener.name.scram.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"),
            List.of());
    admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    ScramCredentialInfo scram = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096);
    admin
        .alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(USER, scram, PASSWORD)))
        .all()
        .get();
    registry = new HttpRegistry();
  }

  @AfterAll
  void closeCluster() {
    admin.close();
    kafka.close();
    registry.close();
  }

  /** Each test has topics and an application of its own. */
  @BeforeEach
  void nameAll() throws Exception {
    String prefix = "t" + ++tests + "-";
    values.clear();
    values.putAll(FastModels.SETTINGS);
    values.put(Property.BOOTSTRAP_SERVERS, kafka.bootstrapServers(LISTENER));
    values.put(Property.REGISTRY_URL, registry.url());
    values.put(Property.APPLICATION_ID, prefix + APPLICATION);
    values.put(Property.TOPIC_CHUNKS, prefix + "audio-chunks");
    values.put(Property.TOPIC_EVENTS, prefix + "emotion-events");
    values.put(Property.TOPIC_SUMMARIES, prefix + "call-summaries");
    values.put(Property.TOPIC_ALERTS, prefix + "emotion-alerts");
    values.put(Property.TOPIC_DEAD_LETTERS, prefix + "audio-chunks-dlq");
    values.put(Property.TOPIC_PARTITIONS, "1");
    values.put(Property.STATE_DIR, folder.resolve(prefix).toString());
    values.put(Property.COMMIT_INTERVAL_MS, "100");
    values.put(Property.SPEECH_MIN_SHARE, "0");
    values.put(Property.ALERT_RULES, "neutral >= 0.1 for 1s");
    values.put("kafka.security.protocol", "SASL_PLAINTEXT");
    values.put("kafka.sasl.mechanism", "SCRAM-SHA-512");
    values.put(
        "kafka.sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(USER, PASSWORD));
    new ClusterReadiness(unrestricted())
        .requireTopics(settings().streamSettings().topics(), true, new StopRequest());
  }

  @AfterEach
  void takeRightsAway() throws Exception {
    admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get();
    awaitRights(0);
  }

  private Settings settings() {
    return Settings.of(values);
  }

  /** By the way that is open to all and allowed all. */
  private Settings unrestricted() {
    Map<String, String> plain = new HashMap<>(values);
    plain.keySet().removeIf(name -> name.startsWith(Property.KAFKA_PREFIX));
    plain.put(Property.BOOTSTRAP_SERVERS, kafka.bootstrapServers());
    return Settings.of(plain);
  }

  private void give(List<Right> rights) throws Exception {
    String prefix = "t" + tests + "-";
    int before = admin.describeAcls(AclBindingFilter.ANY).values().get().size();
    admin.createAcls(rights.stream().map(right -> right.of(prefix)).toList()).all().get();
    awaitRights(before + rights.size());
  }

  /** A broker learns of them from its controller, a moment later. */
  private void awaitRights(int count) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (admin.describeAcls(AclBindingFilter.ANY).values().get().size() != count) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(10);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"streams", "classic"})
  void shouldWorkWithTheRightsThatAreListed(String protocol) throws Exception {
    values.put(Property.GROUP_PROTOCOL, protocol);
    give(needed());

    runOnce();
    // Again, with the changelog there and something in it.
    runOnce();
  }

  /** Plays a call that gives an event, an alert, a summary, and a dead letter. */
  private void runOnce() throws Exception {
    Map<String, Integer> before = counts();
    try (StreamApp app =
        new StreamApp(
            settings(),
            EmotionModels.fixed(
                FeatureSpec.TELEPHONE_8K,
                WindowSettings.DEFAULT,
                EmotionTopologyTest.HighIsAngry::new),
            RegistryClients.connect(registry.url(), Map.of()))) {
      app.start();
      play();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (counts().entrySet().stream()
          .anyMatch(each -> each.getValue() <= before.get(each.getKey()))) {
        app.requireHealthy();
        assertThat(System.nanoTime()).as(counts().toString()).isLessThan(deadline);
        Thread.sleep(100);
      }
    }
  }

  private Map<String, Integer> counts() {
    Map<String, Integer> counts = new HashMap<>();
    for (String topic :
        List.of(
            Property.TOPIC_EVENTS,
            Property.TOPIC_SUMMARIES,
            Property.TOPIC_ALERTS,
            Property.TOPIC_DEAD_LETTERS)) {
      counts.put(topic, count(topic));
    }
    return counts;
  }

  private int count(String topic) {
    return CallResults.records(unrestricted(), values.get(topic)).size();
  }

  private void play() throws Exception {
    List<String> args =
        new ArrayList<>(
            List.of(
                "feed",
                Path.of("src/main/resources/demo/16a07Wa.wav").toString(),
                Path.of("src/main/resources/demo/15a07Nc.wav").toString(),
                "--speed",
                "max",
                "--bootstrap-server",
                kafka.bootstrapServers(),
                "--registry",
                registry.url(),
                "--set",
                Property.TOPIC_CHUNKS + "=" + values.get(Property.TOPIC_CHUNKS)));
    CommandLineRun fed = CommandLineRun.of(args.toArray(new String[0]));
    assertThat(fed.exitCode()).as(fed.toString()).isZero();
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            unrestricted().kafkaClient(ProducerConfig.configNames()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      byte[] bad = "no chunk".getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(values.get(Property.TOPIC_CHUNKS), bad, bad)).get();
    }
  }

  @ParameterizedTest
  @MethodSource("needed")
  void shouldSayWhichRightIsMissing(Right missing) throws Exception {
    List<Right> rights = new ArrayList<>(needed());
    rights.remove(missing);
    give(rights);

    assertRefused("t" + tests + "-" + missing.name());
  }

  /** Which it would need for the first time days later. */
  @Test
  void shouldSayBeforeItReadsAnythingThatItMayNotWriteAlerts() throws Exception {
    List<Right> rights = new ArrayList<>(needed());
    rights.replaceAll(
        right ->
            right.name().equals("emotion-alerts")
                ? new Right(AclOperation.DESCRIBE, right.type(), right.name(), right.pattern())
                : right);
    give(rights);

    assertRefused("WRITE on t" + tests + "-emotion-alerts");
  }

  /** Where the stream learns of it, it learns in another way. */
  @ParameterizedTest
  @CsvSource({"GROUP", "TRANSACTIONAL_ID"})
  void shouldSayWhichRightIsMissingWithTheClassicProtocol(ResourceType type) throws Exception {
    values.put(Property.GROUP_PROTOCOL, Property.GROUP_PROTOCOL_CLASSIC);
    give(needed().stream().filter(right -> right.type() != type).toList());

    assertRefused("t" + tests + "-" + APPLICATION);
  }

  @Test
  void shouldNameTheSettingThatNeedsARightWhichIsSeldomGiven() throws Exception {
    values.put(Property.NUM_STANDBY_REPLICAS, "1");
    give(needed());

    CommandLineRun run = run("stream");
    assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains("num.standby.replicas=1", values.get(Property.APPLICATION_ID));

    give(List.of(literal(AclOperation.ALTER_CONFIGS, ResourceType.GROUP, APPLICATION)));
    runOnce();
  }

  @Test
  void shouldLetTheOtherCommandsDoWithLess() throws Exception {
    give(needed());
    runOnce();

    takeRightsAway();
    give(List.of(literal(AclOperation.WRITE, ResourceType.TOPIC, "audio-chunks")));
    assertDone(run("feed", "src/main/resources/demo/16a07Wa.wav", "--speed", "max"));

    takeRightsAway();
    give(
        Stream.of("emotion-events", "call-summaries", "emotion-alerts")
            .map(topic -> literal(AclOperation.READ, ResourceType.TOPIC, topic))
            .toList());
    assertDone(run("watch", "--from-beginning", "--max-events", "1"));

    takeRightsAway();
    String replay = APPLICATION + "-dlq-replay";
    give(
        List.of(
            literal(AclOperation.READ, ResourceType.TOPIC, "audio-chunks-dlq"),
            literal(AclOperation.DESCRIBE, ResourceType.GROUP, replay)));
    assertDone(run("dlq", "--list"));

    give(
        List.of(
            literal(AclOperation.WRITE, ResourceType.TOPIC, "audio-chunks"),
            literal(AclOperation.READ, ResourceType.GROUP, replay),
            literal(AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, replay)));
    int before = count(Property.TOPIC_CHUNKS);
    assertDone(run("dlq", "--replay"));
    assertThat(count(Property.TOPIC_CHUNKS)).isEqualTo(before + 1);
  }

  @Test
  void shouldLetGatewaysDoWithLess() throws Exception {
    give(List.of(literal(AclOperation.WRITE, ResourceType.TOPIC, "audio-chunks")));
    try (CommandProcess gateway = gateway("twilio");
        TwilioClient call =
            new TwilioClient("ws://127.0.0.1:" + gateway.port() + "/twilio", Map.of(), "MZ1")) {
      call.start("CA1", "{}");
      call.stop();
      assertThat(call.socket().awaitClosed()).isEqualTo(1000);
    }
    assertThat(count(Property.TOPIC_CHUNKS)).isEqualTo(2);

    try (CommandProcess gateway = gateway("audiohook")) {
      resume(gateway, "disconnect");
      give(List.of(literal(AclOperation.READ, ResourceType.TOPIC, "audio-chunks")));
      resume(gateway, "opened");
    }
  }

  private CommandProcess gateway(String kind) throws Exception {
    return CommandProcess.start(folder.resolve(kind + ".log"), List.of("gateway", kind), values);
  }

  /** Goes on with a session of which the gateway must look into the topic. */
  private static void resume(CommandProcess gateway, String answer) throws Exception {
    String before = UUID.randomUUID().toString();
    try (AudioHookClient call =
        new AudioHookClient("ws://127.0.0.1:" + gateway.port() + "/audiohook", Map.of())) {
      call.sendOpen(
          UUID.randomUUID().toString(),
          ",\"continuedSessions\":[{\"id\":\"%s\",\"serverseq\":1,\"clientseq\":1}]"
              .formatted(before));
      call.expect(answer);
    }
  }

  private static Right literal(AclOperation operation, ResourceType type, String name) {
    return new Right(operation, type, name, PatternType.LITERAL);
  }

  private static void assertDone(CommandLineRun run) {
    assertThat(run.exitCode()).as(run.toString()).isZero();
  }

  /** Runs a command as the user. */
  private CommandLineRun run(String... command) {
    List<String> args = new ArrayList<>(List.of(command));
    values.forEach((name, value) -> args.addAll(List.of("--set", name + "=" + value)));
    return CommandLineRun.of(args.toArray(new String[0]));
  }

  private void assertRefused(String... words) {
    CommandLineRun run = run("stream");

    assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
    assertThat(run.errLines()).as(run.toString()).hasSize(1);
    assertThat(run.err())
        .contains(words)
        .contains("deploy/README.md")
        .doesNotContain("Exception", PASSWORD);
  }
}
