package dev.speechemotion.app.gateway.feed;

import dev.speechemotion.app.process.RareWarnings;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import io.javalin.http.HttpResponseException;
import io.javalin.http.ServiceUnavailableResponse;
import io.javalin.http.UnauthorizedResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The WebSockets of a gateway that are open, and how many there may be. */
public final class FeedSockets {
  private static final Logger LOG = LoggerFactory.getLogger(FeedSockets.class);
  private static final long BETWEEN_LOOKS_MS = 20;

  private final Set<FeedSocket> open = ConcurrentHashMap.newKeySet();
  private final GatewayMeters meters;
  private final ChunkOutbox outbox;
  private final int most;
  private final RareWarnings warnings = new RareWarnings(LOG);
  private volatile boolean leaving;

  public FeedSockets(Settings settings, GatewayMeters meters, ChunkOutbox outbox) {
    this.meters = meters;
    this.outbox = outbox;
    most = settings.integer(Property.GATEWAY_MAX_STREAMS);
  }

  /** What waits for room before there is a stream. */
  StreamOutbox newOutbox() {
    return outbox.open(null);
  }

  /**
   * Admits a request that has said who it is.
   *
   * @throws HttpResponseException if there are too many sockets, or the gateway is about to end
   */
  public void requireRoom() {
    boolean ends = leaving;
    if (ends || open.size() >= most) {
      meters.refused(ends ? GatewayMeters.Refusal.LEAVING : GatewayMeters.Refusal.TOO_MANY_STREAMS);
      throw new ServiceUnavailableResponse("no more streams are taken here");
    }
  }

  /** What is thrown to refuse a request that has not said who it is. */
  public HttpResponseException unauthorized(String why) {
    return unauthorized(why, why);
  }

  /**
   * The same.
   *
   * @param kind of the reason, where that may read differently each time
   */
  public HttpResponseException unauthorized(String kind, String why) {
    meters.refused(GatewayMeters.Refusal.UNAUTHORIZED);
    warnings.warn(kind, "a request for a stream was refused: " + why);
    return new UnauthorizedResponse("the request is not signed as it must be; see the log here");
  }

  /** A feed was not as its protocol has it. */
  void bad(BadMessageException e) {
    meters.refused(GatewayMeters.Refusal.BAD_MESSAGE);
    warnings.warn("a feed was refused: " + e.getMessage());
  }

  /** A message beside the audio of a feed is left out. */
  void unusable(BadMessageException e) {
    meters.unusable();
    warnings.warn("a message of a feed was not used: " + e.getMessage());
  }

  /**
   * Takes a socket that has opened. Others may have come since there was room for it.
   *
   * @return whether it may stay
   */
  boolean add(FeedSocket socket) {
    if (!meters.opens(most)) {
      meters.refused(GatewayMeters.Refusal.TOO_MANY_STREAMS);
      return false;
    }
    open.add(socket);
    return true;
  }

  void remove(FeedSocket socket) {
    if (open.remove(socket)) {
      meters.closed();
    }
  }

  /** Asks all to leave, and gives them so long. */
  public void leave(Duration timeout) throws InterruptedException {
    leaving = true;
    open.forEach(FeedSocket::askToLeave);
    awaitNone(timeout.dividedBy(2));
    open.forEach(FeedSocket::leave);
    awaitNone(timeout.dividedBy(2));
  }

  private void awaitNone(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!open.isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(BETWEEN_LOOKS_MS);
    }
  }
}
