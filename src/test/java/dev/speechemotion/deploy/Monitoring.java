package dev.speechemotion.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Prometheus and Grafana ask for. */
final class Monitoring {
  /** The name by which rules and dashboard know the application. */
  static final String JOB = "speech-emotion-streams";

  static final String GATEWAY_JOB = "speech-emotion-gateway";

  static final Path PROMETHEUS = Path.of("deploy/prometheus");
  static final Path DASHBOARD = Path.of("deploy/grafana/dashboards/speech-emotion.json");

  private static final Pattern METRIC =
      Pattern.compile("\\b(?:speech_emotion|kafka|jvm|process)_\\w+(?!\\s*\\()\\b");

  /** Of an expression that asks gateways alone. */
  private static final Pattern GATEWAYS =
      Pattern.compile("speech_emotion_gateway_|\"" + GATEWAY_JOB + "\"");

  private static final String BOTH_JOBS = "\"speech-emotion-(streams|gateway)\"";

  private Monitoring() {}

  /** The rules of alerts.yml, of all groups. */
  static List<JsonNode> rules() throws IOException {
    List<JsonNode> rules = new ArrayList<>();
    Yaml.read(PROMETHEUS.resolve("alerts.yml"))
        .path("groups")
        .forEach(group -> group.path("rules").forEach(rules::add));
    return rules;
  }

  /** Queries of the dashboard, with its variables filled in. */
  static List<String> queries() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
    return dashboard.findValuesAsText("expr").stream()
        .map(query -> query.replace("$__rate_interval", "5m").replace("$instance", ".*"))
        .toList();
  }

  /** Names of all metrics of the application that rules and dashboard are made of. */
  static Set<String> metrics() throws IOException {
    return metrics(expression -> !GATEWAYS.matcher(expression).find());
  }

  /** Names of all metrics that they are made of and that a gateway has. */
  static Set<String> gatewayMetrics() throws IOException {
    return metrics(
        expression -> GATEWAYS.matcher(expression).find() || expression.contains(BOTH_JOBS));
  }

  private static Set<String> metrics(Predicate<String> wanted) throws IOException {
    Set<String> metrics = new TreeSet<>();
    List<String> expressions = new ArrayList<>(queries());
    rules().forEach(rule -> expressions.add(rule.path("expr").asText()));
    for (String expression : expressions.stream().filter(wanted).toList()) {
      // What is within quotes is a label's value; speech_emotion:… is a recording rule.
      Matcher matcher = METRIC.matcher(expression.replaceAll("\"[^\"]*\"", "\"\""));
      while (matcher.find()) {
        metrics.add(matcher.group());
      }
    }
    return metrics;
  }
}
