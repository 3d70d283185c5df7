package dev.speechemotion.app.client;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks before anything starts: is the broker there, the registry, the topics. */
public final class ClusterReadiness {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterReadiness.class);
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(500);
  private static final int CONNECT_TIMEOUT_MS = 1_000;
  private static final int LEAST_REQUEST_TIMEOUT_MS = 1_000;

  private final Settings settings;
  private final Instant deadline;

  /** The start-up timeout counts from here. */
  public ClusterReadiness(Settings settings) {
    this.settings = settings;
    this.deadline = Instant.now().plus(settings.duration(Property.STARTUP_TIMEOUT_MS));
  }

  /**
   * Waits for the broker, then for topics.
   *
   * @param create whether to create what is missing
   * @throws CommandFailure if there is no broker, or a topic is missing
   */
  public void requireTopics(Collection<String> topics, boolean create, StopRequest stop)
      throws InterruptedException {
    awaitConnection(stop);
    try (Admin admin = Admin.create(adminConfig())) {
      Set<String> existing = await(admin.listTopics().names());
      List<String> missing = topics.stream().filter(topic -> !existing.contains(topic)).toList();
      if (missing.isEmpty()) {
        return;
      }
      requireVisible(admin, missing);
      if (!create) {
        throw new CommandFailure(
            "missing topics at "
                + settings.text(Property.BOOTSTRAP_SERVERS)
                + ": "
                + String.join(", ", missing)
                + "; create them, or start `stream` with --create-topics");
      }
      create(admin, missing);
    } catch (KafkaException e) {
      throw brokerFailure(e);
    }
  }

  /** A topic that the user may not see is not listed, and whether it is there is not told. */
  private void requireVisible(Admin admin, List<String> topics) throws InterruptedException {
    List<String> hidden = new ArrayList<>();
    for (var topic : admin.describeTopics(topics).topicNameValues().entrySet()) {
      try {
        await(topic.getValue());
      } catch (TopicAuthorizationException e) {
        hidden.add(topic.getKey());
      } catch (UnknownTopicOrPartitionException e) {
        LOG.debug("no topic {}", topic.getKey());
      }
    }
    if (!hidden.isEmpty()) {
      throw new CommandFailure(
          "the user of the Kafka broker at %s may not see the topics %s, if they are there; give it"
                  .formatted(settings.text(Property.BOOTSTRAP_SERVERS), String.join(", ", hidden))
              + " the rights that deploy/README.md lists");
    }
  }

  /**
   * Connects to the registry and waits until it answers.
   *
   * @throws CommandFailure if it does not, or refuses
   */
  public SchemaRegistry requireRegistry(StopRequest stop) throws InterruptedException {
    SchemaRegistry registry = connectRegistry();
    while (true) {
      try {
        registry.check();
        return registry;
      } catch (SchemaRegistry.RegistryException e) {
        if (!e.passing() || Instant.now().plus(BETWEEN_ATTEMPTS).isAfter(deadline)) {
          registry.close();
          throw new CommandFailure(e.getMessage(), e);
        }
        LOG.debug("waiting for the schema registry", e);
        pause(stop);
      }
    }
  }

  private SchemaRegistry connectRegistry() {
    try {
      return RegistryClients.connect(
          settings.text(Property.REGISTRY_URL), settings.registryClient());
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("configuration: " + e.getMessage(), e);
    }
  }

  /** Waits with plain sockets: Kafka's clients log every failed attempt. */
  private void awaitConnection(StopRequest stop) throws InterruptedException {
    List<InetSocketAddress> addresses = addresses();
    while (true) {
      for (InetSocketAddress address : addresses) {
        try (Socket socket = new Socket()) {
          // Made anew, so that a name that could not be resolved yet is looked up again.
          socket.connect(
              new InetSocketAddress(address.getHostString(), address.getPort()),
              CONNECT_TIMEOUT_MS);
          return;
        } catch (IOException e) {
          LOG.debug("waiting for the broker at {}: {}", address, e.toString());
        }
      }
      if (Instant.now().plus(BETWEEN_ATTEMPTS).isAfter(deadline)) {
        throw noBroker("nothing answers there");
      }
      pause(stop);
    }
  }

  private static void pause(StopRequest stop) throws InterruptedException {
    if (stop.await(BETWEEN_ATTEMPTS)) {
      throw new CommandFailure("stopped before the start was complete");
    }
  }

  private List<InetSocketAddress> addresses() {
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (String address : settings.text(Property.BOOTSTRAP_SERVERS).split(",")) {
      String host = Utils.getHost(address.trim());
      Integer port = Utils.getPort(address.trim());
      if (host == null || port == null || port > 65_535) {
        throw new CommandFailure(
            "configuration: "
                + Property.BOOTSTRAP_SERVERS
                + " must be host:port, separated by commas, got '"
                + address.trim()
                + "'");
      }
      addresses.add(InetSocketAddress.createUnresolved(host, port));
    }
    return addresses;
  }

  private void create(Admin admin, List<String> topics) throws InterruptedException {
    int partitions = settings.integer(Property.TOPIC_PARTITIONS);
    short replicas = (short) settings.integer(Property.TOPIC_REPLICATION_FACTOR);
    Map<String, KafkaFuture<Void>> created =
        admin
            .createTopics(
                topics.stream().map(topic -> new NewTopic(topic, partitions, replicas)).toList())
            .values();
    for (var result : created.entrySet()) {
      try {
        await(result.getValue());
        LOG.info("created topic {} with {} partitions", result.getKey(), partitions);
      } catch (TopicExistsException e) {
        LOG.debug("topic {} was created meanwhile", result.getKey());
      } catch (KafkaException e) {
        throw new CommandFailure(
            "cannot create topic " + result.getKey() + ": " + e.getMessage(), e);
      }
    }
  }

  private Map<String, Object> adminConfig() {
    Map<String, Object> config = settings.kafkaClient(AdminClientConfig.configNames());
    long millis = Duration.between(Instant.now(), deadline).toMillis();
    int timeoutMs = (int) Math.max(LEAST_REQUEST_TIMEOUT_MS, millis);
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMs);
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeoutMs);
    return config;
  }

  private <T> T await(KafkaFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw noBroker(
            "something answers there, but not as a Kafka broker does, or not to clients without TLS"
                + " and login (kafka.security.protocol)");
      }
      if (e.getCause() instanceof KafkaException kafka) {
        throw kafka;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private CommandFailure brokerFailure(KafkaException e) {
    return new CommandFailure(
        "the Kafka broker at "
            + settings.text(Property.BOOTSTRAP_SERVERS)
            + " cannot be used: "
            + new BrokerRefusal(e).describe(),
        e);
  }

  private CommandFailure noBroker(String why) {
    return new CommandFailure(
        "no Kafka broker at "
            + settings.text(Property.BOOTSTRAP_SERVERS)
            + ": "
            + why
            + " ("
            + settings.duration(Property.STARTUP_TIMEOUT_MS).toMillis()
            + " ms waited); start it, or set "
            + Property.BOOTSTRAP_SERVERS);
  }
}
