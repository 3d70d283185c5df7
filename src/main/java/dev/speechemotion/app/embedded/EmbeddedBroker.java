package dev.speechemotion.app.embedded;

import dev.speechemotion.app.process.TemporaryFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.fault.LoggingFaultHandler;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker within this process: one node, controller and broker in one, on free ports of
 * the loopback interface. Its data lies in a temporary directory that goes away with it.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final int NODE_ID = 1;
  private static final String BROKER_LISTENER = "PLAINTEXT";
  private static final String CONTROLLER_LISTENER = "CONTROLLER";
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(10);

  private final Path directory;
  private final Map<String, ServerSocketChannel> sockets = new HashMap<>();
  private final String bootstrapServers;
  private ControllerServer controller;
  private BrokerServer broker;

  private EmbeddedBroker() throws IOException {
    directory = TemporaryFiles.createDirectory("speech-emotion-broker-");
    // Bound before the broker is configured, so that the ports are known and nobody takes them.
    InetAddress loopback = InetAddress.getLoopbackAddress();
    for (String listener : List.of(BROKER_LISTENER, CONTROLLER_LISTENER)) {
      ServerSocketChannel socket = ServerSocketChannel.open();
      sockets.put(listener, socket.bind(new InetSocketAddress(loopback, 0)));
    }
    bootstrapServers = address(BROKER_LISTENER);
  }

  /**
   * Starts a broker and waits until it takes requests.
   *
   * @throws IOException if the directory or the ports cannot be had
   */
  public static EmbeddedBroker start() throws IOException {
    EmbeddedBroker embedded = new EmbeddedBroker();
    try {
      embedded.startServers();
      return embedded;
    } catch (Exception | LinkageError e) {
      embedded.close();
      throw new IOException(
          "the embedded Kafka broker did not start in %s: %s"
              .formatted(embedded.directory, e.getMessage()),
          e);
    }
  }

  /** Where clients connect: host and port. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  private void startServers() throws Exception {
    KafkaConfig config = new KafkaConfig(properties(), false);
    String clusterId = Uuid.randomUuid().toString();
    new Formatter()
        .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
        .setNodeId(NODE_ID)
        .setClusterId(clusterId)
        .addDirectory(directory.toString())
        .setMetadataLogDirectory(directory.toString())
        .setControllerListenerName(CONTROLLER_LISTENER)
        .run();

    var logDirs =
        KafkaRaftServer.initializeLogDirs(
            config, LoggerFactory.getLogger(EmbeddedBroker.class), "[embedded broker] ");
    SharedServer shared =
        new SharedServer(
            config,
            logDirs._1(),
            Time.SYSTEM,
            Server.initializeMetrics(config, Time.SYSTEM, clusterId),
            CompletableFuture.completedFuture(
                QuorumConfig.parseVoterConnections(
                    List.of(NODE_ID + "@" + address(CONTROLLER_LISTENER)))),
            List.of(),
            // Kafka's own factory ends the process on a fatal fault; this one must not.
            (name, fatal, action) -> new LoggingFaultHandler(name, action),
            this::takeSocket);
    controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), logDirs._2());
    broker = new BrokerServer(shared);
    controller.startup();
    broker.startup();
  }

  private Properties properties() {
    Properties properties = new Properties();
    Map<String, String> values =
        Map.ofEntries(
            Map.entry("process.roles", "broker,controller"),
            Map.entry("node.id", String.valueOf(NODE_ID)),
            Map.entry("log.dirs", directory.toString()),
            Map.entry("listeners", listener(BROKER_LISTENER) + "," + listener(CONTROLLER_LISTENER)),
            Map.entry("advertised.listeners", listener(BROKER_LISTENER)),
            Map.entry("controller.listener.names", CONTROLLER_LISTENER),
            Map.entry(
                "listener.security.protocol.map",
                BROKER_LISTENER + ":PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT"),
            Map.entry("controller.quorum.voters", NODE_ID + "@" + address(CONTROLLER_LISTENER)),
            Map.entry("auto.create.topics.enable", "false"),
            Map.entry("num.partitions", "1"),
            Map.entry("offsets.topic.num.partitions", "1"),
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("transaction.state.log.num.partitions", "1"),
            Map.entry("transaction.state.log.replication.factor", "1"),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("share.coordinator.state.topic.num.partitions", "1"),
            Map.entry("share.coordinator.state.topic.replication.factor", "1"),
            Map.entry("share.coordinator.state.topic.min.isr", "1"),
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            Map.entry("group.streams.initial.rebalance.delay.ms", "0"),
            Map.entry("group.streams.assignment.interval.ms", "0"),
            Map.entry("group.streams.min.heartbeat.interval.ms", "200"),
            Map.entry("group.streams.heartbeat.interval.ms", "500"),
            Map.entry("num.network.threads", "1"),
            Map.entry("num.io.threads", "2"),
            Map.entry("log.cleaner.dedupe.buffer.size", String.valueOf(4 << 20)));
    properties.putAll(values);
    return properties;
  }

  private String listener(String name) {
    return name + "://" + address(name);
  }

  private String address(String listener) {
    try {
      InetSocketAddress address = (InetSocketAddress) sockets.get(listener).getLocalAddress();
      return address.getAddress().getHostAddress() + ":" + address.getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ServerSocketChannel takeSocket(
      String listener, InetSocketAddress address, int backlog, int receiveBufferBytes)
      throws IOException {
    ServerSocketChannel socket = sockets.get(listener);
    if (socket == null || !socket.isOpen()) {
      return ServerSocketFactory.INSTANCE.openServerSocket(
          listener, address, backlog, receiveBufferBytes);
    }
    socket.configureBlocking(false);
    return socket;
  }

  @Override
  public void close() {
    if (broker != null) {
      broker.shutdown(SHUTDOWN_TIMEOUT);
      broker = null;
    }
    if (controller != null) {
      controller.shutdown();
      controller = null;
    }
    for (ServerSocketChannel socket : sockets.values()) {
      try {
        socket.close();
      } catch (IOException e) {
        LoggerFactory.getLogger(EmbeddedBroker.class).debug("closing a socket", e);
      }
    }
    TemporaryFiles.delete(directory);
  }
}
