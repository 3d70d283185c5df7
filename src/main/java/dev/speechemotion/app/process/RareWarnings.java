package dev.speechemotion.app.process;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;

/**
 * Warnings of what others may cause again and again: one a minute of each kind, the rest at DEBUG.
 * Serves all threads.
 */
public final class RareWarnings {
  private static final long MINUTE_NANOS = 60_000_000_000L;

  /** Kinds beyond it are taken for one: what comes from outside must not fill the memory. */
  private static final int MOST_KINDS = 200;

  private final Logger log;
  private final Map<String, Long> saidNanos = new ConcurrentHashMap<>();

  public RareWarnings(Logger log) {
    this.log = log;
  }

  /** Warns; the text says of which kind it is. */
  public void warn(String text) {
    warn(text, text);
  }

  /** Warns, with a text that may differ each time. */
  public void warn(String kind, String text) {
    long now = System.nanoTime();
    String counted = saidNanos.size() < MOST_KINDS || saidNanos.containsKey(kind) ? kind : "other";
    Long next =
        saidNanos.compute(
            counted,
            (unused, before) -> before == null || now - before >= MINUTE_NANOS ? now : before);
    if (next == now) {
      log.warn("{}; more of that within the next minute only at DEBUG", text);
    } else {
      log.debug(text);
    }
  }
}
