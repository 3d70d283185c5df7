package dev.speechemotion.app.gateway.rtp;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import java.util.Locale;
import java.util.Map;

/** What a payload type stands for. */
enum RtpPayload {
  /** G.711 mu-law, 8 kHz. */
  PCMU,
  /** G.711 A-law, 8 kHz. */
  PCMA,
  /** Keys (RFC 4733). */
  TELEPHONE_EVENT,
  /** Silence that is not sent as audio (RFC 3389). */
  COMFORT_NOISE;

  static final int MAX_TYPE = 127;

  /** The static types of RFC 3551, and the dynamic one that most senders use for keys. */
  static final Map<Integer, RtpPayload> USUAL =
      Map.of(0, PCMU, 8, PCMA, 13, COMFORT_NOISE, 101, TELEPHONE_EVENT);

  boolean isAudio() {
    return this == PCMU || this == PCMA;
  }

  /**
   * A payload by its name in SDP, such as {@code PCMU} or {@code telephone-event}.
   *
   * @throws BadMessageException if there is none of that name
   */
  static RtpPayload named(String name) throws BadMessageException {
    return switch (name.toUpperCase(Locale.ROOT)) {
      case "PCMU" -> PCMU;
      case "PCMA" -> PCMA;
      case "TELEPHONE-EVENT" -> TELEPHONE_EVENT;
      case "CN" -> COMFORT_NOISE;
      default -> throw new BadMessageException("a payload is PCMU, PCMA, telephone-event or CN");
    };
  }
}
