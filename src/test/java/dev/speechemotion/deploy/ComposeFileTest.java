package dev.speechemotion.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What docker-compose.yml says, and the files that it brings into containers; no engine needed. */
class ComposeFileTest {
  private static final Path FILE = Path.of("docker-compose.yml");

  @Test
  void shouldBeUnderstoodByCompose() throws Exception {
    ExternalTool compose = ExternalTool.require("docker compose", "docker-compose");

    ExternalTool.Result result =
        compose.run(
            Map.of(),
            "--profile",
            "monitoring",
            "--profile",
            "gateway",
            "--file",
            FILE.toString(),
            "config");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(Yaml.documents(result.out()).get(0).path("services").size()).isEqualTo(6);
  }

  @Test
  void shouldListenOnTheHostItselfAlone() throws Exception {
    for (JsonNode service : services()) {
      for (String port : texts(service.path("ports"))) {
        assertThat(port).startsWith("127.0.0.1:");
      }
    }
  }

  @Test
  void shouldMountOnlyWhatThereIs() throws Exception {
    JsonNode volumes = Yaml.read(FILE).path("volumes");
    for (JsonNode service : services()) {
      for (String mount : texts(service.path("volumes"))) {
        String source = mount.split(":")[0];
        if (source.startsWith(".")) {
          assertThat(Path.of(source)).exists();
          assertThat(mount).as("nothing of the repository is written to").endsWith(":ro");
        } else {
          assertThat(volumes.has(source)).as(source).isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"app, state:/app/state", "gateway,"})
  void shouldRunReadOnlyAndWithoutPrivileges(String service, String volume) throws Exception {
    JsonNode app = service(service);

    assertThat(app.path("read_only").asBoolean()).isTrue();
    assertThat(texts(app.path("cap_drop"))).containsExactly("ALL");
    assertThat(texts(app.path("security_opt"))).containsExactly("no-new-privileges:true");
    assertThat(texts(app.path("tmpfs"))).allMatch(mount -> mount.startsWith("/tmp:exec"));
    assertThat(texts(app.path("volumes")))
        .containsExactlyElementsOf(Stream.ofNullable(volume).toList());
    assertThat(app.path("mem_limit").asText()).isNotEmpty();
  }

  @Test
  void shouldGiveOnlySettingsThatThereAre() throws Exception {
    Settings settings = Settings.load(Optional.empty(), environment("app"), Map.of());

    assertThat(settings.text(Property.HTTP_HOST)).isEqualTo("0.0.0.0");
    assertThat(settings.flag(Property.HTTP_WALLBOARD)).isFalse();
    assertThat(texts(service("app").path("command"))).containsExactly("stream", "--create-topics");
  }

  @Test
  void shouldStartAGatewayOnlyIfAskedToAndTakeItsSecretFromAFile(@TempDir Path folder)
      throws Exception {
    JsonNode gateway = service("gateway");
    String secret = gateway.path("secrets").get(0).asText();
    Files.writeString(folder.resolve(secret), "of the account\n");
    Map<String, String> environment = environment("gateway");
    environment.replaceAll(
        (name, value) -> value.replace("$$", "$").replace("/run/secrets", folder.toString()));

    Settings settings = Settings.load(Optional.empty(), environment, Map.of());

    assertThat(settings.secret(Property.GATEWAY_TWILIO_AUTH_TOKEN)).isEqualTo("of the account");
    assertThat(texts(gateway.path("profiles"))).containsExactly("gateway");
    assertThat(texts(gateway.path("command"))).containsExactly("gateway", "twilio");
    assertThat(gateway.path("image")).isEqualTo(service("app").path("image"));
    assertThat(withDefaults(Yaml.read(FILE).at("/secrets/" + secret + "/file").asText()))
        .isEqualTo("./" + secret);
    assertThat(Files.readAllLines(Path.of(".gitignore"))).contains("/" + secret);
  }

  @Test
  void shouldHaveTheImageAskForHealthWhereTheServerListens() throws Exception {
    String dockerfile = Files.readString(Path.of("deploy/Dockerfile"));

    assertThat(dockerfile)
        .contains("HEALTHCHECK")
        .contains("127.0.0.1:${SES_HTTP_PORT}" + RunningServer.LIVE)
        .contains("SES_HTTP_PORT=8081")
        .contains("VOLUME /app/state");
    for (String service : List.of("app", "gateway")) {
      assertThat(texts(service(service).path("ports"))).allMatch(port -> port.endsWith(":8081"));
    }
    assertThat(dockerfile)
        .as("what the load test measures by")
        .contains(
            "\"-XX:+UseParallelGC\"", "\"-XX:TrimNativeHeapInterval=3000\"", "MALLOC_ARENA_MAX=2");
    assertThat(List.of("COPY target/lib", "COPY target/speech-emotion", "COPY models"))
        .as("what changes least comes first")
        .extracting(dockerfile::indexOf)
        .isSorted()
        .doesNotContain(-1);
  }

  @Test
  void shouldMonitorOnlyIfAskedTo() throws Exception {
    assertThat(texts(service("prometheus").path("profiles"))).containsExactly("monitoring");
    assertThat(texts(service("grafana").path("profiles"))).containsExactly("monitoring");
    Map<String, String> jobs = new LinkedHashMap<>();
    for (JsonNode scrape :
        Yaml.read(Monitoring.PROMETHEUS.resolve("prometheus.yml")).path("scrape_configs")) {
      jobs.put(scrape.path("job_name").asText(), scrape.at("/dns_sd_configs/0/names/0").asText());
      assertThat(scrape.at("/dns_sd_configs/0/port").asInt()).isEqualTo(8081);
    }
    assertThat(jobs).isEqualTo(Map.of(Monitoring.JOB, "app", Monitoring.GATEWAY_JOB, "gateway"));
  }

  @Test
  void shouldGiveGrafanaItsSourceAndItsDashboards() throws Exception {
    JsonNode grafana = service("grafana");
    Path provisioning = Path.of("deploy/grafana/provisioning");
    JsonNode source =
        Yaml.read(provisioning.resolve("datasources/prometheus.yaml")).at("/datasources/0");
    JsonNode provider =
        Yaml.read(provisioning.resolve("dashboards/dashboards.yaml")).at("/providers/0");
    String folder = provider.at("/options/path").asText();

    assertThat(source.path("url").asText()).isEqualTo("http://prometheus:9090");
    assertThat(texts(grafana.path("volumes")))
        .contains(
            "./" + provisioning + ":/etc/grafana/provisioning:ro",
            "./" + Monitoring.DASHBOARD.getParent() + ":" + folder + ":ro");
    assertThat(grafana.at("/environment/GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH").asText())
        .isEqualTo(folder + "/" + Monitoring.DASHBOARD.getFileName());
  }

  /** What Compose makes of a value if nothing is set in the environment. */
  private static String withDefaults(String value) {
    return value.replaceAll("\\$\\{\\w+:-([^}]*)}", "$1");
  }

  private static Map<String, String> environment(String service) throws Exception {
    Map<String, String> environment = new LinkedHashMap<>();
    service(service)
        .path("environment")
        .properties()
        .forEach(entry -> environment.put(entry.getKey(), withDefaults(entry.getValue().asText())));
    return environment;
  }

  private static List<JsonNode> services() throws Exception {
    return StreamSupport.stream(Yaml.read(FILE).path("services").spliterator(), false).toList();
  }

  private static JsonNode service(String name) throws Exception {
    return Yaml.read(FILE).path("services").path(name);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
