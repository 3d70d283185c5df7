package dev.speechemotion.app.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of every command that talks to Kafka: where the configuration comes from. */
public final class SettingsOptions {
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

  /** Whether brokers are named here, in place of such as are started for the purpose. */
  public boolean namesCluster() {
    return bootstrapServers.isPresent() || overrides.containsKey(Property.BOOTSTRAP_SERVERS);
  }

  /** The same options, for another command. */
  public List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    file.ifPresent(path -> arguments.addAll(List.of("--config", path.toString())));
    overrides.forEach((name, value) -> arguments.addAll(List.of("--set", name + "=" + value)));
    bootstrapServers.ifPresent(servers -> arguments.addAll(List.of("--bootstrap-server", servers)));
    registryUrl.ifPresent(url -> arguments.addAll(List.of("--registry", url)));
    return arguments;
  }

  /** Reads the configuration from all its sources. */
  public Settings load() {
    return load(Map.of());
  }

  /**
   * Reads the configuration from all its sources.
   *
   * @param ofTheCommand what options of the command itself set
   */
  public Settings load(Map<String, String> ofTheCommand) {
    Map<String, String> all = new LinkedHashMap<>(overrides);
    all.putAll(ofTheCommand);
    bootstrapServers.ifPresent(servers -> all.put(Property.BOOTSTRAP_SERVERS, servers));
    registryUrl.ifPresent(url -> all.put(Property.REGISTRY_URL, url));
    return Settings.load(file, System.getenv(), all);
  }
}
