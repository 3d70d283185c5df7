package dev.speechemotion.streams.registry;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registry that is asked again until it answers, so that a stream waits out a registry that is
 * away instead of failing or taking good records for bad ones. What a registry refuses is still an
 * error. Closing it ends the waiting, and leaves the registry behind it as it is.
 */
public final class PatientRegistry implements SchemaRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(PatientRegistry.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final SchemaRegistry registry;
  private final LongSupplier nanoClock;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Set<Waiting> waits = ConcurrentHashMap.newKeySet();

  public PatientRegistry(SchemaRegistry registry) {
    this(registry, System::nanoTime);
  }

  PatientRegistry(SchemaRegistry registry, LongSupplier nanoClock) {
    this.registry = registry;
    this.nanoClock = nanoClock;
  }

  /** Of the longest wait that goes on for more than this: for how long, and for what. */
  public Optional<String> waitingLongerThan(Duration duration) {
    return waits.stream()
        .max(Comparator.comparing(Waiting::soFar))
        .filter(wait -> wait.soFar().compareTo(duration) > 0)
        .map(wait -> "has waited for " + wait.soFar().toSeconds() + " s: " + wait.reason);
  }

  @Override
  public int register(String subject, String schemaJson) {
    try (Waiting waiting = new Waiting()) {
      while (true) {
        try {
          return registry.register(subject, schemaJson);
        } catch (RegistryException e) {
          waiting.pause(e);
        }
      }
    }
  }

  @Override
  public String schemaById(int id) throws UnknownSchemaException {
    try (Waiting waiting = new Waiting()) {
      while (true) {
        try {
          return registry.schemaById(id);
        } catch (RegistryException e) {
          waiting.pause(e);
        }
      }
    }
  }

  @Override
  public void check() {
    registry.check();
  }

  @Override
  public void close() {
    closed.countDown();
  }

  /** From the first question to the answer; becomes a wait when the first one is not answered. */
  private final class Waiting implements AutoCloseable {
    private final long beganNanos = nanoClock.getAsLong();
    private Duration pause = FIRST_PAUSE;
    private volatile String reason;

    void pause(RegistryException e) {
      if (!e.passing()) {
        throw e;
      }
      boolean first = reason == null;
      reason = e.getMessage();
      if (first) {
        waits.add(this);
        LOG.warn("{}; the stream waits until it is back", reason);
      }
      try {
        if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          throw e;
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw e;
      }
      pause = pause.multipliedBy(2);
      if (pause.compareTo(LONGEST_PAUSE) > 0) {
        pause = LONGEST_PAUSE;
      }
    }

    Duration soFar() {
      return Duration.ofNanos(nanoClock.getAsLong() - beganNanos);
    }

    @Override
    public void close() {
      if (waits.remove(this) && closed.getCount() > 0) {
        LOG.info("the schema registry is back after {} s", soFar().toSeconds());
      }
    }
  }
}
