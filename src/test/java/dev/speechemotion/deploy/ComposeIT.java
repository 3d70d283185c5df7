package dev.speechemotion.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import dev.speechemotion.app.commands.CommandLineRun;
import dev.speechemotion.app.fixtures.FreePort;
import dev.speechemotion.app.gateway.TwilioClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;

/**
 * Builds the image and has docker-compose.yml start it, with a root file system that cannot be
 * written and without privileges; skipped without Docker and Compose.
 */
@Timeout(900)
class ComposeIT {
  private static final String AUTH_TOKEN = "the auth token";

  private static final long PATIENCE_NANOS = 180_000_000_000L;

  @Test
  void shouldGiveEventsFromContainersThatMayWriteNothing(@TempDir Path folder) throws Exception {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(), "skipped: there is no Docker engine");
    ExternalTool compose = ExternalTool.require("docker compose", "docker-compose");
    String project = "ses" + UUID.randomUUID().toString().substring(0, 8);
    int kafka = FreePort.find();
    int registry = FreePort.find();
    int app = FreePort.find();
    int gateway = FreePort.find();
    Path secret = Files.writeString(folder.resolve("secret"), AUTH_TOKEN);
    // The container's user is another one.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    Map<String, String> environment =
        Map.of(
            "KAFKA_PORT",
            "" + kafka,
            "REGISTRY_PORT",
            "" + registry,
            "APP_PORT",
            "" + app,
            "GATEWAY_PORT",
            "" + gateway,
            "TWILIO_AUTH_TOKEN_FILE",
            secret.toString(),
            "TWILIO_URL",
            "wss://voice.example.com/twilio");
    String[] cluster = {
      "--bootstrap-server",
      "localhost:" + kafka,
      "--registry",
      "http://localhost:" + registry + "/apis/ccompat/v7"
    };
    DockerClient docker = DockerClientFactory.instance().client();
    try {
      // It waits until the broker and the registry are healthy.
      requireSuccess(
          compose.run(
              environment, "-p", project, "--profile", "gateway", "up", "--detach", "--build"));
      String container = container(docker, project, "app");
      awaitHealth(docker, container);

      requireSuccess(run("feed", cluster, "src/main/resources/demo/16a07Wa.wav", "--speed", "max"));
      CommandLineRun watched =
          run("watch", cluster, "--from-beginning", "--max-events", "1", "--timeout", "120");
      requireSuccess(watched);
      assertThat(watched.out()).contains("CUSTOMER");

      HttpResponse<String> metrics = get(app, RunningServer.METRICS);
      assertThat(metrics.statusCode()).isEqualTo(200);
      assertThat(metrics.body()).contains("speech_emotion_records_lag{");
      assertThat(get(app, RunningServer.READY).statusCode()).isEqualTo(200);

      awaitHealth(docker, container(docker, project, "gateway"));
      call(gateway);
      assertThat(get(gateway, RunningServer.METRICS).body())
          .contains("speech_emotion_gateway_messages_total{feed=\"twilio\"} 2.0");

      InspectContainerResponse running = docker.inspectContainerCmd(container).exec();
      assertThat(running.getHostConfig().getReadonlyRootfs()).isTrue();
      assertThat(running.getConfig().getUser()).isEqualTo("10001:10001");
      assertThat(running.getHostConfig().getCapDrop()).hasSize(1);

      docker.stopContainerCmd(container).withTimeout(60).exec();
      InspectContainerResponse stopped = docker.inspectContainerCmd(container).exec();
      assertThat(stopped.getState().getExitCodeLong()).isZero();
    } finally {
      compose.run(
          environment,
          "-p",
          project,
          "--profile",
          "gateway",
          "down",
          "--volumes",
          "--timeout",
          "1");
    }
  }

  /** A call from Twilio, signed with the token of the file. */
  private static void call(int gateway) throws Exception {
    try (TwilioClient call =
        new TwilioClient(
            "ws://127.0.0.1:" + gateway + "/twilio",
            TwilioClient.signed("wss://voice.example.com/twilio", AUTH_TOKEN),
            "MZ1")) {
      call.start("CA1", "{}");
      call.stop();
      assertThat(call.socket().awaitClosed()).isEqualTo(1000);
    }
  }

  private static String container(DockerClient docker, String project, String service) {
    return docker
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(
            Map.of("com.docker.compose.project", project, "com.docker.compose.service", service))
        .exec()
        .get(0)
        .getId();
  }

  private static void awaitHealth(DockerClient docker, String container) throws Exception {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    InspectContainerResponse.ContainerState state;
    do {
      Thread.sleep(500);
      state = docker.inspectContainerCmd(container).exec().getState();
      assertThat(state.getRunning()).as("still runs").isTrue();
      assertThat(System.nanoTime()).as("healthy in time").isLessThan(deadline);
    } while (!state.getHealth().getStatus().equals("healthy"));
  }

  private static HttpResponse<String> get(int port, String path)
      throws IOException, InterruptedException {
    URI address = URI.create("http://127.0.0.1:" + port + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
  }

  private static CommandLineRun run(String command, String[] cluster, String... args) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of(cluster));
    all.addAll(List.of(args));
    return CommandLineRun.of(all.toArray(new String[0]));
  }

  private static void requireSuccess(CommandLineRun run) {
    assertThat(run.exitCode()).as(run.toString()).isZero();
  }

  private static void requireSuccess(ExternalTool.Result result) {
    assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
  }
}
