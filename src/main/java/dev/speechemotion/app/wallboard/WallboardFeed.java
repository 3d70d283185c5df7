package dev.speechemotion.app.wallboard;

import dev.speechemotion.app.client.ResultReader;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.streams.registry.EmotionSerdes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the output topics into the live calls, in a thread of its own and in no consumer group, so
 * that it sees the calls of all instances. It begins with what was there a short time ago, and with
 * the summaries and alerts of today: a restart shows the same picture again. Whatever goes wrong is
 * logged, and it begins anew.
 */
final class WallboardFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WallboardFeed.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration BEFORE_ANOTHER_TRY = Duration.ofSeconds(5);

  private final Settings settings;
  private final EmotionSerdes serdes;
  private final LiveCalls calls;
  private final Clock clock;
  private final StopRequest stop = new StopRequest();
  private final Thread thread = new Thread(this::run, "wallboard-feed");

  WallboardFeed(Settings settings, EmotionSerdes serdes, LiveCalls calls, Clock clock) {
    this.settings = settings;
    this.serdes = serdes;
    this.calls = calls;
    this.clock = clock;
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      do {
        follow();
      } while (!stop.await(BEFORE_ANOTHER_TRY));
    } catch (InterruptedException e) {
      LOG.debug("interrupted", e);
    }
  }

  /** Until it is asked to stop, or something goes wrong. */
  private void follow() {
    try (ResultReader reader = new ResultReader(settings, serdes, begins())) {
      follow(() -> reader.poll(POLL), calls, stop);
    } catch (RuntimeException e) {
      if (!stop.requested()) {
        LOG.warn("the wallboard begins anew: {}", e.toString());
        LOG.debug("the wallboard's feed failed", e);
      }
    }
  }

  /**
   * Until it is asked to stop. The picture stays as it was until there is something to put in its
   * place: a reader that fails again and again leaves it there.
   *
   * @param poll gives records; what it throws ends this
   */
  static void follow(Supplier<List<SpecificRecord>> poll, LiveCalls calls, StopRequest stop) {
    boolean begun = false;
    while (!stop.requested()) {
      List<SpecificRecord> records = poll.get();
      if (begun || records.isEmpty()) {
        calls.take(records);
      } else {
        calls.takeAnew(records);
        begun = true;
      }
    }
  }

  private Map<String, Instant> begins() {
    Instant now = clock.instant();
    Instant recent = now.minus(LiveCalls.MOST_QUIET);
    Instant midnight =
        LocalDate.ofInstant(now, clock.getZone()).atStartOfDay(clock.getZone()).toInstant();
    Instant today = midnight.isBefore(recent) ? midnight : recent;
    return Map.of(
        settings.text(Property.TOPIC_EVENTS), recent,
        settings.text(Property.TOPIC_SUMMARIES), today,
        settings.text(Property.TOPIC_ALERTS), today);
  }

  @Override
  public void close() {
    stop.request();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
