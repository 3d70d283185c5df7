package dev.speechemotion.app.gateway.twilio;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import dev.speechemotion.app.gateway.feed.FeedJson;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A message of Twilio Media Streams; numbers come as texts. See <a
 * href="https://www.twilio.com/docs/voice/media-streams/websocket-messages">Twilio's reference</a>.
 */
sealed interface TwilioMessage {
  /** Beyond it a double would lose count; Twilio's numbers begin at 1. */
  long MAX_NUMBER = 1L << 53;

  /** Media time beyond a year is an error, milliseconds. */
  long MAX_TIMESTAMP_MS = 366L * 24 * 3_600_000;

  /** The first message. */
  record Connected(Optional<String> protocol, Optional<String> version) implements TwilioMessage {}

  /**
   * The second message.
   *
   * @param json the message as it came
   */
  record Start(
      long sequenceNumber,
      String streamSid,
      String callSid,
      Optional<String> accountSid,
      Optional<String> encoding,
      long sampleRateHz,
      long channels,
      Map<String, String> customParameters,
      String json)
      implements TwilioMessage {}

  /**
   * Audio of a track; a class, since it holds an array.
   *
   * @see #payload
   */
  final class Media implements TwilioMessage {
    private final long sequenceNumber;
    private final String track;
    private final long chunk;
    private final long timestampMs;
    private final byte[] payload;

    private Media(long sequenceNumber, String track, long chunk, long timestampMs, byte[] payload) {
      this.sequenceNumber = sequenceNumber;
      this.track = track;
      this.chunk = chunk;
      this.timestampMs = timestampMs;
      this.payload = payload;
    }

    long sequenceNumber() {
      return sequenceNumber;
    }

    /** {@code inbound} or {@code outbound}. */
    String track() {
      return track;
    }

    /** Number of the message within its track. */
    long chunk() {
      return chunk;
    }

    /** From the start of the stream. */
    long timestampMs() {
      return timestampMs;
    }

    /** The samples; not a copy. */
    byte[] payload() {
      return payload;
    }
  }

  /** A key was pressed. */
  record Dtmf(long sequenceNumber, Optional<String> track, String digit) implements TwilioMessage {}

  /** What was sent to Twilio has been played up to a mark. */
  record Mark(long sequenceNumber, String name) implements TwilioMessage {}

  /**
   * A key or a mark that is not as it must be.
   *
   * @param sequenceNumber for the count of the messages; empty if that is no number either
   */
  record Unusable(OptionalLong sequenceNumber, BadMessageException why) implements TwilioMessage {}

  /** The last message. */
  record Stop(long sequenceNumber) implements TwilioMessage {}

  /** One of a kind that is not known here, such as a later version may bring. */
  record Other() implements TwilioMessage {}

  /**
   * Reads a message.
   *
   * @throws BadMessageException if it is not as the protocol has it
   */
  static TwilioMessage parse(String text) throws BadMessageException {
    FeedJson message = FeedJson.parse(text);
    return switch (message.text("event").orElse("")) {
      case "connected" -> new Connected(message.text("protocol"), message.text("version"));
      case "start" -> start(message, text);
      case "media" -> media(message);
      case "dtmf", "mark" -> beside(message);
      case "stop" -> new Stop(sequenceNumber(message));
      case "" -> throw new BadMessageException("event is missing");
      default -> new Other();
    };
  }

  /** What comes beside the audio must not end the stream. */
  private static TwilioMessage beside(FeedJson message) {
    OptionalLong number = OptionalLong.empty();
    try {
      number = OptionalLong.of(sequenceNumber(message));
      if (message.text("event").orElse("").equals("mark")) {
        return new Mark(number.getAsLong(), message.requiredObject("mark").id("name"));
      }
      FeedJson dtmf = message.requiredObject("dtmf");
      String digit = dtmf.text("digit").orElse("");
      if (!digit.matches("[0-9*#A-D]")) {
        throw new BadMessageException("dtmf.digit is not a key");
      }
      return new Dtmf(number.getAsLong(), dtmf.text("track"), digit);
    } catch (BadMessageException e) {
      return new Unusable(number, e);
    }
  }

  private static Start start(FeedJson message, String text) throws BadMessageException {
    FeedJson start = message.requiredObject("start");
    FeedJson format = start.requiredObject("mediaFormat");
    Optional<FeedJson> parameters = start.object("customParameters");
    return new Start(
        sequenceNumber(message),
        start.id("streamSid"),
        start.id("callSid"),
        start.text("accountSid"),
        format.text("encoding"),
        format.number("sampleRate").orElse(0),
        format.number("channels").orElse(1),
        parameters.isPresent() ? parameters.get().attributes() : Map.of(),
        text);
  }

  private static Media media(FeedJson message) throws BadMessageException {
    FeedJson media = message.requiredObject("media");
    String track = media.text("track").orElse("inbound");
    if (!track.equals("inbound") && !track.equals("outbound")) {
      throw new BadMessageException("media.track is neither inbound nor outbound");
    }
    byte[] payload;
    try {
      payload = Base64.getDecoder().decode(media.longText("payload"));
    } catch (IllegalArgumentException e) {
      throw new BadMessageException("media.payload is not base64");
    }
    return new Media(
        sequenceNumber(message),
        track,
        media.requiredNumber("chunk", MAX_NUMBER),
        media.requiredNumber("timestamp", MAX_TIMESTAMP_MS),
        payload);
  }

  private static long sequenceNumber(FeedJson message) throws BadMessageException {
    return message.requiredNumber("sequenceNumber", MAX_NUMBER);
  }
}
