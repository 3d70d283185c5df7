package dev.speechemotion.app.embedded;

import dev.speechemotion.app.http.HttpServer;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A broker in a process of its own, so that its work is not counted with anybody else's, and a
 * schema registry that other processes can ask.
 */
public final class EmbeddedCluster implements AutoCloseable {
  private static final int STOP_SECONDS = 20;

  private final Process broker;
  private final String bootstrapServers;
  private final HttpServer registry;

  private EmbeddedCluster(Process broker, String bootstrapServers, HttpServer registry) {
    this.broker = broker;
    this.bootstrapServers = bootstrapServers;
    this.registry = registry;
  }

  /**
   * Starts both.
   *
   * @param log takes what the broker writes
   * @throws IOException if one of them does not start; the message says why
   */
  public static EmbeddedCluster start(Path log) throws IOException {
    Process broker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                BrokerProcess.class.getName())
            .redirectError(ProcessBuilder.Redirect.to(log.toFile()))
            .start();
    try {
      String address =
          new BufferedReader(new InputStreamReader(broker.getInputStream(), StandardCharsets.UTF_8))
              .readLine();
      if (address == null) {
        throw new IOException("the broker's process did not start: " + Files.readString(log));
      }
      return new EmbeddedCluster(broker, address, startRegistry());
    } catch (IOException e) {
      broker.destroyForcibly();
      throw e;
    }
  }

  public String bootstrapServers() {
    return bootstrapServers;
  }

  public String registryUrl() {
    return registry.address() + RegistryRoutes.PATH;
  }

  private static HttpServer startRegistry() {
    return HttpServer.start(
            Settings.of(Map.of(Property.HTTP_PORT, "0")),
            List.of(new RegistryRoutes(new RegistryAnswers())))
        .orElseThrow();
  }

  @Override
  public void close() {
    registry.close();
    try {
      // The end of its input tells it to stop.
      broker.getOutputStream().close();
      if (!broker.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        broker.destroyForcibly();
      }
    } catch (IOException e) {
      broker.destroyForcibly();
    } catch (InterruptedException e) {
      broker.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
