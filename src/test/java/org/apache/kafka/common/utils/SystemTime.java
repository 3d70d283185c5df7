package org.apache.kafka.common.utils;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Kafka's clock in the tests, in place of its own class of this name: one that can be set forth and
 * back while a process runs. It is off by as many milliseconds as stand in the file that the system
 * property {@link #OFFSET_FILE} names; without the property it is the machine's clock.
 */
public final class SystemTime implements Time {
  public static final String OFFSET_FILE = "test.clock.offset.file";

  private static final SystemTime SYSTEM_TIME = new SystemTime();
  private static final long BETWEEN_LOOKS_NANOS = 50_000_000;

  private final Path offsetFile;
  private volatile long offsetMs;
  private volatile long lookedAtNanos = System.nanoTime() - BETWEEN_LOOKS_NANOS;

  private SystemTime() {
    String name = System.getProperty(OFFSET_FILE);
    offsetFile = name == null ? null : Path.of(name);
  }

  public static SystemTime getSystemTime() {
    return SYSTEM_TIME;
  }

  @Override
  public long milliseconds() {
    if (offsetFile != null && System.nanoTime() - lookedAtNanos >= BETWEEN_LOOKS_NANOS) {
      lookedAtNanos = System.nanoTime();
      try {
        offsetMs = Long.parseLong(Files.readString(offsetFile).trim());
      } catch (IOException | NumberFormatException e) {
        // It is being written; the next look finds it.
      }
    }
    return System.currentTimeMillis() + offsetMs;
  }

  @Override
  public long nanoseconds() {
    return System.nanoTime();
  }

  @Override
  public void sleep(long ms) {
    Utils.sleep(ms);
  }

  @Override
  public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs)
      throws InterruptedException {
    synchronized (object) {
      while (!condition.get()) {
        long nowMs = milliseconds();
        if (nowMs >= deadlineMs) {
          throw new TimeoutException("Condition not satisfied before deadline");
        }
        object.wait(deadlineMs - nowMs);
      }
    }
  }
}
