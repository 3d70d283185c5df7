package dev.speechemotion.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the manifests to Kubernetes' models, to each other, and to the application. */
class KubernetesManifestsTest {
  private static final Path FOLDER = Path.of("deploy/kubernetes");
  private static final long USER = 10_001;

  @TempDir Path folder;

  private static List<HasMetadata> resources;
  private static StatefulSet instances;
  private static PodTemplateSpec pod;
  private static Container container;
  private static Settings settings;

  @BeforeAll
  static void read() throws IOException {
    resources = Manifests.below(FOLDER);
    instances = Manifests.only(resources, StatefulSet.class);
    pod = instances.getSpec().getTemplate();
    assertThat(pod.getSpec().getContainers()).hasSize(1);
    container = pod.getSpec().getContainers().get(0);
    settings = Settings.load(Optional.empty(), settingsFile(), Map.of());
  }

  private static Map<String, String> settingsFile() throws IOException {
    Properties file = new Properties();
    try (var reader = Files.newBufferedReader(FOLDER.resolve("base/settings.env"))) {
      file.load(reader);
    }
    return file.stringPropertyNames().stream()
        .collect(Collectors.toMap(name -> name, file::getProperty));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{prot: 1}]}}",
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: http}]}}",
        "{apiVersion: kafka.strimzi.io/v1, kind: KafkaTopic, metadata: {name: a}, spec: {x: 1}}"
      })
  void shouldRefuseWhatTheModelsDoNotKnow(String manifest) {
    assertThatThrownBy(() -> Manifests.read(manifest))
        .isInstanceOfAny(AssertionError.class, KubernetesClientException.class);
  }

  @Test
  void shouldGiveOnlySettingsThatThereAre() throws Exception {
    // Settings.load refuses what it does not know.
    assertThat(settingsFile().keySet()).allMatch(name -> name.startsWith("SES_"));
    JsonNode base = Yaml.read(FOLDER.resolve("base/kustomization.yaml"));
    String generated = base.path("configMapGenerator").get(0).path("name").asText();

    assertThat(container.getEnvFrom().get(0).getConfigMapRef().getName()).isEqualTo(generated);
    assertThat(container.getEnvFrom().get(1).getSecretRef().getOptional()).isTrue();
    assertThat(pod.getSpec().getEnableServiceLinks()).isFalse();
  }

  @Test
  void shouldListEveryManifest() throws Exception {
    try (var files = Files.walk(FOLDER)) {
      for (Path file : files.filter(path -> path.endsWith("kustomization.yaml")).toList()) {
        JsonNode kustomization = Yaml.read(file);
        try (var beside = Files.list(file.getParent())) {
          assertThat(texts(kustomization.path("resources")))
              .as(file.toString())
              .containsAll(
                  beside
                      .map(path -> path.getFileName().toString())
                      .filter(name -> name.endsWith(".yaml") && !name.startsWith("kustomization"))
                      .toList())
              .allMatch(name -> Files.exists(file.resolveSibling(name)));
        }
        assertThat(texts(kustomization.path("components")))
            .allMatch(name -> Files.exists(file.resolveSibling(name)));
      }
    }
  }

  @Test
  void shouldProbeHealthOnTheServersPort() {
    ContainerPort port = container.getPorts().get(0);

    assertThat(port.getContainerPort()).isEqualTo(settings.integer(Property.HTTP_PORT));
    assertThat(settings.text(Property.HTTP_HOST)).isEqualTo("0.0.0.0");
    assertThat(List.of(container.getStartupProbe(), container.getLivenessProbe()))
        .extracting(probe -> probe.getHttpGet().getPath())
        .containsOnly(RunningServer.LIVE);
    assertThat(container.getReadinessProbe().getHttpGet().getPath()).isEqualTo(RunningServer.READY);
    assertThat(probes())
        .allSatisfy(
            probe ->
                assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo(port.getName()));
    Probe startup = container.getStartupProbe();
    assertThat(startup.getPeriodSeconds() * startup.getFailureThreshold())
        .as("seconds for the start, beside what the broker and the registry are waited for")
        .isGreaterThan(2 * (int) settings.duration(Property.STARTUP_TIMEOUT_MS).toSeconds() + 60);
  }

  private static List<Probe> probes() {
    return List.of(
        container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe());
  }

  @Test
  void shouldSelectThePods() {
    Map<String, String> labels = pod.getMetadata().getLabels();
    Service service = named("speech-emotion-streams", Service.class);
    Service wallboard = named("speech-emotion-wallboard", Service.class);
    PodDisruptionBudget budget = named("speech-emotion-streams", PodDisruptionBudget.class);
    NetworkPolicy policy = named("speech-emotion-streams", NetworkPolicy.class);
    NetworkPolicy browsers = named("speech-emotion-wallboard", NetworkPolicy.class);
    JsonNode monitor = tree(Manifests.only(resources, "PodMonitor"));

    assertThat(
            List.of(
                instances.getSpec().getSelector().getMatchLabels(),
                service.getSpec().getSelector(),
                wallboard.getSpec().getSelector(),
                budget.getSpec().getSelector().getMatchLabels(),
                policy.getSpec().getPodSelector().getMatchLabels(),
                browsers.getSpec().getPodSelector().getMatchLabels(),
                pod.getSpec()
                    .getTopologySpreadConstraints()
                    .get(0)
                    .getLabelSelector()
                    .getMatchLabels()))
        .allSatisfy(selector -> assertThat(selector).isNotEmpty().isEqualTo(labels));
    assertThat(instances.getSpec().getServiceName()).isEqualTo(service.getMetadata().getName());
    assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
    String port = container.getPorts().get(0).getName();
    assertThat(List.of(service, wallboard))
        .extracting(each -> each.getSpec().getPorts().get(0).getTargetPort().getStrVal())
        .containsOnly(port);
    assertThat(List.of(policy, browsers))
        .extracting(
            each -> each.getSpec().getIngress().get(0).getPorts().get(0).getPort().getStrVal())
        .containsOnly(port);
    assertThat(monitor.at("/spec/podMetricsEndpoints/0/port").asText()).isEqualTo(port);
    assertThat(monitor.at("/spec/podMetricsEndpoints/0/path").asText())
        .isEqualTo(RunningServer.METRICS);
    JsonNode selected = monitor.at("/spec/selector/matchExpressions/0");
    assertThat(selected.path("key").asText()).isEqualTo(monitor.at("/spec/jobLabel").asText());
    assertThat(texts(selected.path("values")))
        .as("the jobs of the alert rules")
        .containsExactly(Monitoring.JOB, Monitoring.GATEWAY_JOB);
    assertThat(labels).containsEntry(selected.path("key").asText(), Monitoring.JOB);
  }

  static List<PodSpec> pods() {
    return List.of(
        pod.getSpec(),
        Manifests.only(resources, Deployment.class).getSpec().getTemplate().getSpec());
  }

  @ParameterizedTest
  @MethodSource("pods")
  void shouldRunWithoutPrivileges(PodSpec spec) throws Exception {
    SecurityContext security = spec.getContainers().get(0).getSecurityContext();

    assertThat(spec.getAutomountServiceAccountToken()).isFalse();
    assertThat(spec.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(spec.getSecurityContext().getRunAsUser()).isEqualTo(USER);
    assertThat(spec.getSecurityContext().getFsGroup()).isEqualTo(USER);
    assertThat(spec.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(security.getReadOnlyRootFilesystem()).isTrue();
    assertThat(security.getAllowPrivilegeEscalation()).isFalse();
    assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(Files.readString(Path.of("deploy/Dockerfile")))
        .contains("USER " + USER + ":" + USER);
  }

  @Test
  void shouldMountWhatItWrites() {
    List<String> volumes =
        Stream.concat(
                pod.getSpec().getVolumes().stream().map(Volume::getName),
                instances.getSpec().getVolumeClaimTemplates().stream()
                    .map(claim -> claim.getMetadata().getName()))
            .toList();
    Map<String, String> mounts =
        container.getVolumeMounts().stream()
            .collect(Collectors.toMap(VolumeMount::getMountPath, VolumeMount::getName));

    assertThat(mounts.values()).containsExactlyInAnyOrderElementsOf(volumes);
    assertThat(mounts).containsKeys("/tmp", settings.text(Property.STATE_DIR));
    assertThat(mounts.get(settings.text(Property.STATE_DIR)))
        .isEqualTo(instances.getSpec().getVolumeClaimTemplates().get(0).getMetadata().getName());
    Map<String, Quantity> limits = container.getResources().getLimits();
    assertThat(limits).containsOnlyKeys("memory");
    assertThat(container.getResources().getRequests())
        .containsEntry("memory", limits.get("memory"))
        .containsKey("cpu");
  }

  @Test
  void shouldMakeTheTopicsOfTheSettings() {
    List<KafkaTopic> topics =
        resources.stream()
            .filter(KafkaTopic.class::isInstance)
            .map(KafkaTopic.class::cast)
            .toList();

    List<String> named = new ArrayList<>(settings.streamSettings().topics());
    named.add(settings.text(Property.TOPIC_CORRECTIONS));
    assertThat(topics)
        .extracting(topic -> topic.getMetadata().getName())
        .containsExactlyInAnyOrderElementsOf(named);
    assertThat(topics)
        .allSatisfy(
            topic -> {
              assertThat(topic.getMetadata().getLabels()).containsKey("strimzi.io/cluster");
              assertThat(topic.getSpec().getReplicas()).isEqualTo(3);
              assertThat(topic.getSpec().getConfig()).containsKey("retention.ms");
            })
        .extracting(topic -> topic.getSpec().getPartitions())
        .doesNotContainNull();
  }

  @Test
  void shouldScaleByTheLagOfTheApplication() {
    JsonNode spec = tree(Manifests.only(resources, "ScaledObject")).path("spec");
    JsonNode kafka = spec.path("triggers").get(0);

    assertThat(spec.at("/scaleTargetRef/kind").asText()).isEqualTo(instances.getKind());
    assertThat(spec.at("/scaleTargetRef/name").asText())
        .isEqualTo(instances.getMetadata().getName());
    assertThat(kafka.path("type").asText()).isEqualTo("kafka");
    assertThat(kafka.at("/metadata/consumerGroup").asText())
        .isEqualTo(settings.text(Property.APPLICATION_ID));
    assertThat(kafka.at("/metadata/topic").asText())
        .isEqualTo(settings.text(Property.TOPIC_CHUNKS));
    assertThat(kafka.at("/metadata/bootstrapServers").asText())
        .isEqualTo(settings.text(Property.BOOTSTRAP_SERVERS));
    assertThat(spec.path("maxReplicaCount").asInt())
        .isLessThanOrEqualTo(
            resources.stream()
                .filter(KafkaTopic.class::isInstance)
                .map(KafkaTopic.class::cast)
                .filter(topic -> topic.getMetadata().getName().equals("audio-chunks"))
                .findFirst()
                .orElseThrow()
                .getSpec()
                .getPartitions());
  }

  @Test
  void shouldBuildTheExample() throws Exception {
    List<HasMetadata> built = build(FOLDER.resolve("example"));

    StatefulSet set = Manifests.only(built, StatefulSet.class);
    assertThat(set.getSpec().getReplicas()).as("the autoscaler's").isNull();
    Container app = set.getSpec().getTemplate().getSpec().getContainers().get(0);
    assertThat(app.getImage()).isEqualTo("registry.example.com/speech-emotion-streams:0.1.0");
    ConfigMap map = Manifests.only(built, ConfigMap.class);
    assertThat(app.getEnvFrom().get(0).getConfigMapRef().getName())
        .isEqualTo(map.getMetadata().getName());
    Settings.load(Optional.empty(), map.getData(), Map.of());
  }

  @Test
  void shouldShowTheWallboardOnlyWithAToken() throws Exception {
    Path copy = copyOfTheManifests();
    Path example = copy.resolve("example/kustomization.yaml");
    Files.writeString(example, Files.readString(example).replace("# - ../comp", "- ../comp"));

    List<HasMetadata> built = build(example.getParent());

    Settings shown =
        Settings.load(Optional.empty(), Manifests.only(built, ConfigMap.class).getData(), Map.of());
    assertThat(shown.flag(Property.HTTP_WALLBOARD)).isTrue();
    Container app =
        Manifests.only(built, StatefulSet.class)
            .getSpec()
            .getTemplate()
            .getSpec()
            .getContainers()
            .get(0);
    assertThat(app.getEnv())
        .singleElement()
        .satisfies(
            token -> {
              assertThat(token.getName()).isEqualTo("SES_HTTP_TOKEN");
              SecretKeySelector secret = token.getValueFrom().getSecretKeyRef();
              assertThat(secret.getName())
                  .isEqualTo(container.getEnvFrom().get(1).getSecretRef().getName());
              assertThat(secret.getKey()).isEqualTo(token.getName());
              assertThat(secret.getOptional()).isNull();
            });
    assertThat(built).filteredOn(Service.class::isInstance).hasSize(2);
    assertThat(built).filteredOn(NetworkPolicy.class::isInstance).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"twilio", "audiohook"})
  void shouldRunAGatewayBesideTheApplication(String kind) throws Exception {
    Path copy = copyOfTheManifests();
    Path example = copy.resolve("example/kustomization.yaml");
    Files.writeString(example, Files.readString(example).replace("# - ../gate", "- ../gate"));
    List<HasMetadata> all = build(example.getParent());
    List<HasMetadata> built =
        all.stream()
            .filter(each -> each.getMetadata().getName().equals("speech-emotion-gateway-" + kind))
            .toList();

    Deployment gateways = Manifests.only(built, Deployment.class);
    PodTemplateSpec gateway = gateways.getSpec().getTemplate();
    NetworkPolicy policy = Manifests.only(built, NetworkPolicy.class);
    assertThat(
            List.of(
                gateways.getSpec().getSelector().getMatchLabels(),
                Manifests.only(built, Service.class).getSpec().getSelector(),
                Manifests.only(built, PodDisruptionBudget.class)
                    .getSpec()
                    .getSelector()
                    .getMatchLabels(),
                policy.getSpec().getPodSelector().getMatchLabels(),
                gateway
                    .getSpec()
                    .getTopologySpreadConstraints()
                    .get(0)
                    .getLabelSelector()
                    .getMatchLabels()))
        .containsOnly(
            Map.of(
                "app.kubernetes.io/name",
                Monitoring.GATEWAY_JOB,
                "app.kubernetes.io/instance",
                kind));
    assertThat(policy.getSpec().getEgress())
        .as("to where the application goes")
        .isEqualTo(named("speech-emotion-streams", NetworkPolicy.class).getSpec().getEgress());

    Container one = gateway.getSpec().getContainers().get(0);
    assertThat(one.getEnvFrom().get(0).getConfigMapRef().getName())
        .isEqualTo(Manifests.only(all, ConfigMap.class).getMetadata().getName());
    assertThat(one.getPorts()).isEqualTo(container.getPorts());
    assertThat(one.getStartupProbe()).isEqualTo(container.getStartupProbe());
    assertThat(one.getLivenessProbe()).isEqualTo(container.getLivenessProbe());
    assertThat(one.getReadinessProbe()).isEqualTo(container.getReadinessProbe());
    assertThat(one.getArgs().subList(0, 3)).containsExactly("gateway", kind, "--config");
    Volume secret = gateway.getSpec().getVolumes().get(1);
    assertThat(secret.getSecret().getSecretName()).isEqualTo("speech-emotion-gateway");
    assertThat(secret.getSecret().getOptional()).isNull();
    assertThat(one.getVolumeMounts())
        .filteredOn(mount -> mount.getName().equals(secret.getName()))
        .extracting(VolumeMount::getMountPath)
        .containsExactly(Path.of(one.getArgs().get(3)).getParent().toString());
    assertThat(Path.of(one.getArgs().get(3)).getFileName()).hasToString(kind + ".properties");
  }

  private Path copyOfTheManifests() throws IOException {
    try (var files = Files.walk(FOLDER)) {
      for (Path file : files.toList()) {
        Path to = folder.resolve(FOLDER.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Files.copy(file, to);
        }
      }
    }
    return folder;
  }

  private static List<HasMetadata> build(Path kustomization) throws Exception {
    ExternalTool tool = ExternalTool.require("kubectl", "kustomize");
    String build = tool.command().get(0).equals("kubectl") ? "kustomize" : "build";
    ExternalTool.Result result = tool.run(Map.of(), build, kustomization.toString());
    assertThat(result.exitCode()).as(result.err()).isZero();
    return Manifests.read(result.out());
  }

  private static <T extends HasMetadata> T named(String name, Class<T> type) {
    return Manifests.only(
        resources.stream().filter(each -> each.getMetadata().getName().equals(name)).toList(),
        type);
  }

  private static JsonNode tree(GenericKubernetesResource resource) {
    return new ObjectMapper().valueToTree(resource.getAdditionalProperties());
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
