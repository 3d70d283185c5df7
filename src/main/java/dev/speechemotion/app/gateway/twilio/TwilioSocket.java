package dev.speechemotion.app.gateway.twilio;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import dev.speechemotion.app.gateway.feed.ChunkOutbox;
import dev.speechemotion.app.gateway.feed.FeedJson;
import dev.speechemotion.app.gateway.feed.FeedSocket;
import dev.speechemotion.app.gateway.feed.FeedSockets;
import dev.speechemotion.app.gateway.feed.StreamIdentity;
import dev.speechemotion.app.gateway.feed.StreamOutbox;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.Participant;
import dev.speechemotion.avro.PayloadEncoding;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.websocket.api.StatusCode;

/** The WebSocket of one media stream. Public, since Jetty looks its methods up. */
public final class TwilioSocket extends FeedSocket {
  private static final int RATE_HZ = 8_000;
  private static final String ENCODING = "audio/x-mulaw";
  private static final List<String> TRACKS = List.of("inbound", "outbound");

  private final ChunkOutbox outbox;
  private final Map<String, List<AudioChannel>> channels = new HashMap<>();
  private final Map<String, ChannelRole> roles;

  private String protocolVersion;
  private StreamOutbox stream;
  private long lastSequenceNumber;
  private long untilMicros;
  private boolean stopped;

  TwilioSocket(FeedSockets sockets, ChunkOutbox outbox, Map<String, ChannelRole> roles) {
    super(sockets);
    this.outbox = outbox;
    this.roles = roles;
  }

  @Override
  protected void text(String text) throws BadMessageException {
    if (stopped) {
      return;
    }
    TwilioMessage message = TwilioMessage.parse(text);
    if (message instanceof TwilioMessage.Connected connected) {
      protocolVersion = connected.version().orElse(null);
    } else if (message instanceof TwilioMessage.Start start) {
      start(start);
    } else if (!(message instanceof TwilioMessage.Other)) {
      if (stream == null) {
        throw new BadMessageException("a message came before start");
      }
      goOn(message);
    }
  }

  private void start(TwilioMessage.Start start) throws BadMessageException {
    if (stream != null) {
      throw new BadMessageException("start came twice");
    }
    if (!start.encoding().orElse("").equals(ENCODING)
        || start.sampleRateHz() != RATE_HZ
        || start.channels() != 1) {
      throw new BadMessageException("mediaFormat is not audio/x-mulaw, 8000 Hz, one channel");
    }
    Map<String, String> attributes = new HashMap<>(start.customParameters());
    for (String track : TRACKS) {
      String role = attributes.remove(track);
      ChannelRole heard =
          role == null ? roles.getOrDefault(track, ChannelRole.UNKNOWN) : FeedJson.role(role);
      channels.put(track, List.of(new AudioChannel(heard, track)));
    }
    stream =
        outbox.open(
            new StreamIdentity(
                start.callSid(),
                start.streamSid(),
                "twilio",
                protocolVersion,
                start.accountSid().orElse(null)));
    AudioChunk.Builder chunk = chunk(ChunkKind.START, start.sequenceNumber());
    chunk
        .setMediaOffsetMicros(0L)
        .setLanguage(attributes.remove("language"))
        .setParticipant(participant(attributes))
        .setAttributes(attributes)
        .setStartMessage(start.json());
    stream.send(chunk);
  }

  /** Null if nothing is said of one. */
  private static Participant participant(Map<String, String> attributes) {
    Participant participant =
        new Participant(
            attributes.remove("participantId"),
            attributes.remove("ani"),
            attributes.remove("dnis"));
    boolean named =
        participant.getId() != null
            || participant.getAni() != null
            || participant.getDnis() != null;
    return named ? participant : null;
  }

  private void goOn(TwilioMessage message) {
    if (message instanceof TwilioMessage.Media media) {
      if (media.payload().length == 0) {
        return;
      }
      long offsetMicros = media.timestampMs() * 1_000;
      untilMicros =
          Math.max(untilMicros, offsetMicros + media.payload().length * 1_000_000L / RATE_HZ);
      stream.send(
          chunk(ChunkKind.MEDIA, media.sequenceNumber())
              .setTrackSequence(media.chunk())
              .setMediaOffsetMicros(offsetMicros)
              .setChannels(channels.get(media.track()))
              .setEncoding(PayloadEncoding.MULAW)
              .setSampleRateHz(RATE_HZ)
              .setPayload(ByteBuffer.wrap(media.payload())));
    } else if (message instanceof TwilioMessage.Dtmf dtmf) {
      stream.send(chunk(ChunkKind.DTMF, dtmf.sequenceNumber()).setDtmf(dtmf.digit()));
    } else if (message instanceof TwilioMessage.Mark mark) {
      stream.send(chunk(ChunkKind.MARK, mark.sequenceNumber()).setMark(mark.name()));
    } else if (message instanceof TwilioMessage.Unusable unusable) {
      unusable(unusable.why());
      // No number is to be missing that has come.
      unusable
          .sequenceNumber()
          .ifPresent(number -> stream.send(chunk(ChunkKind.MARK, number).setMark("unusable")));
    } else if (message instanceof TwilioMessage.Stop stop) {
      stop(chunk(ChunkKind.STOP, stop.sequenceNumber()).setEndReason("stop"));
      stream.whenAcknowledged(() -> close(StatusCode.NORMAL, "stop"));
    }
  }

  private AudioChunk.Builder chunk(ChunkKind kind, long sequenceNumber) {
    lastSequenceNumber = Math.max(lastSequenceNumber, sequenceNumber);
    return AudioChunk.newBuilder().setKind(kind).setSequenceNumber(sequenceNumber);
  }

  private void stop(AudioChunk.Builder chunk) {
    stopped = true;
    stream.send(chunk.setMediaOffsetMicros(untilMicros));
  }

  /** A stream is not taken up again on another socket, so it has ended, too. */
  private void end(String reason, String error) {
    if (stream != null && !stopped) {
      List<AudioChannel> none = new ArrayList<>();
      stop(
          chunk(ChunkKind.STOP, lastSequenceNumber + 1)
              .setChannels(none)
              .setEndReason(reason)
              .setError(error));
    }
  }

  @Override
  protected void binary(ByteBuffer message) throws BadMessageException {
    throw new BadMessageException("a binary message came");
  }

  @Override
  protected StreamOutbox outbox() {
    return stream;
  }

  @Override
  protected void refuse(BadMessageException e) {
    end("refused", e.getMessage());
    close(StatusCode.BAD_DATA, e.getMessage());
  }

  @Override
  protected void gone() {
    end("the connection was lost", null);
  }

  @Override
  public void leave() {
    // Its end is told when it is closed.
    close(StatusCode.SHUTDOWN, "the gateway is about to end");
  }
}
