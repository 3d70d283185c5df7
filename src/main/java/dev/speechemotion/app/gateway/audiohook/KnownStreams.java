package dev.speechemotion.app.gateway.audiohook;

import dev.speechemotion.app.gateway.feed.StreamIdentity;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams of which a session may go on, by the ids of their sessions: those that are open, and for
 * a while those whose connection was lost, which end after it. Serves all threads.
 */
final class KnownStreams implements AutoCloseable {
  /** A client that connects again does so at once. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int MOST = 100_000;

  private static final Logger LOG = LoggerFactory.getLogger(KnownStreams.class);

  private final Duration patience;
  private final Ends ends;
  private final Map<String, AudioHookStream> bySession = new LinkedHashMap<>();

  /** The sessions that are open, by their ids. */
  private final Map<String, Object> open = new HashMap<>();

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "lost-streams");
            thread.setDaemon(true);
            return thread;
          });

  /** Finds how far a stream has come, whichever gateway sent it. */
  @FunctionalInterface
  interface Ends {
    CompletableFuture<Optional<StreamEnds.End>> find(String callId, String streamId);
  }

  /**
   * @param patience how long a stream waits for a session to go on with it
   */
  KnownStreams(Duration patience, Ends ends) {
    this.patience = patience;
    this.ends = ends;
  }

  /**
   * Gives an id to a session that opens.
   *
   * @return whether it is no other's that is open
   */
  synchronized boolean claim(String sessionId, Object session) {
    return open.putIfAbsent(sessionId, session) == null;
  }

  /** A session is closed: its id is nobody's, unless it is another's. */
  synchronized void release(String sessionId, Object session) {
    open.remove(sessionId, session);
  }

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
            StreamIdentity identity = stream.outbox().identity();
            ends.find(identity.callId(), identity.streamId())
                .whenComplete((end, failure) -> end(session, stream, end, failure));
          }
        },
        patience.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /** Another gateway may have gone on with the stream: then it is not to be ended here. */
  private void end(
      Object session, AudioHookStream stream, Optional<StreamEnds.End> end, Throwable failure) {
    if (failure != null) {
      LOG.warn(
          "it cannot be found out whether a stream goes on elsewhere; if not, its call ends by"
              + " itself: {}",
          failure.toString());
      stream.leave(session);
    } else if (end.isPresent() && end.get().nextNumber() > stream.nextNumber()) {
      stream.leave(session);
    } else {
      stream.stopIfOf(session, "the connection was lost");
    }
    if (stream.isStopped()) {
      remove(stream);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
