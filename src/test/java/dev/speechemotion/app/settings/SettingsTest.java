package dev.speechemotion.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.streams.StreamSettings;
import dev.speechemotion.streams.call.CallSettings;
import dev.speechemotion.streams.intake.PseudonymKey;
import dev.speechemotion.streams.results.AlertRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  @Test
  void shouldAgreeWithTheDefaultsOfTheTopology() {
    assertThat(Settings.of(Map.of()).streamSettings()).isEqualTo(StreamSettings.defaults());
  }

  @Test
  void shouldReadHowCallsAreTaken() {
    CallSettings call =
        Settings.of(
                Map.of(
                    "channel.roles", "inbound=CUSTOMER, outbound=agent,0=CUSTOMER,",
                    "reorder.window.ms", "250",
                    "gap.tolerance.ms", "0",
                    "speech.min.share", "0.3",
                    "speech.no.speech.events", "true",
                    "smoothing.seconds", "1.5",
                    "label.hysteresis", "0.2",
                    "call.memory.ms", "60000"))
            .streamSettings()
            .call();

    assertThat(call)
        .isEqualTo(
            new CallSettings(
                CallSettings.DEFAULT.analyzedRoles(),
                Map.of(
                    "inbound", ChannelRole.CUSTOMER,
                    "outbound", ChannelRole.AGENT,
                    "0", ChannelRole.CUSTOMER),
                Duration.ofMillis(250),
                128,
                Duration.ZERO,
                0.3,
                true,
                Duration.ofMillis(1_500),
                0.2,
                List.of(AlertRule.ESCALATION),
                Duration.ofMinutes(5),
                Duration.ofMinutes(1),
                Duration.ZERO));
  }

  @Test
  void shouldLetTheEnvironmentWinOverTheFileAndTheCommandLineOverBoth(@TempDir Path folder)
      throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("app.properties"),
            "topic.events=of-file\ntopic.alerts=of-file\ntopic.summaries=of-file\n");
    Map<String, String> environment =
        Map.of("SES_TOPIC_ALERTS", "of-environment", "SES_TOPIC_SUMMARIES", "of-environment");
    Map<String, String> commandLine = Map.of("topic.summaries", "of-command-line");

    Settings settings = Settings.load(Optional.of(file), environment, commandLine);

    assertThat(settings.text("topic.chunks")).isEqualTo("audio-chunks");
    assertThat(settings.text("topic.events")).isEqualTo("of-file");
    assertThat(settings.text("topic.alerts")).isEqualTo("of-environment");
    assertThat(settings.text("topic.summaries")).isEqualTo("of-command-line");
  }

  @Test
  void shouldReadEveryKindOfValue() {
    CallSettings settings =
        Settings.of(
                Map.of(
                    "analyzed.roles", "customer, AGENT",
                    "alert.rules", "angry >= 0.6 for 10s; sad >= 0.5 for 1min",
                    "call.inactivity.ms", "60000"))
            .streamSettings()
            .call();

    assertThat(settings.analyzedRoles()).isEqualTo(Set.of(ChannelRole.CUSTOMER, ChannelRole.AGENT));
    assertThat(settings.alertRules())
        .containsExactly(
            AlertRule.parse("angry >= 0.6 for 10s"), AlertRule.parse("sad >= 0.5 for 1min"));
    assertThat(settings.inactivity()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void shouldInsistOnNoWindowsUnlessToldTo() {
    assertThat(Settings.of(Map.of()).windows()).isEqualTo(RequiredWindows.ANY);
    assertThat(Settings.of(Map.of("window.hop.ms", "500")).windows())
        .isEqualTo(new RequiredWindows(OptionalInt.empty(), OptionalInt.of(500)));
    assertThat(Settings.of(Map.of("window.length.ms", "2000", "window.hop.ms", "500")).windows())
        .isEqualTo(new RequiredWindows(OptionalInt.of(2_000), OptionalInt.of(500)));
  }

  @Test
  void shouldRefuseWindowsThatNoModelCanHave() {
    Map<String, String> values = Map.of("window.length.ms", "2500", "window.hop.ms", "1000");

    assertThatThrownBy(() -> Settings.of(values))
        .isInstanceOf(CommandFailure.class)
        .hasMessageStartingWith("configuration: ")
        .hasMessageContaining("multiple of hopMs");
  }

  @Test
  void shouldPassKafkasPropertiesThroughWithoutThePrefix() {
    Settings settings =
        Settings.load(
            Optional.empty(),
            Map.of("SES_KAFKA_NUM_STREAM_THREADS", "3"),
            Map.of("kafka.security.protocol", "SSL"));

    assertThat(settings.kafkaProperties())
        .isEqualTo(Map.of("num.stream.threads", "3", "security.protocol", "SSL"));
    assertThat(settings.kafkaClient(Set.of("security.protocol")))
        .containsOnlyKeys("bootstrap.servers", "security.protocol");
  }

  @Test
  void shouldPassTheRegistryClientsPropertiesThroughWithoutThePrefix() {
    Settings settings =
        Settings.of(
            Map.of(
                "registry.url", "http://registry:8081",
                "registry.basic.auth.credentials.source", "USER_INFO"));

    assertThat(settings.text("registry.url")).isEqualTo("http://registry:8081");
    assertThat(settings.registryClient())
        .isEqualTo(Map.of("basic.auth.credentials.source", "USER_INFO"));
  }

  @Test
  void shouldNameTheNearestPropertyForAnUnknownOne(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("app.properties"), "window.hob.ms=1000\n");

    assertThatThrownBy(() -> Settings.load(Optional.of(file), Map.of(), Map.of()))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("'window.hob.ms' in " + file)
        .hasMessageContaining("did you mean 'window.hop.ms'?");
    assertThatThrownBy(() -> Settings.of(Map.of("bootstrap.server", "a:1")))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("did you mean 'bootstrap.servers'?");
    assertThatThrownBy(
            () -> Settings.load(Optional.empty(), Map.of("SES_ANALYSED_ROLES", "AGENT"), Map.of()))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("environment variable SES_ANALYSED_ROLES")
        .hasMessageContaining("did you mean 'SES_ANALYZED_ROLES'?");
  }

  @Test
  void shouldLeaveOtherEnvironmentVariablesAlone() {
    Settings settings =
        Settings.load(
            Optional.empty(),
            Map.of(
                "SES_LOG_LEVEL",
                "DEBUG",
                "SES_LOG_FORMAT",
                "json",
                "TOPIC_EVENTS",
                "x",
                "SESAME",
                "y"),
            Map.of());

    assertThat(settings.text("topic.events")).isEqualTo("emotion-events");
  }

  @ParameterizedTest(name = "{0} = {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "window.hop.ms|abc|window.hop.ms",
        "window.hop.ms|0|window.hop.ms",
        "window.length.ms|90|window.length.ms",
        "max.payload.bytes|0|max.payload.bytes",
        "call.inactivity.ms|10|call.inactivity.ms",
        "analyzed.roles|BOSS|CUSTOMER, AGENT, UNKNOWN",
        "alert.rules|very angry|EMOTION >= PROBABILITY",
        "alert.rules|sad >= 0.5 for 1s on AGENT|not analyzed",
        "channel.roles|inbound=BOSS|not CHANNEL=ROLE",
        "channel.roles|CUSTOMER|not CHANNEL=ROLE",
        "channel.roles|a=AGENT,a=CUSTOMER|each channel once",
        "reorder.window.ms|-1|reorder.window.ms",
        "gap.tolerance.ms|2001|gap.tolerance.ms",
        "speech.min.share|1.5|speech.min.share",
        "smoothing.seconds|-2|smoothing.seconds",
        "smoothing.seconds|NaN|smoothing.seconds: must be a number",
        "label.hysteresis|1|label.hysteresis",
        "label.hysteresis|NaN|label.hysteresis",
        "topic.events|two words|topic.events",
        "topic.events|audio-chunks|differ",
        "processing.guarantee|twice|exactly_once_v2",
        "bootstrap.servers|''|bootstrap.servers",
        "topic.replication.factor|many|topic.replication.factor",
      })
  void shouldRefuseAValueThatIsNotValid(String property, String value, String reason) {
    assertThatThrownBy(() -> Settings.of(Map.of(property, value)))
        .isInstanceOf(CommandFailure.class)
        .hasMessageStartingWith("configuration: ")
        .hasMessageContaining(reason);
  }

  @Test
  void shouldNameAFileThatIsNotThere(@TempDir Path folder) {
    Path file = folder.resolve("none.properties");

    assertThatThrownBy(() -> Settings.load(Optional.of(file), Map.of(), Map.of()))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void shouldListEveryPropertyOnceInTheTable() {
    String table = PropertyMarkdown.markdown();

    for (String name : Property.DEFINITION.names()) {
      assertThat(table.lines().filter(line -> line.startsWith("| `" + name + "` |"))).hasSize(1);
    }
    assertThat(table.lines()).hasSize(Property.DEFINITION.names().size() + 4);
    assertThat(table.lines()).allMatch(line -> line.chars().filter(c -> c == '|').count() == 5);
  }

  @ParameterizedTest
  @CsvSource({"abc, abc, 0", "abc, abd, 1", "abc, ab, 1", "kitten, sitting, 3", "'', abc, 3"})
  void shouldCountEdits(String a, String b, int edits) {
    assertThat(Spelling.editDistance(a, b)).isEqualTo(edits);
  }

  @Test
  void shouldTakeTheKeyOfPseudonymsAndNeverShowIt() {
    String secret = "0123456789abcdef0123456789abcdef";
    Map<String, String> environment = Map.of("SES_PSEUDONYMIZE_KEY", secret + "\n");

    StreamSettings settings =
        Settings.load(Optional.empty(), environment, Map.of()).streamSettings();

    assertThat(settings.pseudonymKey()).contains(new PseudonymKey(secret));
    assertThat(settings.toString()).doesNotContain(secret);
    assertThatThrownBy(() -> Settings.of(Map.of("pseudonymize.key", "a-short-one")))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("at least 32 characters")
        .hasMessageNotContaining("a-short-one");
  }
}
