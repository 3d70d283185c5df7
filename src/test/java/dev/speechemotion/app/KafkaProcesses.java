package dev.speechemotion.app;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.metadata.storage.Formatter;

/** A Kafka cluster of real brokers, each a process of its own that can be killed and restarted. */
final class KafkaProcesses implements AutoCloseable {
  private static final int HEAP_MB = 384;
  private static final long START_TIMEOUT_MS = 180_000;

  private final Path directory;
  private final List<Integer> ports = new ArrayList<>();
  private final List<ChildJvm> brokers = new ArrayList<>();

  private KafkaProcesses(Path directory) {
    this.directory = directory;
  }

  /** The process: a broker with the configuration in the file that is the first argument. */
  static final class BrokerMain {
    private BrokerMain() {}

    public static void main(String[] args) throws IOException {
      Properties properties = Utils.loadProps(args[0]);
      KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
      Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
      server.startup();
      server.awaitShutdown();
    }
  }

  /**
   * Starts a cluster; every topic has as many replicas as there are brokers.
   *
   * @param overrides of the brokers' configuration
   */
  static KafkaProcesses start(Path directory, int count, Map<String, String> overrides)
      throws Exception {
    KafkaProcesses cluster = new KafkaProcesses(directory);
    try {
      cluster.configure(count, overrides);
      for (int i = 0; i < count; i++) {
        cluster.brokers.add(null);
        cluster.start(i);
      }
      for (int i = 0; i < count; i++) {
        cluster.awaitPort(i);
      }
      return cluster;
    } catch (Exception | LinkageError e) {
      cluster.close();
      throw e;
    }
  }

  String bootstrapServers() {
    return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }

  /** Starts a broker anew on its data; returns before it takes requests. */
  void start(int broker) throws IOException {
    brokers.set(
        broker,
        ChildJvm.start(
            directory.resolve("broker-" + broker + ".log"),
            HEAP_MB,
            BrokerMain.class,
            List.of(configuration(broker).toString())));
  }

  /** SIGKILL. */
  void kill(int broker) {
    brokers.get(broker).kill();
  }

  /** SIGTERM; returns when the broker is down. */
  void stop(int broker) {
    brokers.get(broker).stop();
  }

  void awaitPort(int broker) throws InterruptedException {
    long deadline = System.nanoTime() + START_TIMEOUT_MS * 1_000_000;
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress("127.0.0.1", ports.get(broker)), 500);
        return;
      } catch (IOException e) {
        if (!brokers.get(broker).isAlive() || System.nanoTime() > deadline) {
          throw new AssertionError(
              "broker " + broker + " did not start:\n" + brokers.get(broker).logTail(), e);
        }
        Thread.sleep(100);
      }
    }
  }

  private Path configuration(int broker) {
    return directory.resolve("broker-" + broker + ".properties");
  }

  private void configure(int count, Map<String, String> overrides) throws Exception {
    List<Integer> controllerPorts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ports.add(MainTest.freePort());
      controllerPorts.add(MainTest.freePort());
    }
    String voters =
        IntStream.range(0, count)
            .mapToObj(i -> i + "@127.0.0.1:" + controllerPorts.get(i))
            .collect(Collectors.joining(","));
    String clusterId = Uuid.randomUuid().toString();
    for (int i = 0; i < count; i++) {
      Path data = Files.createDirectories(directory.resolve("broker-" + i));
      Properties properties = new Properties();
      properties.putAll(common(count));
      properties.setProperty("node.id", String.valueOf(i));
      properties.setProperty("log.dirs", data.toString());
      properties.setProperty("controller.quorum.voters", voters);
      String listener = "PLAINTEXT://127.0.0.1:" + ports.get(i);
      properties.setProperty("advertised.listeners", listener);
      properties.setProperty(
          "listeners", listener + ",CONTROLLER://127.0.0.1:" + controllerPorts.get(i));
      properties.putAll(overrides);
      try (OutputStream out = Files.newOutputStream(configuration(i))) {
        properties.store(out, null);
      }
      new Formatter()
          .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
          .setNodeId(i)
          .setClusterId(clusterId)
          .addDirectory(data.toString())
          .setMetadataLogDirectory(data.toString())
          .setControllerListenerName("CONTROLLER")
          .run();
    }
  }

  private static Map<String, String> common(int count) {
    String replicas = String.valueOf(count);
    String inSync = String.valueOf(Math.max(1, count - 1));
    Map<String, String> common = new HashMap<>();
    common.put("process.roles", "broker,controller");
    common.put("controller.listener.names", "CONTROLLER");
    common.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    common.put("auto.create.topics.enable", "false");
    common.put("default.replication.factor", replicas);
    common.put("min.insync.replicas", inSync);
    common.put("offsets.topic.num.partitions", "3");
    common.put("offsets.topic.replication.factor", replicas);
    common.put("transaction.state.log.num.partitions", "3");
    common.put("transaction.state.log.replication.factor", replicas);
    common.put("transaction.state.log.min.isr", inSync);
    common.put("share.coordinator.state.topic.num.partitions", "1");
    common.put("share.coordinator.state.topic.replication.factor", replicas);
    common.put("share.coordinator.state.topic.min.isr", inSync);
    common.put("log.cleaner.dedupe.buffer.size", String.valueOf(4 << 20));
    // A broker that died is given up after so long, and an instance of the application too.
    common.put("broker.session.timeout.ms", "3000");
    common.put("broker.heartbeat.interval.ms", "500");
    common.put("group.initial.rebalance.delay.ms", "0");
    common.put("group.min.session.timeout.ms", "1000");
    common.put("group.streams.initial.rebalance.delay.ms", "0");
    common.put("group.streams.min.session.timeout.ms", "1000");
    common.put("group.streams.session.timeout.ms", "4000");
    common.put("group.streams.assignment.interval.ms", "0");
    common.put("group.streams.min.heartbeat.interval.ms", "200");
    common.put("group.streams.heartbeat.interval.ms", "500");
    return common;
  }

  @Override
  public void close() {
    brokers.stream().filter(broker -> broker != null).forEach(ChildJvm::close);
  }
}
