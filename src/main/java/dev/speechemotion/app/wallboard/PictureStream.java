package dev.speechemotion.app.wallboard;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.http.sse.SseClient;
import io.javalin.http.sse.SseHandler;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Sends the picture to pages as server-sent events: all of it first, however much a page had seen
 * before, then what changed, a few times a second. Each page has a thread that writes to it and
 * knows what it has seen, and nothing is queued: whoever reads slowly gets fewer and larger
 * changes, and who does not read is cut off by the server's timeout.
 */
final class PictureStream implements AutoCloseable {
  static final int MOST_PAGES = 100;

  /** A page that has heard nothing for longer knows that it is cut off. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(4);

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final LiveCalls calls;
  private final Clock clock;
  private final Duration between;
  private final Semaphore free = new Semaphore(MOST_PAGES);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final SseHandler handler = new SseHandler(this::begin);
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "wallboard-page");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param between changes that are sent to a page
   */
  PictureStream(LiveCalls calls, Clock clock, Duration between) {
    this.calls = calls;
    this.clock = clock;
    this.between = between;
  }

  void answer(Context request) {
    String accepted = request.header("Accept");
    if (accepted == null || !accepted.contains("text/event-stream")) {
      request
          .status(HttpStatus.NOT_ACCEPTABLE)
          .result("ask with 'Accept: text/event-stream', or for /api/calls\n");
    } else if (free.tryAcquire()) {
      handler.handle(request);
    } else {
      request
          .status(HttpStatus.SERVICE_UNAVAILABLE)
          .header("Retry-After", "10")
          .result(MOST_PAGES + " pages are open, and no more are served\n");
    }
  }

  private void begin(SseClient client) {
    client.keepAlive();
    threads.execute(
        () -> {
          try {
            serve(client);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            free.release();
            client.close();
          }
        });
  }

  private void serve(SseClient client) throws InterruptedException {
    Set<String> known = new HashSet<>();
    long version = send(client, "picture", 0, known);
    while (!client.terminated() && !closed.await(between.toMillis(), TimeUnit.MILLISECONDS)) {
      if (calls.awaitChange(version, HEARTBEAT)) {
        version = send(client, "changes", version, known);
      } else {
        client.sendEvent(
            "beat", JsonNodeFactory.instance.objectNode().put("now", clock.millis()).toString());
      }
    }
  }

  private long send(SseClient client, String event, long since, Set<String> known) {
    var picture = calls.picture(since, known);
    long version = picture.get("version").asLong();
    client.sendEvent(event, picture.toString(), String.valueOf(version));
    return version;
  }

  /** Ends all streams, while there is still a server to do so. */
  @Override
  public void close() {
    closed.countDown();
    threads.shutdownNow();
    try {
      threads.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
