package dev.speechemotion.app.gateway.feed;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.StatusCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebSocket of a feed. The next message is read when there is room for what comes of it; until
 * then the sender's own buffers fill. All but leaving is called by one thread at a time.
 */
public abstract class FeedSocket implements Session.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(FeedSocket.class);

  /** A feed that lives sends something more often. */
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);

  /** That a client has not read; then it is cut off. */
  private static final int MOST_ANSWERS = 64;

  private final FeedSockets sockets;
  private volatile Session session;
  private volatile boolean held;
  private volatile boolean admitted;

  /** Before a stream has begun: it waits for room as the others do, and sends nothing. */
  private final StreamOutbox beforeStart;

  protected FeedSocket(FeedSockets sockets) {
    this.sockets = sockets;
    beforeStart = sockets.newOutbox();
  }

  /** Takes a text message. */
  protected abstract void text(String message) throws BadMessageException;

  /** Takes a binary message. */
  protected abstract void binary(ByteBuffer message) throws BadMessageException;

  /** The way to Kafka of what comes; null as long as there is none. */
  protected abstract StreamOutbox outbox();

  /** A message was not as it must be. */
  protected abstract void refuse(BadMessageException e);

  /** The socket is closed, whoever did it; the last call. */
  protected abstract void gone();

  /** The gateway is about to end: asks the feed to go to another one, if it can do that. */
  public void askToLeave() {
    leave();
  }

  /** The gateway is about to end: has the feed end. */
  public abstract void leave();

  @Override
  public final void onWebSocketOpen(Session opened) {
    session = opened;
    opened.setMaxTextMessageSize(FeedJson.MAX_CHARS);
    opened.setMaxBinaryMessageSize(FeedJson.MAX_CHARS);
    opened.setMaxOutgoingFrames(MOST_ANSWERS);
    opened.setIdleTimeout(IDLE_TIMEOUT);
    opened.addIdleTimeoutListener(unused -> !held);
    admitted = sockets.add(this);
    if (!admitted) {
      close(StatusCode.TRY_AGAIN_LATER, "no more streams are taken here");
    }
    // Without, the client's answer to the close would not be read either.
    opened.demand();
  }

  @Override
  public final void onWebSocketText(String message) {
    handle(
        () -> {
          if (admitted) {
            text(message);
          }
        });
  }

  @Override
  public final void onWebSocketBinary(ByteBuffer message, Callback callback) {
    handle(
        () -> {
          try {
            if (admitted) {
              binary(message);
            }
          } finally {
            callback.succeed();
          }
        });
  }

  private interface Work {
    void run() throws BadMessageException;
  }

  private void handle(Work work) {
    try {
      work.run();
    } catch (BadMessageException e) {
      sockets.bad(e);
      refuse(e);
    } catch (RuntimeException e) {
      LOG.error("a message of a feed could not be handled", e);
      close(StatusCode.SERVER_ERROR, "internal error");
    }
    readOn();
  }

  private void readOn() {
    StreamOutbox begun = outbox();
    held = true;
    (begun == null ? beforeStart : begun)
        .whenRoom(
            () -> {
              held = false;
              session.demand();
            });
  }

  /** A message that says something beside the audio is not as it must be, and is left out. */
  protected final void unusable(BadMessageException e) {
    sockets.unusable(e);
  }

  /** Sends a text; if that fails the socket is closed. */
  protected final void send(String message) {
    session.sendText(message, Callback.from(() -> {}, unused -> session.disconnect()));
  }

  /** Closes the socket, if it is not closed. */
  protected final void close(int code, String reason) {
    session.close(code, reason, Callback.NOOP);
  }

  @Override
  public final void onWebSocketError(Throwable cause) {
    // The network, or a message that is too large; the socket is closed next.
    LOG.debug("a socket failed: {}", cause.toString());
  }

  @Override
  public final void onWebSocketClose(int code, String reason, Callback callback) {
    try {
      gone();
    } finally {
      sockets.remove(this);
      callback.succeed();
    }
  }
}
