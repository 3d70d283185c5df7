package dev.speechemotion.app.commands;

import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.http.HealthRoutes;
import dev.speechemotion.app.http.HttpRoutes;
import dev.speechemotion.app.http.HttpServer;
import dev.speechemotion.app.http.MetricsRoutes;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.running.StreamApp;
import dev.speechemotion.app.serving.ServedModels;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.PropertyMarkdown;
import dev.speechemotion.app.settings.PseudonymizeOption;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.app.settings.SettingsOptions;
import dev.speechemotion.app.wallboard.Wallboard;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the Kafka Streams application until it is told to stop. */
@Command(name = "stream", description = "Runs the Kafka Streams application until SIGTERM.")
final class StreamCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(StreamCommand.class);

  @Spec private CommandSpec spec;

  @Mixin private SettingsOptions options;

  @Option(names = "--create-topics", description = "Create the topics that are missing.")
  private boolean createTopics;

  @Option(
      names = "--max-lag",
      paramLabel = "SECONDS",
      description =
          "Pass audio over while the stream lags behind by more: --set max.lag.ms=… in seconds.")
  private Optional<BigDecimal> maxLagSeconds;

  @Mixin private PseudonymizeOption pseudonyms;

  @Option(
      names = "--help-config",
      description = "Print all properties as a table in Markdown, and exit.")
  private boolean helpConfig;

  @Option(
      names = "--print-config",
      description = "Print all settings in use, without secrets, and exit.")
  private boolean printConfig;

  @Override
  public Integer call() throws Exception {
    if (helpConfig) {
      spec.commandLine().getOut().print(PropertyMarkdown.markdown());
      return 0;
    }
    Map<String, String> ofTheCommand = new HashMap<>();
    maxLagSeconds.ifPresent(
        seconds ->
            ofTheCommand.put(
                Property.MAX_LAG_MS, seconds.movePointRight(3).toBigInteger().toString()));
    ofTheCommand.putAll(pseudonyms.properties());
    Settings settings = options.load(ofTheCommand);
    pseudonyms.requireKey(settings);
    if (printConfig) {
      spec.commandLine().getOut().print(settings.shown());
      return 0;
    }
    return StopRequest.onSignal(stop -> run(settings, stop));
  }

  private int run(Settings settings, StopRequest stop) throws Exception {
    StreamApp.requireSettings(settings);
    try (ServedModels models = ServedModels.load(settings)) {
      ClusterReadiness cluster = new ClusterReadiness(settings);
      List<String> topics = new ArrayList<>(settings.streamSettings().topics());
      topics.addAll(Wallboard.topics(settings));
      cluster.requireTopics(topics, createTopics, stop);
      try (SchemaRegistry registry = cluster.requireRegistry(stop);
          StreamApp app = new StreamApp(settings, models, registry)) {
        app.meters().showModels(models::identities);
        app.meters().showDrift(models::drift);
        Optional<Wallboard> wallboard = Wallboard.of(settings, EmotionSerdes.of(registry));
        List<HttpRoutes> routes = new ArrayList<>();
        routes.add(new HealthRoutes(app::state, app::notReadyBecause));
        routes.add(new MetricsRoutes(app.meters()::page));
        wallboard.map(Wallboard::routes).ifPresent(routes::add);
        Optional<HttpServer> http = Optional.empty();
        try {
          http = HttpServer.start(settings, routes);
          app.start();
          models.watch(settings.duration(Property.MODEL_CHECK_MS));
          http.ifPresent(server -> LOG.info("health and metrics at {}", server.address()));
          if (wallboard.isPresent()) {
            LOG.info("wallboard at {}{}", http.orElseThrow().address(), Wallboard.PATH);
          }
          LOG.info(
              "model {}; reading {} at {}",
              models.identities().stream()
                  .map(model -> model.name() + " " + model.version())
                  .collect(Collectors.joining(", for wide-band audio ")),
              settings.text(Property.TOPIC_CHUNKS),
              settings.text(Property.BOOTSTRAP_SERVERS));
          app.awaitEnd(stop);
        } finally {
          // First, so that no page waits for what does not come any more.
          wallboard.ifPresent(Wallboard::close);
          http.ifPresent(HttpServer::close);
        }
      }
    }
    LOG.info("stopped");
    return 0;
  }
}
