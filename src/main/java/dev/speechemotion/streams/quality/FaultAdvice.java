package dev.speechemotion.streams.quality;

import dev.speechemotion.avro.AudioFault;

/** Says of each kind of wrong audio what was heard, what is done, and what to mend. */
public final class FaultAdvice {
  private FaultAdvice() {}

  /** One line for people. */
  public static String of(AudioFault fault) {
    return switch (fault) {
      case OFFSETS_STAND_STILL ->
          "mediaOffsetMicros does not advance, and is not used; have the feed send the media time"
              + " of each message in microseconds, or null";
      case OFFSETS_IN_MILLISECONDS ->
          "mediaOffsetMicros counts milliseconds, and is not used; have the feed send microseconds,"
              + " or null";
      case NUMBERS_IN_MILLISECONDS ->
          "sequenceNumber counts milliseconds, and is taken for that; have the feed count messages,"
              + " by 1";
      case BASE64_PAYLOAD ->
          "payload is base64 text, so there is no emotion; have the feed decode it to bytes";
      case WRONG_BYTE_ORDER ->
          "the bytes of the samples are in the other order, so there is no emotion; have the feed"
              + " send PCM_S16LE for little-endian, PCM_S16BE for big-endian samples, and floats"
              + " little-endian";
      case WRONG_G711_LAW ->
          "the payload is of the other law of G.711, so there is no emotion; have the feed send"
              + " ALAW in place of MULAW, or the reverse";
      case WRONG_SAMPLE_RATE ->
          "sampleRateHz is twice or half the true rate, so emotions mean little; have the feed send"
              + " the rate of the samples";
      case UNKNOWN -> "unknown to this version";
    };
  }
}
