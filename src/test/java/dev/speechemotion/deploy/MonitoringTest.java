package dev.speechemotion.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alert rules, dashboard, and runbook; {@link MetricsPageIT} looks for their metrics. */
class MonitoringTest {
  private static final Pattern RECORDED = Pattern.compile("speech_emotion:[\\w:]+");

  @TempDir Path folder;

  @Test
  void shouldKeepToTheRulesOfPrometheus() throws Exception {
    ExternalTool promtool = ExternalTool.require("promtool");

    // The configuration names the rules, which are checked too.
    requireSuccess(promtool, "check", "config", Monitoring.PROMETHEUS + "/prometheus.yml");
  }

  @Test
  void shouldRaiseEachAlertAndNoneWhileAllIsWell() throws Exception {
    ExternalTool promtool = ExternalTool.require("promtool");

    requireSuccess(promtool, "test", "rules", Monitoring.PROMETHEUS + "/alerts.test.yml");
  }

  @Test
  void shouldHaveATestOfEachAlert() throws Exception {
    Set<String> raised = new HashSet<>();
    Set<String> quiet = new HashSet<>();
    for (JsonNode test :
        Yaml.read(Monitoring.PROMETHEUS.resolve("alerts.test.yml")).findValues("alert_rule_test")) {
      test.forEach(
          each ->
              (each.path("exp_alerts").isEmpty() ? quiet : raised)
                  .add(each.path("alertname").asText()));
    }

    assertThat(raised).isEqualTo(alerts().keySet());
    assertThat(quiet).isEqualTo(alerts().keySet());
  }

  @Test
  void shouldSayOfEachAlertWhatToDo() throws Exception {
    Set<String> anchors = anchors(Path.of("deploy/RUNBOOK.md"));

    alerts()
        .forEach(
            (name, rule) -> {
              assertThat(rule.at("/annotations/summary").asText()).as(name).isNotBlank();
              assertThat(rule.at("/labels/severity").asText()).as(name).isIn("critical", "warning");
              String[] runbook = rule.at("/annotations/runbook_url").asText().split("#");
              assertThat(runbook[0]).isEqualTo("deploy/RUNBOOK.md");
              assertThat(runbook[1]).as("the alert's own section").isEqualToIgnoringCase(name);
              assertThat(anchors).contains(runbook[1]);
            });
    assertThat(anchors.stream().filter(anchor -> anchor.startsWith("speechemotion")))
        .as("sections of the runbook about alerts")
        .hasSize(alerts().size());
  }

  /** As GitHub makes them of headings. */
  private static Set<String> anchors(Path markdown) throws Exception {
    return Files.readAllLines(markdown).stream()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(title -> title.replaceAll("[^\\w -]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  @Test
  void shouldUseOnlyFiguresThatAreRecorded() throws Exception {
    Set<String> recorded =
        Monitoring.rules().stream()
            .map(rule -> rule.path("record").asText())
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toSet());
    Set<String> used = new TreeSet<>();
    for (String query : Monitoring.queries()) {
      RECORDED.matcher(query).results().forEach(found -> used.add(found.group()));
    }
    for (JsonNode rule : Monitoring.rules()) {
      RECORDED.matcher(rule.path("expr").asText()).results().forEach(f -> used.add(f.group()));
    }

    assertThat(used).isEqualTo(recorded);
  }

  @Test
  void shouldDropNothingThatIsAskedFor() throws Exception {
    String dropped =
        Yaml.read(Monitoring.PROMETHEUS.resolve("prometheus.yml"))
            .at("/scrape_configs/0/metric_relabel_configs/0/regex")
            .asText();
    String droppedInKubernetes =
        Yaml.read(Path.of("deploy/kubernetes/components/monitoring/pod-monitor.yaml"))
            .at("/spec/podMetricsEndpoints/0/metricRelabelings/0/regex")
            .asText();

    assertThat(droppedInKubernetes).isEqualTo(dropped);
    assertThat("kafka_stream_state_put_rate").matches(dropped);
    assertThat(Monitoring.metrics())
        .hasSizeGreaterThan(20)
        .noneMatch(name -> name.matches(dropped));
    assertThat(Monitoring.gatewayMetrics())
        .hasSizeGreaterThan(10)
        .noneMatch(name -> name.matches(dropped));
  }

  @Test
  void shouldAskGrafanaOnlyWhatPrometheusUnderstands() throws Exception {
    ExternalTool promtool = ExternalTool.require("promtool");
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode file = mapper.createObjectNode();
    ArrayNode rules =
        file.putArray("groups").addObject().put("name", "dashboard").putArray("rules");
    List<String> queries = Monitoring.queries();
    for (int i = 0; i < queries.size(); i++) {
      rules.addObject().put("record", "query:" + i).put("expr", queries.get(i));
    }
    Path asRules = folder.resolve("dashboard.yml");
    mapper.writeValue(asRules.toFile(), file);

    assertThat(queries).hasSizeGreaterThan(40);
    requireSuccess(promtool, "check", "rules", asRules.toString());
  }

  @Test
  void shouldLayOutTheDashboard() throws Exception {
    JsonNode dashboard = new ObjectMapper().readTree(Monitoring.DASHBOARD.toFile());
    Set<Integer> ids = new HashSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      JsonNode place = panel.path("gridPos");
      assertThat(ids.add(panel.path("id").asInt())).as("own id of " + panel).isTrue();
      assertThat(panel.path("title").asText()).isNotBlank();
      assertThat(place.path("x").asInt() + place.path("w").asInt()).isLessThanOrEqualTo(24);
      panel
          .path("targets")
          .forEach(
              target ->
                  assertThat(target.at("/datasource/uid").asText()).isEqualTo("${datasource}"));
    }
  }

  private static Map<String, JsonNode> alerts() throws Exception {
    return Monitoring.rules().stream()
        .filter(rule -> rule.has("alert"))
        .collect(Collectors.toMap(rule -> rule.path("alert").asText(), rule -> rule));
  }

  private static void requireSuccess(ExternalTool tool, String... args) throws Exception {
    ExternalTool.Result result = tool.run(Map.of(), args);
    assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
  }
}
