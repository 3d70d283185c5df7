package dev.speechemotion.app.loadtest;

import com.sun.management.OperatingSystemMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import dev.speechemotion.app.process.CommandFailure;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.management.AttributeNotFoundException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The application, as its own process, watched by JMX. */
final class Instance implements AutoCloseable {
  /** Of the jar; by name, for it is above this package. */
  private static final String MAIN_CLASS = "dev.speechemotion.app.ChildMain";

  private static final Logger LOG = LoggerFactory.getLogger(Instance.class);
  private static final long START_TIMEOUT_NANOS = 120_000_000_000L;
  private static final long BETWEEN_LOOKS_MS = 50;
  private static final double BETWEEN_LOOKS_AT_MEMORY_S = 60;

  private final ChildProcess process;
  private final String changelog;
  private final long beganNanos = System.nanoTime();
  private JMXConnector connector;
  private MBeanServerConnection beans;
  private OperatingSystemMXBean system;
  private MemoryMXBean memory;
  private List<GarbageCollectorMXBean> collectors;
  private Optional<MemoryMappings.Addresses> heap = Optional.empty();
  private Set<ObjectName> threads = Set.of();
  private Set<ObjectName> changelogs = Set.of();
  private Sample last = Sample.NONE;
  private double nextLookAtMemory;
  private boolean stopped;

  /** What the last look at its start found. */
  private String seen = "it was not reached";

  private Instance(ChildProcess process, String changelog) {
    this.process = process;
    this.changelog = changelog;
  }

  /**
   * Starts the command {@code stream}.
   *
   * @param changelog name of the topic
   */
  static Instance start(Path log, List<String> jvmOptions, List<String> args, String changelog)
      throws IOException {
    return new Instance(ChildProcess.java(log, jvmOptions, MAIN_CLASS, args), changelog);
  }

  /** Waits until it has its share of the work, and connects to it. */
  void awaitRunning() throws InterruptedException {
    long deadline = System.nanoTime() + START_TIMEOUT_NANOS;
    while (!isRunning()) {
      requireAlive();
      if (System.nanoTime() > deadline) {
        throw new CommandFailure(
            "the application does not start, " + seen + ": " + process.logTail());
      }
      Thread.sleep(BETWEEN_LOOKS_MS);
    }
  }

  private boolean isRunning() {
    try {
      if (!process.isAlive()) {
        return false;
      }
      if (beans == null) {
        connect();
      }
      for (ObjectName client : names("kafka.streams:type=stream-metrics,*")) {
        Optional<Object> state = attribute(client, "state");
        if (state.isPresent()) {
          seen = "its state is " + state.get();
          return state.get().toString().equals("RUNNING");
        }
      }
      seen = "it has no state";
    } catch (IOException | JMException | AttachNotSupportedException e) {
      // It has not come so far.
      seen = e.toString();
    }
    return false;
  }

  private void connect() throws IOException, AttachNotSupportedException {
    VirtualMachine machine = VirtualMachine.attach(String.valueOf(process.pid()));
    try {
      connector =
          JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
    } finally {
      machine.detach();
    }
    beans = connector.getMBeanServerConnection();
    system = ManagementFactory.getPlatformMXBean(beans, OperatingSystemMXBean.class);
    memory = ManagementFactory.getPlatformMXBean(beans, MemoryMXBean.class);
    collectors = ManagementFactory.getPlatformMXBeans(beans, GarbageCollectorMXBean.class);
  }

  private Set<ObjectName> names(String pattern) throws IOException {
    try {
      return new HashSet<>(beans.queryNames(new ObjectName(pattern), null));
    } catch (MalformedObjectNameException e) {
      throw new IllegalArgumentException(pattern, e);
    }
  }

  /** What it has done; after its end, what it had. */
  Sample sample() {
    if (stopped || !process.isAlive()) {
      return last;
    }
    try {
      if (beans == null) {
        connect();
      }
      if (threads.isEmpty() || changelogs.isEmpty()) {
        threads = names("kafka.streams:type=stream-thread-metrics,*");
        changelogs = names("kafka.producer:type=producer-topic-metrics,topic=" + changelog + ",*");
      }
      double seconds = (System.nanoTime() - beganNanos) / 1e9;
      long nativeBytes = last.nativeBytes();
      if (seconds >= nextLookAtMemory) {
        nativeBytes = nativeBytes();
        nextLookAtMemory = seconds + BETWEEN_LOOKS_AT_MEMORY_S;
      }
      last =
          new Sample(
              seconds,
              (long) sum(threads, "process-total"),
              system.getProcessCpuTime() / 1e9,
              collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum() / 1e3,
              memory.getHeapMemoryUsage().getUsed(),
              nativeBytes,
              (long) sum(changelogs, "byte-total"));
    } catch (IOException | JMException | AttachNotSupportedException | RuntimeException e) {
      // The proxies throw what they cannot declare. It may just be ending, or rebalancing.
      LOG.debug("looking at the application", e);
      threads = Set.of();
      changelogs = Set.of();
    }
    return last;
  }

  /** Beans of one type may be of several kinds, of which not all have it. */
  private Optional<Object> attribute(ObjectName name, String attribute)
      throws IOException, JMException {
    try {
      return Optional.of(beans.getAttribute(name, attribute));
    } catch (AttributeNotFoundException | InstanceNotFoundException e) {
      LOG.debug("{} has no {}", name, attribute, e);
      return Optional.empty();
    }
  }

  private double sum(Set<ObjectName> names, String attribute) throws IOException, JMException {
    double sum = 0;
    for (ObjectName name : names) {
      if (attribute(name, attribute).orElse(0.0) instanceof Double value && !value.isNaN()) {
        sum += value;
      }
    }
    return sum;
  }

  /**
   * Of Linux: what is resident outside the heap's addresses; 0 where that cannot be told. What the
   * heap has been given is not to be subtracted from all that is resident, for it need not be
   * resident. It takes the system some milliseconds.
   */
  long nativeBytes() throws IOException {
    Path mappings = Path.of("/proc/" + process.pid() + "/smaps");
    try {
      if (heap.isEmpty()) {
        heap = MemoryMappings.addresses(heapInfo());
      }
      return heap.isPresent() && Files.isReadable(mappings)
          ? MemoryMappings.residentOutside(Files.readString(mappings), heap.get())
          : 0;
    } catch (JMException e) {
      LOG.debug("looking at the heap", e);
      return 0;
    }
  }

  /** In words, with addresses. */
  private String heapInfo() throws IOException, JMException {
    return beans
        .invoke(
            new ObjectName("com.sun.management:type=DiagnosticCommand"),
            "gcHeapInfo",
            new Object[0],
            new String[0])
        .toString();
  }

  /** Objects that are left after a collection, bytes. */
  long liveHeapBytes() {
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }

  /** How long the longest commit of the last half minute stopped a thread, milliseconds. */
  double longestCommitMs() {
    try {
      double most = 0;
      for (ObjectName thread : names("kafka.streams:type=stream-thread-metrics,*")) {
        if (attribute(thread, "commit-latency-max").orElse(0.0) instanceof Double longest
            && longest > most) {
          most = longest;
        }
      }
      return most;
    } catch (IOException | JMException e) {
      return Double.NaN;
    }
  }

  /** RocksDB's cache with its write buffers, bytes. */
  long rocksDbBytes() {
    try {
      double most = 0;
      // All stores share one cache.
      for (ObjectName store : names("kafka.streams:type=stream-state-metrics,*")) {
        if (attribute(store, "block-cache-usage").orElse(0) instanceof Number bytes) {
          most = Math.max(most, bytes.doubleValue());
        }
      }
      return (long) most;
    } catch (IOException | JMException e) {
      return 0;
    }
  }

  void requireAlive() {
    if (!stopped && !process.isAlive()) {
      throw new CommandFailure(
          "the application ended by itself, exit code %d: %s"
              .formatted(process.exitCode(), process.logTail()));
    }
  }

  /**
   * Has it end: by SIGTERM, or at once.
   *
   * @throws CommandFailure if it does not end well
   */
  void stop(boolean kill) throws InterruptedException {
    if (stopped) {
      return;
    }
    sample();
    stopped = true;
    disconnect();
    if (kill) {
      process.kill();
    } else if (!process.stop()) {
      throw new CommandFailure("the application did not end well: " + process.logTail());
    }
  }

  /** While the process is there: its client would look for it in vain. */
  private void disconnect() {
    if (connector != null) {
      try {
        connector.close();
      } catch (IOException e) {
        LOG.debug("closing the connection", e);
      }
      connector = null;
    }
  }

  @Override
  public void close() {
    disconnect();
    process.close();
  }
}
