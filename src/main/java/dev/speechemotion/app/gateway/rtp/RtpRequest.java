package dev.speechemotion.app.gateway.rtp;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import dev.speechemotion.app.gateway.feed.FeedJson;
import dev.speechemotion.app.gateway.feed.FeedJson.Kind;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.Participant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The request to open a session: the call, and a stream for each of its channels.
 *
 * @param json the request as it came
 */
record RtpRequest(
    String callId,
    Optional<String> account,
    Optional<String> language,
    Optional<Participant> participant,
    Map<String, String> attributes,
    List<Stream> streams,
    String json) {
  private static final int MAX_STREAMS = 16;

  private static final Map<String, Kind> FIELDS =
      Map.of(
          "callId", Kind.TEXT,
          "account", Kind.TEXT,
          "language", Kind.TEXT,
          "participant", Kind.OBJECT,
          "attributes", Kind.OBJECT,
          "streams", Kind.OBJECTS);
  private static final Map<String, Kind> STREAM_FIELDS =
      Map.of("role", Kind.TEXT, "name", Kind.TEXT, "from", Kind.TEXT, "payloadTypes", Kind.OBJECT);
  private static final Map<String, Kind> PARTICIPANT_FIELDS =
      Map.of("id", Kind.TEXT, "ani", Kind.TEXT, "dnis", Kind.TEXT);

  /**
   * A stream: what comes at one port.
   *
   * @param name of the channel, if it has one
   * @param from the address that packets come from, with a port or without; empty: that of the
   *     first packet
   * @param payloads by payload type
   */
  record Stream(
      ChannelRole role,
      Optional<String> name,
      Optional<String> from,
      Map<Integer, RtpPayload> payloads) {}

  /**
   * Reads a request.
   *
   * @throws BadMessageException if it is not as it must be
   */
  static RtpRequest parse(String text) throws BadMessageException {
    FeedJson request = FeedJson.parse(text);
    request.requireOnly(FIELDS);
    List<Stream> streams = new ArrayList<>();
    for (FeedJson stream : request.objects("streams")) {
      streams.add(stream(stream));
    }
    if (streams.isEmpty() || streams.size() > MAX_STREAMS) {
      throw new BadMessageException("streams is not a list of 1 to " + MAX_STREAMS + " objects");
    }
    Optional<FeedJson> attributes = request.object("attributes");
    return new RtpRequest(
        request.id("callId"),
        request.text("account"),
        request.text("language"),
        participant(request),
        attributes.isPresent() ? attributes.get().attributes() : Map.of(),
        streams,
        text);
  }

  private static Optional<Participant> participant(FeedJson request) throws BadMessageException {
    Optional<FeedJson> given = request.object("participant");
    if (given.isEmpty()) {
      return Optional.empty();
    }
    FeedJson participant = given.get();
    participant.requireOnly(PARTICIPANT_FIELDS);
    return Optional.of(
        new Participant(
            participant.text("id").orElse(null),
            participant.text("ani").orElse(null),
            participant.text("dnis").orElse(null)));
  }

  private static Stream stream(FeedJson stream) throws BadMessageException {
    stream.requireOnly(STREAM_FIELDS);
    Map<Integer, RtpPayload> payloads = new LinkedHashMap<>(RtpPayload.USUAL);
    Optional<FeedJson> given = stream.object("payloadTypes");
    if (given.isPresent()) {
      payloads.clear();
      for (Map.Entry<String, String> type : given.get().attributes().entrySet()) {
        payloads.put(payloadType(type.getKey()), RtpPayload.named(type.getValue()));
      }
    }
    Optional<String> name = stream.text("name");
    if (name.isPresent() && (name.get().isBlank() || name.get().length() > FeedJson.MAX_ID_CHARS)) {
      throw new BadMessageException("name is blank or too long");
    }
    return new Stream(
        FeedJson.role(stream.text("role").orElse("unknown")), name, stream.text("from"), payloads);
  }

  private static int payloadType(String text) throws BadMessageException {
    if (!text.matches("[0-9]{1,3}") || Integer.parseInt(text) > RtpPayload.MAX_TYPE) {
      throw new BadMessageException("a payload type is a number from 0 to 127");
    }
    return Integer.parseInt(text);
  }
}
