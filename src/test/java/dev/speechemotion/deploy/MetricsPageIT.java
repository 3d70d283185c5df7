package dev.speechemotion.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.commands.CommandLineRun;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.fixtures.CommandProcess;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.fixtures.StreamProcess;
import dev.speechemotion.app.gateway.TwilioClient;
import dev.speechemotion.streams.StreamSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A running application, and a gateway, have what probes, alert rules, and dashboard ask for. */
@Timeout(300)
class MetricsPageIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** What shows only when audio is wrong, or enough of it was heard. */
  private static final Set<String> SELDOM =
      Set.of("speech_emotion_wrong_audio_total", "speech_emotion_drift_psi");

  @Test
  void shouldShowEveryMetricThatIsAskedFor(@TempDir Path folder) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        HttpRegistry registry = new HttpRegistry()) {
      List<String> cluster =
          List.of("--bootstrap-server", broker.bootstrapServers(), "--registry", registry.url());
      createTopics(broker);
      try (StreamProcess stream =
          new StreamProcess(
              folder.resolve("log"),
              Map.of(
                  "bootstrap.servers",
                  broker.bootstrapServers(),
                  "registry.url",
                  registry.url(),
                  "state.dir",
                  folder.resolve("state").toString(),
                  "model.dir",
                  "models/telephone",
                  "alert.rules",
                  "angry >= 0.01 for 1s"))) {
        stream.start();
        stream.awaitRunning(PATIENCE);
        CommandLineRun fed =
            run(cluster, "feed", "src/main/resources/demo/16a07Wa.wav", "--speed", "max");
        assertThat(fed.exitCode()).as(fed.toString()).isZero();
        sendWithoutValue(broker);

        await(stream, "speech_emotion_events_total");
        await(stream, "speech_emotion_rejected_records_total");
        await(stream, "speech_emotion_event_to_commit_seconds_count");

        Set<String> missing = new TreeSet<>(Monitoring.metrics());
        String page = stream.get(RunningServer.METRICS);
        missing.removeAll(names(page));
        assertThat(missing).as(page).isSubsetOf(SELDOM);
        assertThat(stream.get(RunningServer.LIVE)).isEqualTo("RUNNING\n");
        assertThat(stream.get(RunningServer.READY)).isEqualTo("ready\n");
        assertThat(stream.metric("speech_emotion_ready")).isEqualTo(1);
        awaitOffsetOfTheAutoscaler(broker, stream);
        assertThat(stream.stop()).isZero();
      }
    }
  }

  @Test
  void shouldShowOfAGatewayEveryMetricThatIsAskedFor(@TempDir Path folder) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        HttpRegistry registry = new HttpRegistry()) {
      createTopics(broker);
      try (CommandProcess gateway =
          CommandProcess.start(
              folder.resolve("log"),
              List.of("gateway", "twilio"),
              Map.of(
                  "bootstrap.servers",
                  broker.bootstrapServers(),
                  "registry.url",
                  registry.url()))) {
        try (TwilioClient call = call(gateway)) {
          call.start("CA1", "{}");
          call.stop();
          assertThat(call.socket().awaitClosed()).as("Kafka has it").isEqualTo(1000);
        }

        String page = gateway.get(RunningServer.METRICS);
        Set<String> missing = new TreeSet<>(Monitoring.gatewayMetrics());
        missing.removeAll(names(page));
        assertThat(missing).as(page).isEmpty();
        assertThat(gateway.get(RunningServer.LIVE)).isEqualTo("RUNNING\n");
        assertThat(gateway.get(RunningServer.READY)).isEqualTo("ready\n");
        assertThat(gateway.metric("speech_emotion_gateway_ready")).isEqualTo(1);
        assertThat(gateway.metric("kafka_producer_connection_count")).isPositive();

        ExternalTool.require("curl");
        Process hook = beforeItIsStopped(gateway);
        try (TwilioClient call = call(gateway)) {
          assertThat(hook.waitFor(7, TimeUnit.SECONDS)).as("nothing waited for").isFalse();
          call.socket().vanish();
          assertThat(hook.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
          hook.destroy();
        }
        assertThat(gateway.stop()).isZero();
      }
    }
  }

  private static TwilioClient call(CommandProcess gateway) throws Exception {
    return new TwilioClient("ws://127.0.0.1:" + gateway.port() + "/twilio", Map.of(), "MZ1");
  }

  /** What Kubernetes does in a pod of Twilio's gateway. */
  private static Process beforeItIsStopped(CommandProcess gateway) throws Exception {
    String patch =
        Yaml.read(Path.of("deploy/kubernetes/gateway/twilio/kustomization.yaml"))
            .at("/patches/0/patch")
            .asText();
    List<String> command = new ArrayList<>();
    Yaml.documents(patch)
        .get(0)
        .at("/spec/template/spec/containers/0/lifecycle/preStop/exec/command")
        .forEach(word -> command.add(word.asText().replace(":8081", ":" + gateway.port())));
    return new ProcessBuilder(command).start();
  }

  /** It reckons the lag from that. A commit that has begun has not ended yet. */
  private static void awaitOffsetOfTheAutoscaler(EmbeddedBroker broker, StreamProcess stream)
      throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!committed(broker).containsKey(new TopicPartition("audio-chunks", 0))) {
      stream.requireAlive();
      assertThat(System.nanoTime()).as("no offset:\n" + stream.log()).isLessThan(deadline);
      Thread.sleep(50);
    }
  }

  /** As KEDA asks for it. */
  private static Map<TopicPartition, OffsetAndMetadata> committed(EmbeddedBroker broker)
      throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      return admin
          .listConsumerGroupOffsets("speech-emotion-streams")
          .partitionsToOffsetAndMetadata()
          .get();
    }
  }

  private static void createTopics(EmbeddedBroker broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin
          .createTopics(
              StreamSettings.defaults().topics().stream()
                  .map(topic -> new NewTopic(topic, 1, (short) 1))
                  .toList())
          .all()
          .get();
    }
  }

  private static Set<String> names(String page) {
    return page.lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("[ {]", 2)[0])
        .collect(Collectors.toSet());
  }

  private static void sendWithoutValue(EmbeddedBroker broker) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>("audio-chunks", "call-1", null)).get();
    }
  }

  private static void await(StreamProcess stream, String metric) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!(stream.metric(metric) > 0)) {
      stream.requireAlive();
      assertThat(System.nanoTime()).as(metric + ":\n" + stream.log()).isLessThan(deadline);
      Thread.sleep(50);
    }
  }

  private static CommandLineRun run(List<String> cluster, String command, String... args) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(cluster);
    all.addAll(List.of(args));
    return CommandLineRun.of(all.toArray(new String[0]));
  }
}
