package dev.speechemotion.app.gateway;

import dev.speechemotion.app.client.ChunkProducer;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.gateway.feed.ChunkOutbox;
import dev.speechemotion.app.gateway.feed.FeedSockets;
import dev.speechemotion.app.gateway.feed.GatewayMeters;
import dev.speechemotion.app.http.HealthRoutes;
import dev.speechemotion.app.http.HttpRoutes;
import dev.speechemotion.app.http.HttpServer;
import dev.speechemotion.app.http.MetricsRoutes;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway as it runs: from the cluster's readiness to the last acknowledgment. */
final class GatewayProcess {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayProcess.class);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  /** Both together are less than what a stop may take. */
  private static final Duration FEEDS_LEAVE_WITHIN = Duration.ofSeconds(10);

  private static final Duration KAFKA_TAKES_WITHIN = Duration.ofSeconds(20);

  private GatewayProcess() {}

  /** What a gateway is made of. */
  record Parts(
      Settings settings,
      EmotionSerdes serdes,
      ChunkOutbox outbox,
      FeedSockets sockets,
      GatewayMeters meters) {}

  /**
   * A gateway's own part.
   *
   * @param failure why it takes no more; empty while it does
   * @param close what it has besides
   */
  record Feed(HttpRoutes routes, String path, Supplier<Optional<String>> failure, Runnable close) {
    Optional<String> notReadyBecause(ChunkOutbox outbox) {
      return failure.get().or(outbox::standstill);
    }

    KafkaStreams.State state() {
      return failure.get().isEmpty() ? KafkaStreams.State.RUNNING : KafkaStreams.State.ERROR;
    }
  }

  /**
   * Runs a gateway until it is told to stop; gives the exit code.
   *
   * @throws CommandFailure if it cannot be started, or Kafka refuses what it sends
   */
  static int run(Settings settings, Function<Parts, Feed> feeds, StopRequest stop)
      throws InterruptedException {
    if (settings.integer(Property.HTTP_PORT) < 0) {
      throw new CommandFailure(
          "configuration: a gateway needs a port to listen on: --set "
              + Property.HTTP_PORT
              + "=8443");
    }
    String topic = settings.text(Property.TOPIC_CHUNKS);
    long mostBytes = settings.integer(Property.GATEWAY_BUFFER_BYTES);
    ClusterReadiness cluster = new ClusterReadiness(settings);
    cluster.requireTopics(List.of(topic), false, stop);
    try (SchemaRegistry registry = cluster.requireRegistry(stop);
        GatewayMeters meters = new GatewayMeters()) {
      EmotionSerdes serdes = EmotionSerdes.of(registry);
      register(serdes, topic);
      Producer<String, AudioChunk> producer = ChunkProducer.patient(settings, serdes, mostBytes);
      meters.show(producer);
      try (ChunkOutbox outbox = new ChunkOutbox(producer, topic, mostBytes, meters)) {
        // Asked for now, so that no feed waits for it.
        producer.partitionsFor(topic);
        FeedSockets sockets = new FeedSockets(settings, meters, outbox);
        serve(new Parts(settings, serdes, outbox, sockets, meters), feeds, stop);
        outbox.close(KAFKA_TAKES_WITHIN);
      }
    }
    LOG.info("stopped");
    return 0;
  }

  /** Asked for now, so that calls come through while the registry is away. */
  private static void register(EmotionSerdes serdes, String topic) {
    try {
      serdes.registerChunks(topic);
    } catch (SchemaRegistry.RegistryException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  /** Where others reach it, whoever does would otherwise send calls. */
  static void requireAuthentication(Settings settings, Feed feed) {
    if (!HttpServer.isLoopback(settings.text(Property.HTTP_HOST))
        && settings.secret(Property.HTTP_TOKEN).isEmpty()
        && feed.routes().socketsWithoutToken().isEmpty()) {
      throw new CommandFailure(
          "configuration: a gateway at %s needs the secret of its feed, or %s; without, anybody"
                  .formatted(settings.text(Property.HTTP_HOST), Property.HTTP_TOKEN)
              + " could send calls");
    }
  }

  private static void serve(Parts parts, Function<Parts, Feed> feeds, StopRequest stop)
      throws InterruptedException {
    Feed feed = feeds.apply(parts);
    requireAuthentication(parts.settings(), feed);
    parts.meters().showReady(() -> feed.notReadyBecause(parts.outbox()).isEmpty());
    try (HttpServer http =
        HttpServer.start(
                parts.settings(),
                List.of(
                    feed.routes(),
                    new HealthRoutes(feed::state, () -> feed.notReadyBecause(parts.outbox())),
                    new MetricsRoutes(parts.meters()::page)))
            .orElseThrow()) {
      LOG.info(
          "taking calls at {}{}; sending to {} at {}",
          http.address(),
          feed.path(),
          parts.settings().text(Property.TOPIC_CHUNKS),
          parts.settings().text(Property.BOOTSTRAP_SERVERS));
      while (!stop.requested()) {
        Optional<Exception> failure = parts.outbox().awaitFailure(BETWEEN_LOOKS);
        if (failure.isPresent()) {
          throw new CommandFailure(
              "Kafka does not take what is sent: " + failure.get().getMessage(), failure.get());
        }
      }
      parts.sockets().leave(FEEDS_LEAVE_WITHIN);
    } finally {
      feed.close().run();
    }
  }
}
