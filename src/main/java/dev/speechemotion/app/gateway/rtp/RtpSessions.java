package dev.speechemotion.app.gateway.rtp;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import dev.speechemotion.app.gateway.feed.ChunkOutbox;
import dev.speechemotion.app.gateway.feed.GatewayMeters;
import dev.speechemotion.app.gateway.feed.StreamIdentity;
import dev.speechemotion.app.gateway.feed.StreamOutbox;
import dev.speechemotion.app.process.RareWarnings;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChunk;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions that are open, each with its ports. Serves all threads. */
public final class RtpSessions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RtpSessions.class);
  private static final long IDLE_LOOKS = 10;

  private final RareWarnings warnings = new RareWarnings(LOG);

  private final ChunkOutbox outbox;
  private final GatewayMeters meters;
  private final RtpReceiver receiver;
  private final Duration idle;
  private final int most;
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "idle-sessions");
            thread.setDaemon(true);
            return thread;
          });

  /** The ports of a session. */
  record Session(String id, List<RtpPort> ports) {}

  public RtpSessions(Settings settings, ChunkOutbox outbox, GatewayMeters meters) {
    this.outbox = outbox;
    this.meters = meters;
    receiver = new RtpReceiver(settings, meters, outbox::hasRoom);
    idle = settings.duration(Property.GATEWAY_RTP_IDLE_MS);
    most = settings.integer(Property.GATEWAY_MAX_STREAMS);
    long betweenMs = Math.max(100, idle.toMillis() / IDLE_LOOKS);
    timer.scheduleWithFixedDelay(this::closeIdle, betweenMs, betweenMs, TimeUnit.MILLISECONDS);
  }

  InetAddress host() {
    return receiver.host();
  }

  /**
   * Opens a session; empty if there is no port for it, or too many streams are open.
   *
   * @throws BadMessageException if an address is not one
   */
  Optional<Session> open(RtpRequest request) throws BadMessageException {
    List<Optional<InetSocketAddress>> senders = new ArrayList<>();
    for (RtpRequest.Stream stream : request.streams()) {
      senders.add(
          stream.from().isEmpty() ? Optional.empty() : Optional.of(sender(stream.from().get())));
    }
    List<RtpPort> ports = new ArrayList<>();
    for (int i = 0; i < senders.size(); i++) {
      Optional<RtpPort> port =
          meters.opens(most) ? openPort(request, i, senders.get(i)) : Optional.empty();
      if (port.isEmpty()) {
        meters.refused(GatewayMeters.Refusal.TOO_MANY_STREAMS);
        warnings.warn(
            "a request for an RTP session was refused: no port of %s is free at %s, or there are %s already"
                .formatted(
                    Property.GATEWAY_RTP_PORTS,
                    Property.GATEWAY_RTP_HOST,
                    Property.GATEWAY_MAX_STREAMS));
        ports.forEach(opened -> opened.stream().stop("refused"));
        ports.forEach(this::close);
        return Optional.empty();
      }
      ports.add(port.get());
    }
    Session session = new Session(UUID.randomUUID().toString(), List.copyOf(ports));
    sessions.put(session.id(), session);
    return Optional.of(session);
  }

  /** A request was not as it must be. */
  void bad(BadMessageException e) {
    meters.refused(GatewayMeters.Refusal.BAD_MESSAGE);
    warnings.warn("a request for an RTP session was refused: " + e.getMessage());
  }

  private Optional<RtpPort> openPort(
      RtpRequest request, int number, Optional<InetSocketAddress> from) {
    RtpStream stream =
        new RtpStream(
            request.streams().get(number),
            // Two senders may have chosen the same source.
            source -> outbox.open(identity(request, source + "-" + number)),
            start -> describe(start, request));
    Optional<RtpPort> port = receiver.open(stream, from);
    if (port.isEmpty()) {
      meters.closed();
    }
    return port;
  }

  private static StreamIdentity identity(RtpRequest request, String streamId) {
    return new StreamIdentity(
        request.callId(), streamId, "rtp", "2", request.account().orElse(null));
  }

  private static AudioChunk.Builder describe(AudioChunk.Builder start, RtpRequest request) {
    return start
        .setLanguage(request.language().orElse(null))
        .setParticipant(request.participant().orElse(null))
        .setAttributes(request.attributes())
        .setStartMessage(request.json());
  }

  /** {@code 10.0.0.1}, {@code 10.0.0.1:4000} or {@code [::1]:4000}; names are not looked up. */
  static InetSocketAddress sender(String text) throws BadMessageException {
    try {
      String address =
          text.chars().filter(each -> each == ':').count() > 1 && !text.startsWith("[")
              ? "[" + text + "]"
              : text;
      URI uri = new URI("rtp://" + address);
      String host = uri.getHost();
      if (host == null || !host.matches("[0-9.]+|\\[[0-9a-fA-F:.]+]") || uri.getPort() > 65_535) {
        throw new BadMessageException("from is not an IP address with or without a port");
      }
      return new InetSocketAddress(InetAddress.getByName(host), Math.max(0, uri.getPort()));
    } catch (URISyntaxException | UnknownHostException e) {
      throw new BadMessageException("from is not an IP address with or without a port");
    }
  }

  /**
   * Closes a session; done when Kafka has all of it. Empty if there is no such session.
   *
   * @param reason for the stream
   */
  Optional<CompletableFuture<Void>> close(String id, String reason) {
    Session session = sessions.remove(id);
    return session == null ? Optional.empty() : Optional.of(stop(session, reason));
  }

  private CompletableFuture<Void> stop(Session session, String reason) {
    List<CompletableFuture<Void>> done = new ArrayList<>();
    for (RtpPort port : session.ports()) {
      close(port);
      port.stream().stop(reason);
      Optional<StreamOutbox> sent = port.stream().outbox();
      if (sent.isPresent()) {
        CompletableFuture<Void> acknowledged = new CompletableFuture<>();
        sent.get().whenAcknowledged(() -> acknowledged.complete(null));
        done.add(acknowledged);
      }
    }
    return CompletableFuture.allOf(done.toArray(CompletableFuture[]::new));
  }

  private void close(RtpPort port) {
    port.close();
    receiver.release();
    meters.closed();
  }

  private void closeIdle() {
    long since = System.nanoTime() - idle.toNanos();
    for (Session session : sessions.values()) {
      if (session.ports().stream().allMatch(port -> port.lastArrivalNanos() - since < 0)) {
        closeIdle(session);
      }
    }
  }

  /** The timer goes on only if nothing is thrown. */
  private void closeIdle(Session session) {
    try {
      close(session.id(), "idle");
    } catch (RuntimeException e) {
      LOG.error("a session could not be closed", e);
    }
  }

  /** Why no session is heard; empty while they are. */
  public Optional<String> failure() {
    return receiver.isAlive() ? Optional.empty() : Optional.of("no more packets are read");
  }

  @Override
  public void close() {
    timer.shutdownNow();
    sessions.keySet().forEach(id -> close(id, "the gateway ends"));
    receiver.close();
  }
}
