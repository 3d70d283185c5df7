package dev.speechemotion.app.gateway.audiohook;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import dev.speechemotion.app.gateway.feed.FeedJson;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text message of an AudioHook client. See the <a
 * href="https://developer.genesys.cloud/devapps/audiohook/protocol-reference">protocol's
 * reference</a>.
 *
 * @param id of the session
 * @param seq counts the client's messages from 1
 * @param serverseq the last message of the server that the client has had
 * @param positionMicros media time, from the start of the stream
 */
record AudioHookMessage(
    String type, String id, long seq, long serverseq, long positionMicros, FeedJson parameters) {
  static final String VERSION = "2";
  static final String NULL_ID = "00000000-0000-0000-0000-000000000000";

  private static final long MAX_SEQ = 1L << 31;
  private static final Duration MAX_POSITION = Duration.ofDays(365);
  private static final int MAX_CONTINUED_SESSIONS = 16;
  private static final Pattern ID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern DURATION =
      Pattern.compile("PT([0-9]{0,12}\\.[0-9]{1,20}|[0-9]{1,12}\\.?)S");

  /**
   * Audio that is offered.
   *
   * @param channels of {@code external} (the customer) and {@code internal}, interleaved
   */
  record Media(String format, long rateHz, List<String> channels) {
    Map<String, Object> json() {
      return Map.of("type", "audio", "format", format, "rate", rateHz, "channels", channels);
    }

    /** Whether each channel has a name of its own, one that the stream takes. */
    boolean tellsChannelsApart() {
      return channels.stream()
              .allMatch(name -> !name.isBlank() && name.length() <= FeedJson.MAX_ID_CHARS)
          && channels.stream().distinct().count() == channels.size();
    }
  }

  /**
   * What {@code open} says.
   *
   * @param continuedSessions ids of sessions that this one goes on from, as they were given
   */
  record Open(
      String organizationId,
      String conversationId,
      Optional<FeedJson> participant,
      List<Media> media,
      Optional<String> language,
      boolean asksForLanguages,
      List<String> continuedSessions,
      Map<String, String> customConfig) {
    /** Whether it only tries the connection. */
    boolean isProbe() {
      return conversationId.equals(NULL_ID);
    }
  }

  /** A stretch of media time without audio, microseconds. */
  record Missing(long startMicros, long durationMicros) {}

  /**
   * Reads a message.
   *
   * @throws BadMessageException if it is not as the protocol has it
   */
  static AudioHookMessage parse(String text) throws BadMessageException {
    FeedJson message = FeedJson.parse(text);
    if (!message.text("version").orElse("").equals(VERSION)) {
      throw new BadMessageException("version is not " + VERSION);
    }
    return new AudioHookMessage(
        message.id("type"),
        id(message, "id"),
        message.requiredNumber("seq", MAX_SEQ),
        message.requiredNumber("serverseq", MAX_SEQ),
        duration(message, "position"),
        message.requiredObject("parameters"));
  }

  private static String id(FeedJson object, String name) throws BadMessageException {
    String id = object.id(name);
    if (!ID.matcher(id).matches()) {
      throw new BadMessageException(name + " is not a UUID");
    }
    return id.toLowerCase(Locale.ROOT);
  }

  /** {@code PT12.3S}, in microseconds. */
  private static long duration(FeedJson object, String name) throws BadMessageException {
    Matcher duration = DURATION.matcher(object.text(name).orElse(""));
    if (!duration.matches()) {
      throw new BadMessageException(name + " is not a duration as PT1.5S");
    }
    long micros =
        new BigDecimal(duration.group(1))
            .movePointRight(6)
            .setScale(0, RoundingMode.HALF_UP)
            .longValueExact();
    if (micros > MAX_POSITION.toMillis() * 1_000) {
      throw new BadMessageException(name + " is more than a year");
    }
    return micros;
  }

  /** A duration as the protocol writes it. */
  static String duration(long micros) {
    return "PT" + BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString() + "S";
  }

  /** What a message of the type {@code open} says. */
  Open open() throws BadMessageException {
    List<Media> media = new ArrayList<>();
    for (FeedJson offer : parameters.objects("media")) {
      List<String> channels = new ArrayList<>();
      offer.texts("channels").forEach(channels::add);
      media.add(
          new Media(offer.text("format").orElse(""), offer.number("rate").orElse(0), channels));
    }
    parameters.requireKind("continuedSessions", FeedJson.Kind.OBJECTS);
    List<String> continued = new ArrayList<>();
    for (FeedJson session : parameters.objects("continuedSessions")) {
      if (continued.size() < MAX_CONTINUED_SESSIONS) {
        continued.add(id(session, "id"));
      }
    }
    Optional<FeedJson> config = parameters.object("customConfig");
    return new Open(
        id(parameters, "organizationId"),
        id(parameters, "conversationId"),
        parameters.object("participant"),
        media,
        parameters.text("language"),
        parameters.flag("supportedLanguages"),
        continued,
        config.isPresent() ? config.get().attributes() : Map.of());
  }

  /** What a message of the type {@code discarded} or {@code resumed} says. */
  Missing missing() throws BadMessageException {
    Missing missing = new Missing(duration(parameters, "start"), duration(parameters, "discarded"));
    if (missing.startMicros() + missing.durationMicros() > MAX_POSITION.toMillis() * 1_000) {
      throw new BadMessageException("start and discarded are more than a year");
    }
    return missing;
  }
}
