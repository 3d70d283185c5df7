package dev.speechemotion.streams.registry;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
  private final CountDownLatch closed = new CountDownLatch(1);

  public PatientRegistry(SchemaRegistry registry) {
    this.registry = registry;
  }

  @Override
  public int register(String subject, String schemaJson) {
    Waiting waiting = new Waiting();
    while (true) {
      try {
        int id = registry.register(subject, schemaJson);
        waiting.over();
        return id;
      } catch (RegistryException e) {
        waiting.pause(e);
      }
    }
  }

  @Override
  public String schemaById(int id) throws UnknownSchemaException {
    Waiting waiting = new Waiting();
    while (true) {
      try {
        String schema = registry.schemaById(id);
        waiting.over();
        return schema;
      } catch (UnknownSchemaException e) {
        waiting.over();
        throw e;
      } catch (RegistryException e) {
        waiting.pause(e);
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

  private final class Waiting {
    private final long beganNanos = System.nanoTime();
    private Duration pause = FIRST_PAUSE;
    private boolean told;

    void pause(RegistryException e) {
      if (!e.passing()) {
        throw e;
      }
      if (!told) {
        told = true;
        LOG.warn("{}; the stream waits until it is back", e.getMessage());
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

    void over() {
      if (told) {
        LOG.info(
            "the schema registry is back after {} s; the stream goes on",
            Duration.ofNanos(System.nanoTime() - beganNanos).toSeconds());
      }
    }
  }
}
