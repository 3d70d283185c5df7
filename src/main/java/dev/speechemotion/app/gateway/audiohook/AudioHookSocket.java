package dev.speechemotion.app.gateway.audiohook;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import dev.speechemotion.app.gateway.feed.ChunkOutbox;
import dev.speechemotion.app.gateway.feed.FeedJson;
import dev.speechemotion.app.gateway.feed.FeedSocket;
import dev.speechemotion.app.gateway.feed.FeedSockets;
import dev.speechemotion.app.gateway.feed.StreamIdentity;
import dev.speechemotion.app.gateway.feed.StreamOutbox;
import dev.speechemotion.avro.Participant;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jetty.websocket.api.StatusCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The WebSocket of one session: the server's side of the protocol. Public, since Jetty looks its
 * methods up.
 */
public final class AudioHookSocket extends FeedSocket {
  private static final Logger LOG = LoggerFactory.getLogger(AudioHookSocket.class);
  private static final String FORMAT = "PCMU";

  /** What all sessions share. */
  record Parts(
      FeedSockets sockets,
      ChunkOutbox outbox,
      KnownStreams streams,
      StreamEnds ends,
      boolean bothChannels)
      implements AutoCloseable {
    @Override
    public void close() {
      streams.close();
      ends.close();
    }
  }

  private enum State {
    NEW,
    OPENING,
    OPEN,
    /** Told to go, or about to close: audio is no longer expected, and what comes is ignored. */
    LEAVING,
    CLOSING
  }

  private final Parts parts;
  private final Optional<String> headerOrganizationId;

  private Optional<String> id;
  private volatile State state = State.NEW;
  private volatile boolean gone;
  private boolean lost;

  /** Null as long as there is none; a probe never has one. */
  private volatile AudioHookStream stream;

  private volatile long clientSeq;
  private long serverSeq;
  private boolean closeReceived;

  /**
   * @param sessionId as the request's header has it
   * @param organizationId as the request's header has it
   */
  AudioHookSocket(Parts parts, Optional<String> sessionId, Optional<String> organizationId) {
    super(parts.sockets());
    this.parts = parts;
    id = sessionId;
    headerOrganizationId = organizationId;
  }

  @Override
  protected void text(String text) throws BadMessageException {
    AudioHookMessage message = AudioHookMessage.parse(text);
    if (message.seq() != clientSeq + 1) {
      throw new BadMessageException("seq does not follow the one before");
    }
    clientSeq = message.seq();
    if (message.serverseq() > sentSeq()) {
      throw new BadMessageException("serverseq is one that was not sent");
    }
    if (!id.orElse(message.id()).equals(message.id())) {
      throw new BadMessageException("id is not that of the session");
    }
    id = Optional.of(message.id());
    switch (message.type()) {
      case "open" -> open(message, text);
      case "close" -> close(message);
      case "ping" -> answer("pong", Map.of());
      case "error" -> reported(message.parameters());
      default -> {
        // Whatever is known of a later version must not break a session.
      }
    }
    if (stream != null && stream.isOf(this) && state == State.OPEN) {
      goOn(message);
    }
  }

  private void goOn(AudioHookMessage message) throws BadMessageException {
    switch (message.type()) {
      case "ping" -> stream.tell();
      case "paused" -> stream.paused();
      case "resumed" -> stream.resumed(message.missing());
      case "discarded" -> stream.discarded(message.missing());
      case "update" -> {
        stream.language(beside(message.parameters(), "language").orElse(null));
        answer("updated", Map.of());
      }
      case "error" -> {
        FeedJson error = message.parameters();
        stream.error(beside(error, "code").orElse("") + " " + beside(error, "message").orElse(""));
      }
      default -> {
        // Nothing that Kafka should know.
      }
    }
  }

  private void reported(FeedJson error) {
    try {
      OptionalLong code = error.number("code");
      LOG.warn("an AudioHook client reports error {}", code.isPresent() ? code.getAsLong() : "-");
    } catch (BadMessageException e) {
      unusable(e);
      LOG.warn("an AudioHook client reports an error whose code is not a number");
    }
  }

  /** A text that says something beside the audio: as it is, or none, it must not end the stream. */
  private Optional<String> beside(FeedJson parameters, String name) {
    try {
      return parameters.text(name);
    } catch (BadMessageException e) {
      unusable(e);
      return Optional.empty();
    }
  }

  private void open(AudioHookMessage message, String text) throws BadMessageException {
    if (state != State.NEW) {
      throw new BadMessageException("open came twice");
    }
    state = State.OPENING;
    AudioHookMessage.Open open = message.open();
    if (!headerOrganizationId.orElse(open.organizationId()).equals(open.organizationId())) {
      throw new BadMessageException("organizationId is not that of the request");
    }
    requireOwnId(message.id(), open.continuedSessions());
    if (open.isProbe()) {
      opened(open, List.of(), Optional.empty());
      return;
    }
    AudioHookMessage.Media media = select(open);
    List<String> continued = open.continuedSessions();
    if (continued.isEmpty()) {
      begin(open, message, text, media, StreamEnds.End.NONE);
      opened(open, List.of(media), Optional.empty());
      return;
    }
    Optional<AudioHookStream> known =
        continued.stream()
            .map(parts.streams()::find)
            .flatMap(Optional::stream)
            .findFirst()
            .filter(each -> each.outbox().identity().callId().equals(open.conversationId()))
            .filter(each -> each.give(this));
    if (known.isEmpty()) {
      resumeFromTopic(open, message, text, media);
    } else if (continued.stream()
        .allMatch(id -> parts.streams().find(id).filter(known.get()::equals).isPresent())) {
      take(known.get(), message, media);
      // What has been heard is said only when Kafka has it: the client forgets it then.
      known
          .get()
          .outbox()
          .whenAcknowledged(
              () -> opened(open, List.of(media), Optional.of(known.get().heardMicros())));
    } else {
      // A session in between may have been another gateway's: only the topic knows all of it.
      AudioHookStream left = known.get();
      left.leave(this);
      parts.streams().remove(left);
      left.outbox().whenAcknowledged(() -> resumeFromTopic(open, message, text, media));
    }
  }

  /**
   * A client makes an id for each session; one that goes on from a lost one names that. With an id
   * twice, the messages of two sockets would be numbered as one stream's. The later one is refused:
   * the protocol has nothing by which a session passes to another socket.
   */
  private void requireOwnId(String sessionId, List<String> continued) throws BadMessageException {
    boolean going = !continued.contains(sessionId) && parts.streams().find(sessionId).isPresent();
    if (going || !parts.streams().claim(sessionId, this)) {
      throw new BadMessageException(
          "id is that of another session: a session that goes on from it has an id of its own,"
              + " and names it in continuedSessions");
    }
  }

  private void resumeFromTopic(
      AudioHookMessage.Open open,
      AudioHookMessage message,
      String text,
      AudioHookMessage.Media media) {
    parts
        .ends()
        .find(open.conversationId(), open.continuedSessions().get(0))
        .whenComplete((end, failure) -> resume(open, message, text, media, end, failure));
  }

  private void resume(
      AudioHookMessage.Open open,
      AudioHookMessage message,
      String text,
      AudioHookMessage.Media media,
      Optional<StreamEnds.End> end,
      Throwable failure) {
    if (failure != null) {
      LOG.warn("it cannot be found out how far a stream has come: {}", failure.toString());
      disconnect("the stream cannot be resumed now");
      return;
    }
    begin(open, message, text, media, end.orElse(StreamEnds.End.NONE));
    if (gone) {
      // The socket did not wait for it.
      loseStream();
    }
    opened(open, List.of(media), end.map(StreamEnds.End::heardMicros));
  }

  private void begin(
      AudioHookMessage.Open open,
      AudioHookMessage message,
      String text,
      AudioHookMessage.Media media,
      StreamEnds.End end) {
    String streamId =
        open.continuedSessions().isEmpty() ? message.id() : open.continuedSessions().get(0);
    StreamOutbox outbox =
        parts
            .outbox()
            .open(
                new StreamIdentity(
                    open.conversationId(),
                    streamId,
                    "audiohook",
                    AudioHookMessage.VERSION,
                    open.organizationId()));
    AudioHookStream begun = new AudioHookStream(outbox, end.nextNumber(), end.heardMicros());
    parts.streams().add(streamId, begun);
    take(begun, message, media);
    if (end.stopped()) {
      begun.start(
          text,
          open.language().orElse(null),
          open.participant().flatMap(AudioHookSocket::participant).orElse(null),
          open.customConfig());
    } else {
      begun.comeFromElsewhere();
    }
  }

  private void take(AudioHookStream taken, AudioHookMessage message, AudioHookMessage.Media media) {
    taken.give(this);
    taken.goOnAt(message.positionMicros(), media.channels());
    parts.streams().add(message.id(), taken);
    stream = taken;
  }

  /** Empty if nothing is said of one. */
  private static Optional<Participant> participant(FeedJson json) {
    try {
      return Optional.of(
          new Participant(
              json.text("id").orElse(null),
              json.text("ani").orElse(null),
              json.text("dnis").orElse(null)));
    } catch (BadMessageException e) {
      return Optional.empty();
    }
  }

  /** The first offer that holds what is wanted; else the first that is understood. */
  private AudioHookMessage.Media select(AudioHookMessage.Open open) throws BadMessageException {
    List<AudioHookMessage.Media> understood =
        open.media().stream()
            .filter(media -> media.format().equals(FORMAT))
            .filter(media -> media.rateHz() == AudioHookStream.RATE_HZ)
            .filter(media -> media.channels().contains("external") || parts.bothChannels())
            .filter(media -> !media.channels().isEmpty() && media.channels().size() <= 2)
            .filter(AudioHookMessage.Media::tellsChannelsApart)
            .toList();
    int wanted = parts.bothChannels() ? 2 : 1;
    return understood.stream()
        .filter(media -> media.channels().size() == wanted)
        .findFirst()
        .or(() -> understood.stream().findFirst())
        .orElseThrow(
            () ->
                new BadMessageException(
                    "no media is offered that is understood: PCMU, 8000 Hz, one channel or two,"
                        + " each with a name of its own"));
  }

  private void opened(
      AudioHookMessage.Open open, List<AudioHookMessage.Media> media, Optional<Long> discardTo) {
    if (state != State.OPENING) {
      return;
    }
    state = State.OPEN;
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("startPaused", false);
    parameters.put("media", media.stream().map(AudioHookMessage.Media::json).toList());
    discardTo.ifPresent(micros -> parameters.put("discardTo", AudioHookMessage.duration(micros)));
    if (open.asksForLanguages()) {
      // All that are spoken: none is told from another here.
      parameters.put("supportedLanguages", List.of());
    }
    answer("opened", parameters);
  }

  private void close(AudioHookMessage message) {
    if (closeReceived) {
      return;
    }
    closeReceived = true;
    state = State.CLOSING;
    String reason = beside(message.parameters(), "reason").orElse("end");
    AudioHookStream ending = stream;
    if (ending == null) {
      answer("closed", Map.of());
      return;
    }
    if (ending.isOf(this) && !reason.equals("reconnect")) {
      ending.stop(reason, null);
      parts.streams().remove(ending);
    }
    // All that was sent is Kafka's by then: the client may forget it.
    ending.outbox().whenAcknowledged(() -> answer("closed", Map.of()));
  }

  @Override
  protected void binary(ByteBuffer frame) throws BadMessageException {
    AudioHookStream hearing = stream;
    if (state == State.LEAVING
        || state == State.CLOSING
        || state == State.OPEN && hearing == null) {
      return;
    }
    if (state != State.OPEN) {
      throw new BadMessageException("audio came before the session was open");
    }
    if (!hearing.isOf(this)) {
      return;
    }
    if (frame.remaining() % hearing.channelCount() != 0) {
      throw new BadMessageException("a frame does not hold whole samples of all channels");
    }
    hearing.audio(frame);
  }

  @Override
  protected StreamOutbox outbox() {
    return stream == null ? null : stream.outbox();
  }

  @Override
  protected void refuse(BadMessageException e) {
    if (state == State.LEAVING || state == State.CLOSING) {
      close(StatusCode.PROTOCOL, e.getMessage());
    } else {
      disconnect(e.getMessage());
    }
  }

  /** Has the client close the session; the stream ends with that. */
  private void disconnect(String info) {
    state = State.LEAVING;
    answer("disconnect", Map.of("reason", "error", "info", info));
  }

  @Override
  protected void gone() {
    gone = true;
    id.ifPresent(own -> parts.streams().release(own, this));
    loseStream();
  }

  private synchronized void loseStream() {
    AudioHookStream left = stream;
    if (!lost && left != null && left.isOf(this) && !left.isStopped()) {
      lost = true;
      parts.streams().lost(this, left);
    }
  }

  @Override
  public void askToLeave() {
    if (state == State.OPEN) {
      answer("reconnect", Map.of("info", "the gateway is about to end"));
    } else {
      leave();
    }
  }

  @Override
  public void leave() {
    if (state == State.OPEN) {
      // What is on its way is taken until the client has closed the session.
      answer("disconnect", Map.of("reason", "completed"));
    } else {
      close(StatusCode.SHUTDOWN, "the gateway is about to end");
    }
  }

  private synchronized long sentSeq() {
    return serverSeq;
  }

  private synchronized void answer(String type, Map<String, ?> parameters) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("version", AudioHookMessage.VERSION);
    message.put("type", type);
    message.put("id", id.orElse(AudioHookMessage.NULL_ID));
    message.put("seq", ++serverSeq);
    message.put("clientseq", clientSeq);
    message.put("parameters", parameters);
    send(FeedJson.write(message));
  }
}
