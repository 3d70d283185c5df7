package dev.speechemotion.app.commands;

import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of every command that talks to Kafka: where the configuration comes from. */
final class SettingsOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Properties file with the configuration.")
  private Optional<Path> file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets a property; wins over the environment (SES_KEY), which wins over FILE.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description = "Short for --set bootstrap.servers=…")
  private Optional<String> bootstrapServers;

  @Option(names = "--registry", paramLabel = "URL", description = "Short for --set registry.url=…")
  private Optional<String> registryUrl;

  /** Reads the configuration from all its sources. */
  Settings load() {
    return load(Map.of());
  }

  /**
   * Reads the configuration from all its sources.
   *
   * @param ofTheCommand what options of the command itself set
   */
  Settings load(Map<String, String> ofTheCommand) {
    Map<String, String> all = new LinkedHashMap<>(overrides);
    all.putAll(ofTheCommand);
    bootstrapServers.ifPresent(servers -> all.put(Property.BOOTSTRAP_SERVERS, servers));
    registryUrl.ifPresent(url -> all.put(Property.REGISTRY_URL, url));
    return Settings.load(file, System.getenv(), all);
  }
}
