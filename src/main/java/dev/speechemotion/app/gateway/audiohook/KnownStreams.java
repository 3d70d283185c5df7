package dev.speechemotion.app.gateway.audiohook;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Streams of which a session may go on, by the ids of their sessions: those that are open, and for
 * a while those whose connection was lost, which end after it. Serves all threads.
 */
final class KnownStreams implements AutoCloseable {
  /** A client that connects again does so at once. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int MOST = 100_000;

  private final Map<String, AudioHookStream> bySession = new LinkedHashMap<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "lost-streams");
            thread.setDaemon(true);
            return thread;
          });

  /** Takes note of a stream and a session that has it. */
  synchronized void add(String sessionId, AudioHookStream stream) {
    bySession.put(sessionId, stream);
    if (bySession.size() > MOST) {
      bySession.remove(bySession.keySet().iterator().next());
    }
  }

  /** The stream of a session, unless it has ended. */
  synchronized Optional<AudioHookStream> find(String sessionId) {
    return Optional.ofNullable(bySession.get(sessionId)).filter(stream -> !stream.isStopped());
  }

  /** Forgets a stream that has ended. */
  synchronized void remove(AudioHookStream stream) {
    bySession.values().removeIf(each -> each == stream);
  }

  /** A session has lost its connection: ends its stream after a while if nobody has gone on. */
  void lost(Object session, AudioHookStream stream) {
    timer.schedule(
        () -> {
          if (stream.isOf(session)) {
            stream.stop("the connection was lost", null);
            remove(stream);
          }
        },
        PATIENCE.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
